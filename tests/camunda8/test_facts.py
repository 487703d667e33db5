# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator, or a cluster of 8.6 that the user brings, answers what a running 8.6.0 was seen to answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1_catalog import ENTITIES
from ansible_collections.bpmops.camunda.plugins.module_utils.query.entity import Entity
from ansible_collections.bpmops.camunda.tests.camunda8.facts import REQUESTS, SEARCHES, Refusal, place
from ansible_collections.bpmops.camunda.tests.support.camunda8 import Camunda8, World, eventually
from ansible_collections.bpmops.camunda.tests.support.fake_operate import CUT, FakeOperate

pytestmark = pytest.mark.version("8.6")


def check_refusal(answer: requests.Response, expected: Refusal) -> None:
    body = answer.json()
    assert (answer.status_code, body["type"]) == (expected.status, expected.type)
    assert set(body) == {"status", "message", "instance", "type"} and body["status"] == expected.status
    assert expected.words in body["message"]


@pytest.mark.parametrize(("entity", "body", "expected"), SEARCHES)
def test_searches(camunda8: Camunda8, world: World, entity: str, body: dict[str, Any], expected: Refusal | int) -> None:
    answer = camunda8.call("POST", f"/v1/{entity}/search", json=place(body, camunda8, world))
    if isinstance(expected, Refusal):
        check_refusal(answer, expected)
        return
    page = answer.json()
    assert answer.status_code == 200 and set(page) == {"items", "sortValues", "total"}
    assert page["total"] == expected and len(page["items"]) == min(expected, body.get("size", 10))
    assert len(page["sortValues"]) == bool(expected)


@pytest.mark.parametrize(("method", "path", "expected"), REQUESTS)
def test_single_objects(camunda8: Camunda8, world: World, method: str, path: str, expected: Refusal) -> None:
    path = path.replace("$active", str(world.active[0]))
    check_refusal(camunda8.call(method, f"/v1/{path}"), expected)


def test_an_unknown_path(camunda8: Camunda8) -> None:
    answer = camunda8.get("nothing/1")
    assert answer.status_code == 404 and "type" not in answer.json()


def test_the_fields_of_a_process_instance(camunda8: Camunda8, world: World) -> None:
    common = {"key", "processVersion", "bpmnProcessId", "startDate", "state", "incident", "processDefinitionKey"}
    common |= {"tenantId"}
    (order,) = camunda8.search("process-instances", filter={"key": world.active[0]})["items"]
    assert set(order) == common | {"processVersionTag"}
    (greeting,) = camunda8.search("process-instances", filter={"key": world.finished[0]})["items"]
    assert set(greeting) == common | {"endDate"}


def test_the_end_of_a_search(camunda8: Camunda8, world: World) -> None:
    body: dict[str, Any] = {"filter": {"bpmnProcessId": world.process("delivery")}}
    page = camunda8.search("process-instances", **body)
    assert page["total"] == len(page["items"]) == 4
    last = camunda8.search("process-instances", **body, searchAfter=page["sortValues"])
    assert last == {"items": [], "sortValues": [], "total": 4}


@pytest.mark.simulator  # a cluster may have Elasticsearch, which keeps numbers
def test_sort_values_are_strings_with_opensearch(camunda8: Camunda8, world: World) -> None:
    sort = [{"field": "startDate", "order": "DESC"}]
    values = camunda8.search("process-instances", sort=sort, size=2)["sortValues"]
    assert len(values) == 2 and all(isinstance(value, str) and value.isdigit() for value in values)


def test_no_login_and_a_foreign_token(camunda8: Camunda8) -> None:
    url = f"{camunda8.url}/v1/process-instances/1"
    answers = [requests.get(url, headers=headers) for headers in ({}, {"Authorization": "Bearer a.b.c"})]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == {"message": ""}


def test_login(camunda8: Camunda8) -> None:
    url = f"{camunda8.url}/api/login"
    answer = requests.post(url, data={"username": camunda8.username, "password": camunda8.password})
    assert answer.status_code == 204
    assert "OPERATE-SESSION=" in answer.headers["Set-Cookie"] and "HttpOnly" in answer.headers["Set-Cookie"]
    assert requests.post(url, data={"username": camunda8.username, "password": "wrong"}).status_code == 401


