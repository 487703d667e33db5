# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody locks themselves out, nothing goes by mistake, and what is planned is what the engine does."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import Camunda7 as Camunda7Client
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import caller
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.permissions import MANAGED, securable_of
from ansible_collections.bpmops.camunda.tests.support.camunda7 import GLOBAL, GRANT, REVOKE, Authorization, Camunda7
from ansible_collections.bpmops.camunda.tests.support.documents import GROUP, TENANT, USER
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.identity_model import Model
from ansible_collections.bpmops.camunda.tests.support.plays import Play, TaskRun, plain_secret, task

MEMBERSHIP, AUTHORIZATION, TENANT_MEMBERSHIP = 3, 4, 12
Unique = Callable[[str], str]


@pytest.fixture
def bot(clean_engine: Engine, play: Play) -> Play:
    """Runs tasks as a service account as one makes it: a user in a group that may do everything."""
    api, password = clean_engine.api, plain_secret()
    api.create_user("bot", password)
    api.create_group("robots")
    api.add_member("robots", "bot")
    for resource in (0, *sorted(MANAGED)):
        api.authorize(["ALL"], resource, group="robots")
    return Play(play.directory / "bot", {**play.parameters, "username": "bot", "password": password}, play.proxy)


def changes_of(step: TaskRun) -> list[str]:
    return [f"{each['action']} {each['kind']} {each['name']}" for each in step.ok["changes"]]


def purge(*kinds: str, **options: Any) -> dict[str, Any]:
    return task("c7_identity", {"purge": list(kinds), "allow": ["purge_undeclared"], **options})


# What the plan knows of the engine


class _Reader(Camunda7Client):
    """Reads by way of the tests' own client."""

    def __init__(self, api: Camunda7) -> None:
        self._api = api

    def list(self, *segments: str, fields: Any = None, query: Any = None) -> list[dict[str, Any]]:
        return self._api.rows("/" + "/".join(segments), **(query or {}))


def test_the_callers_rights_are_what_the_engine_says(clean_engine: Engine) -> None:
    """Random authorizations of a user, its groups, other groups and everybody; each right asked one by one."""
    api, password, dice = clean_engine.api, plain_secret(), random.Random(7)
    api.create_user("bot", password)
    for group in ("g", "h", "other"):
        api.create_group(group)
    api.add_member("g", "bot")
    api.add_member("h", "bot")
    grantees: list[dict[str, Any]] = [
        {"kind": kind, **grantee}
        for kind in (GRANT, REVOKE)
        for grantee in ({"user": "bot"}, {"group": "g"}, {"group": "h"}, {"group": "other"})
    ]
    grantees.append({"kind": GLOBAL, "user": "*"})
    for resource in (TENANT, TENANT_MEMBERSHIP):
        for which in ("*", "x", "y", "z"):
            for grantee in grantees:
                if dice.random() < 0.35:
                    names = dice.choice([["ALL"], ["CREATE"], ["DELETE"], ["CREATE", "DELETE"], []])
                    api.authorize(names, resource, which, **grantee)
    asking: Any = Camunda7(api.url, "bot", password)
    user = caller.read_caller(_Reader(api), "bot", ())
    assert user.groups == {"g", "h"}
    verdicts = set()
    for resource in (TENANT, TENANT_MEMBERSHIP):
        for which in ("*", "x", "y", "z", "w"):
            for permission in ("CREATE", "DELETE"):
                says = asking.get(
                    "/authorization/check",
                    permissionName=permission,
                    resourceName="any",
                    resourceType=resource,
                    resourceId=which,
                )["authorized"]
                assert user.is_authorized(permission, resource, which) is says, (permission, resource, which, user.rows)
                verdicts.add(says)
    assert verdicts == {True, False}


DELETIONS = {
    "user u": "/user/u",
    "group g": "/group/g",
    "tenant t": "/tenant/t",
    "members": "/group/g/members/u",
    "users": "/tenant/t/user-members/u",
    "groups": "/tenant/t/group-members/g",
}


