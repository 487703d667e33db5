# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a healthy server are never an error while objects come, change and go; pages that make no sense are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8 import v1_paging as paging
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1 import Operate
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1_catalog import BY_NAME
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import InvalidAnswerError
from ansible_collections.bpmops.camunda.plugins.module_utils.query.search import Query, pages
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from hypothesis import given, settings
from hypothesis import strategies as st

INSTANCES = BY_NAME["process-instances"]
Row = dict[str, Any]


def response(data: Any) -> Response:
    return Response("POST", "/v1/process-instances/search", 200, {}, json.dumps(data).encode())


@dataclass
class Healthy:
    """A store that is sorted, cut and counted in one step, as a database does it, and changes between two answers.

    keywords: keys are sorted as text. texts: sort values are strings. busy: how much changes before each answer.
    """

    random: Random
    keywords: bool
    texts: bool
    busy: int
    rows: list[Row] = field(default_factory=list)
    next_key: int = 95  # the number of digits changes

    def __post_init__(self) -> None:
        for _each in range(self.random.randint(0, 40)):
            self.add()
        self.steady = {row["key"] for row in self.rows}
        self.moved: set[int] = set()

    def add(self) -> None:
        # Partitions have ranges of keys of their own, so that new objects have not always the largest key.
        self.next_key += 1
        key = self.next_key + 1000 * self.random.randint(0, 2)
        self.rows.append({"key": key, "processVersion": self.random.randint(8, 12), "state": "ACTIVE"})

    def change(self) -> None:
        for _each in range(self.busy):
            what = self.random.choice(["add", "remove", "end", "archive"])
            if what == "add" or not self.rows:
                self.add()
                continue
            row = self.random.choice(self.rows)
            if what == "remove":
                self.rows = [each for each in self.rows if each["key"] != row["key"]]
                self.steady.discard(row["key"])
            elif what == "end":
                self.moved.add(row["key"])
                ended = {**row, "state": "COMPLETED"}
                self.rows = [ended if each["key"] == row["key"] else each for each in self.rows]
            elif self.rows.count(row) == 1:
                self.rows.append(dict(row))

    def order(self, sort: Sequence[Mapping[str, str]], row: Row) -> list[Any]:
        """What the database sorts by: numbers turned round for DESC, text by its characters turned round."""

        def rank(value: Any, descending: bool) -> Any:
            if isinstance(value, str):
                return [-ord(each) for each in value] + [1] if descending else [ord(each) for each in value]
            return -value if descending else value

        tie = str(row["key"]) if self.keywords else row["key"]
        return [*(rank(row[each["field"]], each["order"] == "DESC") for each in sort), rank(tie, False)]

    def read(self, _method: str, _path: str, body: Row) -> Response:
        self.change()
        sort = body.get("sort", [])
        found = sorted(self.rows, key=lambda row: self.order(sort, row))
        after = body.get("searchAfter")
        if after is not None:
            names = [each["field"] for each in sort] + ["key"]
            place = {name: value if name == "state" else int(value) for name, value in zip(names, after)}
            found = [row for row in found if self.order(sort, row) > self.order(sort, place)]
        page = found[: body["size"]]
        values = [page[-1][name] for name in [*(each["field"] for each in sort), "key"]] if page else []
        values = [str(value) for value in values] if self.texts else values
        return response({"items": page, "sortValues": values, "total": len(self.rows)})


