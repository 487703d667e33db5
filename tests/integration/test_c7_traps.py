# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the REST API of Camunda 7 does to a client that trusts it, one test for each trap, on real engines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.engines import camunda7 as settings
from ansible_collections.bpmops.camunda.tests.support.camunda7 import GRANT, Authorization, Camunda7, Group, User
from ansible_collections.bpmops.camunda.tests.support.documents import GROUP, TENANT, USER
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, Run, plain_secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module

Unique = Callable[[str], str]
Variant = Callable[[Mapping[str, Any]], Engine]


@pytest.fixture
def limited(play: Play, api: Camunda7, unique: Unique) -> Callable[..., Run]:
    """Runs tasks as a new user who has only these permissions: `(resource, *permissions)`."""

    def run(tasks: list[dict[str, Any]], *permissions: tuple[int, str], **keywords: Any) -> Run:
        name, password = unique("limited"), plain_secret()
        api.create_user(name, password)
        for resource, *names in permissions:
            api.authorize(names, int(resource), user=name)
        return play(tasks, parameters={"username": name, "password": password}, **keywords)

    return run


def test_trap_1_an_update_overwrites_only_the_user_that_it_names(play: Play, api: Camunda7, unique: Unique) -> None:
    ada, ben = unique("ada"), unique("ben")
    password = plain_secret()
    api.create_user(ada, plain_secret(), firstName="Ada")
    api.create_user(ben, password, firstName="Ben")
    run = play([task("c7_user", {"id": ada, "first_name": "Adele"})])
    assert run.changed == [True]
    (write,) = run.requests.writes
    assert json.loads(write.body)["id"] == ada
    assert write.path == f"/user/{ada}/profile"
    assert api.user(ben) == User("Ben", None, None)
    assert api.accepts(ben, password)


def test_trap_2_fields_that_are_not_given_survive_the_full_replacement(
    play: Play, api: Camunda7, unique: Unique
) -> None:
    name = unique("full")
    api.create_user(name, firstName="Ada", lastName="Abel", email="ada@example.com")
    api.create_group(name, "Name", "SYSTEM")
    run = play([task("c7_user", {"id": name, "first_name": "Adele"}), task("c7_group", {"id": name, "name": "Other"})])
    assert run.changed == [True, True]
    assert api.user(name) == User("Adele", "Abel", "ada@example.com")
    assert api.state().groups[name] == Group("Other", "SYSTEM", frozenset())


def test_trap_3_a_membership_that_appears_meanwhile_is_no_failure(
    play: Play, proxied: Proxy, api: Camunda7, unique: Unique
) -> None:
    """The list did not show it, the engine answers 500 to adding it, and it is there: somebody else was faster."""
    name = unique("race")
    api.create_user(name)
    api.create_group(name)
    api.create_tenant(name)
    run = play(
        [
            task("c7_group_member", {"group": name, "member": name}),
            task("c7_tenant_member", {"tenant": name, "user": name}),
            task("c7_group_member", {"group": name, "member": name}),
        ],
        meanwhile={
            0: lambda: (api.add_member(name, name), proxied.fail(method="GET", path="/user", status=200, body="[]")),
            1: lambda: (
                api.add_tenant_member(name, user=name),
                proxied.fail(method="GET", path="/user", status=200, body="[]"),
            ),
        },
    )
    assert [each.result.get("msg") for each in run] == [None] * 3
    assert [each.status for each in run.requests.writes] == [500, 500]
    assert run[2].changed is False


def test_trap_4_an_authorization_that_appears_meanwhile_gets_the_declared_permissions(
    play: Play, proxied: Proxy, api: Camunda7, unique: Unique
) -> None:
    name = unique("race")
    api.authorize(["READ"], 6, name, group="ops")
    step = task(
        "c7_authorization",
        {"group": "ops", "resource": "process_definition", "resource_id": name, "permissions": ["READ", "UPDATE"]},
    )
    run = play(
        [step, step],
        meanwhile={0: lambda: proxied.fail(method="GET", path="/authorization", status=200, body="[]")},
    )
    assert run.changed == [True, False]
    assert [each.status for each in run[0].requests.writes] == [500, 204]
    assert api.authorizations(resourceType=6, resourceId=name) == {
        Authorization(GRANT, None, "ops", 6, name, frozenset({"READ", "UPDATE"}))
    }


