# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_incident on real engines: jobs and external tasks are retried, custom incidents resolved, causes counted."""

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
    return work.runner("c7_incident", engine, proxied)


def incident_of(api: Camunda7, job: Row) -> Row:
    found: list[Row] = api.get("/incident", configuration=job["id"])
    assert len(found) == 1
    return found[0]


def custom(api: Camunda7, job: Row, configuration: str = "by hand", kind: str = "custom") -> Row:
    body = {"incidentType": kind, "message": "by hand", "configuration": configuration}
    made: Row = work.post(api, f"/execution/{job['executionId']}/create-incident", body)
    return made


def test_incidents_from_check_mode_to_unchanged(engine: Engine, api: Camunda7, proxied: Proxy, play: Play) -> None:
    job, other = work.failed_job(api, "lifecycle"), work.failed_job(api, "another cause")
    printed = work.external_task(api, "lifecycle", error="no paper")
    paths = [f"/job/{job['id']}/retries", f"/external-task/{printed['id']}/retries"]
    ids = [incident_of(api, each)["id"] for each in (job, printed)]
    wanted = {"ids": ids, "state": "retried", "retries": 2}

    def retries() -> list[int]:
        return [
            api.get(f"/job/{job['id']}")["retries"],
            api.get(f"/external-task/{printed['id']}")["retries"],
            api.get(f"/job/{other['id']}")["retries"],
        ]

    ran = play(
        [{**task("c7_incident", wanted), "check_mode": True}, task("c7_incident", wanted), task("c7_incident", wanted)],
        watch=retries,
    )
    checked, applied, again = ran.tasks
    assert checked.changed and checked.requests.writes == [] and checked.after == [0, 0, 0]
    assert applied.ok["counts"] == {"matched": 2, "changed": 2, "unchanged": 0, "gone": 0} == checked.ok["counts"]
    assert sorted(each.target for each in applied.requests.writes) == sorted(paths)
    assert applied.after == [2, 2, 0]
    assert not again.changed and again.ok["counts"]["unchanged"] == 2 and again.requests.writes == []
    assert api.get("/incident", configuration=job["id"]) == []


