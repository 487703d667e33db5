# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting: what goes, what is refused and why, what stays whatever happens meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.fake_operate import FakeOperate, Generated
from ansible_collections.bpmops.camunda.tests.support.operate_tasks import Tasks
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

PARENT, CHILD, GRANDCHILD, ALONE, RUNNING, RUNNING_CHILD = (2251799813685300 + each for each in range(6))
CALLS, SIMPLE = 2251799813685200, 2251799813685201


def instance(key: int, state: str = "COMPLETED", *, parent: int | None = None, calls: bool = False) -> dict[str, Any]:
    row = {
        "key": key,
        "bpmnProcessId": "order",
        "startDate": "2026-01-01T00:00:00.000+0000",
        "state": state,
        "processDefinitionKey": CALLS if calls else SIMPLE,
        "tenantId": "<default>",
    }
    if state != "ACTIVE":
        row["endDate"] = "2026-01-02T00:00:00.000+0000"
    return row if parent is None else {**row, "parentKey": parent}


@pytest.fixture
def fake() -> Iterator[FakeOperate]:
    rows = [
        instance(PARENT, calls=True),
        instance(CHILD, parent=PARENT, calls=True),
        instance(GRANDCHILD, parent=CHILD),
        instance(ALONE, "CANCELED"),
        instance(RUNNING, "ACTIVE", calls=True),
        instance(RUNNING_CHILD, "ACTIVE", parent=RUNNING),
    ]
    xml = {str(CALLS): "<bpmn:callActivity/>", str(SIMPLE): "<bpmn:task/>"}
    definitions = [{"key": key} for key in (CALLS, SIMPLE)]
    with FakeOperate({"process-instances": rows, "process-definitions": definitions}, xml=xml, lag=0.15) as fake:
        yield fake


@pytest.fixture
def tasks(fake: FakeOperate) -> Tasks:
    return Tasks(fake.parameters)


def deleted(fake: FakeOperate) -> list[int]:
    return [int(path.rpartition("/")[2]) for path in fake.sent("DELETE")]


def actions(result: dict[str, Any]) -> dict[int, str]:
    assert "msg" not in result, result["msg"]
    return {int(row["key"]): row["action"] for row in result["instances"]}


def test_a_finished_one_goes_once(tasks: Tasks, fake: FakeOperate) -> None:
    first = tasks.delete(key=ALONE, _diff=True)
    assert first["changed"] and actions(first) == {ALONE: "deleted"}
    assert first["diff"][0]["before"]["state"] == "CANCELED" and first["diff"][0]["after"] == ""
    again = tasks.delete(key=ALONE)
    assert not again["changed"] and actions(again) == {ALONE: "absent"}
    assert deleted(fake) == [ALONE]


def test_check_mode_tells_the_same_and_sends_no_write(tasks: Tasks, fake: FakeOperate) -> None:
    options: dict[str, Any] = {
        "keys": [PARENT, RUNNING, ALONE, 5, ALONE],
        "cancel_first": True,
        "include_children": True,
        "_diff": True,
    }
    preview = tasks.delete(**options, _check=True)
    assert not fake.sent("DELETE") and not [path for path in fake.sent("POST") if "/v2/" in path]
    real = tasks.delete(**options)
    assert preview == real
    assert real["counts"] == {"deleted": 6, "absent": 1, "canceled": 2}
    assert actions(tasks.delete(**options)) == {PARENT: "absent", RUNNING: "absent", ALONE: "absent", 5: "absent"}


def test_called_ones_go_first(tasks: Tasks, fake: FakeOperate) -> None:
    result = tasks.delete(key=PARENT, include_children=True)
    assert set(actions(result).values()) == {"deleted"} and result["orphans"] == []
    assert deleted(fake) == [GRANDCHILD, CHILD, PARENT]


def test_orphans_are_told(tasks: Tasks, fake: FakeOperate) -> None:
    result = tasks.delete(key=PARENT)
    assert result["orphans"] == [str(CHILD)] and "stay behind as orphans" in result["warnings"][0]
    assert deleted(fake) == [PARENT]


