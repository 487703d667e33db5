# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_external_task on real engines: retries, priority and the lock of external tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support import camunda7_work as work
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, plain_secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module

Row = dict[str, Any]


@pytest.fixture(scope="module")
def api(engine: Engine) -> Iterator[Camunda7]:
    """The engine with the model."""
    with work.deployed(engine.api) as api:
        yield api


@pytest.fixture
def run(engine: Engine, api: Camunda7, proxied: Proxy) -> work.Run:
    return work.runner("c7_external_task", engine, proxied)


def test_a_task_from_check_mode_to_unchanged(engine: Engine, api: Camunda7, proxied: Proxy, play: Play) -> None:
    made = work.external_task(api, "lifecycle", error="no paper")
    path = f"/external-task/{made['id']}"
    wanted = {"id": made["id"], "retries": 3, "priority": 99, "unlocked": True}
    by_filter = {"filter": {"processInstanceId": made["processInstanceId"]}, "priority": 99, "retries": 3}
    ran = play(
        [
            {**task("c7_external_task", wanted), "check_mode": True, "diff": True},
            task("c7_external_task", wanted),
            task("c7_external_task", wanted),
            task("c7_external_task", by_filter),
        ],
        watch=lambda: api.get(path),
    )
    checked, applied, again, same = ran.tasks
    assert checked.changed and checked.requests.writes == [] and checked.after == made
    after = checked.ok["diff"][0]["after"]
    assert after == {**made, "retries": 3, "priority": 99, "workerId": None, "lockExpirationTime": None}
    assert [each.target for each in applied.requests.writes] == [
        f"{path}/priority",
        f"{path}/unlock",
        f"{path}/retries",
    ]
    assert applied.after == {**made, "retries": 3, "priority": 99, "workerId": None, "lockExpirationTime": None}
    assert api.get("/incident", configuration=made["id"]) == []
    for unchanged in (again, same):
        assert not unchanged.changed and unchanged.requests.writes == []


def test_the_engine_sets_retries_in_a_batch(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    ids = [work.external_task(api, f"batch {number}", error="no paper")["id"] for number in range(3)]
    options = {"ids": ids, "retries": 4, "via": "batch", "wait_timeout": 20, "wait_interval": 0.05}
    assert run(**options, check=True)["counts"]["changed"] == 3 and not proxied.writes
    with work.working(api):
        done = run(**options)
    assert done["counts"]["changed"] == 3 and done["batches"][0]["completedJobs"] == 3
    assert [api.get(f"/external-task/{each}")["retries"] for each in ids] == [4, 4, 4]
    assert [each.path for each in proxied.writes] == ["/external-task/retries-async"]
    assert not run(**options)["changed"] and not proxied.writes


BAD: list[tuple[Row, str]] = [
    ({"id": "x"}, "One of these options is required: priority, unlocked, retries."),
    ({"id": "x", "unlocked": False}, "unlocked: only true has a meaning"),
    ({"id": "x", "retries": -1}, "retries: -1 is not 0 or more."),
    ({"id": "x", "priority": None}, "priority: given but empty."),
    (
        {"id": "x", "priority": 1, "via": "batch"},
        "via: a batch sets the retries of external tasks only; priority needs",
    ),
    ({"filter": {}, "retries": 1}, "filter: given but empty."),
    ({"filter": {"topic": "x"}, "retries": 1}, "filter: external-task cannot be filtered by 'topic'."),
    ({"filter": {"locked": False}, "retries": 1}, "filter.locked: false has no meaning here"),
    ({"filter": {"externalTaskIdIn": "x"}, "retries": 1}, "filter.externalTaskIdIn: 'x' is not a list."),
    ({"id": "a/b", "retries": 1}, "id: 'a/b' cannot be used"),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_input_is_an_error_before_the_first_request(
    run: work.Run, proxied: Proxy, options: Row, message: str
) -> None:
    work.refusals(run, proxied, options, message)


def test_what_is_not_there(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    made = work.external_task(api, "there")
    unknown = run(ids=[made["id"], "nobody"], retries=9)
    assert unknown["msg"] == "There is no external task nobody. Nothing was changed." and not proxied.writes
    assert run(ids=[], retries=9)["counts"]["matched"] == 0 and not proxied.requests
    limited = run(filter={"topicName": "work-print"}, retries=9, max_objects=1)
    assert "more than 1 external tasks, and max_objects allows 1" in limited["msg"] and not proxied.writes


@pytest.mark.parametrize("change", [{"retries": 9}, {"priority": 1}, {"unlocked": True}])
def test_a_task_that_ends_meanwhile_is_gone(engine: Engine, api: Camunda7, proxied: Proxy, change: Row) -> None:
    made, other = (work.external_task(api, name, error="no paper") for name in ("vanishing", "staying"))
    options, path = {"ids": [made["id"], other["id"]], **change}, f"/external-task/{made['id']}/.*"
    with work.just_before(proxied, path, lambda: api.send("DELETE", f"/process-instance/{made['processInstanceId']}")):
        done = run_module("c7_external_task", engine.connection(proxied.url), options)
    assert {row["id"]: row["result"] for row in done["objects"]} == {made["id"]: "gone", other["id"]: "changed"}


def test_who_may_read_but_not_change(
    engine: Engine, api: Camunda7, proxied: Proxy, unique: Callable[[str], str]
) -> None:
    user, password = unique("reader"), plain_secret()
    api.create_user(user, password)
    api.authorize(["READ", "READ_INSTANCE"], 6, user=user)  # process definitions
    made = work.external_task(api, "forbidden", error="no paper")
    connection = {**engine.connection(proxied.url), "username": user, "password": password}
    for change in ({"retries": 1}, {"priority": 1}, {"unlocked": True}):
        failed = run_module("c7_external_task", connection, {"id": made["id"], **change})
        assert failed["failed"] and not failed["changed"] and failed["error"]["status"] == 403
        assert f"The caller {user} needs" in failed["msg"]
    assert api.get(f"/external-task/{made['id']}") == made
    api.delete_user(user)