@pytest.mark.parametrize("what", DELETIONS)
def test_the_model_drops_what_the_engine_drops(clean_engine: Engine, what: str) -> None:
    """Every type and grantee on every object; what is gone afterwards is what the model of the unit tests says."""
    api = clean_engine.api
    for name in ("u", "v"):
        api.create_user(name)
    for name in ("g", "h"):
        api.create_group(name)
    for name in ("t", "s"):
        api.create_tenant(name)
    api.add_member("g", "u")
    api.add_tenant_member("t", user="u")
    api.add_tenant_member("t", group="g")
    grantees: list[tuple[dict[str, Any], int]] = [
        (grantee, kind)
        for grantee in ({"user": "u"}, {"user": "v"}, {"group": "g"}, {"group": "h"})
        for kind in (GRANT, REVOKE)
    ]
    there = set(_rows(clean_engine))
    objects = (USER, "u"), (GROUP, "g"), (MEMBERSHIP, "g"), (TENANT, "t"), (TENANT_MEMBERSHIP, "t"), (TENANT, "s")
    for resource, which in objects:
        for grantee, kind in [*grantees, ({"user": "*"}, GLOBAL)]:
            name = grantee.get("group") or grantee["user"]
            if (kind, "" if kind == GLOBAL else next(iter(grantee)), name, resource, which) not in there:
                api.authorize(["CREATE"], resource, which, kind=kind, **grantee)
    names = {"user": {"u", "v"}, "group": {"g", "h"}, "tenant": {"t", "s"}}
    model = Model(names, {("members", "g", "u"), ("users", "t", "u"), ("groups", "t", "g")}, _rows(clean_engine))
    assert len(model.rows) == 6 * 9
    api.send("DELETE", DELETIONS[what])
    if " " in what:
        model.delete(*what.split())
    else:
        container, member = {"members": ("g", "u"), "users": ("t", "u"), "groups": ("t", "g")}[what]
        model.membership("delete", (what, container, member))
    assert len(model.rows) < 6 * 9
    assert _rows(clean_engine) == model.rows


def _rows(engine: Engine) -> dict[Any, list[str]]:
    """The authorizations that are not the administrators', as the model has them; own rows of bystanders left out."""
    rows = engine.api.authorizations() - engine.fresh.authorizations
    bystanders = {("user", "v", USER, "v"), ("group", "h", GROUP, "h")}
    found = {}
    for kind, user, group, resource, which, permissions in rows:
        grantee = "" if kind == GLOBAL else "group" if group else "user"
        if (grantee, group or user, resource, which) not in bystanders:
            found[(kind, grantee, group or user, resource, which)] = sorted(permissions)
    return found


# The caller's rights


def test_a_service_account_cannot_purge_its_own_rights(bot: Play, clean_engine: Engine) -> None:
    """Each kind alone and all together, as the bot; afterwards it can still do everything."""
    api = clean_engine.api
    everything = ["users", "groups", "tenants", "memberships", "authorizations"]
    declared = {"users": [{"id": "jdoe"}], "groups": [{"id": "ops", "members": ["jdoe"]}]}
    protected = {**declared, "protect": ["admin", clean_engine.admin_group]}
    check = {**purge(*everything, **protected), "check_mode": True}
    run = bot(
        [
            purge("authorizations", users=[{"id": "jdoe"}]),
            purge("groups", **protected),
            check,
            purge(*everything, **protected),
            purge(*everything, **protected),
            task("c7_user", {"id": "later"}),
        ],
        watch=api.state,
    )
    assert run.changed == [True, True, False, False, False, True]
    assert changes_of(run[0]) == ["create user jdoe", "delete authorization grant group robots on application *"]
    assert "create group ops" in changes_of(run[1])
    for step in run.tasks[1:4]:
        assert step.after.groups["robots"].members == {"bot"}
    kept = {name: each["guard"] for each in run[3].ok["kept"] for name in each["objects"]}
    rights = {"group robots", *(f"authorization grant group robots on {securable_of(each).name} *" for each in MANAGED)}
    assert {name for name, guard in kept.items() if guard == "remove_caller_rights"} == rights
    assert kept["user bot"] == "remove_caller"
    assert not run[3].requests.writes