def test_trap_5_a_wrong_password_is_sent_once_and_a_lock_is_named(play: Play, api: Camunda7, unique: Unique) -> None:
    name, password = unique("locked"), plain_secret()
    api.create_user(name, password)
    api.authorize(["ALL"], USER, user=name)
    look = task("c7_user", {"id": name})

    def lock() -> None:
        assert not api.accepts(name, "wrong")

    run = play(
        [look, look],
        parameters={"username": name, "password": "{{ word }}"},
        variables={"word": "wrong"},
    )
    assert [len(each.requests) for each in run] == [1, 1]
    for each in run:
        assert each.failure["error"]["status"] == 401
        assert "lock" in each.failure["msg"]
        assert "password" in each.failure["msg"]
    # The right password of an account that has just been locked gets the same answer and the same text.
    other, other_password = unique("other"), plain_secret()
    api.create_user(other, other_password)
    run = play(
        [look],
        parameters={"username": other, "password": other_password},
        meanwhile={0: lambda: api.accepts(other, "wrong")},
    )
    assert run[0].failure["error"]["status"] == 401
    assert "lock" in run[0].failure["msg"]
    assert len(run.requests) == 1


def test_trap_6_the_own_row_of_a_user_or_group_is_there_before_it(play: Play, api: Camunda7, unique: Unique) -> None:
    user, group = unique("early"), unique("team")
    api.authorize(["READ"], USER, user, user=user)
    api.authorize(["READ", "UPDATE"], GROUP, group, group=group)
    run = play([task("c7_user", {"id": user}), task("c7_group", {"id": group}), task("c7_user", {"id": user})])
    assert run.changed == [True, True, False]
    assert api.user(user) is not None
    (row,) = api.authorizations(resourceType=USER, resourceId=user)
    assert row.permissions == {"READ"}
    (row,) = api.authorizations(resourceType=GROUP, resourceId=group)
    assert row.permissions == {"READ", "UPDATE"}


@pytest.mark.parametrize("kind", ["user", "group", "tenant member"])
@pytest.mark.parametrize("drop", ["before", "after"])
def test_trap_6_a_row_that_stands_aside_survives_a_cut_at_every_write(
    api: Camunda7, engine: Engine, proxied: Proxy, unique: Unique, kind: str, drop: str
) -> None:
    """The connection breaks for good at one write after the other; the next run of the same task completes the work."""
    resource = {"user": USER, "group": GROUP, "tenant member": TENANT}[kind]
    for number in range(5):
        name, permissions = unique(f"aside{number}"), {"UPDATE"}
        api.authorize(permissions, resource, name, **{"group" if kind == "group" else "user": name})
        if kind == "tenant member":
            api.create_user(name)
            api.create_tenant(name)
        options = {"tenant": name, "user": name} if kind == "tenant member" else {"id": name}
        connection = {**engine.connection(proxied.url), "request_retries": 0}
        proxied.reset()
        if drop == "after":
            proxied.fail(writes_only=True, skip=number, drop="after")
        cut = proxied.fail(writes_only=True, skip=number + (drop == "after"), times=None, drop="before")
        module = f"c7_{kind.replace(' ', '_')}"
        first = run_module(module, connection, options)
        assert first.get("failed") or not cut.hits
        cut.times = 0
        assert "failed" not in run_module(module, connection, options)
        rows = api.authorizations(resourceType=resource, resourceId=name)
        assert permissions in [row.permissions for row in rows if name in (row.user, row.group)], f"write {number}"
        assert not api.authorizations(resourceId="set aside by bpmops.camunda")
        proxied.reset()
        assert run_module(module, connection, options)["changed"] is False
        assert not proxied.writes


