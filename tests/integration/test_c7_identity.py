# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_identity and c7_identity_info on whole documents: what is declared is there, at the cost that is promised."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bpmops.camunda.tests.support.camunda7 import GRANT, Authorization, Camunda7, State
from ansible_collections.bpmops.camunda.tests.support.documents import applied, exactly
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, Run, TaskRun, plain_secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

FOLDER = Path(__file__).parent / "documents"
NAMES = ("empty", "small", "large", "awkward", "moved")
DOCUMENTS = {name: yaml.safe_load((FOLDER / f"{name}.yml").read_text()) for name in NAMES}
EVERYTHING = ["users", "groups", "tenants", "memberships", "authorizations"]
WITHOUT_BRAKE = {"max_deletions": "100%", "allow": ["purge_undeclared"]}
PAGE = 500


def reconcile(name: str, **options: Any) -> dict[str, Any]:
    return task("c7_identity", {"src": str(FOLDER / f"{name}.yml"), **options})


def round_trip() -> list[str]:
    """A walk from `empty` that takes each of the 20 steps between two documents once."""
    walk = []
    for number, first in enumerate(NAMES):
        for second in NAMES[number + 1 :]:
            walk += [first, second]
    return [*walk, "empty"]


def budget(state: State, document: dict[str, Any]) -> int:
    """The requests that a task may make when nothing has to be changed."""
    pages = sum(len(kind) // PAGE + 1 for kind in (state.users, state.groups, state.tenants, state.authorizations))
    return pages + len(document["groups"]) + 2 * len(document["tenants"]) + 3


def test_the_walk_takes_every_step() -> None:
    walk = round_trip()
    steps = set(zip(walk, walk[1:]))
    assert steps == {(first, second) for first in NAMES for second in NAMES if first != second}
    assert len(walk) == 21


def test_any_document_to_any_other_with_purge(play: Play, clean_engine: Engine) -> None:
    walk = round_trip()[1:]
    run = play([reconcile(name, purge=EVERYTHING, **WITHOUT_BRAKE) for name in walk], watch=clean_engine.api.state)
    for name, step in zip(walk, run):
        assert step.changed
        assert step.after == exactly(clean_engine.fresh, step.before, DOCUMENTS[name]), name


def test_any_document_to_any_other_without_purge(play: Play, clean_engine: Engine) -> None:
    """What is not mentioned stays: each step starts where the first document is exactly what is there."""
    walk = round_trip()
    steps = [
        step
        for first, second in zip(walk, walk[1:])
        for step in (reconcile(first, purge=EVERYTHING, **WITHOUT_BRAKE), reconcile(second))
    ]
    run = play(steps, watch=clean_engine.api.state)
    for number, (first, second) in enumerate(zip(walk, walk[1:])):
        exact, more = run[2 * number], run[2 * number + 1]
        assert exact.ok
        assert exact.after == exactly(clean_engine.fresh, exact.before, DOCUMENTS[first]), first
        assert more.changed == (second != "empty")
        assert more.after == applied(exact.after, DOCUMENTS[second]), (first, second)


def test_no_change_costs_little_and_an_export_is_the_document(play: Play, clean_engine: Engine, tmp_path: Path) -> None:
    """For each document: check run, run, second run, export, reconcile of the export."""
    names = [name for name in NAMES if name != "empty"]
    steps = []
    for name in names:
        exported = str(tmp_path / f"{name}.yml")
        steps += [
            {**reconcile(name, purge=EVERYTHING, max_deletions="100%"), "check_mode": True, "diff": True},
            reconcile(name, purge=EVERYTHING, max_deletions="100%"),
            reconcile(name, purge=EVERYTHING),
            reconcile(name),
            task("c7_identity_info", {"dest": exported}),
            task("c7_identity", {"src": exported}),
            task("c7_identity", {"src": exported, "purge": EVERYTHING}),
            {**task("c7_identity", {"src": exported, "purge": EVERYTHING}), "check_mode": True},
        ]
    run = play(steps, watch=clean_engine.api.state)
    for number, name in enumerate(names):
        check, first, again, unpurged, export, same, exact, checked = run.tasks[8 * number : 8 * number + 8]
        assert [each.changed for each in (check, first, again, unpurged)] == [True, True, False, False], name
        assert check.ok["changes"] == first.ok["changes"]
        assert check.ok["counts"] == first.ok["counts"]
        assert export.changed
        assert [each.changed for each in (same, exact, checked)] == [False] * 3, name
        for each in (check, again, unpurged, export, same, exact, checked):
            assert not each.requests.writes
            assert each.before == each.after
        for each in (again, unpurged):
            assert len(each.requests) <= budget(each.before, DOCUMENTS[name]), f"{name}: {each.requests}"
        assert export.ok["counts"]["users"] == len(DOCUMENTS[name]["users"]) + 1
        assert len(first.requests.writes) <= sum(first.ok["counts"].values())


def test_inline_and_files_are_the_same(play: Play, clean_engine: Engine, tmp_path: Path) -> None:
    document = DOCUMENTS["small"]
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "people.yml").write_text(yaml.safe_dump({"users": document["users"]}))
    rest = {kind: rows for kind, rows in document.items() if kind != "users"}
    (parts / "rest.json").write_text(json.dumps(rest))
    run = play(
        [
            task("c7_identity", document),
            reconcile("small", purge=EVERYTHING),
            task("c7_identity", {"src": str(parts), "purge": EVERYTHING}),
            task("c7_identity", {"users": [{"id": "other"}], "src": str(parts)}),
            task("c7_identity_info", {"kinds": ["users"], "ids": ["o*", "j*"]}),
        ],
        watch=clean_engine.api.state,
    )
    assert run.changed == [True, False, False, True, False]
    assert run[0].after == applied(clean_engine.fresh, document)
    assert run[3].ok["counts"] == {"created": 1, "updated": 0, "deleted": 0}
    assert run[3].ok["changes"] == [{"action": "create", "kind": "user", "name": "other"}]
    users = run[4].ok["identity"]["users"]
    assert [each["id"] for each in users] == ["jdoe", "other"]
    assert run[4].ok["identity"].keys() == {"users"}


