# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Operate modules on Camunda 8: every entity, every filter, every sort order, pages, deletions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1_catalog import ENTITIES, NAMES
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1_types import KEY
from ansible_collections.bpmops.camunda.plugins.module_utils.query.entity import Entity
from ansible_collections.bpmops.camunda.tests.support.camunda8 import Camunda8, World, eventually
from ansible_collections.bpmops.camunda.tests.support.fake_camunda8 import FakeCamunda8
from ansible_collections.bpmops.camunda.tests.support.operate_tasks import Tasks
from ansible_collections.bpmops.camunda.tests.support.plays import Play, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

ALL = 10**6
SHARED_PROCESS = "a defect of Camunda 8.6"


@pytest.fixture
def proxy(camunda8: Camunda8, world: World) -> Iterator[Proxy]:
    with Proxy(camunda8.url) as proxy:
        yield proxy


@pytest.fixture
def parameters(camunda8: Camunda8, proxy: Proxy) -> dict[str, Any]:
    return {**camunda8.parameters, "url": proxy.url}


@pytest.fixture
def tasks(parameters: dict[str, Any]) -> Tasks:
    return Tasks(parameters)


def keys(result: dict[str, Any], identifier: str = "key") -> list[str]:
    assert "msg" not in result, result["msg"]
    return [row[identifier] for row in result["objects"]]


# Reading


@pytest.mark.parametrize("entity", ENTITIES, ids=NAMES)
def test_every_entity_is_searched_and_got(tasks: Tasks, world: World, entity: Entity) -> None:
    known = {*entity.fields, "decodedValue"}
    for where in world.filters[entity.name]:
        rows = tasks.search(entity=entity.name, filter=where)["objects"]
        assert rows
        got = tasks.get(entity=entity.name, keys=[rows[0][entity.identifier]], required=True)["objects"]
        assert got[0].items() >= rows[0].items()
        assert set(got[0]) <= known
        for row in rows:
            assert set(row) <= known
            assert all(
                isinstance(row[name], str)
                for name, known_filter in entity.filters.items()
                if known_filter.type is KEY and row.get(name)
            )


@pytest.mark.parametrize("entity", ENTITIES, ids=NAMES)
def test_every_filter_finds_what_has_the_value_and_nothing_else(
    tasks: Tasks, camunda8: Camunda8, world: World, entity: Entity
) -> None:
    for where in world.filters[entity.name]:
        rows = camunda8.search(entity.name, filter=where, size=1000)["items"]
        if entity.name == "decision-instances":
            rows = [camunda8.get(f"{entity.name}/{row['id']}").json() for row in rows]
        for name, known in entity.filters.items():
            value = next((row[name] for row in reversed(rows) if row.get(name) is not None), None)
            if known.refused:
                result = tasks.search(entity=entity.name, filter={**where, name: value or "x"})
                assert "cannot be filtered" in result["msg"]
                if value is not None and not isinstance(value, list):
                    # The refusal is right: the server finds everything, whatever is asked for.
                    nonsense = camunda8.search(entity.name, filter={**where, name: "nonsense"})
                    assert nonsense["total"] == len(rows)
            elif value is not None:
                expected = {str(row[entity.identifier]) for row in rows if row.get(name) == value}
                found = tasks.search(entity=entity.name, filter={**where, name: value}, limit=ALL)
                assert set(keys(found, entity.identifier)) == expected, name
                if known.type is KEY:
                    as_string = tasks.search(entity=entity.name, filter={**where, name: str(value)}, limit=ALL)
                    assert keys(as_string, entity.identifier) == keys(found, entity.identifier)