def _interrupted(api: Camunda7, kind: str, name: str) -> int:
    """Leave what an interruption leaves after the object is created: its row stands aside, with READ and UPDATE."""
    resource = {"user": USER, "group": GROUP, "tenant": TENANT}[kind]
    api.create_user(name)
    if kind == "group":
        api.create_group(name, name)
    if kind == "tenant":
        api.create_tenant(name)
        api.add_tenant_member(name, user=name)
    grantee = {"group" if kind == "group" else "user": json.dumps([name, name])}
    api.authorize(["READ", "UPDATE"], resource, "set aside by bpmops.camunda", **grantee)
    return resource


@pytest.mark.parametrize(
    ("kind", "module"),
    [("user", "c7_user"), ("group", "c7_group"), ("tenant", "c7_tenant"), ("tenant", "c7_tenant_member")],
)
def test_trap_6_a_row_that_stands_aside_goes_with_its_object(
    play: Play, api: Camunda7, unique: Unique, kind: str, module: str
) -> None:
    name = unique("gone")
    resource = _interrupted(api, kind, name)
    options = {"tenant": name, "user": name} if module == "c7_tenant_member" else {"id": name}
    run = play([task(module, {**options, "state": "absent"})] * 2)
    assert run.changed == [True, False]
    assert not api.authorizations(resourceType=resource, resourceId="set aside by bpmops.camunda")
    assert not api.authorizations(resourceType=resource, resourceId=name)


@pytest.mark.parametrize(
    ("kind", "permissions"),
    [("user", ["READ", "UPDATE"]), ("user", ["ALL"]), ("group", ["DELETE"]), ("tenant", ["READ"]), ("tenant", None)],
)
def test_trap_6_c7_authorization_sees_a_row_that_stands_aside(
    play: Play, api: Camunda7, unique: Unique, kind: str, permissions: list[str] | None
) -> None:
    """Whatever took its place; afterwards the task that was interrupted has nothing left to do."""
    name = unique("back")
    resource = _interrupted(api, kind, name)
    which = {"group" if kind == "group" else "user": name, "resource": kind, "resource_id": name}
    step = task("c7_authorization", {**which, **({"permissions": permissions} if permissions else {"state": "absent"})})
    again = task("c7_tenant_member", {"tenant": name, "user": name}) if kind == "tenant" else None
    run = play([step, step, again or task(f"c7_{kind}", {"id": name})])
    assert run.changed == [True, False, False]
    assert not api.authorizations(resourceType=resource, resourceId="set aside by bpmops.camunda")
    found = {row.permissions for row in api.authorizations(resourceType=resource, resourceId=name)}
    assert found == ({frozenset(permissions)} if permissions else set())


def test_trap_6_of_two_rows_the_one_that_stands_aside_counts(play: Play, api: Camunda7, unique: Unique) -> None:
    """The engine may have made the other one; nothing tells whether somebody has changed it since."""
    name = unique("older")
    _interrupted(api, "user", name)
    (row,) = api.rows("/authorization", resourceType=USER, resourceId=name)
    api.send("PUT", f"/authorization/{row['id']}", {**row, "permissions": ["DELETE"]})
    run = play([task("c7_user", {"id": name})] * 2)
    assert run.changed == [True, False]
    assert {each.permissions for each in api.authorizations(resourceType=USER, resourceId=name)} == {
        frozenset({"READ", "UPDATE"})
    }


def test_trap_6_a_purge_removes_the_row_of_an_object_that_it_creates(clean_engine: Engine, play: Play) -> None:
    """The row stands aside while the membership is created, and keeps its id: what is planned for it hits it."""
    api = clean_engine.api
    api.create_user("bob")
    api.authorize(["ALL"], TENANT, "t", user="bob")
    document = {"users": [{"id": "bob"}], "tenants": [{"id": "t", "users": ["bob"]}], "purge": ["authorizations"]}
    elsewhere = [{"group": "ops", "resource": "application", "permissions": ["ACCESS"]}]
    run = play([task("c7_identity", {**document, "authorizations": elsewhere})] * 2)
    assert run.changed == [True, False]
    rows = api.authorizations(resourceType=TENANT, resourceId="t")
    assert {row.permissions for row in rows if row.user == "bob"} == {frozenset({"READ"})}