def test_listed_parents_and_children_need_no_warning(tasks: Tasks, fake: FakeOperate) -> None:
    result = tasks.delete(keys=[PARENT, CHILD, GRANDCHILD])
    assert result["orphans"] == [] and not result["warnings"]
    assert deleted(fake) == [GRANDCHILD, CHILD, PARENT]


def test_a_process_without_call_activities_is_not_asked_for_children(tasks: Tasks, fake: FakeOperate) -> None:
    tasks.delete(keys=[ALONE, GRANDCHILD], include_children=True)
    assert not [path for path in fake.sent("POST") if path.endswith("/search")]
    assert len([path for path in fake.sent("GET") if path.endswith("/xml")]) == 1


def test_an_active_one_is_refused_and_nothing_else_goes(tasks: Tasks, fake: FakeOperate) -> None:
    for check in (True, False):
        result = tasks.delete(filter={"bpmnProcessId": "order"}, _check=check)
        assert result["failed"] and not result["changed"] and "so none was" in result["msg"]
        assert {int(row["key"]): row["state"] for row in result["error"]["refused"]} == {
            RUNNING: "ACTIVE",
            RUNNING_CHILD: "ACTIVE",
        }
        assert all("cancel_first: true" in row["reason"] for row in result["error"]["refused"])
    assert not deleted(fake)


def test_an_active_one_is_canceled_first(tasks: Tasks, fake: FakeOperate) -> None:
    result = tasks.delete(key=RUNNING, cancel_first=True, include_children=True)
    assert [(row["action"], row["canceled"]) for row in result["instances"]] == [("deleted", True)] * 2
    assert [path for path in fake.sent("POST") if "/v2/" in path] == [f"/v2/process-instances/{RUNNING}/cancellation"]
    assert deleted(fake) == [RUNNING_CHILD, RUNNING]


def test_a_called_active_one_cannot_be_canceled_alone(tasks: Tasks, fake: FakeOperate) -> None:
    result = tasks.delete(key=RUNNING_CHILD, cancel_first=True)
    assert f"called by process instance {RUNNING}" in result["error"]["refused"][0]["reason"]
    assert not fake.sent("DELETE")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filter": {}}, "filter: given but empty"),
        ({"filter": {}, "older_than": "1d"}, "filter: given but empty"),
        ({"filter": {"bpmnProcesId": "order"}}, "Did you mean bpmnProcessId"),
        ({"key": "abc"}, "is not a key"),
        ({"key": ALONE, "max_objects": 0}, "max_objects"),
        ({"key": ALONE, "concurrency": 17}, "between 1 and 16"),
    ],
    ids=str,
)
def test_a_mistake_sends_nothing(tasks: Tasks, fake: FakeOperate, options: dict[str, Any], message: str) -> None:
    result = tasks.delete(**options)
    assert result["failed"] and message in result["msg"]
    assert not fake.requests


def test_the_cap_counts_children_too(tasks: Tasks, fake: FakeOperate) -> None:
    for options in (
        {"keys": [ALONE, GRANDCHILD, CHILD]},
        {"filter": {"state": "COMPLETED"}},
        {"key": PARENT, "include_children": True},
    ):
        for check in (True, False):
            result = tasks.delete(**options, max_objects=2, _check=check)
            assert result["failed"] and "max_objects allows 2" in result["msg"]
    assert not deleted(fake)
    assert len(actions(tasks.delete(filter={"state": "COMPLETED"}, max_objects=3))) == 3


def test_the_cap_bounds_how_many_children_are_looked_for() -> None:
    children = [{**row, "parentKey": PARENT} for row in Generated(2500)]
    with FakeOperate({"process-instances": [instance(PARENT), *children]}) as fake:
        result = Tasks(fake.parameters).delete(key=PARENT, include_children=True, max_objects=50, _check=True)
        assert "This would delete 52 process instances, and max_objects allows 50" in result["msg"]
        searches = [body["size"] for _method, path, body in fake.requests if path.endswith("/search")]
        assert searches == [51] and not fake.sent("DELETE")


