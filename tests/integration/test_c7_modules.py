# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each state module through the life of what it manages; the engine's state is read back around every task."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.camunda7 import (
    GLOBAL,
    GRANT,
    REVOKE,
    Authorization,
    Camunda7,
    Group,
    State,
    Tenant,
    User,
)
from ansible_collections.bpmops.camunda.tests.support.plays import Play, plain_secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy


@dataclass
class Life:
    """What a module does with one thing: options that make it, change it, and mean the same in another order."""

    module: str
    created: dict[str, Any]
    updated: dict[str, Any]
    reordered: dict[str, Any]
    absent: dict[str, Any]
    look: Callable[[State], Any]
    absent_state: Any
    created_state: Any
    updated_state: Any
    in_diff: tuple[str, str]  # of the update: texts that stand in its before and in its after
    key: str = ""  # of the result, that holds the object
    reads: int = 2  # that a task may make when there is nothing to do


def user_life(name: str) -> Life:
    password = plain_secret()
    return Life(
        "c7_user",
        created={"id": name, "first_name": "Jane", "last_name": "Doe", "user_password": password},
        updated={"id": name, "last_name": "Roe", "email": "jane@example.com", "user_password": password},
        reordered={"email": "jane@example.com", "last_name": "Roe", "first_name": "Jane", "id": name},
        absent={"id": name},
        look=lambda state: state.users.get(name),
        absent_state=None,
        created_state=User("Jane", "Doe", None),
        updated_state=User("Jane", "Roe", "jane@example.com"),
        in_diff=("Doe", "Roe"),
        key="user",
    )


def group_life(name: str) -> Life:
    return Life(
        "c7_group",
        created={"id": name, "name": "Operations", "type": "WORKFLOW"},
        updated={"id": name, "name": "Operators"},
        reordered={"type": "WORKFLOW", "name": "Operators", "id": name},
        absent={"id": name},
        look=lambda state: state.groups.get(name),
        absent_state=None,
        created_state=Group("Operations", "WORKFLOW", frozenset()),
        updated_state=Group("Operators", "WORKFLOW", frozenset()),
        in_diff=("Operations", "Operators"),
        key="group",
    )


def tenant_life(name: str) -> Life:
    return Life(
        "c7_tenant",
        created={"id": name, "name": "Europe"},
        updated={"id": name, "name": "EMEA"},
        reordered={"name": "EMEA", "id": name},
        absent={"id": name},
        look=lambda state: state.tenants.get(name),
        absent_state=None,
        created_state=Tenant("Europe", frozenset(), frozenset()),
        updated_state=Tenant("EMEA", frozenset(), frozenset()),
        in_diff=("Europe", "EMEA"),
        key="tenant",
    )


def group_member_life(name: str) -> Life:
    ada, ben, cleo = f"{name}-ada", f"{name}-ben", f"{name}-cleo"
    return Life(
        "c7_group_member",
        created={"group": name, "members": [ada, ben]},
        updated={"group": name, "members": [cleo, ben], "exact": True},
        reordered={"group": name, "members": [ben, cleo], "exact": True},
        absent={"group": name, "members": [ada, ben, cleo]},
        look=lambda state: state.groups[name].members,
        absent_state=set(),
        created_state={ada, ben},
        updated_state={ben, cleo},
        in_diff=(ada, cleo),
    )


def tenant_member_life(name: str) -> Life:
    ada, ben, team, crew = f"{name}-ada", f"{name}-ben", f"{name}-team", f"{name}-crew"
    return Life(
        "c7_tenant_member",
        created={"tenant": name, "users": [ada], "groups": [team]},
        updated={"tenant": name, "users": [ben, ada], "groups": [crew], "exact": True},
        reordered={"tenant": name, "groups": [crew], "users": [ada, ben], "exact": True},
        absent={"tenant": name, "users": [ben, ada], "groups": [crew]},
        look=lambda state: (state.tenants[name].users, state.tenants[name].groups),
        absent_state=(set(), set()),
        created_state=({ada}, {team}),
        updated_state=({ada, ben}, {crew}),
        in_diff=(team, crew),
        reads=4,  # for each of the two lists what other modules need for their one
    )