def test_trap_6_an_update_reaches_the_row_of_an_object_that_it_creates(
    play: Play, api: Camunda7, unique: Unique
) -> None:
    name = unique("carl")
    api.authorize(["READ"], USER, name, user=name)
    row = {"user": name, "resource": "user", "id": name, "permissions": ["READ", "UPDATE"]}
    step = task("c7_identity", {"users": [{"id": name}], "authorizations": [row]})
    run = play([step, step])
    assert run.changed == [True, False]
    assert {each.permissions for each in api.authorizations(resourceType=USER, resourceId=name)} == {
        frozenset({"READ", "UPDATE"})
    }


@pytest.mark.parametrize("action", ["update", "delete"])
def test_a_row_that_got_another_id_meanwhile_is_found_by_its_identity(
    play: Play, proxied: Proxy, api: Camunda7, unique: Unique, action: str
) -> None:
    """Somebody deletes the row and creates it again between the read and the write."""
    name = unique("moved")
    old = api.authorize(["READ"], 6, name, group="ops")
    body = json.dumps([api.get(f"/authorization/{old}")])
    api.send("DELETE", f"/authorization/{old}")
    api.authorize(["READ"], 6, name, group="ops")
    which = {"group": "ops", "resource": "process_definition", "resource_id": name}
    options = {**which, "permissions": ["UPDATE"]} if action == "update" else {**which, "state": "absent"}
    run = play(
        [task("c7_authorization", options)],
        meanwhile={0: lambda: proxied.fail(method="GET", path="/authorization", status=200, body=body)},
    )
    assert run.changed == [True]
    assert [each.status for each in run.requests.writes] == [404, 204]
    left = {row.permissions for row in api.authorizations(resourceType=6, resourceId=name)}
    assert left == ({frozenset({"UPDATE"})} if action == "update" else set())


def test_an_authorization_of_which_only_the_answer_is_nonsense_may_have_been_created(
    play: Play, proxied: Proxy, unique: Unique
) -> None:
    proxied.fail(path="/authorization/create", status=204)
    row = {"group": unique("blind"), "resource": "application", "permissions": ["ACCESS"]}
    message = play([task("c7_authorization", row)])[0].failure["msg"]
    assert "POST /authorization/create answered 204" in message
    assert "may have been created anyway" in message
    assert "defect" not in message


@pytest.mark.parametrize("action", ["user", "member", "authorization"])
def test_a_removal_that_finds_nothing_is_done(
    play: Play, proxied: Proxy, api: Camunda7, unique: Unique, action: str
) -> None:
    """The answer to a DELETE got lost, and the repeated one meets 404."""
    name = unique("gone")
    api.create_user(name)
    api.create_group(name)
    api.add_member(name, name)
    api.authorize(["READ"], 6, name, group=name)
    steps = {
        "user": task("c7_user", {"id": name, "state": "absent"}),
        "member": task("c7_group_member", {"group": name, "member": name, "state": "absent"}),
        "authorization": task(
            "c7_authorization",
            {"group": name, "resource": "process_definition", "resource_id": name, "state": "absent"},
        ),
    }
    proxied.fail(method="DELETE", drop="after")
    if action != "authorization":
        proxied.fail(method="DELETE", skip=1, status=404, body="{}")
    run = play([steps[action], steps[action]])
    assert run.changed == [True, False]
    assert [each.status for each in run[0].requests.writes] == [None, 404]


def test_trap_7_the_own_row_of_a_tenant_member_is_there_before_it(play: Play, api: Camunda7, unique: Unique) -> None:
    name = unique("early")
    api.create_user(name)
    api.create_tenant(name)
    api.authorize(["READ"], TENANT, name, user=name)
    step = task("c7_tenant_member", {"tenant": name, "user": name})
    run = play([step, step])
    assert run.changed == [True, False]
    assert api.state().tenants[name].users == {name}


