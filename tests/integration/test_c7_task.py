# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_task on real engines."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.c7_modules import Module, Row, deployed
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.camunda7_processes import start
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

GONE = {"matched": 1, "changed": 0, "unchanged": 0, "gone": 1}
CHANGED = {"matched": 1, "changed": 1, "unchanged": 0, "gone": 0}
UNCHANGED = {"matched": 1, "changed": 0, "unchanged": 1, "gone": 0}


@pytest.fixture(scope="module")
def models(engine: Engine) -> Iterator[None]:
    with deployed(engine.api, "processes.bpmn"):
        yield


@pytest.fixture
def tasks(models: None, engine: Engine, proxied: Proxy) -> Module:
    return Module("c7_task", engine, proxied)


@pytest.fixture
def create(models: None, api: Camunda7, unique: Callable[[str], str]) -> Callable[..., list[str]]:
    """Starts instances with a task each, and returns the ids of the tasks."""

    def make(number: int = 1, assignee: str | None = None, **variables: Any) -> list[str]:
        def one(_number: int) -> str:
            instance = start(api, "approve", unique("order"), **variables)
            key = str(api.get("/task", processInstanceId=instance)[0]["id"])
            if assignee:
                api.send("POST", f"/task/{key}/assignee", {"userId": assignee})
            return key

        with ThreadPoolExecutor(4 if number > 5 else 1) as pool:
            return list(pool.map(one, range(number)))

    return make


def _task(api: Camunda7, key: str) -> Row:
    found: Row = api.get(f"/task/{key}")
    return found


def _suspend(api: Camunda7, key: str) -> None:
    api.send("PUT", f"/process-instance/{_task(api, key)['processInstanceId']}/suspended", {"suspended": True})


# One state after the other: what a task becomes, and that the same once more is no change.


def _seen(row: Row) -> Row:
    """A task without what only tells that there was a change."""
    return {name: value for name, value in row.items() if name not in ("lastUpdated", "taskState")}


def _walk(tasks: Module, api: Camunda7, key: str, becomes: Row, **options: Any) -> Row:
    """Announce, apply, apply again; return the result of the application."""
    before = _task(api, key)
    announced = tasks(check=True, diff=True, id=key, **options)
    assert (announced["changed"], announced["counts"]) == (True, CHANGED)
    assert _task(api, key) == before
    made = tasks(diff=True, id=key, **options)
    assert made == announced
    after = _task(api, key)
    assert _seen(after) == {**_seen(before), **becomes}
    [diff] = made["diff"]
    assert diff["before"] == before
    assert {name: diff["after"][name] for name in becomes} == becomes
    again = tasks(id=key, **options)
    assert (again["changed"], again["counts"]) == (False, UNCHANGED)
    return made


def test_a_task_is_claimed_delegated_resolved_and_completed(
    tasks: Module, api: Camunda7, create: Callable[..., list[str]]
) -> None:
    [key] = create()
    made = _walk(tasks, api, key, {"assignee": "anna"}, state="claimed", user="anna")
    assert made["objects"][0]["result"] == "changed" and made["objects"][0]["assignee"] is None
    _walk(tasks, api, key, {"assignee": None}, state="unassigned")
    _walk(tasks, api, key, {"assignee": "anna"}, state="assigned", user="anna")
    delegated = {"assignee": "bob", "owner": "anna", "delegationState": "PENDING"}
    _walk(tasks, api, key, delegated, state="delegated", user="bob")
    resolved = {"assignee": "anna", "delegationState": "RESOLVED"}
    _walk(tasks, api, key, resolved, state="resolved", variables={"seen": True, "by": {"value": 7, "type": "Long"}})
    instance = _task(api, key)["processInstanceId"]
    variables = api.get(f"/process-instance/{instance}/variables")
    assert (variables["seen"]["type"], variables["seen"]["value"]) == ("Boolean", True)
    assert (variables["by"]["type"], variables["by"]["value"]) == ("Long", 7)

    options: Row = {"id": key, "state": "completed", "variables": {"result": {"value": "good", "no_log": True}}}
    announced = tasks(check=True, diff=True, **options)
    assert announced["counts"] == CHANGED and announced["diff"][0]["after"] == ""
    assert _task(api, key)["id"] == key
    made = tasks(diff=True, **options)
    assert made == announced and "good" not in json.dumps(made)
    assert tasks.requests.writes.to(f"/task/{key}/complete", "POST")
    assert api.get("/history/task", taskId=key)[0]["deleteReason"] == "completed"
    [variable] = api.get("/history/variable-instance", processInstanceId=instance, variableName="result")
    assert (variable["type"], variable["value"]) == ("String", "good")
    again = tasks(**options)
    assert (again["changed"], again["counts"]) == (False, UNCHANGED)
    # It cannot be moved any more, and says so.
    for state in ("assigned", "unassigned", "updated"):
        assert tasks.failed(id=key, state=state, **STATES[state]) == f"There is no task {key}. Nothing was changed."