def test_those_of_one_message_are_retried_and_the_causes_counted(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    jobs = work.failed_jobs(api, [f"order {number}" for number in range(6)] + ["printer on fire", "printer on fire"])
    search = {"incidentType": "failedJob", "activityId": "work"}
    report = run(filter={**search, "incidentMessageLike": "%order %"}, state="retried", check=True)
    assert [(cause["count"], cause["processDefinitionKey"], cause["activityId"]) for cause in report["causes"]] == [
        (6, "failing", "work")
    ]
    cause = report["causes"][0]
    times = sorted(row["incidentTimestamp"] for row in report["objects"])
    assert (cause["first"], cause["last"]) == (times[0], times[-1]) and "execution order " in cause["incidentMessage"]
    assert len(proxied.requests) == 1

    done = run(filter={**search, "incidentMessageLike": "%printer on fire%"}, state="retried")
    assert done["counts"]["changed"] == 2 and len(proxied.requests) == 3
    left = [api.get(f"/job/{job['id']}")["retries"] for job in jobs]
    assert left == [0] * 6 + [1, 1]
    again = run(filter={**search, "incidentMessageLike": "%printer on fire%"}, state="retried")
    assert not again["changed"] and again["causes"] == [] and len(proxied.requests) == 1


def test_an_incident_of_a_caller_leads_to_the_job_of_the_called_instance(run: work.Run, api: Camunda7) -> None:
    job = work.failed_job(api, "called", "calling")
    root = incident_of(api, job)
    (above,) = [each for each in api.get("/incident", causeIncidentId=root["id"]) if each["id"] != root["id"]]
    assert above["configuration"] is None
    assert run(id=above["id"], state="retried", retries=4)["counts"]["changed"] == 1
    assert api.get(f"/job/{job['id']}")["retries"] == 4
    assert api.get("/incident", rootCauseIncidentId=root["id"]) == []


def test_the_engine_retries_in_batches(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    jobs = [work.failed_job(api, "batch"), work.failed_job(api, "batch called", "calling")]
    printed = work.external_task(api, "batch", error="no paper")
    root = incident_of(api, jobs[1])
    ids = [each["id"] for each in api.get("/incident", rootCauseIncidentId=root["id"])]  # two, with the same job
    ids += [incident_of(api, each)["id"] for each in (jobs[0], printed)]
    options = {"ids": ids, "state": "retried", "retries": 6, "via": "batch", "wait_timeout": 20, "wait_interval": 0.05}
    assert run(**options, check=True)["counts"]["changed"] == 4 and not proxied.writes
    with work.working(api):
        done = run(**options)
    assert done["counts"] == {"matched": 4, "changed": 4, "unchanged": 0, "gone": 0}
    assert [(batch["totalJobs"], batch["completedJobs"]) for batch in done["batches"]] == [(2, 2), (1, 1)]
    assert [each.path for each in proxied.writes] == ["/job/retries", "/external-task/retries-async"]
    assert [api.get(f"/job/{job['id']}")["retries"] for job in jobs] == [6, 6]
    assert api.get(f"/external-task/{printed['id']}")["retries"] == 6
    again = run(**options)
    assert (again["changed"], again["counts"]["unchanged"], proxied.writes) == (False, 4, [])


def test_incidents_are_annotated(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    incident = incident_of(api, work.failed_job(api, "annotated"))
    options = {"id": incident["id"], "state": "annotated", "annotation": "OPS-4711"}
    assert run(**options, check=True)["changed"] and not proxied.writes
    assert run(**options)["changed"] and api.get(f"/incident/{incident['id']}")["annotation"] == "OPS-4711"
    assert not run(**options)["changed"] and not proxied.writes
    options["annotation"] = ""
    assert run(**options)["changed"] and api.get(f"/incident/{incident['id']}")["annotation"] is None
    assert not run(**options)["changed"] and not proxied.writes


def test_custom_incidents_are_resolved(run: work.Run, api: Camunda7, proxied: Proxy) -> None:
    job = work.failed_job(api, "resolved")
    failed, by_hand = incident_of(api, job), custom(api, job)
    options: Row = {"filter": {"processInstanceId": job["processInstanceId"]}, "state": "resolved"}
    refused = run(**options)
    assert "it is of type failedJob, and ends when it is retried" in refused["msg"] and not proxied.writes
    refused = run(id=by_hand["id"], state="retried")
    assert "only failed jobs and external tasks have retries" in refused["msg"] and not proxied.writes
    options["filter"]["incidentType"] = "custom"
    assert run(**options, check=True)["changed"] and not proxied.writes
    assert run(**options)["counts"]["changed"] == 1
    assert api.call("GET", f"/incident/{by_hand['id']}").status_code == 404
    assert api.get(f"/incident/{failed['id']}") == failed
    again = run(id=by_hand["id"], state="resolved")
    assert again["objects"] == [{"id": by_hand["id"], "result": "unchanged"}] and again["causes"] == []
    # what the engine resolves together
    for _number in range(2):
        custom(api, job, "same")
    together = run(**options, concurrency=1)
    assert together["counts"] == {"matched": 2, "changed": 1, "unchanged": 0, "gone": 1}


BAD: list[tuple[Row, str]] = [
    ({"id": "x", "state": "annotated"}, "annotation: required with state: annotated."),
    ({"id": "x", "state": "annotated", "annotation": "x", "retries": 1}, "retries: belongs to state: retried, and"),
    ({"id": "x", "state": "retried", "annotation": "x"}, "annotation: belongs to state: annotated, and state is"),
    ({"id": "x", "state": "annotated", "annotation": 5}, "annotation: it must be a string, not an integer"),
    ({"id": "x", "state": "retried", "retries": 0}, "retries: 0 leaves the incidents open"),
    ({"id": "x", "state": "retried", "retries": -1}, "retries: -1 is not 0 or more."),
    ({"id": "x", "state": "resolved", "via": "batch"}, "via: a batch only retries; state: resolved needs via: direct."),
    ({"filter": {}, "state": "retried"}, "filter: given but empty."),
    (
        {"filter": {"incidentMesage": "x"}, "state": "retried"},
        "filter: incident cannot be filtered by 'incidentMesage'.",
    ),
    ({"filter": {"incidentType": None}, "state": "retried"}, "filter.incidentType: the value is empty."),
    (
        {"filter": {"processDefinitionKeyIn": ["a,b"]}, "state": "retried"},
        "filter.processDefinitionKeyIn: 'a,b' cannot",
    ),
    ({"filter": {"incidentTimestampAfter": "soon"}, "state": "retried"}, "filter.incidentTimestampAfter: 'soon'"),
    ({"ended_after": "1d", "state": "retried"}, "ended_after: incident have no such date."),
]


@pytest.mark.parametrize(("options", "message"), BAD)
def test_bad_input_is_an_error_before_the_first_request(
    run: work.Run, proxied: Proxy, options: Row, message: str
) -> None:
    work.refusals(run, proxied, options, message)


@pytest.mark.parametrize(
    "state", [{"state": "retried"}, {"state": "annotated", "annotation": "x"}, {"state": "resolved"}]
)
def test_what_is_not_there(run: work.Run, proxied: Proxy, state: Row) -> None:
    assert run(id="nobody", **state)["msg"] == "There is no incident nobody. Nothing was changed."
    assert not proxied.writes


def test_an_incident_that_ends_meanwhile_is_gone(engine: Engine, api: Camunda7, proxied: Proxy) -> None:
    job = work.failed_job(api, "vanishing")
    work.mend(api, job)
    options = {"id": incident_of(api, job)["id"], "state": "retried"}
    path = f"/job/{job['id']}"
    with work.just_before(proxied, f"{path}/.*", lambda: api.send("POST", f"{path}/execute")):
        done = run_module("c7_incident", engine.connection(proxied.url), options)
    assert (done["changed"], done["counts"]["gone"]) == (False, 1)


def test_who_may_read_but_not_change(
    engine: Engine, api: Camunda7, proxied: Proxy, unique: Callable[[str], str]
) -> None:
    user, password = unique("reader"), plain_secret()
    api.create_user(user, password)
    api.authorize(["READ", "READ_INSTANCE"], 6, user=user)  # process definitions
    job = work.failed_job(api, "forbidden")
    connection = {**engine.connection(proxied.url), "username": user, "password": password}
    options = {"id": incident_of(api, job)["id"]}
    for change in ({"state": "retried"}, {"state": "annotated", "annotation": "x"}):
        failed = run_module("c7_incident", connection, {**options, **change})
        assert failed["failed"] and not failed["changed"] and failed["error"]["status"] == 403
        assert f"The caller {user} needs" in failed["msg"]
    assert api.get(f"/job/{job['id']}")["retries"] == 0
    api.delete_user(user)