def test_trap_8_a_recreated_user_inherits_unless_its_authorizations_are_purged(
    play: Play, api: Camunda7, unique: Unique
) -> None:
    name, other = unique("heir"), unique("other")
    for each in (name, other):
        api.create_user(each)
        api.create_group(each)
        api.authorize(["READ"], 6, each, user=each)
        api.authorize(["READ"], 6, each, group=each)
    run = play(
        [
            task("c7_user", {"id": name, "state": "absent"}),
            task("c7_user", {"id": name}),
            {**task("c7_user", {"id": name, "state": "absent", "purge_authorizations": True}), "check_mode": True},
            task("c7_user", {"id": name, "state": "absent", "purge_authorizations": True}),
            task("c7_user", {"id": name, "state": "absent", "purge_authorizations": True}),
            task("c7_group", {"id": name, "state": "absent", "purge_authorizations": True}),
        ],
        watch=lambda: {(each.user, each.group) for each in api.authorizations(resourceType=6, resourceId=name)},
    )
    assert run.changed == [True, True, True, True, False, True]
    both, group_only = {(name, None), (None, name)}, {(None, name)}
    assert [each.after for each in run] == [both, both, both, group_only, group_only, set()]
    assert len(api.authorizations(resourceType=6, resourceId=other)) == 2


def test_trap_9_what_the_caller_may_not_read_is_not_taken_for_absent(
    limited: Callable[..., Run], api: Camunda7, unique: Unique
) -> None:
    name = unique("hidden")
    api.create_user(name)
    api.create_group(name)
    api.create_tenant(name)
    create = "CREATE", "UPDATE", "DELETE"
    run = limited(
        [
            task("c7_user", {"id": name}),
            {**task("c7_user", {"id": name}), "check_mode": True},
            task("c7_user", {"id": name, "state": "absent"}),
            task("c7_group", {"id": name, "name": "x"}),
            task("c7_tenant", {"id": name}),
            task("c7_authorization", {"group": name, "resource": "application", "permissions": ["ACCESS"]}),
            task("c7_identity", {"users": [{"id": name}], "groups": [{"id": name, "members": [name]}]}),
            task("c7_identity", {"users": [], "purge": ["users"], "allow": ["purge_undeclared"]}),
            task("c7_identity_info"),
        ],
        (USER, *create),
        (GROUP, *create),
        (TENANT, *create),
    )
    for step in run:
        assert "may not read" in step.failure["msg"], step.name
        assert "READ" in step.failure["msg"]
    assert not run.requests.writes


def test_trap_10_an_authorization_created_without_read_is_said_to_be_created(
    limited: Callable[..., Run], api: Camunda7, unique: Unique
) -> None:
    """Without READ the module stops before; with READ taken away in between it tells what happened."""
    name = unique("blind")
    step = task("c7_authorization", {"group": name, "resource": "application", "permissions": ["ACCESS"]})
    run = limited([step], (4, "CREATE"))
    assert "READ" in run[0].failure["msg"]
    assert not run.requests.writes
    assert not api.authorizations(groupIdIn=name)


def test_trap_10_a_404_after_create_tells_that_it_was_created(play: Play, proxied: Proxy, unique: Unique) -> None:
    body = {"type": "InvalidRequestException", "message": "Authorization with id x does not exist.", "code": None}
    proxied.fail(path="/authorization/create", status=404, body=json.dumps(body))
    name = unique("blind")
    run = play([task("c7_authorization", {"group": name, "resource": "application", "permissions": ["ACCESS"]})])
    message = run[0].failure["msg"]
    assert "created" in message
    assert "READ" in message


def test_trap_11_a_mistyped_name_is_an_error_and_not_ignored(play: Play) -> None:
    run = play(
        [
            task("c7_identity", {"users": [{"id": "a", "firstname": "Ada"}]}),
            task("c7_user", {"id": "a", "firstName": "Ada"}),
            task("c7_identity_info", {"kinds": ["user"]}),
            task("c7_authorization", {"group": "g", "resource": "proces_instance", "permissions": ["READ"]}),
            task("c7_authorization", {"group": "g", "resource": "process_instance", "permissions": ["read"]}),
            task("c7_authorization", {"group": "g", "resource": "application", "permissions": ["READ_HISTORY"]}),
        ]
    )
    hints = ["first_name", "first_name", "users", "process_instance", "READ", "ACCESS"]
    for step, hint in zip(run, hints):
        assert hint in step.failure["msg"], step.failure["msg"]
    assert not run.requests