def authorization_life(name: str, kind: str, number: int, grantee: dict[str, str]) -> Life:
    user = "*" if kind == "global" else grantee.get("user")
    which = {"type": kind, **grantee, "resource": "process_definition", "resource_id": name}

    def row(*permissions: str) -> set[Authorization]:
        return {Authorization(number, user, grantee.get("group"), 6, name, frozenset(permissions))}

    return Life(
        "c7_authorization",
        created={**which, "permissions": ["READ", "READ_INSTANCE"]},
        updated={**which, "permissions": ["CREATE_INSTANCE", "READ"]},
        reordered={**which, "resource": 6, "permissions": ["READ", "CREATE_INSTANCE", "READ"]},
        absent=which,
        look=lambda state: {each for each in state.authorizations if each.resource_id == name},
        absent_state=set(),
        created_state=row("READ", "READ_INSTANCE"),
        updated_state=row("READ", "CREATE_INSTANCE"),
        in_diff=("READ_INSTANCE", "CREATE_INSTANCE"),
        key="authorization",
    )


LIVES: dict[str, Callable[[str], Life]] = {
    "user": user_life,
    "group": group_life,
    "tenant": tenant_life,
    "group_member": group_member_life,
    "tenant_member": tenant_member_life,
    "grant": lambda name: authorization_life(name, "grant", GRANT, {"group": "ops"}),
    "revoke": lambda name: authorization_life(name, "revoke", REVOKE, {"user": "jdoe"}),
    "global": lambda name: authorization_life(name, "global", GLOBAL, {}),
}


@pytest.fixture
def life(request: pytest.FixtureRequest, api: Camunda7, unique: Callable[[str], str]) -> Life:
    name = unique("life")
    if "member" in request.param:
        api.create_group(name)
        api.create_tenant(name)
        for user in ("ada", "ben", "cleo"):
            api.create_user(f"{name}-{user}")
        for group in ("team", "crew"):
            api.create_group(f"{name}-{group}")
    return LIVES[request.param](name)