def test_a_task_is_updated(tasks: Module, api: Camunda7, create: Callable[..., list[str]]) -> None:
    [key] = create(assignee="anna")
    wanted: Row = {
        "state": "updated",
        "name": "Look at it",
        "description": "twice",
        "owner": "carl",
        "priority": 80,
        "due_date": "2026-12-31T12:00:00+01:00",
        "follow_up_date": "2026-12-01",
    }
    after = {
        "name": "Look at it",
        "description": "twice",
        "owner": "carl",
        "priority": 80,
        "due": "2026-12-31T11:00:00.000+0000",
        "followUp": "2026-12-01T00:00:00.000+0000",
    }
    _walk(tasks, api, key, after, **wanted)
    assert tasks(id=key, **{**wanted, "due_date": "2026-12-31 11:00Z"})["counts"] == UNCHANGED
    _walk(tasks, api, key, {"priority": 0}, state="updated", priority=0)
    cleared: Row = {"owner": "", "description": "", "due_date": "", "follow_up_date": ""}
    nothing: Row = {"owner": None, "description": None, "due": None, "followUp": None}
    _walk(tasks, api, key, nothing, state="updated", **cleared)
    assert _task(api, key)["assignee"] == "anna" and _task(api, key)["name"] == "Look at it"


def test_the_candidates_of_a_task(tasks: Module, api: Camunda7, create: Callable[..., list[str]]) -> None:
    [key] = create()

    def links() -> list[str]:
        rows = api.get(f"/task/{key}/identity-links")
        users = [f"{row['type']} user {row['userId']}" for row in rows if row["userId"]]
        return sorted(users + [f"{row['type']} group {row['groupId']}" for row in rows if row["groupId"]])

    options: Row = {"id": key, "state": "updated", "candidate_users": ["bob", "anna", "bob"]}
    before = links()
    announced = tasks(check=True, diff=True, **options)
    assert announced["diff"][0]["before"]["candidate_users"] == []
    assert announced["diff"][0]["after"]["candidate_users"] == ["anna", "bob"]
    assert links() == before == ["candidate group sales"]
    assert tasks(diff=True, **options) == announced
    assert links() == ["candidate group sales", "candidate user anna", "candidate user bob"]
    assert len(tasks.requests.writes) == 2
    assert tasks(**{**options, "candidate_users": ["anna", "bob"]})["counts"] == UNCHANGED
    assert tasks(id=key, state="updated", candidate_users=["bob"], candidate_groups=["it"], priority=9)["changed"]
    assert links() == ["candidate group it", "candidate user bob"]
    assert _task(api, key)["priority"] == 9
    assert tasks(id=key, state="updated", candidate_users=[], candidate_groups=[])["changed"]
    assert links() == []


def test_an_update_keeps_what_somebody_else_set_meanwhile(
    tasks: Module, api: Camunda7, create: Callable[..., list[str]], proxied: Proxy
) -> None:
    [key] = create()
    # The first request reads the selection.
    claim = partial(api.send, "POST", f"/task/{key}/claim", {"userId": "anna"})
    fault = proxied.fail(method="GET", path=f"/task/{key}", skip=1, first=claim)
    assert tasks(id=key, state="updated", priority=77)["counts"] == CHANGED
    assert fault.hits
    assert (_task(api, key)["assignee"], _task(api, key)["priority"]) == ("anna", 77)


STATES: dict[str, Row] = {
    "assigned": {"user": "anna"},
    "claimed": {"user": "anna"},
    "unassigned": {},
    "delegated": {"user": "anna"},
    "resolved": {},
    "completed": {},
    "updated": {"priority": 3},
}


@pytest.mark.parametrize("state", STATES)
def test_a_task_that_ends_meanwhile_is_gone(
    tasks: Module, api: Camunda7, create: Callable[..., list[str]], proxied: Proxy, state: str
) -> None:
    [key] = create(assignee=None if state == "claimed" else "bob")
    if state == "resolved":
        api.send("POST", f"/task/{key}/delegate", {"userId": "carl"})
    complete = partial(api.send, "POST", f"/task/{key}/complete", {})
    fault = proxied.fail(method="PUT" if state == "updated" else "POST", path=f"/task/{key}.*", first=complete)
    made = tasks(id=key, state=state, **STATES[state])
    assert fault.hits
    assert (made["changed"], made["counts"], made["objects"][0]["result"]) == (False, GONE, "gone")