def test_trap_12_ids_with_commas_are_found_one_by_one(play: Play, clean_engine: Engine) -> None:
    api = clean_engine.api
    for name in ("a,b", "a", "b", "c,d"):
        api.create_user(name)
    document = {"users": [{"id": name} for name in ("a,b", "a", "b", "c,d", "new,one")]}
    run = play(
        [
            task("c7_identity", document),
            task("c7_user", {"id": "a,b", "state": "absent", "purge_authorizations": True}),
            task("c7_authorization", {"user": "c,d", "resource": "application", "permissions": ["ACCESS"]}),
            task("c7_authorization", {"user": "c,d", "resource": "application", "permissions": ["ACCESS"]}),
        ]
    )
    assert run.changed == [True, True, True, False]
    assert [each["name"] for each in run[0].ok["changes"]] == ["new,one"]
    assert set(api.state().users) == {"admin", "a", "b", "c,d", "new,one"}


def test_trap_13_errors_are_told_by_status_and_not_by_the_name_of_a_class(
    play: Play, proxied: Proxy, api: Camunda7, unique: Unique
) -> None:
    """Whatever the server calls its error, the outcome is the same, and the name is shown."""
    name = unique("race")
    api.create_user(name)
    api.create_group(name)
    body = json.dumps({"type": "AnythingException", "message": "went wrong", "code": 0})
    hidden = {"method": "GET", "path": "/user", "status": 200, "body": "[]"}
    run = play(
        [
            task("c7_group_member", {"group": name, "member": name}),
            task("c7_user", {"id": unique("new")}),
        ],
        meanwhile={
            0: lambda: (
                api.add_member(name, name),
                proxied.fail(**hidden),
                proxied.fail(method="PUT", status=500, body=body),
            ),
            1: lambda: proxied.fail(path="/user/create", status=500, body=body),
        },
    )
    assert run[0].ok
    assert run[1].failure["error"] == {
        "status": 500,
        "type": "AnythingException",
        "method": "POST",
        "path": "/user/create",
        "instance": None,
    }
    assert "went wrong" in run[1].failure["msg"]


def test_trap_14_an_engine_without_authorizations_and_login(variant: Variant, unique: Unique, tmp_path: Any) -> None:
    """Nobody is asked who they are, everything is visible, and the engine makes no rows of its own."""
    engine = variant({**settings.NO_LOGIN, **settings.NO_AUTHORIZATION})
    document = {
        "users": [{"id": "jdoe", "first_name": "Jane"}],
        "groups": [{"id": "ops", "members": ["jdoe"]}],
        "tenants": [{"id": "emea", "users": ["jdoe"], "groups": ["ops"]}],
        "authorizations": [{"group": "ops", "resource": "application", "permissions": ["ACCESS"]}],
    }
    everything = {"purge": ["users", "groups", "tenants", "memberships", "authorizations"], "protect": ["admin"]}
    with Proxy(engine.url) as proxy:
        play = Play(tmp_path, {"url": proxy.url}, proxy)
        run = play(
            [
                task("c7_identity", document),
                task("c7_identity", {**document, **everything}),
                task("c7_user", {"id": "jdoe", "state": "absent"}),
                task("c7_identity", document),
                task("c7_identity_info"),
            ],
            watch=engine.api.state,
        )
    assert [each.result["changed"] for each in run] == [True, False, True, True, False]
    assert run[1].after.authorizations - engine.fresh.authorizations == {
        Authorization(GRANT, None, "ops", 0, "*", frozenset({"ACCESS"}))
    }
    assert run[3].after == run[0].after
    assert run[4].ok["identity"]["groups"][-1]["members"] == ["jdoe"]


