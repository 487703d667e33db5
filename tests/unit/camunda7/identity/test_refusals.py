# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which changes each guard refuses, in which words, and what it asks the engine for."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import authorizations, guards, options
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import AuthorizationId
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.memberships import (
    GROUP_USERS,
    MEMBERSHIPS,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.objects import RESOURCES
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.resource import MembershipId
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import RefusedError
from ansible_collections.bpmops.camunda.tests.support.identity_model import Model

GRANT, REVOKE, GLOBAL = 1, 2, 0
USER = 1
ADMIN = "camunda-admin"
OBJECTS = {resource.name: resource.kind for resource in RESOURCES}


def entity(action: str, kind: str, name: str) -> Change:
    return Change(action, OBJECTS[kind], name)


def member(action: str, group: str, name: str) -> Change:
    return Change(action, GROUP_USERS.kind, MembershipId("members", group, name))


def right(action: str, key: AuthorizationId, before: Optional[list[str]], after: Optional[list[str]]) -> Change:
    rows = [None if names is None else authorizations.desired(key, names) for names in (before, after)]
    return Change(action, authorizations.AUTHORIZATION, key, *rows)


def refused(model: Any, changes: list[Change], *allow: str) -> list[tuple[str, str, str]]:
    return [(str(each.change), each.guard, each.reason) for each in guards.refusals(model, changes, allow)]


def model(*members: tuple[str, str], caller: Optional[str] = None) -> Model:
    """An engine with these members of groups."""
    there = {("members", group, name) for group, name in members}
    users = {"u", "v", *(name for _group, name in members)}
    return Model({"user": users, "group": {"g", ADMIN, "operaton-admin"}, "tenant": set()}, there, caller=caller)


LAST = "remove_last_admin"


def nobody_left(group: str) -> str:
    return f"the administrators' group {group} would have no member left"


def test_the_caller_stays() -> None:
    changes = [entity("delete", "user", "u"), entity("delete", "user", "v"), entity("delete", "group", "v")]
    reason = "it is the user that this task logs in as"
    assert refused(model(caller="v"), changes) == [("delete user v", "remove_caller", reason)]
    assert refused(model(caller="v"), changes, "remove_caller") == []
    assert refused(model(), changes) == []


def test_the_administrators_groups_stay() -> None:
    changes = [
        entity("delete", "group", ADMIN),
        entity("delete", "group", "g"),
        entity("delete", "group", "operaton-admin"),
        entity("update", "group", ADMIN),
        entity("delete", "tenant", ADMIN),
        entity("delete", "user", ADMIN),
    ]
    reason = "it is the administrators' group"
    names = [ADMIN, "operaton-admin"]
    assert refused(model(), changes) == [(f"delete group {name}", LAST, reason) for name in names]
    assert refused(model(), changes, LAST) == []


@pytest.mark.parametrize("group", guards.ADMIN_GROUPS)
@pytest.mark.parametrize(
    "gone",
    [
        lambda group: [member("delete", group, "u"), member("delete", group, "v")],
        lambda group: [entity("delete", "user", "u"), entity("delete", "user", "v")],
        lambda group: [member("delete", group, "v"), entity("delete", "user", "u")],
        lambda group: [member("delete", group, "u"), entity("delete", "user", "u"), member("delete", group, "v")],
    ],
)
def test_somebody_stays_in_an_administrators_group(group: str, gone: Any) -> None:
    changes: list[Change] = gone(group)
    there = model((group, "u"), (group, "v"))
    assert sorted(refused(there, changes)) == sorted((str(change), LAST, nobody_left(group)) for change in changes)
    # One more member, one that joins, or the same in a group of no importance.
    assert refused(model((group, "u"), (group, "v"), (group, "w")), changes) == []
    assert refused(there, [*changes, member("create", group, "w")]) == []
    assert refused(there, [*changes, member("create", "g", "w")]) != []
    assert refused(model(("g", "u"), ("g", "v")), changes) == []


def test_all_that_is_refused_is_told() -> None:
    groups = guards.ADMIN_GROUPS
    there = model(*((group, "u") for group in groups))
    changes = [
        *(member("delete", group, "u") for group in groups),
        *(entity("delete", "group", group) for group in groups),
    ]
    found = [(change, reason) for change, _guard, reason in refused(there, changes)]
    assert sorted(found) == sorted(
        [(f"delete membership user u of group {group}", nobody_left(group)) for group in groups]
        + [(f"delete group {group}", "it is the administrators' group") for group in groups]
    )


def test_one_of_two_administrators_may_go_and_one_that_joins_must_stay() -> None:
    there = model((ADMIN, "u"), (ADMIN, "v"))
    assert refused(there, [member("delete", ADMIN, "u")]) == []
    assert refused(there, [entity("delete", "user", "u")]) == []
    changes = [member("create", ADMIN, "w"), *(entity("delete", "user", name) for name in "uvw")]
    names = [f"delete user {name}" for name in "uv"]
    assert refused(there, changes) == [(name, LAST, nobody_left(ADMIN)) for name in names]


def test_the_members_are_asked_for_only_when_somebody_goes() -> None:
    there = model((ADMIN, "u"))
    refused(there, [member("create", ADMIN, "v"), member("delete", "g", "u"), entity("delete", "group", "g")])
    assert there.reads == []
    refused(there, [member("delete", ADMIN, "v")])
    assert there.reads == [f"user {{'memberOfGroup': '{ADMIN}'}}"]


def test_the_administrators_keep_their_grants() -> None:
    key = AuthorizationId(GRANT, "group", ADMIN, USER, "*")
    reason = "it takes a grant away from the administrators' group"
    for change in (
        right("delete", key, ["ALL"], None),
        right("delete", key, [], None),
        right("update", key, ["ALL"], ["READ", "UPDATE"]),
        right("update", key, ["READ", "UPDATE"], ["READ"]),
    ):
        found = [(str(change), "remove_admin_grants", reason)] if change.before and change.before["permissions"] else []
        assert refused(model(), [change]) == found
        assert refused(model(), [change], "remove_admin_grants") == []
    for change in (
        right("update", key, ["READ"], ["ALL"]),
        right("update", key, ["READ"], ["READ", "UPDATE"]),
        right("create", key, None, ["READ"]),
        *(
            right("delete", other, ["ALL"], None)
            for other in (
                AuthorizationId(GRANT, "group", "g", USER, "*"),
                AuthorizationId(GRANT, "user", ADMIN, USER, "*"),
                AuthorizationId(REVOKE, "group", ADMIN, USER, "*"),
            )
        ),
    ):
        assert refused(model(), [change]) == []


def test_a_new_grant_for_the_user_everybody_is_refused() -> None:
    key = AuthorizationId(GRANT, "user", "*", USER, "*")
    reason = "the engine does not honour a grant for the user * in single checks; use the type global instead"
    change = right("create", key, None, ["READ"])
    assert refused(model(), [change]) == [(str(change), "grant_everybody", reason)]
    assert refused(model(), [change], "grant_everybody") == []
    for other in (
        right("update", key, ["READ"], ["ALL"]),
        right("create", AuthorizationId(GLOBAL, "", "*", USER, "*"), None, ["READ"]),
        right("create", AuthorizationId(GRANT, "group", "*", USER, "*"), None, ["READ"]),
        right("create", AuthorizationId(REVOKE, "user", "*", USER, "*"), None, ["READ"]),
        right("create", AuthorizationId(GRANT, "user", "u", USER, "*"), None, ["READ"]),
        entity("create", "user", "*"),
    ):
        assert refused(model(), [other]) == []


def test_an_administrator_that_stays_anyway_is_not_lost() -> None:
    there = model((ADMIN, "u"), (ADMIN, "v"), caller="u")
    changes = [entity("delete", "user", "u"), entity("delete", "user", "v")]
    assert [guard for _change, guard, _reason in refused(there, changes)] == ["remove_caller"]


# The caller's rights


def admin(*rows: tuple[Any, ...]) -> Model:
    """A caller that belongs to the administrators' group; each row of rights is its key and its permissions."""
    there = model((ADMIN, "u"), (ADMIN, "v"), caller="u")
    there.rows = {(kind, grantee, name, number, place): names for kind, grantee, name, number, place, names in rows}
    return there


ALL_USERS = (GRANT, "group", ADMIN, USER, "*")


def test_one_name_is_enough_to_narrow_the_grants_of_the_administrators() -> None:
    change = right("update", AuthorizationId(*ALL_USERS), ["ALL"], ["READ"])
    guard = "remove_admin_grants"
    assert refused(admin((*ALL_USERS, ["ALL"])), [change], guard) == []
    assert [row[1] for row in refused(admin((*ALL_USERS, ["ALL"])), [change])] == [guard]


@pytest.mark.parametrize(
    "key",
    [
        AuthorizationId(REVOKE, "group", ADMIN, USER, "*"),
        AuthorizationId(REVOKE, "user", "u", USER, "*"),
        AuthorizationId(REVOKE, "user", "u", USER, "x"),
    ],
)
def test_a_revoke_that_hits_the_caller_is_refused(key: AuthorizationId) -> None:
    there = admin((GRANT, "group", ADMIN, USER, "x", ["READ"]), (GLOBAL, "", "*", USER, "*", ["ALL"]))
    change = right("create", key, None, ["UPDATE"])
    reason = "u, which this task logs in as, would lose permissions on user"
    assert refused(there, [change]) == [(str(change), "remove_caller_rights", reason)]
    assert refused(there, [change], "remove_caller_rights") == []


@pytest.mark.parametrize(("option", "grantee", "name"), [("users", "user", "u"), ("groups", "group", "g")])
def test_a_membership_of_a_tenant_that_gives_the_caller_rights_stays(option: str, grantee: str, name: str) -> None:
    there = model(("g", "u"), caller="u")
    there.rows = {(GRANT, grantee, name, 11, "t"): ["READ"]}
    kind = next(each.kind for each in MEMBERSHIPS if each.option == option)
    change = Change("delete", kind, MembershipId(option, "t", name))
    reason = "u, which this task logs in as, would lose permissions on tenant"
    assert refused(there, [change]) == [(str(change), "remove_caller_rights", reason)]


def test_a_caller_that_is_removed_by_name_needs_no_rights() -> None:
    there = admin((*ALL_USERS, ["ALL"]))
    changes = [entity("delete", "user", "u"), member("delete", ADMIN, "u")]
    assert refused(there, changes, "remove_caller") == []


def test_the_resources_whose_permissions_would_be_lost_are_named_once() -> None:
    there = model(("g", "u"), caller="u")
    there.rows = {(GRANT, "group", "g", number, "*"): ["ALL"] for number in (1, 2)}
    there.rows[(GRANT, "group", "g", USER, "x")] = ["ALL"]
    change = member("delete", "g", "u")
    reason = "u, which this task logs in as, would lose permissions on group, user"
    assert refused(there, [change]) == [(str(change), "remove_caller_rights", reason)]


def test_what_cannot_be_seen_is_kept() -> None:
    there = model(("g", "u"), caller="u")
    there.sees_authorizations = False
    changes = [
        entity("delete", "group", "g"),
        entity("delete", "group", "h"),
        member("delete", "g", "u"),
        member("create", "h", "u"),
        right("delete", AuthorizationId(GRANT, "user", "u", USER, "*"), ["ALL"], None),
    ]
    reason = "u, which this task logs in as, would lose permissions on what this task cannot see"
    names = ["delete group g", "delete membership user u of group g"]
    assert refused(there, changes) == [(name, "remove_caller_rights", reason) for name in names]


def test_whether_authorizations_are_hidden_is_asked_only_when_none_is_seen() -> None:
    there = model(("g", "u"), caller="u")
    there.rows = {(GRANT, "user", "u", USER, "*"): ["ALL"]}
    leaves = member("delete", "g", "u")
    check = "check READ authorization"
    assert (refused(there, [leaves]), check in there.reads) == ([], False)
    there.rows = {}
    there.sees_authorizations = False
    assert (len(refused(there, [leaves])), there.reads.count(check)) == (1, 1)


def test_the_groups_that_the_caller_joins_count() -> None:
    there = model(("g", "u"), caller="u")
    there.rows = {(GRANT, "group", "g", USER, "*"): ["ALL"], (GRANT, "group", "h", USER, "*"): ["ALL"]}
    joins, leaves = member("create", "h", "u"), member("delete", "g", "u")
    assert refused(there, [joins, leaves]) == []
    assert there.reads[-1] == "authorization {'groupIdIn': 'g,h'}"
    assert len(refused(there, [member("create", "h", "v"), leaves])) == 1
    assert there.reads[-1] == "authorization {'groupIdIn': 'g'}"
    assert len(refused(there, [leaves, joins])) == 1


# In words


def test_the_guards_are_those_that_the_option_names() -> None:
    assert tuple(guards.GUARDS) == options.GUARDS


def test_the_error_names_every_change_and_the_names_that_allow_them() -> None:
    client: Any = model(caller="u")
    with pytest.raises(RefusedError) as caught:
        guards.check(client, [[entity("delete", "user", "u")], [entity("delete", "group", ADMIN)]], [])
    assert caught.value.message == (
        "Refused to delete user u: it is the user that this task logs in as. "
        "To proceed anyway, set allow: [remove_caller]. "
        f"Refused to delete group {ADMIN}: it is the administrators' group. "
        "To proceed anyway, set allow: [remove_last_admin]."
    )
    assert caught.value.facts == {"guards": ["remove_caller", "remove_last_admin"]}


def test_what_is_kept_is_listed_by_guard_and_reason() -> None:
    found = [guards.Refusal(entity("delete", "user", name), guard, "so") for name, guard in ("ax", "by", "cx")]
    assert guards.summary(found) == [
        {"guard": "x", "reason": "so", "objects": ["user a", "user c"]},
        {"guard": "y", "reason": "so", "objects": ["user b"]},
    ]