def test_old_ones_by_time_alone(tasks: Tasks, fake: FakeOperate) -> None:
    assert actions(tasks.delete(ended_before="2026-01-02")) == {}
    assert set(actions(tasks.delete(older_than="1d"))) == {PARENT, CHILD, GRANDCHILD, ALONE}
    assert RUNNING not in deleted(fake)


def test_nothing_outside_the_frozen_set_is_deleted() -> None:
    definitions = [{"key": 2251799813685000}]
    with FakeOperate({"process-instances": Generated(2500), "process-definitions": definitions}, lag=0) as fake:
        instances: Generated = fake.rows["process-instances"]

        def live() -> None:
            instances.size += 5
            instances.finished += 5

        fake.before_page = live
        result = Tasks(fake.parameters).delete(
            filter={"bpmnProcessId": "process-3"}, max_objects=5000, wait=False, concurrency=8
        )
        frozen = set(actions(result))
        assert 350 < len(frozen) <= 400
        assert set(deleted(fake)) == frozen and len(deleted(fake)) == len(frozen)
        assert all((key - Generated.BASE) % 7 == 3 for key in frozen)


@pytest.mark.parametrize("options", [{"filter": {"state": "COMPLETED"}}, {"older_than": "0s"}], ids=str)
def test_the_oldest_in_batches(options: dict[str, Any]) -> None:
    """1,300 instances are more than two batches; the last of the set ended just before the first that stays."""
    definitions = [{"key": 2251799813685000}]
    with FakeOperate({"process-instances": Generated(2000, 1500), "process-definitions": definitions}, lag=0) as fake:
        tasks = Tasks(fake.parameters)
        options = {**options, "on_limit": "oldest", "max_objects": 1300, "concurrency": 8, "include_children": True}
        preview = tasks.delete(**options, _check=True, _diff=True)
        assert not fake.sent("DELETE")
        result = tasks.delete(**options, _diff=True)
        assert result == preview and result["truncated"]
        assert set(deleted(fake)) == {Generated.BASE + each for each in range(1300)}
        assert len(deleted(fake)) == result["counts"]["deleted"] == 1300
        # One look at the process of all of them, each time.
        assert len([path for path in fake.sent("GET") if path.endswith("/xml")]) == 2


def test_only_roots(tasks: Tasks, fake: FakeOperate) -> None:
    options: dict[str, Any] = {"older_than": "1d", "roots_only": True, "on_limit": "oldest", "max_objects": 1}
    preview = tasks.delete(**{**options, "max_objects": 4}, include_children=True, _check=True)
    assert actions(preview) == {PARENT: "deleted", CHILD: "deleted", GRANDCHILD: "deleted", ALONE: "deleted"}
    result = tasks.delete(**options)
    assert actions(result) == {PARENT: "deleted"} and result["truncated"] and result["orphans"] == [str(CHILD)]
    assert actions(tasks.delete(**options)) == {ALONE: "deleted"}
    assert actions(tasks.delete(**options)) == {}
    assert deleted(fake) == [PARENT, ALONE]


def test_the_diff_shows_cancellations(tasks: Tasks) -> None:
    result = tasks.delete(key=RUNNING, cancel_first=True, include_children=True, _check=True, _diff=True)
    shown = [(each["before"]["state"], each["after"] and each["after"]["state"]) for each in result["diff"]]
    assert shown == [("ACTIVE", "CANCELED"), ("ACTIVE", ""), ("ACTIVE", "")]


def test_forbidden_stops_and_says_how_far_it_came(tasks: Tasks, fake: FakeOperate) -> None:
    fake.forbidden.add(str(CHILD))
    result = tasks.delete(key=PARENT, include_children=True, concurrency=1)
    assert result["failed"] and result["changed"]
    assert result["error"]["status"] == 403 and "needs the permission" in result["msg"]
    assert [row["name"] for row in result["error"]["done"]] == [str(GRANDCHILD)]
    assert [row["name"] for row in result["error"]["failed"]] == [str(CHILD)]
    assert [row["name"] for row in result["error"]["not_attempted"]] == [str(PARENT)]
    assert deleted(fake) == [GRANDCHILD, CHILD]


