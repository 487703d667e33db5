# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is pure in the work on jobs, incidents and batches: causes, settings, lists that the engine limits, waiting."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import batches, incidents, jobs, settings
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import AnswerError, ApplyError, WaitTimeoutError
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response

Row = dict[str, Any]


def incident(message: str | None, when: str = "2026-01-01", activity: str = "pay", process: str = "order:1:x") -> Row:
    return {
        "incidentType": "failedJob",
        "incidentMessage": message,
        "incidentTimestamp": when,
        "processDefinitionId": process,
        "activityId": activity,
    }


def test_incidents_with_the_same_cause_are_counted() -> None:
    uuid = "0d6ab0c2-e853-11f1-9e5c-0242ac110002"
    rows = [
        incident("disk full"),
        incident("order 4711 not found", "2026-01-03"),
        incident("order 12 not found", "2026-01-02", process="order:2:y"),
        incident(f"order {uuid} not found", "2026-01-04"),
        incident("order 12 not found", activity="ship"),
        incident("order 12 not found", process="refund:1:z"),
        incident(None),
        incident(None),
    ]
    found = [(cause["count"], cause["incidentMessage"], cause["activityId"]) for cause in incidents.causes(rows)]
    assert found == [
        (3, "order 4711 not found", "pay"),
        (2, "", "pay"),
        (1, "disk full", "pay"),
        (1, "order 12 not found", "ship"),
        (1, "order 12 not found", "pay"),
    ]
    first = incidents.causes(rows)[0]
    assert (first["processDefinitionKey"], first["first"], first["last"]) == ("order", "2026-01-02", "2026-01-04")


def test_the_same_time_in_another_zone_is_no_change() -> None:
    names = {"suspended": None, "due_date": None, "priority": None, "retries": None}
    row = {"dueDate": "2031-01-31T13:00:00.000+0300", "retries": 0, "priority": 0, "suspended": False}

    def changed(**options: Any) -> list[str]:
        return [each.option for each in settings.missing(jobs._SETTINGS, row, {**names, **options})]

    assert changed(due_date="2031-01-31T10:00:00Z", retries=0, suspended=False) == []
    assert changed(due_date="2031-01-31T10:00:01Z") == ["due_date"]
    assert changed(retries=1, priority=1, suspended=True) == ["suspended", "priority", "retries"]
    row["dueDate"] = None
    assert changed(due_date="2031-01-31T10:00:00Z") == ["due_date"]


def answer(status: int, body: bytes) -> Response:
    return Response("POST", "/job/retries", status, {"Content-Type": "application/json"}, body)


class Limited:
    """An engine that takes lists of at most 50 ids; ``refused`` is the number of the batch that it refuses."""

    def __init__(self, refused: int = -1) -> None:
        self.sizes: list[int] = []
        self.refused = refused

    def write(self, _method: str, *_path: str, body: Row) -> Response:
        if len(body["jobIds"]) > 50:
            raise AnswerError("Max results limit of 50 exceeded!", answer(400, b"{}"))
        if len(self.sizes) == self.refused:
            raise AnswerError("No.", answer(500, b"{}"))
        self.sizes.append(len(body["jobIds"]))
        return answer(200, b'{"id": "b%d"}' % len(self.sizes))


def run(client: Any, size: int) -> Row:
    keys = [str(number) for number in range(size)]
    return batches.run(client, ("job", "retries"), "jobIds", keys, {"retries": 1}, {"wait": False})


def test_more_ids_than_the_engine_takes_are_several_batches() -> None:
    client = Limited()
    assert run(client, 120) == {"batches": [{"id": "b1"}, {"id": "b2"}, {"id": "b3"}]}
    assert client.sizes == [50, 50, 20]
    with pytest.raises(AnswerError) as raised:
        run(Limited(refused=1), 120)
    assert raised.value.facts["done"] == [{"action": "create", "kind": "batch", "name": "b1"}]


def statistics(**numbers: Any) -> Row:
    row = {"id": "b1", "totalJobs": 3, "jobsCreated": 3, "completedJobs": 0, "remainingJobs": 3, "failedJobs": 0}
    return {**row, "type": "x", "suspended": False, **numbers}


@pytest.mark.parametrize(
    ("row", "done"),
    [
        (statistics(), False),
        (statistics(jobsCreated=0, remainingJobs=0), False),
        (statistics(jobsCreated=2, remainingJobs=0, completedJobs=2), False),
        (statistics(remainingJobs=1, failedJobs=1, completedJobs=2), True),
        (statistics(remainingJobs=2, failedJobs=1, completedJobs=1), False),
        (statistics(remainingJobs=0, completedJobs=3), True),
        ({**dict.fromkeys(batches.SHOWN), "id": "b1", "totalJobs": 3}, True),
    ],
)
def test_a_batch_is_done_by_its_statistics(row: Row, done: bool) -> None:
    assert batches.is_done(row) is done


def test_a_batch_that_is_deleted_while_it_is_awaited_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: dict[str, list[Row | None]] = {"b1": [statistics(), statistics(remainingJobs=0)], "b2": [statistics(), None]}
    monkeypatch.setattr(batches, "look", lambda _client, key: looks[key].pop(0))
    client: Any = None
    params = {"wait": True, "wait_timeout": 5, "wait_interval": 0.01}
    assert batches.wait(client, ["b1", "b2"], params) == [statistics(remainingJobs=0)]


def test_what_a_batch_left_undone_is_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    client: Any = Limited()
    options = {"wait": True, "wait_timeout": 0, "wait_interval": 1}
    monkeypatch.setattr(batches, "look", lambda _client, _key: statistics(suspended=True))
    with pytest.raises(
        WaitTimeoutError, match=r"^1 of 1 batches were not done after 0 s\. The first: b1 is suspended, 0"
    ) as late:
        batches.run(client, ("job", "retries"), "jobIds", ["1"], {"retries": 1}, options)
    assert [row["name"] for row in late.value.facts["done"]] == ["b1"]
    monkeypatch.setattr(batches, "look", lambda _client, _key: statistics(remainingJobs=2, failedJobs=2))
    failed = [{"id": "b2", "totalJobs": 3, "failedJobs": 2, "messages": ["Deadlock", "No job found"]}]
    monkeypatch.setattr(batches, "failures", lambda _client, _rows: failed)
    with pytest.raises(
        ApplyError, match=r"^Jobs of 1 of 1 .*batch b2, 2 of 3 jobs: Deadlock; No job found\. "
    ) as broken:
        batches.run(client, ("job", "retries"), "jobIds", ["1"], {"retries": 1}, options)
    assert [row["name"] for row in broken.value.facts["done"]] == ["b2"]
