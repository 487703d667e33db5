# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages, and which requests find objects, against a server of a few lines that behaves like the engine's lists."""

from __future__ import annotations

import json
from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import PAGE_SIZE, Camunda7
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import authorization_rows
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.objects import USER
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    CamundaError,
    InvalidAnswerError,
    answer_error,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response


class Lists:
    """Stands for the REST client: answers GET on lists as 7.24 does."""

    def __init__(self, rows: Any, limit: Optional[int] = None) -> None:
        self.rows = rows
        self.limit = limit
        self.queries: list[tuple[str, dict[str, Any]]] = []

    def read(self, method: str, path: str, *, query: Any = None, body: Any = None) -> Response:
        query = dict(query or {})
        self.queries.append((path, query))
        if path.endswith("/count"):
            return self._answer(path, 200, {"count": len(self.rows)})
        if not isinstance(self.rows, list):
            return self._answer(path, 200, self.rows)
        if self.limit and query["maxResults"] > self.limit:
            raise answer_error(
                f"Max results limit of {self.limit} exceeded!", self._answer(path, 400, {"message": "x"})
            )
        rows = [row for row in self.rows if query.get("id") in {None, row["id"]}]
        for name in ("resourceType", "resourceId"):
            rows = [row for row in rows if query.get(name) in {None, row.get(name)}]
        if "idIn" in query:
            wanted = set(query["idIn"].split(","))
            rows = [row for row in rows if row["id"] in wanted]
        first = query["firstResult"]
        return self._answer(path, 200, rows[first : first + query["maxResults"]])

    @staticmethod
    def _answer(path: str, status: int, data: Any) -> Response:
        return Response("GET", path, status, {}, json.dumps(data).encode())


def _users(count: int) -> list[dict[str, Any]]:
    return [{"id": f"user{number:06}"} for number in range(count)]


def _client(lists: Any) -> Camunda7:
    return Camunda7(lists)


@pytest.mark.parametrize("count", [0, 1, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 3 * PAGE_SIZE])
def test_all_rows_are_read_once(count: int) -> None:
    lists = Lists(_users(count))
    assert _client(lists).list("user") == _users(count)
    assert len(lists.queries) == count // PAGE_SIZE + 1


@pytest.mark.parametrize("limit", [1, 7, PAGE_SIZE - 1])
def test_the_limit_of_the_engine_is_obeyed(limit: int) -> None:
    lists = Lists(_users(20), limit)
    assert _client(lists).list("user") == _users(20)
    assert [query["maxResults"] for _path, query in lists.queries] == [PAGE_SIZE, *[limit] * (20 // limit + 1)]


@pytest.mark.parametrize(("limit", "more"), [(None, 0), (50, 3)])
def test_all_authorizations_are_read_whatever_the_limit(limit: Optional[int], more: int) -> None:
    """With a limit the first page is full although it is short; then what is needed is read by resource."""
    rows = [
        {"id": str(n), "type": 1, "groupId": f"g{n}", "resourceType": n % 2, "resourceId": "x", "permissions": []}
        for n in range(120)
    ]
    lists = Lists(rows, limit)
    found = authorization_rows.find_all(_client(lists), [1], everything=False)
    assert {row["id"] for row in found.values() if row["resourceType"] == 1} == {str(n) for n in range(1, 120, 2)}
    # The limit is learned once.
    assert [query["maxResults"] for _path, query in lists.queries].count(PAGE_SIZE) == 1
    assert len(lists.queries) == 1 + bool(limit) + more


def test_an_answer_that_is_no_list_says_what_to_check() -> None:
    with pytest.raises(InvalidAnswerError) as caught:
        _client(Lists({"some": "thing"})).list("user")
    assert "GET /user answered 200, but not with a list of objects: the body is an object." in caught.value.message
    assert caught.value.message.endswith("usually ends with /engine-rest.")


def test_the_engine_name_is_part_of_every_address() -> None:
    lists = Lists([])
    client: Any = Camunda7
    client(lists, engine="a b").list("user")
    assert lists.queries[0][0] == "/engine/a%20b/user"


@pytest.mark.parametrize(
    ("ids", "there", "requests"),
    [
        ([], 10, 0),
        (["user000001"], 10, 1),
        (["user000001", "nobody"], 10, 1),
        # The engine splits idIn at commas.
        (["a,b", "user000001", "user000002"], 10, 2),
        # 2,000 ids are too long for one address, and reading all of 100,000 users takes longer still.
        ([f"user{n:06}" for n in range(2000)], 100_000, 8),
        # ... but all of 2,000 are five pages.
        ([f"user{n:06}" for n in range(2000)], 2000, 6),
    ],
)
def test_objects_are_found_in_few_requests(ids: list[str], there: int, requests: int) -> None:
    lists = Lists([*_users(there), {"id": "a,b"}, {"id": "USER000001"}])
    found = USER.find(_client(lists), ids)
    assert found.keys() == set(ids) - {"nobody"}
    assert len(lists.queries) == requests


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["a"], "row 1 is a string, not an object"),
        ([None], "row 1 is null, not an object"),
        ([[]], "row 1 is a list, not an object"),
        ([{"id": "a"}, {"x": 1}], "id of row 2 is missing, not a string"),
        ([{"id": 7}], "id of row 1 is a number, not a string"),
        ([{"id": "a", "firstName": {}}], "firstName of row 1 is an object, not a string or null"),
    ],
)
def test_rows_that_are_none_are_named(rows: list[Any], problem: str) -> None:
    lists: Any = type("Any", (Lists,), {"read": lambda self, _method, path, **_more: self._answer(path, 200, rows)})(0)
    with pytest.raises(InvalidAnswerError, match=problem):
        USER.find_all(_client(lists))


class Unpaged(Lists):
    """Ignores where a page begins; ``grow`` says how many rows more than asked for it gives."""

    def __init__(self, rows: list[dict[str, Any]], grow: int = 0) -> None:
        super().__init__(rows)
        self.grow = grow

    def read(self, method: str, path: str, *, query: Any = None, body: Any = None) -> Response:
        self.queries.append((path, query))
        return self._answer(path, 200, self.rows[: query["maxResults"] + self.grow])


def test_pages_without_an_end_are_an_error() -> None:
    lists = Unpaged(_users(PAGE_SIZE + 1))
    with pytest.raises(CamundaError, match=r"GET /user: the page from row 500 on .*ignores firstResult or maxResults"):
        _client(lists).list("user")
    assert len(lists.queries) == 2
    with pytest.raises(CamundaError, match="GET /user: 501 rows came where at most 500 were asked for"):
        _client(Unpaged(_users(PAGE_SIZE + 1), grow=1)).list("user")


def test_a_row_that_moves_to_the_next_page_meanwhile_comes_once() -> None:
    class Growing(Lists):
        def read(self, method: str, path: str, *, query: Any = None, body: Any = None) -> Response:
            answer = super().read(method, path, query=query)
            self.rows.insert(0, {"id": f"new{len(self.queries)}"})
            return answer

    assert _client(Growing(_users(2 * PAGE_SIZE))).list("user") == _users(2 * PAGE_SIZE)