def test_what_takes_rights_from_the_caller_is_refused(bot: Play, play: Play, clean_engine: Engine) -> None:
    """By whatever module, before the first write, in check mode too."""
    api = clean_engine.api
    revoke = {"type": "revoke", "resource": "authorization", "permissions": ["ALL"]}
    narrow = {"group": "robots", "resource": "user", "permissions": ["READ"]}
    steps = [
        task("c7_authorization", {**revoke, "user": "bot"}),
        task("c7_identity", {"authorizations": [{**revoke, "user": "bot"}]}),
        task("c7_authorization", {**narrow, "mode": "remove"}),
        task("c7_identity", {"authorizations": [narrow]}),
        task("c7_authorization", {"group": "robots", "resource": "user", "state": "absent"}),
        task("c7_group", {"id": "robots", "state": "absent"}),
        task("c7_group", {"id": "robots", "state": "absent", "purge_authorizations": True}),
        task("c7_group_member", {"group": "robots", "member": "bot", "state": "absent"}),
        task("c7_group_member", {"group": "robots", "members": ["admin"], "exact": True}, check=True),
        purge("memberships", groups=[{"id": "robots", "members": []}]),
    ]
    before = api.state()
    run = bot(steps)
    for step in run:
        assert "allow: [remove_caller_rights]" in step.failure["msg"], step.failure["msg"]
    assert not run.requests.writes
    # The administrator by way of the group that every engine has.
    run = play(
        [
            task("c7_authorization", {**revoke, "user": "admin"}),
            task("c7_identity", {"authorizations": [{**revoke, "user": "admin"}]}),
        ]
    )
    for step in run:
        assert "allow: [remove_caller_rights]" in step.failure["msg"], step.failure["msg"]
    assert not run.requests.writes
    assert api.state() == before
    run = bot([task("c7_group", {"id": "robots", "state": "absent", "allow": ["remove_caller_rights"]})])
    assert run.changed == [True]


# The brake


def test_an_incomplete_document_deletes_nothing(play: Play, clean_engine: Engine, tmp_path: Path) -> None:
    """A document that lost its content, or most of it, is refused, in check mode too; asked for by name it is done."""
    api = clean_engine.api
    for number in range(30):
        api.create_user(f"u{number:02}")
    api.create_group("g")
    for number in range(12):
        api.add_member("g", f"u{number:02}")
    comments = tmp_path / "comments.yml"
    comments.write_text("# users: []\n")
    few = {"users": [{"id": f"u{number:02}"} for number in range(15)]}
    members = {"group": "g", "members": ["u00"], "exact": True}
    run = play(
        [
            task("c7_identity", {"src": str(comments), "purge": ["users"]}),
            task("c7_identity", {"src": str(comments), "purge": ["users", "groups"]}, check=True),
            task("c7_identity", {**few, "purge": ["users"]}),
            task("c7_identity", {**few, "purge": ["users"]}, check=True),
            task("c7_identity", {**few, "purge": ["users"], "max_deletions": "many"}),
            task("c7_group_member", {**members, "max_deletions": 10}),
            task("c7_group_member", members, check=True),
            task("c7_identity", {**few, "purge": ["users"], "max_deletions": "50%"}),
        ],
        watch=api.state,
    )
    for step in run.tasks[:2]:
        assert "allow: [purge_undeclared]" in step.failure["msg"]
    for step in run.tasks[2:4]:
        assert "15 of 31 users would be deleted, and the limit is 10" in step.failure["msg"]
        assert "max_deletions: 15" in step.failure["msg"]
    assert "neither a number nor a percentage" in run[4].failure["msg"]
    assert "11 of 12 memberships would be deleted, and the limit is 10" in run[5].failure["msg"]
    assert len(run[6].ok["changes"]) == 11
    assert run[7].ok["counts"] == {"created": 0, "updated": 0, "deleted": 15}
    for step in run.tasks[:7]:
        assert not step.requests.writes and step.before == step.after
    assert not run[0].requests and not run[1].requests and not run[4].requests


# What is planned is what happens


def test_declared_authorizations_on_what_goes(play: Play, clean_engine: Engine) -> None:
    """The engine deletes them with the user, the tenant or the membership; they are there after the first run."""
    api = clean_engine.api
    for name in ("gone", "leaver"):
        api.create_user(name)
    api.create_group("ops")
    api.add_member("ops", "leaver")
    for tenant in ("t", "old"):
        api.create_tenant(tenant)
    api.add_tenant_member("t", user="gone")
    api.add_tenant_member("t", user="leaver")
    api.authorize(["CREATE"], MEMBERSHIP, "ops", user="leaver")
    document = {
        "users": [{"id": "leaver"}],
        "groups": [{"id": "ops", "members": []}],
        "tenants": [{"id": "t"}],
        "authorizations": [
            {"group": "ops", "resource": "user", "id": "gone", "permissions": ["READ"]},
            {"user": "gone", "resource": "tenant", "id": "t", "permissions": ["READ"]},
            {"user": "leaver", "resource": "tenant", "ids": ["t", "old"], "permissions": ["READ"]},
            {"user": "leaver", "resource": "group_membership", "id": "ops", "permissions": ["CREATE"]},
        ],
    }
    steps = task("c7_identity", {**document, "purge": ["users", "tenants", "memberships"]})
    run = play([{**steps, "check_mode": True}, steps, steps], watch=api.state)
    assert run.changed == [True, True, False]
    assert changes_of(run[0]) == changes_of(run[1])
    assert sorted(changes_of(run[1])) == [
        "create authorization grant group ops on user gone",
        "create authorization grant user leaver on tenant old",
        "delete membership user leaver of group ops",
        "delete tenant old",
        "delete user gone",
        "update authorization grant user gone on tenant t",
        "update authorization grant user leaver on group_membership ops",
    ]
    expected = {
        Authorization(GRANT, None, "ops", USER, "gone", frozenset({"READ"})),
        Authorization(GRANT, "gone", None, TENANT, "t", frozenset({"READ"})),
        Authorization(GRANT, "leaver", None, TENANT, "t", frozenset({"READ"})),
        Authorization(GRANT, "leaver", None, TENANT, "old", frozenset({"READ"})),
        Authorization(GRANT, "leaver", None, MEMBERSHIP, "ops", frozenset({"CREATE"})),
    }
    assert expected <= run[1].after.authorizations
    assert run[2].before == run[2].after


