# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_job on real engines: what it changes, what it leaves alone, what it refuses, and how many requests it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.engines.camunda7 import MAX_RESULTS
from ansible_collections.bpmops.camunda.tests.support import camunda7_work as work
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.camunda7_processes import start
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
    return work.runner("c7_job", engine, proxied)


def sent(proxy: Proxy) -> list[str]:
    return [f"{each.method} {each.path}" for each in proxy.requests]


def test_a_job_from_check_mode_to_unchanged(engine: Engine, api: Camunda7, proxied: Proxy, play: Play) -> None:
    job = work.new_job(api, "lifecycle")
    path = f"/job/{job['id']}"
    wanted = {
        "id": job["id"],
        "retries": 5,
        "priority": 9,
        "due_date": "2031-01-31T12:00:00+02:00",
        "suspended": True,
    }
    again = {**wanted, "due_date": "2031-01-31T10:00:00Z", "ids": [job["id"]]}
    del again["id"]
    ran = play(
        [
            {**task("c7_job", wanted), "check_mode": True, "diff": True},
            task("c7_job", wanted),
            task("c7_job", again),
            task("c7_job", {"filter": {"processInstanceId": job["processInstanceId"]}, "suspended": False}),
        ],
        watch=lambda: api.get(path),
    )
    checked, applied, unchanged, activated = ran.tasks
    assert checked.changed and checked.requests.writes == [] and checked.after == job
    after = checked.result["diff"][0]["after"]
    assert (after["retries"], after["priority"], after["suspended"]) == (5, 9, True)
    assert applied.ok["counts"] == {"matched": 1, "changed": 1, "unchanged": 0, "gone": 0}
    assert [each.target for each in applied.requests.writes] == [
        f"{path}/suspended",
        f"{path}/duedate",
        f"{path}/priority",
        f"{path}/retries",
    ]
    due = "2031-01-31T10:00:00.000+0000"
    assert applied.after == {**job, "retries": 5, "priority": 9, "suspended": True, "dueDate": due}
    assert not unchanged.changed and unchanged.requests.writes == []
    assert activated.changed and activated.after == {**applied.after, "suspended": False}