def test_trap_15_nothing_removes_the_last_administrator_by_accident(play: Play, clean_engine: Engine) -> None:
    admins = clean_engine.admin_group
    nothing = {"users": [], "groups": [], "tenants": [], "authorizations": []}
    grant = {"group": admins, "resource": "application", "permissions": ["ACCESS"]}
    refused = [
        (task("c7_user", {"id": "admin", "state": "absent"}), "remove_caller"),
        (task("c7_group", {"id": admins, "state": "absent"}), "remove_last_admin"),
        (task("c7_group_member", {"group": admins, "member": "admin", "state": "absent"}), "remove_last_admin"),
        (task("c7_group_member", {"group": admins, "members": [], "exact": True}), "remove_last_admin"),
        (task("c7_authorization", grant), "remove_admin_grants"),
        (task("c7_authorization", {**grant, "state": "absent"}), "remove_admin_grants"),
        (task("c7_identity", {"authorizations": [grant]}), "remove_admin_grants"),
        (
            task("c7_identity", {"groups": [{"id": admins, "members": []}], "purge": ["memberships"]}),
            "remove_last_admin",
        ),
        (
            task("c7_authorization", {"user": "*", "resource": "application", "permissions": ["ACCESS"]}),
            "grant_everybody",
        ),
        (
            {**task("c7_user", {"id": "admin", "state": "absent"}), "check_mode": True},
            "remove_caller",
        ),
    ]
    run = play([step for step, _guard in refused], watch=clean_engine.api.state)
    for step, (_task, guard) in zip(run, refused):
        assert "Refused" in step.failure["msg"], step.failure["msg"]
        assert f"allow: [{guard}]" in step.failure["msg"], step.failure["msg"]
        assert not step.requests.writes
    assert run[-1].after == clean_engine.fresh
    purge = {**nothing, "purge": list(nothing), "allow": ["purge_undeclared"]}
    run = play([task("c7_identity", purge)], watch=clean_engine.api.state)
    assert run[0].changed is False
    assert run[0].after == clean_engine.fresh


def test_guards_give_way_to_allow(play: Play, clean_engine: Engine) -> None:
    """The named override does it; with another administrator there is nothing to refuse."""
    api, admins = clean_engine.api, clean_engine.admin_group
    api.create_user("deputy", plain_secret())
    api.authorize(["ALL"], 21, "extra", group=admins)
    extra = {"group": admins, "resource": "system", "resource_id": "extra", "permissions": ["READ"]}
    everybody = {"user": "*", "resource": "application", "resource_id": "x", "permissions": ["ACCESS"]}
    run = play(
        [
            task("c7_authorization", {**extra, "allow": ["remove_admin_grants"]}),
            task("c7_authorization", {**everybody, "allow": ["grant_everybody"]}),
            task("c7_group_member", {"group": admins, "members": ["deputy"]}),
            task("c7_group_member", {"group": admins, "members": ["deputy"], "state": "absent"}),
            task("c7_group_member", {"group": admins, "members": ["deputy"]}),
            {**task("c7_user", {"id": "admin", "state": "absent", "allow": ["remove_caller"]}), "check_mode": True},
            {
                **task("c7_group", {"id": admins, "state": "absent", "allow": ["remove_last_admin"]}),
                "check_mode": True,
            },
        ],
        watch=api.state,
    )
    assert run.changed == [True] * 7
    assert run[4].after.groups[admins].members == {"admin", "deputy"}
    assert run[6].after == run[4].after


def test_an_id_that_no_path_can_name_is_refused_before_it_hits_another(variant: Variant, tmp_path: Any) -> None:
    """The engine decodes `%2F` in a path once more: a path for the id `%2F` means the id `/`."""
    engine = variant({**settings.NO_LOGIN, **settings.NO_AUTHORIZATION})
    api = engine.api
    api.create_user("/", firstName="slash")
    api.create_user("%2F", firstName="text")
    api.create_group("g")
    with Proxy(engine.url) as proxy:
        run = Play(tmp_path, {"url": proxy.url}, proxy)(
            [
                task("c7_user", {"id": "%2F", "first_name": "changed"}),
                task("c7_user", {"id": "%2F", "state": "absent"}),
                task("c7_group_member", {"group": "g", "members": ["%2F"]}),
                task("c7_identity", {"groups": [{"id": "g", "members": ["%2F"]}]}),
                task("c7_user", {"id": "/", "first_name": "changed"}),
            ]
        )
    for step in run.tasks[:4]:
        assert "%2F" in step.failure["msg"]
        assert not step.requests.writes
    assert run[4].changed
    users = api.state().users
    assert users["/"].first_name == "changed"
    assert users["%2F"].first_name == "text"
    assert api.members("g") == set()
    # Nothing but a new engine can remove it.
