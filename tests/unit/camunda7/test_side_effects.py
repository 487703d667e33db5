# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine creates and deletes together with an object or a membership."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import authorizations, automatic_grants
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import Key
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.entities import ENTITIES
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.memberships import MEMBERSHIPS, Member
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.side_effects import dropped_with
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change

GRANT, REVOKE = 1, 2
USER, GROUP, GROUP_MEMBERSHIP, TENANT = 1, 2, 3, 11
KINDS = {membership.option: membership.kind for membership in MEMBERSHIPS}


def change(action: str, key: Any, kind: str = "") -> Change:
    return Change(action, KINDS[key.option] if isinstance(key, Member) else ENTITIES[kind].kind, key)


@pytest.mark.parametrize(
    ("key", "permissions"),
    [
        (Key(GRANT, "user", "u", USER, "u"), ["ALL"]),
        (Key(GRANT, "group", "g", GROUP, "g"), ["READ"]),
        (Key(GRANT, "user", "u", TENANT, "t"), ["READ"]),
        (Key(GRANT, "group", "g", TENANT, "t"), ["READ"]),
        (Key(GRANT, "user", "u", USER, "v"), None),
        (Key(GRANT, "group", "u", USER, "u"), None),
        (Key(GRANT, "user", "g", GROUP, "g"), None),
        (Key(GRANT, "user", "*", USER, "*"), None),
        (Key(GRANT, "user", "u", TENANT, "*"), None),
        (Key(GRANT, "user", "u", GROUP_MEMBERSHIP, "u"), None),
        (Key(REVOKE, "user", "u", USER, "u"), None),
        (Key(REVOKE, "user", "u", TENANT, "t"), None),
    ],
)
def test_the_permissions_that_the_engine_gives_by_itself(key: Key, permissions: list[str] | None) -> None:
    assert automatic_grants.default(key) == permissions
    assert automatic_grants.is_own(authorizations.desired(key, permissions or ["READ"])) is (permissions is not None)
    assert not automatic_grants.is_own(authorizations.desired(key, ["UPDATE"]))


@pytest.mark.parametrize(
    ("gone", "dropped"),
    [
        (change("delete", "x", "user"), [(GRANT, "group", "g", USER, "x"), (REVOKE, "user", "x", USER, "x")]),
        (change("delete", "x", "group"), [(GRANT, "user", "u", GROUP, "x")]),
        (change("delete", "x", "tenant"), [(0, "", "*", TENANT, "x")]),
        (change("delete", Member("members", "g", "u")), [(GRANT, "user", "u", GROUP_MEMBERSHIP, "g")]),
        (change("delete", Member("users", "t", "u")), [(REVOKE, "user", "u", TENANT, "t")]),
        (change("delete", Member("groups", "t", "g")), [(GRANT, "group", "g", TENANT, "t")]),
        (change("create", "x", "user"), []),
        (change("create", Member("users", "t", "u")), []),
        (Change("delete", authorizations.kind(), Key(GRANT, "user", "u", TENANT, "t")), []),
    ],
)
def test_the_authorizations_that_go_with_what_is_deleted(gone: Change, dropped: list[tuple[Any, ...]]) -> None:
    candidates = {
        Key(kind, grantee, name, resource, place)
        for kind in (GRANT, REVOKE)
        for grantee, name in (("user", "u"), ("user", "x"), ("group", "g"), ("group", "x"))
        for resource in (USER, GROUP, GROUP_MEMBERSHIP, TENANT)
        for place in ("x", "g", "t", "*")
    } | {Key(*each) for each in dropped}
    goes = dropped_with([gone])
    found = {key for key in candidates if goes(key)}
    assert {Key(*each) for each in dropped} <= found
    # All that goes has the object, or the grantee and object, of the examples.
    if isinstance(gone.key, Member):
        assert {key[1:] for key in found} == {each[1:] for each in dropped}
    else:
        assert {key[3:] for key in found} == {each[3:] for each in dropped}


def test_with_a_user_or_group_its_memberships_of_tenants_end_and_those_of_groups_leave_no_trace() -> None:
    members = [
        Member("members", "g", "x"),
        Member("users", "t", "other"),
        Member("users", "t", "x"),
        Member("groups", "t", "x"),
    ]
    goes = dropped_with([change("delete", "x", "user")], members)
    candidates = [
        Key(GRANT, grantee, name, resource, place)
        for grantee in ("user", "group")
        for name in ("x", "other")
        for resource, place in ((GROUP_MEMBERSHIP, "g"), (TENANT, "t"))
    ]
    assert list(filter(goes, candidates)) == [Key(GRANT, "user", "x", TENANT, "t")]