def test_purge_by_kind_protects_and_keeps(play: Play, clean_engine: Engine) -> None:
    """Each kind is purged alone; patterns protect; the administrator and what the engine made itself stay."""
    nothing = {"users": [], "groups": [], "tenants": [], "authorizations": [], **WITHOUT_BRAKE}
    run = play(
        [
            reconcile("small"),
            task("c7_identity", {**nothing, "purge": ["authorizations"], "protect": ["robot"]}),
            task("c7_identity", {"groups": [{"id": "ops", "members": ["rroe"]}], "purge": ["memberships"]}),
            task("c7_identity", {**nothing, "purge": ["users"], "protect": ["j*"]}),
            task("c7_identity", {**nothing, "purge": ["groups"], "protect": ["ops"]}),
            task("c7_identity", {**nothing, "purge": ["tenants"]}),
            task("c7_identity", {**nothing, "purge": EVERYTHING}),
            task("c7_identity", {**nothing, "purge": EVERYTHING}),
        ],
        watch=clean_engine.api.state,
    )
    assert run.changed == [True] * 7 + [False]
    fresh, small = clean_engine.fresh, DOCUMENTS["small"]
    own = applied(fresh, {**small, "authorizations": []}).authorizations
    robots = Authorization(GRANT, "robot", None, 8, "*", frozenset({"ALL"}))
    assert run[1].after.authorizations == own | {robots}
    assert run[2].after.groups["ops"].members == {"rroe"}
    assert run[2].after.groups["robots"].members == {"robot"}
    assert set(run[3].after.users) == {"admin", "jdoe"}
    assert set(run[4].after.groups) == {clean_engine.admin_group, "ops"}
    assert not run[5].after.tenants
    assert run[6].after == fresh
    kept = {each["guard"]: each["objects"] for each in run[7].ok["kept"]}
    assert kept.keys() == {"remove_caller", "remove_last_admin", "remove_admin_grants"}
    assert kept["remove_caller"] == ["user admin"]
    assert kept["remove_last_admin"] == [f"group {clean_engine.admin_group}"]
    assert len(kept["remove_admin_grants"]) == 22


