# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Searching: more than 10,000 objects, time ranges, files, data that change meanwhile, clusters without the API."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.fake_operate import FakeOperate, Generated, stamp
from ansible_collections.bpmops.camunda.tests.support.operate_tasks import Tasks
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

MANY = 12345
FIRST = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture(params=[False, True], ids=["opensearch", "elasticsearch"])
def fake(request: pytest.FixtureRequest) -> Iterator[FakeOperate]:
    with FakeOperate({"process-instances": Generated(MANY, finished=MANY - 100)}) as fake:
        fake.native_sort_values = request.param
        yield fake


@pytest.fixture
def tasks(fake: FakeOperate) -> Tasks:
    return Tasks(fake.parameters)


def keys(result: dict[str, Any]) -> list[int]:
    assert "msg" not in result, result["msg"]
    return [int(row["key"]) for row in result["objects"]]


def searches(fake: FakeOperate) -> list[dict[str, Any]]:
    return [body for _method, path, body in fake.requests if path.endswith("/search")]


def test_past_10_000_all_are_found_once(tasks: Tasks, fake: FakeOperate) -> None:
    result = tasks.search(limit=20000)
    assert keys(result) == list(range(Generated.BASE, Generated.BASE + MANY))
    assert (result["total"], result["total_is_lower_bound"], result["truncated"]) == (MANY, False, False)
    assert len(searches(fake)) == 13
    assert fake.logins == 1


@pytest.mark.parametrize("order", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["startDate", "endDate"])
def test_sorted_past_10_000_all_are_found_once(tasks: Tasks, field: str, order: str) -> None:
    result = tasks.search(limit=20000, sort=[{"field": field, "order": order}], fields=["key"])
    assert sorted(keys(result)) == list(range(Generated.BASE, Generated.BASE + MANY))


def test_the_default_limit_says_that_it_cut_off(tasks: Tasks, fake: FakeOperate) -> None:
    result = tasks.search()
    assert len(result["objects"]) == 1000
    assert (result["total"], result["total_is_lower_bound"], result["truncated"]) == (10000, True, True)
    again = tasks.search(resume=result["resume"], limit=1)
    assert keys(again) == [Generated.BASE + 1000]
    assert [body["size"] for body in searches(fake)] == [1000, 1, 1, 1]


def test_a_limit_that_is_just_reached_cuts_nothing_off(tasks: Tasks) -> None:
    result = tasks.search(limit=MANY)
    assert (len(result["objects"]), result["truncated"], result["resume"]) == (MANY, False, None)


def test_counting_is_one_request(tasks: Tasks, fake: FakeOperate) -> None:
    result = tasks.search(count_only=True)
    assert (result["total"], result["total_is_lower_bound"]) == (10000, True)
    assert "objects" not in result
    result = tasks.search(count_only=True, filter={"state": "ACTIVE"})
    assert (result["total"], result["total_is_lower_bound"]) == (100, False)
    assert len(searches(fake)) == 2


@pytest.mark.parametrize("size", [7, 100, 1000])
def test_pages_by_hand_are_the_same_as_one_page(tasks: Tasks, size: int) -> None:
    options: dict[str, Any] = {"filter": {"state": "ACTIVE"}, "sort": [{"field": "startDate", "order": "DESC"}]}
    whole = keys(tasks.search(**options))
    assert len(whole) == 100
    assert keys(tasks.search(**options, page_size=size)) == whole
    found: list[int] = []
    after = None
    while True:
        page = tasks.search(**options, limit=size, **({"resume": after} if after else {}))
        found += keys(page)
        after = page["resume"]
        if not page["truncated"]:
            break
    assert found == whole


# Limits of time


def seconds(number: int) -> str:
    return stamp(FIRST + timedelta(seconds=number))


@pytest.mark.parametrize("order", ["ASC", "DESC"])
def test_a_span_reads_no_more_than_itself(tasks: Tasks, fake: FakeOperate, order: str) -> None:
    result = tasks.search(
        ended_after=seconds(60 + 1000),
        ended_before=seconds(60 + 1500),
        sort=[{"field": "endDate", "order": order}],
        page_size=100,
    )
    assert sorted(keys(result)) == [Generated.BASE + index for index in range(1000, 1500)]
    assert (result["total"], result["total_is_lower_bound"], result["truncated"]) == (500, False, False)
    assert len(searches(fake)) == 6


def test_an_open_span_leaves_out_what_has_not_ended(tasks: Tasks) -> None:
    result = tasks.search(ended_after=seconds(60 + MANY - 110), limit=5000)
    assert keys(result) == [Generated.BASE + index for index in range(MANY - 110, MANY - 100)]


def test_a_bound_is_exact_to_the_millisecond(tasks: Tasks) -> None:
    early = (FIRST + timedelta(seconds=10, microseconds=999)).isoformat()
    result = tasks.search(started_after=seconds(9), started_before=early)
    assert keys(result) == [Generated.BASE + 9, Generated.BASE + 10]
    result = tasks.search(started_after=early, started_before=seconds(12))
    assert keys(result) == [Generated.BASE + 11]