SORTS: list[list[Row]] = [
    [],
    [{"field": "processVersion", "order": "DESC"}],
    [{"field": "state", "order": "ASC"}],
    [{"field": "state", "order": "DESC"}, {"field": "processVersion", "order": "ASC"}],
]


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    keywords=st.booleans(),
    texts=st.booleans(),
    busy=st.integers(0, 4),
    size=st.integers(1, 9),
    sort=st.sampled_from(SORTS),
    limit=st.one_of(st.none(), st.integers(1, 30)),
    ahead=st.booleans(),
)
def test_a_healthy_server_never_fails_and_nothing_steady_is_lost_or_doubled(
    seed: int, keywords: bool, texts: bool, busy: int, size: int, sort: list[Row], limit: int | None, ahead: bool
) -> None:
    server: Any = Healthy(Random(seed), keywords, texts, busy if size > 2 * busy else 0)
    client = Operate(server, server)
    found: list[int] = []
    query = Query(INSTANCES, order=sort, page_size=size)
    for number, page in enumerate(pages(client, query, limit, ahead=ahead)):
        assert number < 500
        found += [row["key"] for row in page.rows]
    assert limit is None or len(found) <= limit
    moved = server.moved if sort and "state" in {row["field"] for row in sort} else set()
    steady = server.steady - moved
    counted = [key for key in found if key in steady]
    assert len(counted) == len(set(counted))
    if limit is None:
        assert steady <= set(found)


def page(keys: Sequence[Any], total: int, values: Any = None, size: int = 3, first: bool = False) -> paging.Answer:
    rows = [key if isinstance(key, dict) else {"key": key} for key in keys]
    shown = [rows[-1]["key"]] if values is None and rows else values
    return paging.read(response({"items": rows, "sortValues": shown, "total": total}), INSTANCES, size, first)


def course(start: Sequence[Any] | None = None, **order: str) -> paging.Course:
    return paging.Course(INSTANCES, [{"field": name, "order": way} for name, way in order.items()], start)


@pytest.mark.parametrize(("total", "keys"), [(250, [1, 2]), (2, [1, 2, 3]), (0, [1]), (5, []), (10000, [1, 2])])
def test_a_total_that_contradicts_its_own_answer_names_both_numbers(total: int, keys: list[int]) -> None:
    message = f"it says that {total} objects match, and gave {len(keys)} of at most 3"
    with pytest.raises(InvalidAnswerError, match=message):
        page(keys, total, first=True)


@pytest.mark.parametrize(("total", "keys"), [(2, [1, 2]), (3, [1, 2, 3]), (250, [1, 2, 3]), (0, [])])
def test_a_total_that_agrees_with_its_answer(total: int, keys: list[int]) -> None:
    assert page(keys, total, first=True).count == len(keys)


def test_a_later_page_that_is_not_full_is_the_last_one_only_when_the_total_agrees() -> None:
    agreeing = course()
    assert not agreeing.ends_with(page([1, 2, 3], 5, first=True))
    assert agreeing.ends_with(page([4, 5], 5))
    doubtful = course()
    assert not doubtful.ends_with(page([1, 2, 3], 8, first=True))
    assert not doubtful.ends_with(page([4, 5], 8))
    assert doubtful.ends_with(page([], 8))


@pytest.mark.parametrize(
    ("order", "first", "second"),
    [
        ({}, [5], [5]),
        ({}, [5], [4]),
        ({}, ["5"], ["4"]),
        ({"startDate": "ASC"}, [1700000000000, 5], [1600000000000, 9]),
        ({"startDate": "DESC"}, [1600000000000, 5], [1700000000000, 9]),
        ({"startDate": "DESC"}, ["1600000000000", "5"], ["1600000000000", "5"]),
        ({"bpmnProcessId": "ASC"}, ["order", 5], ["invoice", 9]),
        ({"bpmnProcessId": "ASC"}, [None, 5], [None, 4]),
        ({"incident": "ASC"}, [True, 5], [True, 5]),
    ],
)
def test_sort_values_that_do_not_advance(order: dict[str, str], first: list[Any], second: list[Any]) -> None:
    run = course(**order)
    run.ends_with(page([1, 2, 3], 9, first))
    with pytest.raises(InvalidAnswerError, match="does not lie after the one before"):
        run.ends_with(page([4, 5, 6], 9, second))
    with pytest.raises(InvalidAnswerError, match="does not lie after the one before"):
        course(first, **order).ends_with(page([4, 5, 6], 9, second))