@pytest.mark.parametrize("life", LIVES, indirect=True)
def test_life(life: Life, play: Play, proxied: Proxy, api: Camunda7) -> None:
    """Absent, created, unchanged, updated, unchanged in another order, removed; each change in check mode first."""

    def present(options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
        return task(life.module, options, **keywords)

    def absent(**keywords: Any) -> dict[str, Any]:
        return task(life.module, {**life.absent, "state": "absent"}, **keywords)

    run = play(
        [
            absent(),
            present(life.created, check=True, diff=True),
            present(life.created),
            present(life.created),
            present(life.updated, check=True, diff=True),
            present(life.updated),
            present(life.reordered),
            absent(check=True, diff=True),
            absent(),
            absent(),
        ],
        watch=api.state,
    )
    assert run.changed == [False, True, True, False, True, True, False, True, True, False]
    states = [life.look(each.after) for each in run]
    nothing, created, updated = life.absent_state, life.created_state, life.updated_state
    assert states == [nothing, nothing, created, created, created, updated, updated, updated, nothing, nothing]
    for number in (0, 1, 3, 4, 6, 7, 9):
        assert not run[number].requests.writes, f"task {number} wrote"
        assert run[number].before == run[number].after, f"task {number} changed the engine"
    for number in (0, 3, 6, 9):
        assert len(run[number].requests) <= life.reads, f"task {number}: {run[number].requests}"
    assert all(each.requests.connections <= 1 for each in run)
    assert run[9].after == run[0].before

    before, after = (
        json.dumps([each["before"] for each in run[4].ok["diff"]]),
        json.dumps([each["after"] for each in run[4].ok["diff"]]),
    )
    assert life.in_diff[0] in before
    assert life.in_diff[1] in after
    assert life.in_diff[1] not in before
    assert [each["before"] for each in run[1].ok["diff"]] == [""] * len(run[1].ok["diff"])
    assert [each["after"] for each in run[7].ok["diff"]] == [""] * len(run[7].ok["diff"])
    assert "diff" not in run[2].ok
    if life.key:
        assert run[2].ok[life.key] == run[3].ok[life.key]
        assert run[5].ok[life.key] == run[6].ok[life.key]
        # A check run tells what the object would be; only the engine knows the id of a new authorization.
        assert {**run[5].ok[life.key], "id": 0} == {**run[4].ok[life.key], "id": 0}
        assert run[8].ok[life.key] is None
    else:
        assert run[2].ok["changes"] == run[1].ok["changes"]
        assert run[3].ok["changes"] == []


AWKWARD = ["a/b", "a\\b", "a b", "a;b", "名", "%2f", "a,b", "a?b", "a#b", "ü", "o'x", 'a"b', "..x", "a+b", "a%b", "a&b"]


def test_awkward_ids(play: Play, api: Camunda7, unique: Callable[[str], str]) -> None:
    """One of each kind with every odd id: created, found again, changed, joined, separated, removed."""
    names = [each + unique("") for each in AWKWARD]
    few = names[:2] + names[4:5]
    same = unique("same")
    for each in names:
        api.create_user(each)
        api.create_group(each)
        api.create_tenant(each)
    before = api.state()
    run = play(
        [
            task("c7_user", {"id": "{{ item }}", "first_name": "Ada"}, loop=names),
            task("c7_group", {"id": "{{ item }}", "name": "Ada"}, loop=few),
            task("c7_tenant", {"id": "{{ item }}", "name": "Ada"}, loop=few),
            task("c7_group", {"id": same}),
            task("c7_tenant", {"id": same}),
            task("c7_group_member", {"group": same, "members": names}),
            task("c7_group_member", {"group": same, "members": names}),
            task("c7_tenant_member", {"tenant": same, "users": names, "groups": names}),
            task("c7_tenant_member", {"tenant": same, "users": names, "groups": names}),
            task("c7_group_member", {"group": same, "members": names, "state": "absent"}),
            task("c7_tenant_member", {"tenant": same, "users": [], "groups": [], "exact": True}),
            task("c7_user", {"id": "{{ item }}", "state": "absent"}, loop=few),
        ],
        watch=api.state,
    )
    changed = [True] * 6 + [False, True, False, True, True, True]
    assert [each.result["changed"] for each in run] == changed, [each.result for each in run if "msg" in each.result]
    assert not any(item.status == "failed" for each in run for item in each.items)
    for step in run.tasks[:3]:
        assert all(item.result["changed"] for item in step.items)
        assert len(step.requests.writes) == len(step.items)
    after = run[4].after
    assert {each: after.users[each] for each in names} == {each: User("Ada", None, None) for each in names}
    assert {each for each in names if after.groups[each].name == "Ada"} == set(few)
    assert {each for each in names if after.tenants[each].name == "Ada"} == set(few)
    assert set(after.users) == set(before.users)
    assert run[5].after.groups[same].members == set(names)
    assert run[7].after.tenants[same] == Tenant(None, frozenset(names), frozenset(names))
    assert run[9].after.groups[same].members == set()
    assert run[10].after.tenants[same] == Tenant(None, frozenset(), frozenset())
    assert set(run[11].after.users) == set(before.users) - set(few)
    for each in names:
        api.delete_user(each)
        api.delete_group(each)
        api.delete_tenant(each)


def test_authorization_modes_and_all(play: Play, api: Camunda7, unique: Callable[[str], str]) -> None:
    """`add` and `remove` work on the set; ALL is not the enumerated set; mode exact replaces a row of another type."""
    name = unique("modes")
    every = ["READ", "UPDATE", "CREATE", "DELETE"]

    def step(**options: Any) -> dict[str, Any]:
        return task("c7_authorization", {"group": "ops", "resource": "tenant", "resource_id": name, **options})

    run = play(
        [
            step(permissions=["READ"], mode="add"),
            step(permissions=["UPDATE", "READ"], mode="add"),
            step(permissions=["READ"], mode="add"),
            step(permissions=["READ"], mode="remove"),
            step(permissions=["READ"], mode="remove"),
            step(permissions=every),
            step(permissions=["ALL"]),
            step(permissions=["READ", "ALL"]),
            step(permissions=every),
            step(permissions=["ALL"], type="revoke"),
            step(permissions=["DELETE"], mode="add"),
            step(permissions=["DELETE"], mode="remove"),
            step(permissions=["NONE"]),
            step(permissions=["NONE"]),
            step(permissions=["NONE"]),
        ],
        watch=lambda: {
            (each.type, *sorted(each.permissions)) for each in api.authorizations(resourceType=11, resourceId=name)
        },
    )
    every_name = (GRANT, *sorted(every))
    expected: list[tuple[bool, set[Any]]] = [
        (True, {(GRANT, "READ")}),
        (True, {(GRANT, "READ", "UPDATE")}),
        (False, {(GRANT, "READ", "UPDATE")}),
        (True, {(GRANT, "UPDATE")}),
        (False, {(GRANT, "UPDATE")}),
        (True, {every_name}),
        (True, {(GRANT, "ALL")}),
        (False, {(GRANT, "ALL")}),
        (True, {every_name}),
        (True, {(REVOKE, "ALL")}),
        (True, {(REVOKE, "ALL"), (GRANT, "DELETE")}),
        (True, {(REVOKE, "ALL")}),
        (True, {(GRANT,)}),
        (False, {(GRANT,)}),
        (False, {(GRANT,)}),
    ]
    assert [(each.changed, each.after) for each in run] == expected
    results = [run[number].ok["authorization"] for number in (0, 2, 9)]
    assert [(each["typeName"], each["resourceName"]) for each in results] == [
        ("grant", "tenant"),
        ("grant", "tenant"),
        ("revoke", "tenant"),
    ]


def test_passwords(play: Play, api: Camunda7, unique: Callable[[str], str]) -> None:
    """Written on creation, later only on demand, and never tried out."""
    name = unique("password")
    first, second, third = plain_secret(), plain_secret(), plain_secret()

    def step(password: str, **options: Any) -> dict[str, Any]:
        return task("c7_user", {"id": name, "user_password": password, **options})

    run = play(
        [
            step("{{ first }}"),
            step("{{ second }}"),
            {**step("{{ third }}", update_password="always"), "check_mode": True},
            step("{{ third }}", update_password="always", first_name="Ada"),
        ],
        variables={"first": first, "second": second, "third": third},
    )
    assert run.changed == [True, False, True, True]
    assert not run[1].requests.writes
    assert not run[2].requests.writes
    assert not run.requests.to("/identity/verify")
    assert [each.path for each in run[3].requests.writes] == [f"/user/{name}/profile", f"/user/{name}/credentials"]
    assert api.accepts(name, third)
    assert api.user(name) == User("Ada", None, None)


def test_an_empty_text_clears_a_field(play: Play, api: Camunda7, unique: Callable[[str], str]) -> None:
    name = unique("clear")
    api.create_user(name, firstName="Ada", lastName="Abel", email="ada@example.com")
    api.create_group(name, "Name", "SYSTEM")
    run = play(
        [
            task("c7_user", {"id": name, "email": ""}),
            task("c7_user", {"id": name, "email": ""}),
            task("c7_group", {"id": name, "type": ""}),
            task("c7_group", {"id": name, "type": ""}),
        ]
    )
    assert run.changed == [True, False, True, False]
    assert api.user(name) == User("Ada", "Abel", None)
    assert api.state().groups[name] == Group("Name", None, frozenset())