@pytest.mark.parametrize("entity", ENTITIES, ids=NAMES)
def test_every_sort_order_finds_all_in_pages(tasks: Tasks, camunda8: Camunda8, world: World, entity: Entity) -> None:
    filters = world.filters[entity.name]
    totals = [camunda8.search(entity.name, filter=where)["total"] for where in filters]
    for name, known in entity.sorts.items():
        if known.refused:
            assert any(_pages_fail(camunda8, entity.name, where, name) for where in filters), name
            assert "cannot be sorted" in tasks.search(entity=entity.name, sort=[{"field": name}])["msg"]
            continue
        for where, total in zip(filters, totals):
            for order in ("ASC", "DESC"):
                sort = [{"field": name, "order": order}]
                found = tasks.search(entity=entity.name, filter=where, sort=sort, page_size=7)
                identifiers = keys(found, entity.identifier)
                assert len(identifiers) == len(set(identifiers)) == total, (name, order)


def _pages_fail(api: Camunda8, entity: str, where: dict[str, Any], name: str) -> bool:
    """Whether the server itself cannot sort by the field, or cannot go on where objects lack it."""
    body: dict[str, Any] = {"size": 1, "filter": where, "sort": [{"field": name, "order": "DESC"}]}
    for _page in range(100):
        answer = api.call("POST", f"/v1/{entity}/search", json=body)
        if answer.status_code in (400, 500):
            return True
        body["searchAfter"] = answer.json()["sortValues"]
        if not body["searchAfter"]:
            break
    return False


@pytest.mark.parametrize(
    "sort", [[], [{"field": "state"}, {"field": "startDate", "order": "DESC"}]], ids=["key", "two"]
)
def test_pages_of_any_size_are_the_same(tasks: Tasks, world: World, sort: list[dict[str, str]]) -> None:
    options: dict[str, Any] = {"filter": {"bpmnProcessId": world.process("order")}, "sort": sort}
    whole = keys(tasks.search(**options, page_size=1000))
    assert len(whole) > 10
    for size in (1, 3):
        assert keys(tasks.search(**options, page_size=size)) == whole
    found: list[str] = []
    after: dict[str, Any] = {}
    while True:
        page = tasks.search(**options, limit=3, **after)
        found += keys(page)
        if not page["truncated"]:
            break
        after = {"resume": page["resume"]}
    assert found == whole