def test_passwords_of_documents(play: Play, clean_engine: Engine) -> None:
    """From the option, for new users only unless asked; nobody logs in to try one."""
    first, second = plain_secret(), plain_secret()
    users = [{"id": "jdoe", "password": "{{ first }}"}]
    run = play(
        [
            reconcile("small", passwords={"rroe": "{{ first }}"}),
            reconcile("small", passwords={"rroe": "{{ second }}"}),
            task("c7_identity", {"users": users}),
            task("c7_identity", {"users": users, "update_password": "always"}),
            reconcile("small", passwords={"nobody": "{{ first }}"}),
        ],
        variables={"first": first, "second": second},
    )
    assert [each.result["changed"] for each in run] == [True, False, False, True, False]
    assert "nobody" in run[4].failure["msg"]
    assert not run.requests.to("/identity/verify")
    assert clean_engine.api.accepts("rroe", first)
    assert clean_engine.api.accepts("jdoe", first)


def test_everything_wrong_is_reported_at_once_and_before_the_first_request(play: Play, tmp_path: Path) -> None:
    wrong = {
        "users": [{"id": "a"}, {"id": "a"}, {"id": 5}, {"id": "b", "firstname": "x"}],
        "groups": [{"id": "g", "members": "a"}],
        "authorizations": [
            {"group": "g", "resource": "process_definition", "permissions": ["READ_INSTANC"]},
            {"resource": "application", "permissions": ["ACCESS"]},
            {"group": "g", "resource": "proces_definition", "permissions": ["READ"]},
            {"user": "a", "group": "g", "resource": "application", "permissions": ["ACCESS"]},
        ],
        "tenant": [],
    }
    source = tmp_path / "state.json"
    source.write_text(json.dumps(wrong))
    run = play([task("c7_identity", {"src": str(source)})])
    message = run[0].failure["msg"]
    assert not run.requests
    for part in (
        "state.json",
        "users[1]",
        "declared twice",
        "users[2].id",
        "string",
        "first_name",
        "groups[0].members",
        "READ_INSTANCE",
        "authorizations[1]",
        "process_definition",
        "authorizations[3]",
        "tenants",
    ):
        assert part in message, part


def test_members_that_nobody_declares_and_that_are_not_there(play: Play, clean_engine: Engine) -> None:
    run = play(
        [
            task("c7_identity", {"groups": [{"id": "g", "members": ["ghost", "admin"]}]}),
            task("c7_identity", {"tenants": [{"id": "t", "groups": ["ghosts"]}]}),
            task("c7_identity", {"users": [], "groups": [{"id": "g", "members": ["admin"]}], "purge": ["groups"]}),
        ],
        watch=clean_engine.api.state,
    )
    assert "ghost" in run[0].failure["msg"]
    assert "admin" not in run[0].failure["msg"].replace("ghost", "")
    assert "ghosts" in run[1].failure["msg"]
    assert run[2].changed
    assert not run[0].requests.writes
    assert not run[1].requests.writes


def twenty_users() -> dict[str, Any]:
    return {
        "users": [{"id": f"d{number:02}"} for number in range(20)],
        "groups": [{"id": "dying", "members": [f"d{number:02}" for number in range(20)]}],
        "authorizations": [{"group": "dying", "resource": "application", "permissions": ["ACCESS"]}],
    }


@pytest.mark.usefixtures("unsteady")
@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_server_that_dies_half_way(play: Play, proxied: Proxy, clean_engine: Engine, concurrency: int) -> None:
    """The result tells what was done, what failed and what was not tried; a second run completes it."""
    fault = proxied.fail(writes_only=True, skip=8, times=None, drop="before")
    document = {**twenty_users(), "concurrency": concurrency}

    def up_again() -> None:
        fault.times = 0

    run = play(
        [
            task("c7_identity", {**document, "request_retries": 0}),
            task("c7_identity", document),
            task("c7_identity", document),
        ],
        watch=clean_engine.api.state,
        meanwhile={1: up_again},
    )
    failed = run[0].failure
    error = failed["error"]
    assert failed["changed"] is True
    assert len(error["done"]) == 8
    assert 1 <= len(error["failed"]) <= concurrency
    assert len(error["done"]) + len(error["failed"]) + len(error["not_attempted"]) == 20 + 1 + 20 + 1
    created = set(run[0].after.users) - {"admin"} | set(run[0].after.groups) - {clean_engine.admin_group}
    assert {each["name"] for each in error["done"]} == created
    assert "8 were done" in failed["msg"]
    assert run[1].changed
    assert sum(run[1].ok["counts"].values()) == 42 - 8
    assert run[1].after == applied(clean_engine.fresh, {"tenants": [], **twenty_users()})
    assert run[2].changed is False