@pytest.mark.parametrize(
    ("order", "first", "second"),
    [
        ({}, [9], [10]),
        ({}, ["99"], ["100"]),
        ({}, ["100"], ["99"]),  # an index that keeps keys as keywords
        ({"endDate": "ASC"}, [1700000000000, 5], [2**63 - 1, 1]),
        ({"endDate": "DESC"}, [1600000000000, 5], [-(2**63), 1]),
        ({"endDate": "DESC"}, [str(-(2**63)), 1], [str(-(2**63)), 2]),
        ({"bpmnProcessId": "DESC"}, ["order", 5], ["invoice", 1]),
        ({"bpmnProcessId": "ASC"}, ["order", 5], [None, 1]),
        ({"bpmnProcessId": "ASC"}, ["order", 5], ["null", 1]),
        ({"incident": "ASC"}, [False, 5], [True, 1]),
    ],
)
def test_sort_values_that_advance(order: dict[str, str], first: list[Any], second: list[Any]) -> None:
    run = course(**order)
    run.ends_with(page([1, 2, 3], 9, first))
    assert not run.ends_with(page([4, 5, 6], 9, second))


def test_going_round_between_the_ways_to_sort_ends() -> None:
    run = course()
    run.ends_with(page([1, 2, 3], 9, ["9"]))
    run.ends_with(page([4, 5, 6], 9, ["10"]))
    with pytest.raises(InvalidAnswerError, match="does not lie after"):
        run.ends_with(page([1, 2, 3], 9, ["9"]))


def test_an_object_of_the_page_before_is_an_error_unless_it_moved() -> None:
    active, ended = {"key": 3, "state": "ACTIVE"}, {"key": 3, "state": "COMPLETED"}
    with pytest.raises(InvalidAnswerError, match="3 was on the page before"):
        run = course()
        run.ends_with(page([1, 2, 3], 9))
        run.ends_with(page([3, 4, 5], 9))
    moving = course(state="ASC")
    moving.ends_with(page([active], 9, ["ACTIVE", 3], size=1))
    assert not moving.ends_with(page([ended], 9, ["COMPLETED", 3], size=1))
    with pytest.raises(InvalidAnswerError, match="3 was on the page before"):
        moving.ends_with(page([ended], 9, ["COMPLETED", 4], size=1))


def test_the_second_copy_of_an_object_that_is_being_archived_is_left_out() -> None:
    found = page([1, 2, 2], 3, first=True)
    assert ([row["key"] for row in found.rows], found.count, found.full) == ([1, 2], 3, True)
    different = page([{"key": 2, "state": "ACTIVE"}, {"key": 2, "state": "COMPLETED"}], 2, first=True)
    assert len(different.rows) == 2


NO_KEYS: list[Any] = [None, [], {}, True, 1.5, "abc", "", "../1", "٣"]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (None, "no list of items"),
        ([], "no list of items"),
        ("x", "no list of items"),
        ({}, "no list of items"),
        ({"items": None}, "no list of items"),
        ({"items": {"a": 1}}, "no list of items"),
        *(
            ({"items": [], "total": total}, "the total is not a number")
            for total in (None, "5", -1, True, 1.0, 1e999, [])
        ),
        ({"items": []}, "the total is not a number"),
        *(
            ({"items": [{"key": 1}], "total": 1, "sortValues": values}, "sortValues")
            for values in (None, [], "1", 1, {"a": 1}, [[1]], [{}], True)
        ),
        *(({"items": [row], "total": 1, "sortValues": [1]}, "not a JSON object") for row in (None, 1, "x", [], True)),
        *(({"items": [{"key": key}], "total": 1, "sortValues": [1]}, "key is ") for key in NO_KEYS),
        *(
            ({"items": [{"key": 1, name: key}], "total": 1, "sortValues": [1]}, f"{name} is not a key")
            for name in ("parentKey", "processDefinitionKey")
            for key in NO_KEYS[1:]
        ),
        ({"items": [{"key": 1}] * 4, "total": 4, "sortValues": [1]}, "4 objects, but only 3 were requested"),
    ],
    ids=str,
)
def test_answers_of_other_shapes(data: Any, problem: str) -> None:
    with pytest.raises(InvalidAnswerError, match=problem) as refused:
        paging.read(response(data), INSTANCES, 3, False)
    assert "POST /v1/process-instances/search answered 200, but not with a p" in refused.value.message