def test_jobs_are_executed(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    good, bad = work.new_job(api, "executed", good=True), work.new_job(api, "to fail")
    both = [good["id"], bad["id"]]
    checked = run(ids=both, state="executed", check=True)
    assert checked["counts"]["changed"] == 2 and not proxied.writes

    failed = run(ids=both, state="executed")
    assert failed["failed"] and failed["changed"]
    message = api.get(f"/job/{bad['id']}")["exceptionMessage"]
    assert "execution to fail doesn't exist" in message
    assert failed["msg"].startswith(f"1 of 2 jobs failed when they were executed. The first: {bad['id']}: {message} ")
    assert [row["name"] for row in failed["error"]["done"]] == [good["id"]]
    assert [row["name"] for row in failed["error"]["failed"]] == [bad["id"]]
    assert failed["error"]["failed"][0]["stacktrace"].startswith("org.")
    assert api.call("GET", f"/job/{good['id']}").status_code == 404

    reported = run(id=bad["id"], state="executed", on_failure="report")
    row = reported["objects"][0]
    assert (reported["changed"], row["outcome"], row["message"], row["retries"]) == (True, "failed", message, 0)
    assert sent(proxied) == [
        f"GET /job/{bad['id']}",
        f"POST /job/{bad['id']}/execute",
        f"GET /job/{bad['id']}",
        f"GET /job/{bad['id']}/stacktrace",
    ]
    work.mend(api, bad)
    assert run(id=bad["id"], state="executed")["objects"][0]["outcome"] == "succeeded"
    # the history tells that both were executed
    again = run(ids=both, state="executed")
    assert (again["changed"], again["counts"]["unchanged"], proxied.writes) == (False, 2, [])


def test_a_job_is_deleted_only_by_name(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    job = work.new_job(api, "deleted")
    refused = run(id=job["id"], state="absent")
    assert refused["failed"] and "allow: [strand_instance]" in refused["msg"] and not proxied.requests
    options = {"id": job["id"], "state": "absent", "allow": ["strand_instance"]}
    assert run(**options, check=True)["changed"] and api.get(f"/job/{job['id']}") == job
    assert run(**options)["counts"]["changed"] == 1
    assert api.call("GET", f"/job/{job['id']}").status_code == 404
    again = run(**options)
    assert again["objects"] == [{"id": job["id"], "result": "unchanged"}] and not again["changed"]


def test_the_jobs_of_one_message_are_retried(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    """60 failed jobs with three messages: a page for the search, and a request for each job of the one message."""
    texts = [f"message {number % 3}" for number in range(60)]
    jobs = work.failed_jobs(api, texts)
    of_one = [job for job, text in zip(jobs, texts) if text == "message 1"]
    options = {"filter": {"exceptionMessage": of_one[0]["exceptionMessage"], "noRetriesLeft": True}, "retries": 3}
    done = run(**options)
    assert done["counts"] == {"matched": 20, "changed": 20, "unchanged": 0, "gone": 0}
    assert {row["id"] for row in done["objects"]} == {job["id"] for job in of_one}
    assert len(proxied.requests) <= 22 and len(proxied.writes) == 20
    with_retries = {job["id"] for job in api.get("/job", withRetriesLeft="true", processDefinitionKey="failing")}
    assert {job["id"] for job in jobs} & with_retries == {job["id"] for job in of_one}
    again = run(**options)
    assert (again["changed"], len(proxied.requests)) == (False, 1)

    limited = run(filter={"processDefinitionKey": "failing", "noRetriesLeft": True}, retries=1, max_objects=10)
    assert limited["failed"] and "more than 10 jobs, and max_objects allows 10" in limited["msg"] and not proxied.writes


def test_the_engine_sets_retries_in_a_batch(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    jobs = [work.failed_job(api, f"batch {number}") for number in range(3)]
    ready = work.new_job(api, "batch ready")
    ids = [job["id"] for job in [*jobs, ready]]
    options = {"ids": ids, "retries": ready["retries"], "via": "batch", "wait_timeout": 20, "wait_interval": 0.05}
    checked = run(**options, check=True)
    assert checked["counts"] == {"matched": 4, "changed": 3, "unchanged": 1, "gone": 0} and not proxied.writes
    with work.working(api):
        done = run(**options)
    assert done["counts"] == checked["counts"]
    batch = done["batches"][0]
    assert (batch["totalJobs"], batch["completedJobs"], batch["failedJobs"]) == (3, 3, 0)
    assert [api.get(f"/job/{job}")["retries"] for job in ids] == [ready["retries"]] * 4
    assert [each.path for each in proxied.writes] == ["/job/retries"]
    again = run(**options)
    assert not again["changed"] and "batches" not in again and not proxied.writes

    started = run(**{**options, "retries": 7, "wait": False})
    assert started["changed"] and [set(batch) for batch in started["batches"]] == [{"id"}]
    late = run(**{**options, "retries": 8, "wait_timeout": 0})
    assert (
        late["failed"]
        and late["changed"]
        and "0 of 4 jobs are done. Increase wait_timeout, or check the" in late["msg"]
    )
    assert late["error"]["done"][0]["kind"] == "batch"


BAD: list[tuple[Row, str]] = [
    ({"id": "x"}, "One of these options is required: suspended, due_date, priority, retries."),
    ({"id": "x", "retries": -1}, "retries: -1 is not 0 or more."),
    ({"id": "x", "retries": None}, "retries: given but empty."),
    ({"id": "x", "due_date": "tomorrow"}, "due_date: 'tomorrow' is not a time like"),
    ({"id": "x", "state": "executed", "retries": 1}, "retries: belongs to state: present, and state is executed."),
    ({"id": "x", "priority": 1, "via": "batch"}, "via: a batch sets the retries of jobs only; priority needs"),
    ({"id": "x", "state": "executed", "via": "batch"}, "via: a batch sets the retries of jobs only; state: executed"),
    ({"filter": {}, "retries": 1}, "filter: given but empty."),
    (
        {"filter": {"exceptionMesage": "x"}, "retries": 1},
        "filter: job cannot be filtered by 'exceptionMesage'. Did you",
    ),
    ({"filter": {"suspended": False}, "retries": 1}, "filter.suspended: false has no meaning here"),
    ({"filter": {"jobId": None}, "retries": 1}, "filter.jobId: the value is empty."),
    ({"filter": {"priorityLowerThanOrEquals": "high"}, "retries": 1}, "filter.priorityLowerThanOrEquals: 'high'"),
    ({"filter": {"jobIds": "a,b"}, "retries": 1}, "filter.jobIds: 'a,b' is not a list."),
    ({"id": "a/b", "retries": 1}, "id: 'a/b' cannot be used"),
    ({"ended_after": "1d", "retries": 1}, "ended_after: job have no such date."),
    ({"id": "x", "retries": 1, "concurrency": 0}, "concurrency: 0 is not between 1 and 16."),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_input_is_an_error_before_the_first_request(
    run: work.Run, proxied: Proxy, options: Row, message: str
) -> None:
    work.refusals(run, proxied, options, message)


def test_what_is_not_there(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    job = work.new_job(api, "there")
    for state in ({"retries": 9}, {"state": "executed"}):
        unknown = run(ids=[job["id"], "nobody"], **state)
        assert unknown["msg"] == "There is no job nobody. Nothing was changed."
        assert not proxied.writes
    assert run(ids=[], retries=9)["counts"]["matched"] == 0 and not proxied.requests
    assert run(filter={"processDefinitionKey": "nobody"}, retries=9)["counts"]["matched"] == 0


CHANGES: list[Row] = [{"retries": 9}, {"priority": 4}, {"due_date": "2031-01-01"}, {"state": "executed"}]


@pytest.mark.parametrize("change", CHANGES)
def test_a_job_that_ends_meanwhile_is_gone(engine: Engine, api: Camunda7, proxied: Proxy, change: Row) -> None:
    job, other = work.new_job(api, "vanishing", good=True), work.new_job(api, "staying", good=True)
    options = {"ids": [job["id"], other["id"]], **change}
    path = f"/job/{job['id']}"
    with work.just_before(proxied, f"{path}/.*", lambda: api.send("POST", f"{path}/execute")):
        done = run_module("c7_job", engine.connection(proxied.url), options)
    assert {row["id"]: row["result"] for row in done["objects"]} == {job["id"]: "gone", other["id"]: "changed"}
    assert done["counts"] == {"matched": 2, "changed": 1, "unchanged": 0, "gone": 1}


def test_who_may_read_but_not_change(
    engine: Engine, api: Camunda7, proxied: Proxy, unique: Callable[[str], str]
) -> None:
    user, password = unique("reader"), plain_secret()
    api.create_user(user, password)
    api.authorize(["READ", "READ_INSTANCE"], 6, user=user)  # process definitions
    job = work.failed_job(api, "forbidden")
    connection = {**engine.connection(proxied.url), "username": user, "password": password}
    # The engine takes a refused execution for a failure of the job, and keeps its message: it comes last.
    for change in ({"retries": 1}, {"state": "absent", "allow": ["strand_instance"]}, {"state": "executed"}):
        assert api.get(f"/job/{job['id']}") == job
        failed = run_module("c7_job", connection, {"id": job["id"], **change})
        assert failed["failed"] and not failed["changed"] and failed["error"]["status"] == 403
        assert f"The caller {user} needs" in failed["msg"] and "on ProcessDefinition failing" in failed["msg"]
    api.delete_user(user)


def test_one_refused_job_does_not_stop_the_others(engine: Engine, api: Camunda7, proxied: Proxy) -> None:
    jobs = [work.new_job(api, f"refused {number}") for number in range(4)]
    options = {"ids": [job["id"] for job in jobs], "priority": 77}
    proxied.fail(path=f"/job/{jobs[1]['id']}/priority", status=400, body='{"type": "X", "message": "No."}')
    done = run_module("c7_job", engine.connection(proxied.url), options)
    assert done["failed"] and done["changed"] and len(done["error"]["done"]) == 3
    assert [row["name"] for row in done["error"]["failed"]] == [jobs[1]["id"]]
    assert [api.get(f"/job/{job['id']}")["priority"] for job in jobs] == [77, 0, 77, 77]


@pytest.mark.parametrize("drop", ["before", "after"])
def test_interrupted_at_every_request_a_second_run_completes_it(
    engine: Engine, api: Camunda7, proxied: Proxy, drop: str
) -> None:
    jobs = [work.new_job(api, f"interrupted {drop} {number}") for number in range(3)]
    ids = [job["id"] for job in jobs]
    connection = {**engine.connection(proxied.url), "request_retries": 0, "concurrency": 1}
    for number in range(len(jobs) * 2 + 1):  # each is read and written; the last round has no fault
        options = {"ids": ids, "priority": 100 + number}
        proxied.reset()
        proxied.fail(skip=number, drop=drop)
        first = run_module("c7_job", connection, options)
        assert first.get("failed", False) is (number < len(jobs) * 2), number
        now = [api.get(f"/job/{job}")["priority"] == options["priority"] for job in ids]
        written = max(0, number - len(jobs)) if drop == "before" else max(0, number - len(jobs) + 1)
        assert now == [position < written for position in range(len(jobs))]
        if "failed" in first:
            assert len(first.get("error", {}).get("done", [])) <= written
            again = run_module("c7_job", connection, options)
            assert again["counts"] == {"matched": 3, "changed": 3 - written, "unchanged": written, "gone": 0}
        assert [api.get(f"/job/{job}")["priority"] for job in ids] == [options["priority"]] * 3


def test_an_engine_that_limits_lists_gets_several_batches(
    variant: Callable[[Mapping[str, Any]], Engine],
) -> None:
    limited = variant(MAX_RESULTS)
    with work.deployed(limited.api) as api, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: start(api, "failing", str(number), text="x", good=False), range(51)))
        options = {"filter": {"processDefinitionKey": "failing"}, "retries": 9, "via": "batch", "wait": False}
        done = run_module("c7_job", limited.connection(limited.url), options)
        assert done["counts"]["changed"] == 51
        assert [api.get(f"/batch/{batch['id']}")["totalJobs"] for batch in done["batches"]] == [50, 1]