@pytest.mark.parametrize(
    ("entity", "field", "prefix"),
    [
        ("process-instances", "startDate", "started"),
        ("process-instances", "endDate", "ended"),
        ("incidents", "creationTime", "started"),
        ("flownode-instances", "startDate", "started"),
        ("flownode-instances", "endDate", "ended"),
        ("decision-instances", "evaluationDate", "started"),
    ],
)
def test_time_ranges(
    tasks: Tasks, camunda8: Camunda8, world: World, proxy: Proxy, entity: str, field: str, prefix: str
) -> None:
    identifier = "id" if entity == "decision-instances" else "key"
    order = camunda8.search("process-instances", filter={"key": world.failed[0]})["items"][0]["processDefinitionKey"]
    decisions = entity == "decision-instances"
    where = {"decisionId": world.process("dish")} if decisions else {"processDefinitionKey": order}
    found_rows = camunda8.search(entity, filter=where, size=1000)["items"]
    rows = [row for row in found_rows if row.get(field)]
    dates = sorted({row[field] for row in rows})
    low, high = dates[len(dates) // 3], dates[-1]
    assert low < high
    expected = {str(row[identifier]) for row in rows if low <= row[field] < high}
    options: dict[str, Any] = {"entity": entity, "filter": where}
    for direction in ("ASC", "DESC"):
        proxy.reset()
        found = tasks.search(
            **options,
            **{f"{prefix}_after": low, f"{prefix}_before": high},
            sort=[{"field": field, "order": direction}],
        )
        assert set(keys(found, identifier)) == expected and not found["truncated"]
        # If no object lies beyond the range, because all began in one millisecond, an empty page shows the end.
        # Objects without the date come last.
        beyond = direction == "ASC" or dates[0] < low or len(rows) < len(found_rows)
        assert len(proxy.requests.to(".*/search")) == (1 if beyond else 2)
    open_end = tasks.search(**options, **{f"{prefix}_after": low}, page_size=3)
    assert set(keys(open_end, identifier)) == {str(row[identifier]) for row in rows if row[field] >= low}


def test_the_views_of_an_instance_and_the_models(tasks: Tasks, world: World, tmp_path: Path) -> None:
    statistics = tasks.get(key=world.finished[0], view="statistics")["object"]
    assert {row["activityId"]: row["completed"] for row in statistics} == {"hello": 1, "bye": 1}
    assert tasks.get(key=world.finished[0], view="sequence_flows")["object"] == ["to-bye"]
    order = world.process("order")
    definition = tasks.search(entity="process-definitions", filter={"bpmnProcessId": order})["objects"][0]
    xml = tasks.get(entity="process-definitions", key=definition["key"], view="xml")["object"]
    assert f'<bpmn:process id="{order}"' in xml
    diagram = tasks.search(entity="drd", filter=world.filters["drd"][0])["objects"][0]
    dest = tmp_path / "kitchen.dmn"
    assert tasks.get(entity="drd", key=diagram["key"], view="xml", dest=str(dest))["changed"]
    assert "dish-table" in dest.read_text(encoding="utf-8")
    assert tasks.get(key=1)["missing"] == ["1"]
    assert tasks.get(entity="drd", key=1, view="xml")["missing"] == ["1"]


def test_values_of_variables(tasks: Tasks, camunda8: Camunda8, world: World) -> None:
    found = tasks.search(entity="variables", filter={"name": "number", "processInstanceKey": world.failed[1]})
    assert [(row["value"], row["decodedValue"]) for row in found["objects"]] == [("1", 1)]
    same: dict[str, Any] = {"value": 1, "processInstanceKey": world.failed[1]}
    assert keys(tasks.search(entity="variables", filter=same)) == keys(found)
    big: dict[str, Any] = {"name": "big", "processInstanceKey": world.active[0]}
    row = tasks.search(entity="variables", filter=big)["objects"][0]
    assert "decodedValue" not in row
    got = tasks.get(entity="variables", key=row["key"])
    if camunda8.get(f"variables/{row['key']}").ok:
        assert got["object"]["decodedValue"] == "x" * 9000
    else:
        assert SHARED_PROCESS in got["msg"]


@pytest.mark.simulator
def test_operate_and_tasklist_in_one_process_cannot_give_long_values() -> None:
    """As a running 8.6.0 answered: the same path is served twice, and both handlers refuse."""
    with FakeCamunda8(shared_process=True) as fake:
        api, tasks = Camunda8(fake.url, fake.username, fake.password), Tasks(fake.parameters)
        api.deploy("shared", "dish.dmn", "order.bpmn")
        key = api.start("shared-order", season="winter", big="x" * 9000)
        rows = tasks.search(entity="variables", filter={"processInstanceKey": key})["objects"]
        found = {row["name"]: tasks.get(entity="variables", key=row["key"]) for row in rows}
    assert found["season"]["object"]["decodedValue"] == "winter"
    assert SHARED_PROCESS in found["big"]["msg"]


# Deleting


def test_deleting_through_all_states(
    camunda8: Camunda8, world: World, parameters: dict[str, Any], proxy: Proxy, tmp_path: Path
) -> None:
    finished = camunda8.start(world.process("greeting"))
    active = camunda8.start(world.process("order"), season="winter")
    caller = camunda8.start(world.process("delivery"), call=world.process("order"))
    for key, state in ((finished, "COMPLETED"), (active, "ACTIVE"), (caller, "ACTIVE")):
        eventually(lambda key=key, state=state: camunda8.state(key) == state, f"{key} to be {state}")
    children = eventually(
        lambda: camunda8.search("process-instances", filter={"parentKey": caller})["items"], "the called instance"
    )
    everything = {"keys": [finished, active, caller, 1], "cancel_first": True, "include_children": True}
    module = "operate_delete_instance"
    run = Play(tmp_path, parameters, proxy)(
        [
            task(module, {"key": active}),
            task(module, {"key": children[0]["key"], "cancel_first": True}),
            task(module, everything, check=True, diff=True),
            task(module, everything, diff=True),
            task(module, everything),
            task(module, {"filter": {}}),
        ]
    )
    assert run[0].failure["error"]["refused"][0]["state"] == "ACTIVE"
    assert f"called by process instance {caller}" in run[1].failure["msg"]
    assert run[2].ok["instances"] == run[3].ok["instances"] and run[2].ok["diff"] == run[3].ok["diff"]
    assert [run[index].changed for index in (2, 3, 4)] == [True, True, False]
    assert run[3].ok["counts"] == {"deleted": 4, "absent": 1, "canceled": 3}
    # A deletion is sent again while Operate is still writing.
    assert [len({exchange.target for exchange in each.requests.writes}) for each in run] == [0, 0, 0, 6, 0, 0]
    deleted = [exchange.path.rpartition("/")[2] for exchange in run[3].requests.to(".*", "DELETE")]
    assert deleted.index(str(children[0]["key"])) < deleted.index(str(caller))
    assert [camunda8.state(key) for key in (finished, active, caller, children[0]["key"])] == [None] * 4


def test_deleting_by_filter_and_time_leaves_the_rest(camunda8: Camunda8, tasks: Tasks, world: World) -> None:
    before = [camunda8.start(world.process("greeting"), round=1) for _each in range(3)]
    for key in before:
        eventually(lambda key=key: camunda8.state(key) == "COMPLETED", f"the end of {key}")
    ends = [camunda8.get(f"process-instances/{key}").json()["endDate"] for key in before]
    options: dict[str, Any] = {"filter": {"bpmnProcessId": world.process("greeting")}, "ended_after": min(ends)}
    callers = {str(key) for key in before}
    preview = tasks.delete(**options, _check=True)
    assert {row["key"] for row in preview["instances"]} == callers
    assert {row["key"] for row in tasks.delete(**options)["instances"]} == callers
    assert [camunda8.state(key) for key in before] == [None] * 3
    assert all(camunda8.state(key) == "COMPLETED" for key in world.finished)


def test_an_orphan_is_reported(camunda8: Camunda8, world: World, tasks: Tasks) -> None:
    caller = camunda8.start(world.process("delivery"), call=world.process("greeting"))
    eventually(lambda: camunda8.state(caller) == "COMPLETED", "the end of the caller")
    child = eventually(
        lambda: camunda8.search("process-instances", filter={"parentKey": caller, "state": "COMPLETED"})["items"],
        "the called instance",
    )[0]["key"]
    result = tasks.delete(key=caller, _check=True)
    assert result["orphans"] == [str(child)] and "orphans" in result["warnings"][0]
    family = tasks.delete(key=caller, include_children=True)
    assert [row["action"] for row in family["instances"]] == ["deleted"] * 2
    assert camunda8.state(child) is None


# Lookups


def test_the_lookups(camunda8: Camunda8, world: World, tmp_path: Path) -> None:
    connection = {f"bpmops_camunda_c8_{name}": value for name, value in camunda8.parameters.items()}
    variables = {**connection, "instance": world.failed[0]}
    search, get = "query('bpmops.camunda.operate_search', ", "query('bpmops.camunda.operate_get', "
    run = Play(tmp_path)(
        [
            task("ansible.builtin.debug", {"msg": "{{ " + expression + " }}"})
            for expression in (
                search + "'incidents', filter={'processInstanceKey': instance}) | map(attribute='message')",
                get + "instance).0.state",
                search + "'process-instances', {'entity': 'incidents'}, limit=5)",
            )
        ],
        variables=variables,
    )
    assert run[0].ok["msg"] == ["The stove is cold"]
    assert run[1].ok["msg"] == "ACTIVE"
    assert "More than 5 process-instances match" in run[2].failure["msg"]
