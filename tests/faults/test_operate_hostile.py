# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operate that answers nonsense: whatever the task, it ends soon with a clear error, and deletes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.query import search
from ansible_collections.bpmops.camunda.tests.support.fake_operate import FakeOperate, Generated
from ansible_collections.bpmops.camunda.tests.support.operate_tasks import Tasks
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

Row = dict[str, Any]
SIZE = 100
MANY = 250


@dataclass
class Nonsense(FakeOperate):
    """A server whose searches go through ``twist``: it gets the request, and a function that answers it properly."""

    twist: Callable[[Nonsense, Row, Callable[[Row], Row]], Any] = lambda _self, body, search: search(body)
    memory: list[Any] = field(default_factory=list)

    def search(self, entity: str, body: Row) -> Any:
        proper = super().search
        return self.twist(self, body, lambda request: proper(entity, request))


def ignores_size(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    return search({**body, "size": min(1000, body["size"] * 2)})


def ignores_search_after(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    return search({name: value for name, value in body.items() if name != "searchAfter"})


def repeats_its_sort_values(server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    answer = search(body)
    server.memory.append(answer["sortValues"])
    return {**answer, "sortValues": server.memory[0]}


def goes_back(server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    answer = search(body)
    server.memory.append(answer)
    return dict(server.memory[(len(server.memory) - 1) % 2])


def overlaps(server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    answer = search(body)
    before = server.memory[-1] if server.memory else []
    server.memory.append(answer["items"])
    return {**answer, "items": [*before[-6:], *answer["items"]][: body["size"]]}


def has_no_sort_values(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    return {**search(body), "sortValues": None}


def gives_half_a_page(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    return {**search({**body, "size": body["size"] // 2}), "total": 9000}


def counts_too_few(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    return {**search(body), "total": 60}


def counts_in_words(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    return {**search(body), "total": "many"}


def counts_without_end(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    return {**search(body), "total": 1e999}


def gives_no_objects(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    answer = search(body)
    return {**answer, "items": [row["key"] for row in answer["items"]]}


def gives_no_keys(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    answer = search(body)
    return {**answer, "items": [{**row, "key": None} for row in answer["items"]]}


def gives_paths_for_keys(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    answer = search(body)
    return {**answer, "items": [{**row, "key": "../x"} for row in answer["items"]]}


def gives_lists_for_keys(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
    answer = search(body)
    return {**answer, "items": [{**row, "parentKey": [1]} for row in answer["items"]]}


def gives_a_list(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> list[Row]:
    items: list[Row] = search(body)["items"]
    return items


def says_nothing(_server: Nonsense, _body: Row, _search: Callable[[Row], Row]) -> None:
    return None


TWISTS: list[tuple[Any, str]] = [
    (ignores_size, "were requested"),
    (ignores_search_after, "(does not lie after|was on the page before)"),
    (repeats_its_sort_values, "does not lie after the one before"),
    (goes_back, "(does not lie after|was on the page before|were requested)"),
    (overlaps, "was on the page before"),
    (has_no_sort_values, "without sortValues"),
    (gives_half_a_page, r"it says that 9000 objects match, and gave \d+ of at most \d+"),
    (counts_too_few, r"it says that 60 objects match, and gave \d+ of at most \d+"),
    (counts_in_words, "the total is not a number"),
    (counts_without_end, "the total is not a number"),
    (gives_no_objects, "not a JSON object"),
    (gives_no_keys, "key is missing"),
    (gives_paths_for_keys, "key is not a key"),
    (gives_lists_for_keys, "parentKey is not a key"),
    (gives_a_list, "no list of items"),
    (says_nothing, "no list of items"),
]
RANGE = {"ended_before": "2027-01-01", "page_size": SIZE}
NEWEST_FIRST = {**RANGE, "sort": [{"field": "endDate", "order": "DESC"}]}
SEARCHES: dict[str, Row] = {
    "objects": {"page_size": SIZE},
    "limited": {"page_size": SIZE, "limit": MANY - 10},
    "file": {"page_size": SIZE, "dest": "all.jsonl"},
    "time range": RANGE,
    "newest first": NEWEST_FIRST,
    "counted": {**RANGE, "count_only": True},
}
# A range that starts somewhere does not know how many objects lie before it, so that half a page is no contradiction.
CASES = [
    pytest.param(twist, message, options, id=f"{twist.__name__}-{name}")
    for twist, message in TWISTS
    for name, options in SEARCHES.items()
    if not (twist is gives_half_a_page and options is NEWEST_FIRST)
]


@pytest.mark.parametrize(("twist", "message", "options"), CASES)
def test_a_search_ends_with_a_clear_error(
    twist: Any, message: str, options: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with Nonsense({"process-instances": Generated(MANY)}, twist=twist) as server:
        result = Tasks(server.parameters).search(**options)
    assert result["failed"] and "/v1/process-instances/search answered 200, but not with a p" in result["msg"]
    assert re.search(message, result["msg"])
    assert len(server.requests) <= 4
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "options", [{"filter": {"state": "COMPLETED"}}, {"older_than": "0s"}, {"ended_after": "2026-01-01"}], ids=str
)
@pytest.mark.parametrize(("twist", "message"), TWISTS, ids=[each.__name__ for each, _message in TWISTS])
def test_a_deletion_deletes_nothing(twist: Any, message: str, options: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "PAGE_SIZE", SIZE)
    definitions = [{"key": Generated(1)[0]["processDefinitionKey"]}]
    rows = {"process-instances": Generated(MANY), "process-definitions": definitions}
    with Nonsense(rows, twist=twist) as server:
        result = Tasks(server.parameters).delete(**options, wait=False)
    if twist is gives_half_a_page and "ended_after" in options:
        assert result["counts"]["deleted"] == len(server.sent("DELETE")) == MANY
        return
    assert result["failed"] and not result["changed"] and re.search(message, result["msg"])
    assert len(server.requests) <= 4 and not server.sent("DELETE")


@pytest.mark.parametrize("first", [False, True])
def test_half_a_page_in_the_middle_loses_nothing(first: bool) -> None:
    def half(server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
        server.memory.append(body)
        return search({**body, "size": body["size"] // 2} if first or len(server.memory) == 2 else body)

    with Nonsense({"process-instances": Generated(MANY)}, twist=half) as server:
        result = Tasks(server.parameters).search(**(NEWEST_FIRST if first else {"page_size": SIZE}))
    assert len({row["key"] for row in result["objects"]}) == len(result["objects"]) == MANY
    assert result["warnings"] == []


def test_objects_that_the_server_counts_and_never_gives_are_told() -> None:
    def withholds(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
        answer = search(body)
        last = bool(body.get("searchAfter"))
        return {**answer, "items": [], "sortValues": []} if last else answer

    with Nonsense({"process-instances": Generated(MANY)}, twist=withholds) as server:
        tasks = Tasks(server.parameters)
        result = tasks.search(page_size=SIZE)
        assert len(result["objects"]) == SIZE
        assert f"counted {MANY} process-instances or more at any time, and returned {SIZE}" in result["warnings"][0]


def test_a_total_that_lies_low_does_not_hide_that_the_limit_cut_off() -> None:
    def just_enough(_server: Nonsense, body: Row, search: Callable[[Row], Row]) -> Row:
        return {**search(body), "total": SIZE}

    with Nonsense({"process-instances": Generated(MANY)}, twist=just_enough) as server:
        tasks = Tasks(server.parameters)
        result = tasks.search(limit=SIZE)
        assert (result["truncated"], result["total"], result["total_is_lower_bound"]) == (True, SIZE, True)
        assert len(tasks.search(limit=SIZE, resume=result["resume"])["objects"]) == SIZE
        refused = tasks.delete(filter={"state": "COMPLETED"}, max_objects=SIZE)
        assert f"more than {SIZE}" in refused["msg"] and not server.sent("DELETE")


def test_objects_that_go_while_pages_are_read_do_not_hide_that_the_limit_cut_off() -> None:
    with FakeOperate({"process-instances": Generated(MANY)}, lag=0) as fake:

        def live() -> None:
            if len(fake.requests) == 2:
                fake.gone.update((Generated.BASE + index, 0.0) for index in range(50))

        fake.before_page = live
        result = Tasks(fake.parameters).search(page_size=SIZE, limit=2 * SIZE)
    assert (len(result["objects"]), result["total"], result["truncated"]) == (2 * SIZE, MANY - 50, True)


def test_a_date_that_is_none_does_not_end_a_time_range() -> None:
    rows = [{**row, "endDate": "soon"} for row in Generated(3)]

    def timeless(_server: Nonsense, _body: Row, _search: Callable[[Row], Row]) -> Row:
        return {"items": rows, "sortValues": ["0", "1"], "total": 3}

    with Nonsense(twist=timeless) as server:
        for result in (
            Tasks(server.parameters).search(**RANGE),
            Tasks(server.parameters).delete(older_than="1d"),
        ):
            assert result["failed"] and "endDate that is not a date" in result["msg"]
    assert not server.sent("DELETE")


# Filters that the server ignores


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-01T00:00:05Z", 1),
        ("2026-01-01T01:00:05.9+01:00||/s", 1),
        ("2026-01-01T00:01:20||/m", 60),
        ("2026-01-02||/d", 0),
        ("2025-06-01||/y", 0),
    ],
)
def test_a_date_filter_that_the_server_ignores_is_noticed(value: str, expected: int) -> None:
    with FakeOperate({"process-instances": Generated(MANY)}) as fake:
        tasks = Tasks(fake.parameters)
        assert len(tasks.search(filter={"startDate": value})["objects"]) == expected
        fake.ignored.add("startDate")
        for result in (
            tasks.search(filter={"startDate": value}),
            tasks.search(filter={"startDate": value}, count_only=True),
            tasks.delete(filter={"startDate": value}),
        ):
            assert "filter.startDate: this server ignores it" in result["msg"]
    assert not fake.sent("DELETE")


def test_a_server_that_ignores_who_called_whom_takes_no_strangers_along() -> None:
    with FakeOperate({"process-instances": Generated(MANY)}) as fake:
        fake.ignored.add("parentKey")
        result = Tasks(fake.parameters).delete(key=Generated.BASE, include_children=True)
        assert "filter.parentKey: this server ignores it" in result["msg"]
    assert not fake.sent("DELETE")


# Single objects


def family(**parents: int | None) -> list[Row]:
    """Finished instances a, b and so on, each with the key of the one that called it."""
    rows = [{**row, "key": ord(name)} for name, row in zip(parents, Generated(len(parents)))]
    return [row if parent is None else {**row, "parentKey": parent} for row, parent in zip(rows, parents.values())]


@pytest.mark.parametrize(
    "parents", [{"a": 97}, {"a": 98, "b": 97}, {"a": 98, "b": 99, "c": 98}], ids=["its own", "each other", "above"]
)
@pytest.mark.parametrize("children", [False, True])
def test_instances_that_call_themselves_are_refused(parents: Row, children: bool) -> None:
    with FakeOperate({"process-instances": family(**parents)}) as fake:
        for check in (True, False):
            options: Row = {"filter": {"state": "COMPLETED"}, "include_children": children, "_check": check}
            result = Tasks(fake.parameters).delete(**options)
            assert result["failed"] and "form a circle" in result["msg"]
    assert not fake.sent("DELETE")


@pytest.mark.parametrize("body", ["", "null", "[]", "7", '"x"', "{}", '{"key": 5}', '{"key": null}', '{"key": "../x"}'])
def test_an_object_that_is_none_or_another_one(body: str) -> None:
    with FakeOperate({"process-instances": Generated(3)}) as fake, Proxy(fake.url) as proxy:
        json = {"Content-Type": "application/json"}
        proxy.fail(method="GET", path=".*", status=200, body=body, headers=json, times=None)
        tasks = Tasks({**fake.parameters, "url": proxy.url})
        key = Generated.BASE
        results = [tasks.get(key=key), tasks.delete(key=key)]
        if body != "[]":  # which is right there
            results.append(tasks.get(key=key, view="statistics"))
        for result in results:
            assert result["failed"] and "answered 200, but not with " in result["msg"]
    assert not fake.sent("DELETE")


def test_without_retries_a_deletion_is_sent_once() -> None:
    with FakeOperate({"process-instances": Generated(3)}, lag=0) as fake, Proxy(fake.url) as proxy:
        fault = proxy.fail(method="DELETE", drop="after", times=None)
        result = Tasks({**fake.parameters, "url": proxy.url, "request_retries": 0}).delete(key=Generated.BASE)
        assert result["failed"] and "The server may have carried it out" in result["msg"]
        assert len(fault.hits) == 1
