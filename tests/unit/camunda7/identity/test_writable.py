# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be written ends a plan before its first write, and does no harm where nothing is written."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import authorizations, writable
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import AuthorizationId
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.memberships import GROUP_USERS
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.objects import GROUP, TENANT, USER
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.resource import MembershipId
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError

MEMBER = GROUP_USERS.kind
GRANT = authorizations.AUTHORIZATION


@pytest.mark.parametrize(
    "change",
    [
        *(Change("create", entity.kind, name) for entity in (USER, GROUP, TENANT) for name in ("*", " ", ".", "a%2Fb")),
        *(Change(action, USER.kind, name) for action in ("update", "delete") for name in ("..", "a%5Cb")),
        *(Change(action, MEMBER, MembershipId("members", "g", "a%2Fb")) for action in ("create", "delete")),
        Change("create", MEMBER, MembershipId("members", "..", "u")),
        Change("create", GRANT, AuthorizationId(1, "user", "u", 0, "")),
        Change("create", GRANT, AuthorizationId(1, "user", "", 0, "x")),
    ],
    ids=str,
)
def test_what_cannot_be_written_is_refused(change: Change) -> None:
    good = Change("create", USER.kind, "good")
    with pytest.raises(UsageError) as caught:
        writable.check([good, change, change])
    assert caught.value.message.count(f"Cannot {change}: ") == 2
    assert "good" not in caught.value.message


@pytest.mark.parametrize(
    "change",
    [
        Change("create", USER.kind, "a/b"),
        Change("delete", USER.kind, " "),
        Change("delete", MEMBER, MembershipId("members", "g", " ")),
        # Authorizations are addressed by an id of the engine's own.
        Change("create", GRANT, AuthorizationId(1, "user", "a%2Fb", 0, "..")),
        Change("update", GRANT, AuthorizationId(1, "user", "", 0, "")),
        Change("delete", GRANT, AuthorizationId(1, "user", "", 0, "")),
    ],
    ids=str,
)
def test_what_can_be_written_is_not(change: Any) -> None:
    writable.check([change])
