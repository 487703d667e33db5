# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_batch on real engines: batches are awaited, suspended, activated, retried and deleted."""

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
    return work.runner("c7_batch", engine, proxied)


NOW = {"wait_timeout": 20, "wait_interval": 0.05}


def new_batch(api: Camunda7, *ids: str) -> Row:
    """A batch that sets the retries of these jobs; for one that does not exist its job will fail."""
    made: Row = work.post(api, "/job/retries", {"retries": 2, "jobIds": list(ids)})
    return made


def failed_batch(api: Camunda7) -> Row:
    """A batch with one job that is done, and one that has failed for good."""
    made = new_batch(api, work.new_job(api, "batch")["id"], "nobody")
    for _attempt in range(4):
        work.work_off(api, made)
    (row,) = api.get("/batch/statistics", batchId=made["id"])
    assert (row["completedJobs"], row["failedJobs"]) == (1, 1)
    return made


def test_batches_are_awaited(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    made = new_batch(api, work.new_job(api, "awaited")["id"])
    early = run(id=made["id"], wait=False)
    assert early["failed"] and not early["changed"] and early["error"]["batches"][0]["id"] == made["id"]
    first = f"1 of 1 batches were not done after 0 s. The first: {made['id']} is at work, 0 of 1 jobs are done. "
    assert early["msg"].startswith(first)
    with work.working(api):
        done = run(id=made["id"], **NOW)
    assert not done["changed"] and not proxied.writes
    row = done["objects"][0]
    assert (row["totalJobs"], row["completedJobs"], row["failedJobs"], row["result"]) == (1, 1, 0, "unchanged")
    # the monitor job ends it: then the history alone knows it
    for job in api.get("/job", jobDefinitionId=made["monitorJobDefinitionId"]):
        api.send("POST", f"/job/{job['id']}/execute")
    assert api.call("GET", f"/batch/{made['id']}").status_code == 404
    ended = run(id=made["id"], wait=False)
    assert ended["objects"][0]["totalJobs"] == 1 and ended["counts"]["unchanged"] == 1
    assert run(id="nobody")["msg"] == "There is no batch nobody."
    assert run(ids=[])["counts"]["matched"] == 0 and not proxied.requests


def test_what_failed_is_reported_and_retried(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    made = failed_batch(api)
    failed = run(id=made["id"], wait=False)
    assert failed["failed"] and "1 of 2 jobs: ENGINE-13053 No job found with id 'nobody'" in failed["msg"]
    assert failed["error"]["failed"] == [
        {
            "id": made["id"],
            "totalJobs": 2,
            "failedJobs": 1,
            "messages": ["ENGINE-13053 No job found with id 'nobody'.'"],
        }
    ]
    reported = run(id=made["id"], wait=False, on_failure="report")
    assert reported["objects"][0]["messages"] == ["ENGINE-13053 No job found with id 'nobody'.'"]

    options = {"filter": {"batchId": made["id"]}, "state": "retried", "retries": 5}
    assert run(**options, check=True)["changed"] and not proxied.writes
    assert run(**options)["counts"]["changed"] == 1
    (job,) = api.get("/job", jobDefinitionId=made["batchJobDefinitionId"])
    assert job["retries"] == 5
    assert not run(**options)["changed"] and not proxied.writes


def test_a_batch_from_check_mode_to_gone(engine: Engine, api: Camunda7, proxied: Proxy, play: Play) -> None:
    made = new_batch(api, work.new_job(api, "lifecycle")["id"])
    which = {"id": made["id"]}
    tasks = [
        {**task("c7_batch", {**which, "state": "suspended"}), "check_mode": True},
        task("c7_batch", {**which, "state": "suspended"}),
        task("c7_batch", {"ids": [made["id"]], "state": "suspended"}),
        task("c7_batch", {**which, "state": "finished"}),
        task("c7_batch", {**which, "state": "active"}),
        {**task("c7_batch", {**which, "state": "absent"}), "check_mode": True},
        task("c7_batch", {**which, "state": "absent"}),
        task("c7_batch", {**which, "state": "absent", "delete_history": True}),
        task("c7_batch", {**which, "state": "suspended"}),
    ]
    ran = play(tasks, watch=lambda: [row["suspended"] for row in api.get("/batch", batchId=made["id"])])
    checked, suspended, same, stuck, active, kept, gone, again, unknown = ran.tasks
    assert checked.changed and checked.requests.writes == [] and checked.after == [False]
    assert suspended.changed and suspended.after == [True]
    assert not same.changed and same.requests.writes == []
    assert (
        stuck.failure["msg"] == f"Batch {made['id']} is suspended and does not finish. Activate it with state: active."
    )
    assert active.changed and active.after == [False]
    assert kept.changed and kept.requests.writes == [] and kept.after == [False]
    assert gone.changed and gone.after == [] and api.get(f"/history/batch/{made['id']}")["id"] == made["id"]
    assert not again.changed and again.ok["objects"] == [{"id": made["id"], "result": "unchanged"}]
    assert unknown.failure["msg"] == f"There is no batch {made['id']}. Nothing was changed."


def test_the_history_goes_with_the_batch(run: work.Run, api: Camunda7) -> None:
    made = new_batch(api, work.new_job(api, "history")["id"])
    assert run(id=made["id"], state="absent", delete_history=True)["changed"]
    assert api.call("GET", f"/history/batch/{made['id']}").status_code == 404


BAD: list[tuple[Row, str]] = [
    ({"id": "x", "retries": 1}, "retries: belongs to state: retried, and state is finished."),
    ({"id": "x", "state": "active", "delete_history": True}, "delete_history: belongs to state: absent, and state is"),
    ({"id": "x", "state": "retried", "retries": 0}, "retries: 0 lets nothing go on"),
    ({"filter": {}}, "filter: given but empty."),
    ({"filter": {"typ": "x"}}, "filter: batch/statistics cannot be filtered by 'typ'."),
    ({"filter": {"withFailures": False}}, "filter.withFailures: false has no meaning here"),
    ({"filter": {"suspended": "maybe"}}, "filter.suspended: 'maybe' is neither true nor false."),
    ({"id": "a/b"}, "id: 'a/b' cannot be used"),
    ({"id": "x", "wait_timeout": -1}, "wait_timeout: -1 is not 0 or more."),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_input_is_an_error_before_the_first_request(
    run: work.Run, proxied: Proxy, options: Row, message: str
) -> None:
    work.refusals(run, proxied, options, message)


@pytest.mark.parametrize("state", ["suspended", "absent"])
def test_a_batch_that_ends_meanwhile_is_gone(engine: Engine, api: Camunda7, proxied: Proxy, state: str) -> None:
    made, other = new_batch(api, "nobody"), new_batch(api, "nobody")
    options, path = {"ids": [made["id"], other["id"]], "state": state}, f"/batch/{made['id']}"
    held = f"{path}/suspended" if state == "suspended" else path
    with work.just_before(proxied, held, lambda: api.send("DELETE", f"{path}?cascade=true"), writes_only=True):
        done = run_module("c7_batch", engine.connection(proxied.url), options)
    assert {row["id"]: row["result"] for row in done["objects"]} == {made["id"]: "gone", other["id"]: "changed"}


def test_who_may_read_but_not_change(
    engine: Engine, api: Camunda7, proxied: Proxy, unique: Callable[[str], str]
) -> None:
    user, password = unique("reader"), plain_secret()
    api.create_user(user, password)
    api.authorize(["READ"], 13, user=user)  # batches
    made = new_batch(api, "nobody")
    connection = {**engine.connection(proxied.url), "username": user, "password": password}
    for state in ("suspended", "absent"):
        failed = run_module("c7_batch", connection, {"id": made["id"], "state": state})
        assert failed["failed"] and not failed["changed"] and failed["error"]["status"] == 403
        assert f"The caller {user} needs" in failed["msg"]
    assert api.get(f"/batch/{made['id']}") == made
    api.delete_user(user)