def test_candidates_of_a_task_that_ends_meanwhile(
    tasks: Module, api: Camunda7, create: Callable[..., list[str]], proxied: Proxy
) -> None:
    [key] = create()
    complete = partial(api.send, "POST", f"/task/{key}/complete", {})
    fault = proxied.fail(path=f"/task/{key}/identity-links", first=complete)
    made = tasks(id=key, state="updated", candidate_users=["anna"])
    assert fault.hits and (made["changed"], made["counts"]) == (False, GONE)


# A filter


def test_the_tasks_of_a_leaver(tasks: Module, api: Camunda7, create: Callable[..., list[str]]) -> None:
    mine, others = create(5, assignee="leaver"), create(2, assignee="stays")
    options: Row = {"filter": {"assignee": "leaver"}, "state": "assigned", "user": "heir"}
    announced = tasks(check=True, **options)
    assert announced["counts"] == {"matched": 5, "changed": 5, "unchanged": 0, "gone": 0}
    made = tasks(**options)
    assert made == announced
    assert sorted(row["id"] for row in made["objects"]) == sorted(mine)
    assert tasks.sent[0] == "POST /task" and len(tasks.requests) == 6
    assert {_task(api, key)["assignee"] for key in mine} == {"heir"}
    assert {_task(api, key)["assignee"] for key in others} == {"stays"}
    again = tasks(**options)
    assert (again["changed"], again["objects"], len(tasks.requests)) == (False, [], 1)


def test_two_writers_while_tasks_are_completed_lose_none(
    unsteady: None, tasks: Module, engine: Engine, api: Camunda7, create: Callable[..., list[str]]
) -> None:
    keys = create(60, assignee="leaver")
    completed = keys[::6]
    barrier = threading.Barrier(3)
    results: dict[str, Row] = {}

    def write(user: str, concurrency: int) -> None:
        with Proxy(engine.url) as proxy:
            module = Module("c7_task", engine, proxy)
            barrier.wait()
            results[user] = module(
                filter={"assignee": "leaver"}, state="assigned", user=user, concurrency=concurrency, max_objects=60
            )

    def complete() -> None:
        barrier.wait()
        for key in completed:
            api.send("POST", f"/task/{key}/complete", {})

    threads = [threading.Thread(target=write, args=("heir 1", 2)), threading.Thread(target=write, args=("heir 2", 4))]
    threads.append(threading.Thread(target=complete))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    left = {key: _task(api, key)["assignee"] for key in keys if key not in completed}
    assert len(left) == 50 and set(left.values()) <= {"heir 1", "heir 2"}
    reported: dict[str, set[str]] = {}
    for user, result in results.items():
        assert "failed" not in result, result
        rows = {row["id"]: row["result"] for row in result["objects"]}
        assert len(rows) == len(result["objects"]) == result["counts"]["matched"]
        assert {key for key, what in rows.items() if what == "gone"} <= set(completed)
        assert set(rows.values()) <= {"changed", "gone"}
        reported[user] = {key for key, what in rows.items() if what == "changed"}
    assert set(left) <= reported["heir 1"] | reported["heir 2"]
    for key, user in left.items():
        assert key in reported[user]


def test_a_task_that_the_engine_refuses_does_not_stop_the_others(
    unsteady: None, tasks: Module, api: Camunda7, create: Callable[..., list[str]], proxied: Proxy
) -> None:
    keys = create(4)
    taken = partial(api.send, "POST", f"/task/{keys[1]}/claim", {"userId": "quick"})
    proxied.fail(method="POST", path=f"/task/{keys[1]}/claim", first=taken)
    made = tasks(ids=keys, state="claimed", user="slow")
    assert made["failed"] is True and made["changed"] is True
    assert [row["name"] for row in made["error"]["failed"]] == [keys[1]]
    assert sorted(row["name"] for row in made["error"]["done"]) == sorted([keys[0], *keys[2:]])
    assert "is already claimed by someone else" in made["msg"] and "state assigned" in made["msg"]
    assert [_task(api, key)["assignee"] for key in keys] == ["slow", "quick", "slow", "slow"]


def test_a_lost_answer_is_asked_for_again(
    tasks: Module, api: Camunda7, create: Callable[..., list[str]], proxied: Proxy
) -> None:
    [key] = create()
    fault = proxied.fail(method="POST", path=f"/task/{key}/assignee", drop="after")
    assert tasks(id=key, state="assigned", user="anna")["counts"] == CHANGED
    assert fault.hits and _task(api, key)["assignee"] == "anna"
    fault = proxied.fail(method="POST", path=f"/task/{key}/complete", drop="after")
    lost = tasks(id=key, state="completed")
    assert lost["failed"] is True and "look before you repeat it" in lost["msg"]
    assert tasks(id=key, state="completed")["counts"] == UNCHANGED