def test_a_second_deletion_finds_nothing(camunda8: Camunda8, world: World) -> None:
    key = camunda8.start(world.process("greeting"))
    eventually(lambda: camunda8.state(key) == "COMPLETED", "the end of the instance")
    answer = eventually(lambda: _deleted(camunda8, key), "the deletion")
    assert answer["deleted"] == 1 and str(key) in answer["message"]
    eventually(lambda: camunda8.state(key) is None, "the instance to be gone")
    check_refusal(camunda8.call("DELETE", f"/v1/process-instances/{key}"), Refusal(404, "Requested resource not found"))


def _deleted(api: Camunda8, key: int) -> Any:
    """The answer to a deletion; None while Operate is still writing the instance."""
    answer = api.call("DELETE", f"/v1/process-instances/{key}")
    return answer.json() if answer.ok else None


def _everything(api: Camunda8, entity: Entity) -> list[dict[str, Any]]:
    page = api.search(entity.name, size=1000)
    assert len(page["items"]) == page["total"] < 1000, "this comparison wants a cluster with little in it"
    rows: list[dict[str, Any]] = page["items"]
    return rows


@pytest.mark.cluster
def test_the_simulator_answers_like_this_cluster(camunda8: Camunda8, world: World) -> None:
    """Both search everything that the cluster holds, of which there must not be much."""
    rows: dict[str, Any] = {}
    for each in ENTITIES:
        rows[each.name] = _everything(camunda8, each)
        if each.name == "decision-instances":
            rows[each.name] = [camunda8.get(f"{each.name}/{row['id']}").json() for row in rows[each.name]]
    for row in rows["variables"]:
        row["value"] += "..." if len(row["value"]) == CUT else ""  # the rest is not in the answer to a search
    key = world.finished[0]
    start = next(row["startDate"] for row in rows["process-instances"] if row["key"] == key)
    questions: list[tuple[str, dict[str, Any]]] = [
        (entity.name, {"size": size, "sort": [{"field": name, "order": order}]})
        for entity in ENTITIES
        for name in entity.sorts
        for order, size in (("ASC", 3), ("DESC", 1000))
    ]
    questions += [
        ("process-instances", body)
        for body in (
            {},
            {"size": 0},
            {"size": 1001},
            {"sort": [{"field": "nope", "order": "ASC"}]},
            {"sort": [{"field": "key", "order": "asc"}]},
            {"sort": [{"field": "state", "order": "ASC"}], "searchAfter": ["1"]},
            {"searchAfter": []},
            {"searchAfter": ["1", "2"]},
            {"searchAfter": [str(key)], "size": 4},
            {"filter": {"bogus": 1}},
            {"filter": {"state": "BOGUS"}},
            {"filter": {"key": str(key)}},
            {"filter": {"key": "abc"}},
            {"filter": {"parentProcessInstanceKey": world.callers[0]}},
            {"filter": {"parentKey": None}},
            {"filter": {"startDate": start}},
            {"filter": {"startDate": start + "||/d"}},
            {"filter": {"startDate": "2020-01-01T00:00:00.000+0000||/y"}},
            {"filter": {"startDate": "nonsense"}},
            {"filter": {"incident": True}, "sort": [{"field": "endDate", "order": "DESC"}]},
        )
    ]
    questions += [
        ("incidents", {"filter": {"message": "stove COLD"}}),
        ("variables", {"filter": {"truncated": True}, "size": 1}),
        ("flownode-instances", {"filter": {"flowNodeName": "nonsense"}}),
        ("decision-definitions", {"filter": {"decisionRequirementsName": "Kitchen"}}),
    ]
    with FakeOperate(rows) as fake:
        pretended = Camunda8(fake.url, fake.username, fake.password)
        for entity, body in questions:
            real, made = (api.call("POST", f"/v1/{entity}/search", json=body) for api in (camunda8, pretended))
            assert made.status_code == real.status_code, (entity, body)
            assert _words(made.json()) == _words(real.json()), (entity, body)
        for path in ("process-instances/abc", "process-instances/1", f"process-instances/{key}", "nothing/1"):
            real, made = (api.get(path) for api in (camunda8, pretended))
            assert made.status_code == real.status_code
            assert made.json().get("type") == real.json().get("type")
        for active in (world.active[0], 1):
            real, made = (api.call("DELETE", f"/v1/process-instances/{active}") for api in (camunda8, pretended))
            assert (made.status_code, made.json()["type"]) == (real.status_code, real.json()["type"])


def _words(answer: dict[str, Any]) -> Any:
    """An answer without what is new each time or only words."""
    return answer["type"] if "status" in answer else json.loads(json.dumps(answer, sort_keys=True))