def test_two_spans_together(tasks: Tasks, fake: FakeOperate) -> None:
    result = tasks.search(started_after=seconds(5000), ended_before=seconds(5200), count_only=True, page_size=50)
    assert result["total"] == 140
    assert len(searches(fake)) <= 5


def test_a_limit_within_a_span(tasks: Tasks) -> None:
    result = tasks.search(ended_before=seconds(1000), limit=10)
    assert keys(result) == [Generated.BASE + index for index in range(10)]
    assert (result["total"], result["total_is_lower_bound"], result["truncated"]) == (10, True, True)


# Errors come before the first request


@pytest.mark.parametrize(
    "options",
    [
        {"filter": {"stat": "ACTIVE"}},
        {"filter": {"key": "abc"}},
        {"filter": {"startDate": "soon"}},
        {"filter": {"state": "BOGUS"}},
        {"sort": [{"field": "parentKey"}]},
        {"fields": ["nope"]},
        {"page_size": 0},
        {"page_size": 1001},
        {"limit": 0},
        {"limit": -1},
        {"entity": "process-instance"},
        {"resume": ["1", "2"]},
        {"resume": ["1"], "older_than": "1d"},
        {"older_than": "1d", "sort": [{"field": "startDate"}]},
        {"older_than": "1 day"},
        {"dest": "/does/not/exist/file"},
        {"dest": "/"},
    ],
    ids=str,
)
def test_a_mistake_sends_nothing(options: dict[str, Any]) -> None:
    with FakeOperate() as fake:
        result = Tasks(fake.parameters).search(**options)
        assert result["failed"] and len(result["msg"]) > 20
        assert not fake.requests and not fake.logins


# Files