def test_protect_keeps_members_and_the_authorizations_on_it(play: Play, clean_engine: Engine) -> None:
    api = clean_engine.api
    api.create_user("u")
    api.create_group("svc-g")
    api.create_tenant("svc-t")
    api.add_member("svc-g", "u")
    api.add_tenant_member("svc-t", user="u")
    api.authorize(["ALL"], GROUP, "svc-g", user="u")
    document = {"groups": [{"id": "svc-g", "members": []}], "tenants": [{"id": "svc-t", "users": []}]}
    run = play([purge("memberships", "authorizations", **document, protect=["svc-*"])], watch=api.state)
    assert run.changed == [False]


def test_a_first_deployment_passes_the_check(play: Play, clean_engine: Engine) -> None:
    """What an earlier task would have created is not there yet: a warning. Without check mode it is an error."""
    api = clean_engine.api
    tasks = [
        task("c7_user", {"id": "jdoe"}),
        task("c7_group", {"id": "ops"}),
        task("c7_tenant", {"id": "emea"}),
        task("c7_group_member", {"group": "ops", "member": "jdoe"}),
        task("c7_tenant_member", {"tenant": "emea", "user": "jdoe", "group": "ops"}),
        task("c7_authorization", {"group": "ops", "resource": "application", "permissions": ["ACCESS"]}),
    ]
    run = play(tasks, arguments=["--check", "--diff"], watch=api.state)
    assert run.changed == [True] * 6
    assert not run.requests.writes
    assert changes_of(run[3]) == ["create membership user jdoe of group ops"]
    for part in ("There is no group ops", "There is no user jdoe", "There is no tenant emea"):
        assert part in run.stdout + run.stderr
    run = play(tasks[3:5])
    for step in run:
        assert "There is no" in step.failure["msg"] and "Create it first" in step.failure["msg"]


def test_drift_of_members_and_authorizations_is_found(play: Play, clean_engine: Engine, tmp_path: Path) -> None:
    """By default, and neither guards nor limits stop it; it never writes."""
    api, admins = clean_engine.api, clean_engine.admin_group
    source = tmp_path / "state.yml"
    source.write_text(yaml.safe_dump({"users": [{"id": "admin"}], "groups": [{"id": admins, "members": ["admin"]}]}))
    variables = {"c7_identity_connection": play.parameters}

    def drift(**more: Any) -> Any:
        file = tmp_path / "variables.yml"
        file.write_text(yaml.safe_dump({**variables, "c7_identity_src": str(source), **more}))
        arguments = ["bpmops.camunda.identity_drift", "-e", f"@{file}"]
        return play.run_playbook(arguments)

    assert drift().rc == 0
    for number in range(12):
        api.create_user(f"intruder{number}")
        api.add_member(admins, f"intruder{number}")
        api.authorize(["ALL"], AUTHORIZATION, user=f"intruder{number}")
    before = api.state()
    found = drift()
    assert found.rc != 0
    message = found.tasks[-1].failure["msg"]
    assert "in 24 points" in message
    assert f"delete membership user intruder7 of group {admins}" in message
    assert "delete authorization grant user intruder7 on authorization *" in message
    assert "in 12 points" in drift(identity_drift_report=["memberships"]).tasks[-1].failure["msg"]
    assert drift(identity_drift_report=[]).rc == 0
    assert api.state() == before