def test_a_run_that_failed_at_any_request_is_completed_by_the_next_one(
    tasks: Module, api: Camunda7, create: Callable[..., list[str]], proxied: Proxy, unique: Callable[[str], str]
) -> None:
    leaver = unique("leaver")
    keys = create(3, assignee=leaver)
    options: Row = {"filter": {"assignee": leaver}, "state": "assigned", "user": "heir", "concurrency": 1}
    for number in range(4):  # the search, and a request for each task
        proxied.reset()
        proxied.fail(skip=number, status=500, body="{}", headers={"Content-Type": "application/json"})
        # A refused task is read again, which tells whether it is gone.
        failed = tasks(**options, request_retries=0)
        assert failed["failed"] is True
        left = [key for key in keys if _task(api, key)["assignee"] == leaver]
        assert len(left) == (3 if number == 0 else 1)
        done = tasks(**options)
        assert done["changed"] is True and [row["id"] for row in done["objects"]] == left
        assert {_task(api, key)["assignee"] for key in keys} == {"heir"}
        for key in keys:
            api.send("POST", f"/task/{key}/assignee", {"userId": leaver})


def test_a_secret_that_the_engine_repeats_is_hidden(
    tasks: Module, create: Callable[..., list[str]], proxied: Proxy
) -> None:
    [key] = create()
    answer = json.dumps({"type": "X", "message": "There is something wrong with hunter4711."})
    proxied.fail(
        method="POST", path=".*/complete", status=403, body=answer, headers={"Content-Type": "application/json"}
    )
    refused = tasks(id=key, state="completed", variables={"pin": {"value": "hunter4711", "no_log": True}})
    assert "There is something wrong with ********." in refused["msg"]


# What is refused before anything is written


def test_tasks_that_cannot_be_moved(tasks: Module, api: Camunda7, create: Callable[..., list[str]]) -> None:
    free, suspended = create(2)
    _suspend(api, suspended)
    for state, options in STATES.items():
        if state == "unassigned":
            continue  # nobody has it
        message = tasks.failed(ids=[suspended], state=state, **options)
        assert f"{suspended}: it is suspended; activate its process instance" in message, state
    both = tasks(ids=[free, suspended], state="assigned", user="anna")
    assert both["error"]["refused"][0]["id"] == suspended and _task(api, free)["assignee"] is None
    assert tasks.failed(ids=[free, suspended], state="assigned", user="anna", check=True) == both["msg"]

    message = tasks.failed(id=free, state="resolved")
    assert f"{free}: it was not delegated" in message
    api.send("POST", f"/task/{free}/assignee", {"userId": "bob"})
    message = tasks.failed(id=free, state="claimed", user="anna")
    assert f"{free}: it is claimed by bob; use state assigned" in message


def test_a_canceled_task_was_not_completed(tasks: Module, api: Camunda7, create: Callable[..., list[str]]) -> None:
    completed, canceled = create(2)
    api.send("POST", f"/task/{completed}/complete", {})
    api.send("DELETE", f"/process-instance/{_task(api, canceled)['processInstanceId']}")
    message = tasks.failed(ids=[completed, canceled], state="completed")
    assert message == f"There is no task {canceled}. Nothing was changed."
    announced = tasks(check=True, ids=[completed, canceled], state="completed")
    assert [row["result"] for row in announced["objects"]] == ["unchanged", "gone"]


def test_unknown_tasks(tasks: Module) -> None:
    for state, options in STATES.items():
        assert tasks.failed(id="nobody", state=state, **options) == "There is no task nobody. Nothing was changed."
        announced = tasks(check=True, id="nobody", state=state, **options)
        assert (announced["changed"], announced["counts"]) == (False, GONE)
        assert announced["warnings"] == ["There is no task nobody. Nothing was changed."]