def test_waiting_in_vain_is_a_failure_that_changed_something(tasks: Tasks, fake: FakeOperate) -> None:
    fake.lag = 60
    result = tasks.delete(key=ALONE, wait_timeout=0.2)
    assert result["failed"] and result["changed"] and "wait_timeout" in result["msg"]
    assert tasks.delete(key=GRANDCHILD, wait=False)["changed"]


def test_an_answer_that_is_lost_is_found_again(fake: FakeOperate) -> None:
    fake.lag = 0
    with Proxy(fake.url) as proxy:
        fault = proxy.fail(method="DELETE", drop="after")
        result = Tasks({**fake.parameters, "url": proxy.url}).delete(key=ALONE)
        assert result["changed"] and actions(result) == {ALONE: "deleted"}
        assert len(fault.hits) == 1 and len(proxy.requests.to(".*", "DELETE")) == 2


def test_gone_between_the_look_and_the_deletion_is_no_change(fake: FakeOperate) -> None:
    body = json.dumps({"status": 404, "message": "No process instances", "type": "Requested resource not found"})
    with Proxy(fake.url) as proxy:
        proxy.fail(method="DELETE", status=404, body=body, headers={"Content-Type": "application/json"})
        result = Tasks({**fake.parameters, "url": proxy.url}).delete(key=ALONE)
    assert not result["changed"] and actions(result) == {ALONE: "absent"}


def test_a_token_where_only_users_may_delete(fake: FakeOperate) -> None:
    fake.tokens.add("a-token-of-the-tests")
    result = Tasks({"url": fake.url, "token": "a-token-of-the-tests"}).delete(key=ALONE)
    assert result["failed"] and "log in with auth_type: cookie" in result["msg"]


def test_deleting_in_a_session_with_csrf_prevention(fake: FakeOperate) -> None:
    fake.csrf = True
    assert Tasks(fake.parameters).delete(key=RUNNING, cancel_first=True, include_children=True)["changed"]


def test_back_pressure_is_waited_for_and_a_wrong_partition_is_not(fake: FakeOperate) -> None:
    def problem(title: str) -> dict[str, Any]:
        body = json.dumps({"type": "about:blank", "title": title, "status": 503, "detail": "..."})
        return {"status": 503, "body": body, "headers": {"Content-Type": "application/problem+json"}}

    path = ".*/cancellation"
    with Proxy(fake.url) as proxy:
        tasks = Tasks({**fake.parameters, "url": proxy.url})
        proxy.fail(path=path, **problem("io.camunda.zeebe.PartitionNotFoundException"), times=None)
        result = tasks.delete(key=RUNNING, cancel_first=True, include_children=True)
        assert result["failed"] and "belongs to another cluster" in result["msg"]
        assert len(proxy.requests.to(path)) == 1
        proxy.reset()
        proxy.fail(path=path, **problem("RESOURCE_EXHAUSTED"), times=2)
        assert tasks.delete(key=RUNNING, cancel_first=True, include_children=True)["changed"]
        assert len(proxy.requests.to(path)) == 3


def test_commands_may_be_served_elsewhere(fake: FakeOperate) -> None:
    with Proxy(fake.url) as zeebe:
        result = Tasks(fake.parameters).delete(
            key=RUNNING, cancel_first=True, include_children=True, zeebe_url=zeebe.url + "/v2"
        )
        assert result["changed"]
        assert len(zeebe.requests.to(".*/cancellation")) == 1
        assert not zeebe.requests.to(".*", "DELETE")


@pytest.mark.parametrize("times", [2, None])
def test_an_instance_that_is_still_being_written_down_is_deleted_later(fake: FakeOperate, times: int | None) -> None:
    body = json.dumps({"status": 500, "message": "Error in deleting process instance and dependant data", "type": "x"})
    with Proxy(fake.url) as proxy:
        fault = proxy.fail(
            method="DELETE", times=times, status=500, body=body, headers={"Content-Type": "application/json"}
        )
        result = Tasks({**fake.parameters, "url": proxy.url}).delete(key=ALONE, wait_timeout=1)
    if times:
        assert actions(result) == {ALONE: "deleted"} and result["changed"]
    else:
        assert "Error in deleting" in result["msg"] and not result["changed"]
        assert 3 <= len(fault.hits) <= 12