def test_an_answer_that_gets_lost(play: Play, proxied: Proxy, clean_engine: Engine) -> None:
    """The engine did it and the connection broke: nothing is done twice, and the second run finds it done."""
    proxied.fail(path="/user/create", drop="after")
    run = play([task("c7_user", {"id": "lost"}), task("c7_user", {"id": "lost"})], watch=clean_engine.api.state)
    assert run[0].failure["msg"]
    assert len(run[0].requests.writes) == 1
    assert "lost" in run[0].after.users
    assert run[1].changed is False


@pytest.mark.usefixtures("unsteady")
def test_two_writers_at_once(play: Play, clean_engine: Engine, tmp_path: Path) -> None:
    """Two runs of the same document meet on an engine; both succeed, and the state is the declared one."""
    document = {"tenants": [], **DOCUMENTS["moved"]}
    document["users"] = [*document["users"], *({"id": f"both{number:02}"} for number in range(40))]
    results: list[Run] = []

    def write(number: int) -> None:
        with Proxy(clean_engine.url) as proxy:
            writer = Play(tmp_path / f"writer-{number}", clean_engine.connection(proxy.url), proxy)
            writer.directory.mkdir()
            results.append(writer([task("c7_identity", document)]))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert len(results) == 2
    assert [each[0].ok["changed"] for each in results].count(True) >= 1
    assert clean_engine.api.state() == applied(clean_engine.fresh, document)
    assert play([task("c7_identity", document)]).changed == [False]


def test_concurrency_is_what_was_asked_for(play: Play, proxied: Proxy, clean_engine: Engine) -> None:
    run = play([task("c7_identity", {**twenty_users(), "concurrency": 1})])
    assert run.changed == [True]
    assert run.requests.connections == 1
    proxied.fail(path="/user/.*", method="DELETE", delay=0.05, times=None)
    run = play([task("c7_identity", {"users": [], "purge": ["users"], "concurrency": 8, **WITHOUT_BRAKE})])
    assert run.changed == [True]
    assert len(run.requests.writes) == 20
    assert len({each.connection for each in run.requests.writes}) == 8


def changes_of(step: TaskRun) -> set[tuple[str, str, str]]:
    return {(each["action"], each["kind"], each["name"]) for each in step.ok["changes"]}


def test_drift_is_found_exactly_and_healed(play: Play, api: Camunda7, clean_engine: Engine) -> None:
    def drift() -> None:
        api.update_user("jdoe", firstName="Janet", lastName="Doe", email="jane@example.com")
        api.remove_member("ops", "rroe")
        api.delete_group("robots")
        (row,) = api.get("/authorization", resourceType=6, resourceId="invoice")
        api.send("DELETE", f"/authorization/{row['id']}")
        api.create_user("intruder")
        api.authorize(["ALL"], 6, user="intruder")

    run = play(
        [
            reconcile("small", purge=EVERYTHING),
            {**reconcile("small", purge=EVERYTHING), "check_mode": True, "diff": True},
            reconcile("small", purge=EVERYTHING),
            reconcile("small", purge=EVERYTHING),
        ],
        watch=api.state,
        meanwhile={1: drift},
    )
    assert run.changed == [True, True, True, False]
    assert {(action, kind) for action, kind, _name in changes_of(run[1])} == {
        ("update", "user"),
        ("create", "membership"),
        ("create", "group"),
        ("create", "authorization"),
        ("delete", "user"),
        ("delete", "authorization"),
    }
    assert changes_of(run[1]) == changes_of(run[2])
    assert len(run[1].ok["diff"]) == len(run[1].ok["changes"])
    assert run[2].after == run[0].after
