# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine creates and deletes together with an object or a membership."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import authorizations, automatic_grants
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import AuthorizationId
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.memberships import MEMBERSHIPS
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.objects import RESOURCES
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.side_effects import dropped_with
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.resource import MembershipId

GRANT, REVOKE = 1, 2
USER, GROUP, GROUP_MEMBERSHIP, TENANT = 1, 2, 3, 11
KINDS = {membership.option: membership.kind for membership in MEMBERSHIPS}

OBJECTS = {resource.name: resource.kind for resource in RESOURCES}


def change(action: str, key: Any, kind: str = "") -> Change:
    return Change(action, KINDS[key.option] if isinstance(key, MembershipId) else OBJECTS[kind], key)


@pytest.mark.parametrize(
    ("key", "permissions"),
    [
        (AuthorizationId(GRANT, "user", "u", USER, "u"), ["ALL"]),
        (AuthorizationId(GRANT, "group", "g", GROUP, "g"), ["READ"]),
        (AuthorizationId(GRANT, "user", "u", TENANT, "t"), ["READ"]),
        (AuthorizationId(GRANT, "group", "g", TENANT, "t"), ["READ"]),
        (AuthorizationId(GRANT, "user", "u", USER, "v"), None),
        (AuthorizationId(GRANT, "group", "u", USER, "u"), None),
        (AuthorizationId(GRANT, "user", "g", GROUP, "g"), None),
        (AuthorizationId(GRANT, "user", "*", USER, "*"), None),
        (AuthorizationId(GRANT, "user", "u", TENANT, "*"), None),
        (AuthorizationId(GRANT, "user", "u", GROUP_MEMBERSHIP, "u"), None),
        (AuthorizationId(REVOKE, "user", "u", USER, "u"), None),
        (AuthorizationId(REVOKE, "user", "u", TENANT, "t"), None),
    ],
)
def test_the_permissions_that_the_engine_gives_by_itself(key: AuthorizationId, permissions: list[str] | None) -> None:
    assert automatic_grants.default(key) == permissions
    assert automatic_grants.is_automatic(authorizations.desired(key, permissions or ["READ"])) is (
        permissions is not None
    )
    assert not automatic_grants.is_automatic(authorizations.desired(key, ["UPDATE"]))


@pytest.mark.parametrize(
    ("gone", "dropped"),
    [
        (change("delete", "x", "user"), [(GRANT, "group", "g", USER, "x"), (REVOKE, "user", "x", USER, "x")]),
        (change("delete", "x", "group"), [(GRANT, "user", "u", GROUP, "x")]),
        (change("delete", "x", "tenant"), [(0, "", "*", TENANT, "x")]),
        (change("delete", MembershipId("members", "g", "u")), [(GRANT, "user", "u", GROUP_MEMBERSHIP, "g")]),
        (change("delete", MembershipId("users", "t", "u")), [(REVOKE, "user", "u", TENANT, "t")]),
        (change("delete", MembershipId("groups", "t", "g")), [(GRANT, "group", "g", TENANT, "t")]),
        (change("create", "x", "user"), []),
        (change("create", MembershipId("users", "t", "u")), []),
        (Change("delete", authorizations.AUTHORIZATION, AuthorizationId(GRANT, "user", "u", TENANT, "t")), []),
    ],
)
def test_the_authorizations_that_go_with_what_is_deleted(gone: Change, dropped: list[tuple[Any, ...]]) -> None:
    candidates = {
        AuthorizationId(kind, grantee, name, resource, place)
        for kind in (GRANT, REVOKE)
        for grantee, name in (("user", "u"), ("user", "x"), ("group", "g"), ("group", "x"))
        for resource in (USER, GROUP, GROUP_MEMBERSHIP, TENANT)
        for place in ("x", "g", "t", "*")
    } | {AuthorizationId(*each) for each in dropped}
    goes = dropped_with([gone])
    found = {key for key in candidates if goes(key)}
    assert {AuthorizationId(*each) for each in dropped} <= found
    # All that goes has the object, or the grantee and object, of the examples.
    if isinstance(gone.key, MembershipId):
        assert {key[1:] for key in found} == {each[1:] for each in dropped}
    else:
        assert {key[3:] for key in found} == {each[3:] for each in dropped}


def test_with_a_user_or_group_its_memberships_of_tenants_end_and_those_of_groups_leave_no_trace() -> None:
    members = [
        MembershipId("members", "g", "x"),
        MembershipId("users", "t", "other"),
        MembershipId("users", "t", "x"),
        MembershipId("groups", "t", "x"),
    ]
    goes = dropped_with([change("delete", "x", "user")], members)
    candidates = [
        AuthorizationId(GRANT, grantee, name, resource, place)
        for grantee in ("user", "group")
        for name in ("x", "other")
        for resource, place in ((GROUP_MEMBERSHIP, "g"), (TENANT, "t"))
    ]
    assert list(filter(goes, candidates)) == [AuthorizationId(GRANT, "user", "x", TENANT, "t")]