WRONG: dict[str, tuple[Row, str]] = {
    "no user": ({"state": "assigned"}, "user: state assigned needs it."),
    "user": ({"state": "unassigned", "user": "x"}, "user: belongs to state: assigned or claimed or delegated"),
    "empty user": ({"state": "assigned", "user": " "}, "user: it must not be blank."),
    "number": ({"state": "assigned", "user": 5}, "user: it must be a string, not an integer"),
    "long": ({"state": "assigned", "user": "x" * 256}, "user: it must not be longer than 255 characters."),
    "candidate": ({"state": "updated", "candidate_users": [""]}, "candidate_users[0]: it must not be blank."),
    "nothing": ({"state": "updated"}, "state: updated needs one of name, description, owner, due_date"),
    "date": ({"state": "updated", "due_date": "soon"}, "due_date: 'soon' is not a time like"),
    "priority": ({"state": "completed", "priority": 0}, "priority: belongs to state: updated, and state is completed."),
    "variables": ({"state": "updated", "name": "x", "variables": {"a": 1}}, "variables: belongs to state: resolved or"),
    "type": (
        {"state": "completed", "variables": {"a": {"value": 1, "type": "Int"}}},
        "variables.a.type: 'Int' is none of Boolean, Short, Integer",
    ),
    "value": ({"state": "completed", "variables": {"a": {"value": "x", "type": "Long"}}}, "variables.a: 'x' is not"),
    "mapping": ({"state": "completed", "variables": {"a": {"b": 1}}}, "variables.a: 'b' is none of value, type"),
    "list": ({"state": "completed", "variables": {"a": [1]}}, "variables.a: a mapping or list needs a type"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_are_refused_before_the_first_request(tasks: Module, name: str) -> None:
    options, message = WRONG[name]
    assert message in tasks.misused(id="x", **options)


def test_a_wrong_selection_is_refused_before_the_first_request(tasks: Module) -> None:
    def message(**options: Any) -> str:
        return tasks.misused(state="unassigned", **options)

    assert "filter: given but empty" in message(filter={})
    assert "filter: task cannot be filtered by 'asignee'. Did you mean assignee?" in message(filter={"asignee": "x"})
    assert "filter.assignee: the value is empty" in message(filter={"assignee": ""})
    assert "filter.assigned: false has no meaning here" in message(filter={"assigned": False})
    assert "id: given but empty" in message(id="")
    assert "'a/b' cannot be used" in message(id="a/b")
    assert "older_than: 'old' is neither" in message(older_than="old")
    assert "max_objects: 0 is not" in message(filter={"assignee": "x"}, max_objects=0)
    assert tasks(state="unassigned", ids=[])["counts"] == {"matched": 0, "changed": 0, "unchanged": 0, "gone": 0}
    assert not tasks.requests


def test_more_tasks_than_max_objects(tasks: Module, api: Camunda7, create: Callable[..., list[str]]) -> None:
    keys = create(3, assignee="many")
    options: Row = {"filter": {"assignee": "many"}, "state": "unassigned", "max_objects": 2}
    assert "This would change more than 2 tasks, and max_objects allows 2" in tasks.failed(**options)
    made = tasks(**options, on_limit="oldest")
    assert (made["counts"]["changed"], made["truncated"]) == (2, True)
    assert [_task(api, key)["assignee"] for key in keys] == [None, None, "many"]


def test_without_permission(
    tasks: Module, api: Camunda7, create: Callable[..., list[str]], unique: Callable[[str], str]
) -> None:
    [key] = create()
    user = unique("reader")
    api.create_user(user, "Reader.1234")
    tasks.connection = {"username": user, "password": "Reader.1234"}
    try:
        # What the caller may not read is not there, and a user who may only read is told what is missing.
        assert tasks.failed(id=key, state="assigned", user="x") == f"There is no task {key}. Nothing was changed."
        api.authorize(["READ"], 7, user=user)
        refused = tasks(id=key, state="assigned", user="x")
        assert refused["failed"] is True and refused["error"]["status"] == 403
        assert f"The caller {user} needs TASK_ASSIGN on Task {key}" in refused["msg"]
        assert _task(api, key)["assignee"] is None
    finally:
        api.delete_user(user)


def test_a_play(play: Play, models: None, api: Camunda7, create: Callable[..., list[str]]) -> None:
    """As a process of its own, too: what the module returns does not depend on where it runs."""
    keys = create(2, assignee="of the play")
    options: Row = {"filter": {"assignee": "of the play"}, "state": "assigned", "user": "heir of the play"}
    run = play(
        [
            task("c7_task", options, check=True),
            task("c7_task", {**options, "in_process": False}, diff=True),
            task("c7_task", options),
            task("c7_task", {"ids": keys, "state": "completed", "variables": {"n": 1, "d": "2026-01-01"}}),
            task("c7_task", {"ids": keys, "state": "completed", "in_process": False}),
        ]
    )
    assert run.changed == [True, True, False, True, False]
    assert [len(each.requests.writes) for each in run] == [0, 2, 0, 2, 0]
    assert len(run[1].ok["diff"]) == 2