def test_a_file_has_all_objects_and_is_replaced_only_when_it_differs(tasks: Tasks, tmp_path: Path) -> None:
    dest = tmp_path / "all.jsonl"
    preview = tasks.search(dest=str(dest), _check=True)
    assert preview["changed"] and preview["count"] == MANY
    assert not list(tmp_path.iterdir())
    result = tasks.search(dest=str(dest))
    assert result["changed"] and result["count"] == MANY and "objects" not in result
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    lines = dest.read_text().splitlines()
    assert [int(json.loads(line)["key"]) for line in lines] == list(range(Generated.BASE, Generated.BASE + MANY))
    before = dest.stat()
    assert not tasks.search(dest=str(dest), _check=True)["changed"]
    assert not tasks.search(dest=str(dest))["changed"]
    assert (dest.stat().st_ino, dest.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert tasks.search(dest=str(dest), limit=3)["changed"]
    assert len(dest.read_text().splitlines()) == 3


def test_a_failure_leaves_the_old_file_and_no_rest(fake: FakeOperate, tmp_path: Path) -> None:
    dest = tmp_path / "all.jsonl"
    dest.write_text("old\n")
    with Proxy(fake.url) as proxy:
        proxy.fail(method="POST", path="/v1/process-instances/search", skip=5, status=500, times=None)
        result = Tasks({**fake.parameters, "url": proxy.url}).search(dest=str(dest))
    assert result["failed"]
    assert [file.name for file in tmp_path.iterdir()] == ["all.jsonl"]
    assert dest.read_text() == "old\n"


# What happens meanwhile


def test_nothing_is_found_twice_or_left_out_while_others_are_deleted_and_started(fake: FakeOperate) -> None:
    instances: Generated = fake.rows["process-instances"]
    fake.lag = 0

    def live() -> None:
        page = len(fake.requests)
        fake.gone[Generated.BASE + 37 * page] = 0.0
        instances.size += 10

    fake.before_page = live
    found = keys(Tasks(fake.parameters).search(limit=20000))
    assert len(found) == len(set(found))
    stayed = {Generated.BASE + index for index in range(MANY)} - fake.gone.keys()
    assert stayed <= set(found)


def test_an_expired_session_is_renewed_once(tasks: Tasks, fake: FakeOperate) -> None:
    fake.before_page = lambda: fake.expire_sessions() if len(fake.requests) == 4 else None
    assert len(tasks.search(limit=20000)["objects"]) == MANY
    assert fake.logins == 2


def test_a_wrong_password_is_tried_once(fake: FakeOperate) -> None:
    result = Tasks({**fake.parameters, "password": "wrong"}).search()
    assert result["error"]["status"] == 401 and "Check username" in result["msg"]
    assert fake.logins == 1


@pytest.mark.parametrize("how", [{"status": 503}, {"drop": "before"}])
def test_a_search_is_repeated_although_it_is_a_post(fake: FakeOperate, how: dict[str, Any]) -> None:
    with Proxy(fake.url) as proxy:
        proxy.fail(method="POST", path="/v1/process-instances/search", times=2, **how)
        assert len(Tasks({**fake.parameters, "url": proxy.url}).search()["objects"]) == 1000


def test_a_cluster_without_the_api_names_the_way_on(fake: FakeOperate) -> None:
    fake.v1 = False
    token = "t0ken-of-a-test"
    fake.tokens.add(token)
    tasks = Tasks({"url": fake.url, "token": token})
    for result in (tasks.search(), tasks.get(key=1), tasks.delete(key=1)):
        assert "There is no Operate API v1" in result["msg"] and "c8_search" in result["msg"]
        assert token not in json.dumps(result)


# Single objects


def test_getting(tasks: Tasks, fake: FakeOperate, tmp_path: Path) -> None:
    key = str(Generated.BASE + 5)
    fake.statistics[key] = [{"activityId": "a", "active": 0, "canceled": 0, "incidents": 0, "completed": 1}]
    fake.sequence_flows[key] = ["flow_1"]
    fake.rows["process-definitions"] = [{"key": 7, "bpmnProcessId": "order"}]
    fake.xml["7"] = "<bpmn:definitions>ü</bpmn:definitions>"
    assert tasks.get(key=key)["object"]["key"] == key
    assert tasks.get(key=key, view="statistics")["object"] == fake.statistics[key]
    assert tasks.get(key=key, view="sequence_flows")["object"] == ["flow_1"]
    definition: dict[str, Any] = {"entity": "process-definitions", "key": 7, "view": "xml"}
    assert tasks.get(**definition)["object"] == fake.xml["7"]
    dest = tmp_path / "model.bpmn"
    assert tasks.get(**definition, dest=str(dest), _check=True)["changed"]
    assert not dest.exists()
    assert tasks.get(**definition, dest=str(dest))["changed"]
    assert dest.read_text(encoding="utf-8") == fake.xml["7"]
    assert not tasks.get(**definition, dest=str(dest))["changed"]


def test_getting_what_is_not_there(tasks: Tasks) -> None:
    result = tasks.get(keys=[Generated.BASE + 1, 5, Generated.BASE])
    assert [row["key"] for row in result["objects"]] == [str(Generated.BASE + 1), str(Generated.BASE)]
    assert result["missing"] == ["5"]
    assert tasks.get(key=5) == {"object": None, "missing": ["5"], "changed": False, "warnings": []}
    assert "There is no process instance 5" in tasks.get(key=5, required=True)["msg"]
    assert "have no view 'xml'" in tasks.get(key=5, view="xml")["msg"]
    assert tasks.get(keys=[])["objects"] == []


# Variables


LONG = {"key": 11, "name": "long", "value": "1" * 9000, "processInstanceKey": 1, "scopeKey": 1}
SHORT = {"key": 12, "name": "short", "value": '{"a":1}', "processInstanceKey": 1, "scopeKey": 1}


def test_a_value_that_was_cut_off_is_not_decoded(tasks: Tasks, fake: FakeOperate) -> None:
    fake.rows["variables"] = [LONG, SHORT]
    first, second = tasks.search(entity="variables")["objects"]
    assert len(first["value"]) == 8191 and "decodedValue" not in first
    assert second["decodedValue"] == {"a": 1}
    assert tasks.get(entity="variables", key=11)["object"]["value"] == LONG["value"]


def test_a_server_that_cannot_get_variables_is_helped_out_where_nothing_is_lost(
    tasks: Tasks, fake: FakeOperate
) -> None:
    fake.rows["variables"] = [LONG, SHORT]
    fake.shared_process = True
    result = tasks.get(entity="variables", keys=[12, 13])
    assert [row["decodedValue"] for row in result["objects"]] == [{"a": 1}] and result["missing"] == ["13"]
    assert "a defect of Camunda 8.6" in tasks.get(entity="variables", key=11)["msg"]


def test_a_filter_that_an_older_server_ignores_is_noticed(tasks: Tasks, fake: FakeOperate) -> None:
    older = fake.rows["process-instances"]
    assert older[0].get("processVersionTag") is None
    fake.ignored.add("processVersionTag")
    for result in (
        tasks.search(filter={"processVersionTag": "v1"}),
        tasks.search(filter={"processVersionTag": "v1"}, count_only=True),
        tasks.delete(filter={"processVersionTag": "v1"}, max_objects=100000),
    ):
        assert "filter.processVersionTag: this server ignores it" in result["msg"]
    assert not fake.sent("DELETE")


@pytest.mark.parametrize("order", ["ASC", "DESC"])
def test_pages_go_on_among_objects_without_the_date(order: str) -> None:
    with FakeOperate({"process-instances": Generated(300, finished=200)}) as fake:
        options: dict[str, Any] = {"sort": [{"field": "endDate", "order": order}], "fields": ["key"]}
        tasks = Tasks(fake.parameters)
        whole = keys(tasks.search(**options))
        assert len(set(whole)) == 300 and whole[200:] == [Generated.BASE + index for index in range(200, 300)]
        assert keys(tasks.search(**options, page_size=30)) == whole
        first = tasks.search(**options, limit=250)
        assert keys(tasks.search(**options, resume=first["resume"])) == whole[250:]
