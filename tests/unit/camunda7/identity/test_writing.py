# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How authorizations are found and written, also when the engine is not as it was when the plan was made."""

from __future__ import annotations

import json
from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import Camunda7
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import (
    aside,
    authorization_rows,
    authorizations,
    writes,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import AuthorizationId
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.ensure_authorization import (
    ensure_authorization,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.permissions import TYPES, securable_of
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import AnswerError, answer_error
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor
from ansible_collections.bpmops.camunda.plugins.module_utils.task import Context

FIELDS = ("type", "userId", "groupId", "resourceType", "resourceId", "permissions")
IDENTITY = FIELDS[:-1]
FILTERS = {"resourceType", "resourceId", "userIdIn", "groupIdIn"}
KEY = AuthorizationId(1, "group", "ops", 1, "jdoe")


def row(key: AuthorizationId = KEY, permissions: tuple[str, ...] = ("READ",), **more: Any) -> dict[str, Any]:
    return {**authorizations.desired(key, permissions), **more}


class Table:
    """Stands for the REST client of an engine: the table of authorizations, at most one row of an identity."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows: dict[str, dict[str, Any]] = {each["id"]: each for each in rows}
        self.writes: list[str] = []
        self.queries: list[dict[str, Any]] = []
        self.answer: Optional[tuple[int, Any]] = None  # to the next POST, instead of creating a row
        self.limit: Optional[int] = None  # of a page

    def read(self, method: str, path: str, *, query: Any = None, body: Any = None) -> Response:
        assert (method, path, body) == ("GET", "/authorization", None)
        if self.limit and query["maxResults"] > self.limit:
            raise self._error(400, f"Max results limit of {self.limit} exceeded!")
        asked = {name: value for name, value in query.items() if name not in {"firstResult", "maxResults"}}
        assert asked.keys() <= FILTERS
        if not query["firstResult"]:
            self.queries.append(asked)
        lists = {name[:-2]: str(asked[name]).split(",") for name in asked if name.endswith("In")}
        found = [
            each
            for each in self.rows.values()
            if all(each[name] == asked[name] for name in asked if name in each)
            and all(each[name] in names for name, names in lists.items())
        ]
        found = found[query["firstResult"] :][: query["maxResults"]]
        return Response("GET", path, 200, {}, json.dumps(found).encode())

    def write(self, method: str, path: str, *, body: Any = None) -> Response:
        self.writes.append(f"{method} {path}")
        if method == "POST":
            assert path == "/authorization/create" and body.keys() == set(FIELDS)
            if self.answer:
                status, data = self.answer
                if status >= 400:
                    raise self._error(status, data)
                return Response(method, path, status, {}, json.dumps(data).encode())
            return self._create(body)
        assert path.startswith("/authorization/")
        name = path[len("/authorization/") :]
        if name not in self.rows:
            raise self._error(404, "no such authorization")
        if method == "DELETE":
            del self.rows[name]
        else:
            assert method == "PUT" and body.keys() == {"id", *FIELDS}
            self.rows[name] = {**body, "id": name, "type": self.rows[name]["type"]}
        return Response(method, path, 204, {}, b"")

    def _create(self, body: dict[str, Any]) -> Response:
        if any(all(each[name] == body[name] for name in IDENTITY) for each in self.rows.values()):
            raise self._error(500, "duplicate key")
        made = {**body, "id": "new", "permissions": [*body["permissions"], "NONE"]}
        self.rows["new"] = made
        return Response("POST", "/authorization/create", 200, {}, json.dumps({**made, "links": []}).encode())

    @staticmethod
    def _error(status: int, message: str) -> AnswerError:
        return answer_error(message, Response("", "/authorization", status, {}, b""))


def perform(
    table: Any, action: str, before: Optional[dict[str, Any]] = None, after: Optional[dict[str, Any]] = None
) -> Any:
    kind = authorizations.AUTHORIZATION
    return kind.perform(Camunda7(table), Change(action, kind, KEY, before, after))


# Creation


def test_an_authorization_is_created_and_returned_as_the_engine_has_it() -> None:
    table = Table()
    assert perform(table, "create", None, row()) == row(id="new")
    assert table.writes == ["POST /authorization/create"] and table.queries == []
    assert writes._find(Camunda7(table), KEY) == row(id="new")


def test_an_authorization_that_appeared_in_between_is_what_was_wanted() -> None:
    there = row(id="1")
    table = Table(there)
    assert perform(table, "create", None, row()) == there
    assert table.writes == ["POST /authorization/create"]


def test_an_authorization_that_appeared_in_between_gets_the_permissions() -> None:
    table = Table(row(permissions=("UPDATE",), id="1"))
    assert perform(table, "create", None, row()) == row(id="1")
    assert table.rows == {"1": row(id="1")}
    assert table.writes == ["POST /authorization/create", "PUT /authorization/1"]


@pytest.mark.parametrize("status", [400, 403, 404])
def test_other_refusals_of_a_creation_are_errors_and_nothing_else_is_written(status: int) -> None:
    table = Table(row(permissions=("UPDATE",), id="1"))
    table.answer = (status, "no")
    with pytest.raises(AnswerError) as caught:
        perform(table, "create", None, row())
    hint = (
        " It was created anyway: the engine answers 404 if the caller may not read what it created. "
        "Grant READ on the resource authorization, id *, to the caller."
    )
    assert caught.value.message == ("no" + hint if status == 404 else "no")
    assert table.writes == ["POST /authorization/create"]
    assert table.queries == []


def test_an_error_of_the_engine_without_such_an_authorization_is_an_error() -> None:
    table = Table()
    table.answer = (500, "out of order")
    with pytest.raises(AnswerError, match=r"^out of order$"):
        perform(table, "create", None, row())


def test_an_answer_that_is_not_one_says_that_the_authorization_may_be_there() -> None:
    table = Table()
    table.answer = (200, {"id": 5})
    with pytest.raises(AnswerError) as caught:
        perform(table, "create", None, row())
    hint = " The authorization may have been created anyway: run the task again to complete it."
    assert caught.value.message.endswith("." + hint)


# Update and removal


def test_an_update_sends_the_whole_row() -> None:
    table = Table(row(id="1"))
    changed = row(permissions=("DELETE", "READ"), id="1")
    assert perform(table, "update", row(id="1"), changed) == changed
    assert table.rows == {"1": changed}
    assert table.writes == ["PUT /authorization/1"]


def test_an_update_of_an_authorization_that_is_gone_creates_it() -> None:
    table = Table()
    assert perform(table, "update", row(id="1"), row(id="1")) == row(id="new")
    assert table.writes == ["PUT /authorization/1", "POST /authorization/create"]


def test_an_update_of_an_authorization_that_was_made_anew_writes_the_new_one() -> None:
    table = Table(row(permissions=("UPDATE",), id="2"), row(AuthorizationId(2, *KEY[1:]), id="3"))
    assert perform(table, "update", row(id="1"), row(id="1")) == row(id="2")
    assert table.rows == {"2": row(id="2"), "3": row(AuthorizationId(2, *KEY[1:]), id="3")}
    assert table.writes == ["PUT /authorization/1", "PUT /authorization/2"]


def test_a_removal_is_one_request() -> None:
    table = Table(row(id="1"))
    assert perform(table, "delete", row(id="1")) is None
    assert (table.rows, table.writes, table.queries) == ({}, ["DELETE /authorization/1"], [])


def test_a_removal_of_an_authorization_that_is_gone_is_done() -> None:
    table = Table(row(AuthorizationId(1, "group", "other", 1, "jdoe"), id="2"))
    assert perform(table, "delete", row(id="1")) is None
    assert table.writes == ["DELETE /authorization/1"]


def test_a_removal_removes_the_authorization_that_was_made_anew_since() -> None:
    table = Table(row(id="2"))
    perform(table, "delete", row(id="1"))
    assert table.rows == {}


def test_an_authorization_that_went_with_its_object_is_created_anew_from_a_plan_without_its_id() -> None:
    table = Table()
    assert perform(table, "update", row(id="1"), row()) == row(id="new")
    assert table.writes == ["POST /authorization/create"]


# Rows that stand aside

LEFT = {**row(id="1"), authorizations.ASIDE: True}
STORED = aside.set_aside(row(id="1"))
INSTEAD = row(permissions=("ALL",), id="2")  # what the engine made with the object


@pytest.mark.parametrize("there", [[], [INSTEAD]])
def test_a_row_that_stands_aside_is_moved_back_over_what_took_its_place(there: list[dict[str, Any]]) -> None:
    table = Table(STORED, *there)
    after = authorizations.AUTHORIZATION.merge(LEFT, row())
    assert perform(table, "update", LEFT, dict(after)) == row(id="1")
    assert table.rows == {"1": row(id="1")}
    assert table.writes == ["DELETE /authorization/2", "PUT /authorization/1"][1 - len(there) :]


def test_a_row_that_was_moved_back_by_another_task_is_not_deleted() -> None:
    table = Table(row(id="1"))
    perform(table, "update", LEFT, row(id="1"))
    assert (table.rows, table.writes) == ({"1": row(id="1")}, ["PUT /authorization/1"])


@pytest.mark.parametrize("there", [[], [INSTEAD]])
def test_a_row_that_stands_aside_is_removed_with_what_took_its_place(there: list[dict[str, Any]]) -> None:
    table = Table(STORED, *there)
    perform(table, "delete", LEFT)
    assert table.rows == {}


def test_a_row_that_stands_aside_makes_way_for_one_that_is_created_anew() -> None:
    table = Table(STORED, INSTEAD)
    perform(table, "update", LEFT, row())
    assert table.rows == {"new": {**row(id="new"), "permissions": ["READ", "NONE"]}}


def test_the_mark_of_a_row_is_not_sent() -> None:
    table = Table(STORED)
    assert writes.put_authorization(Camunda7(table), LEFT) == row(id="1")
    assert table.rows == {"1": row(id="1")}


def test_only_rows_that_stand_aside_are_found_as_such() -> None:
    table = Table(STORED, INSTEAD, row(AuthorizationId(1, "user", "u", 1, authorizations.ASIDE_ID), id="3"))
    assert authorization_rows.find_set_aside(Camunda7(table)) == {KEY: LEFT}
    assert table.queries == [{"resourceId": authorizations.ASIDE_ID}]


@pytest.mark.parametrize("order", [[STORED, INSTEAD], [INSTEAD, STORED]])
def test_a_row_that_stands_aside_counts_before_what_took_its_place(order: list[dict[str, Any]]) -> None:
    found = authorization_rows.find_all(Camunda7(Table(*order)), [], everything=True)
    assert found == {KEY: LEFT}


# Reading


@pytest.mark.parametrize(
    ("key", "query"),
    [
        (AuthorizationId(1, "user", "u", 1, "x"), {"userIdIn": "u"}),
        (AuthorizationId(2, "group", "u", 1, "x"), {"groupIdIn": "u"}),
        (AuthorizationId(0, "", "*", 1, "x"), {}),
        (AuthorizationId(1, "user", "u,v", 1, "x"), {}),  # the engine takes the comma for the end of the id
    ],
)
def test_one_authorization_is_found_with_one_narrow_request(key: AuthorizationId, query: dict[str, Any]) -> None:
    keys = {
        AuthorizationId(kind, grantee, name, 1, place)
        for kind in (1, 2)
        for grantee in ("user", "group")
        for name in ("u", "v", "u,v")
        for place in ("x", "y")
    } | {AuthorizationId(0, "", "*", 1, "x")}
    table = Table(*(row(each, id=str(each)) for each in sorted(keys)))
    assert writes._find(Camunda7(table), key) == row(key, id=str(key))
    assert table.queries == [{"resourceType": 1, "resourceId": "x", **query}]
    same = {each: row(each, id=str(each)) for each in keys if each[1:] == key[1:]}
    assert authorization_rows.find_types(Camunda7(table), key) == same
    assert writes._find(Camunda7(Table()), key) is None


def test_of_a_large_table_only_what_is_asked_for_is_read() -> None:
    one, task, any_task, batch = (
        row(AuthorizationId(1, "group", "g", resource, place), id=f"{resource} {place}")
        for resource, place in ((1, "x"), (7, "t"), (7, "*"), (13, "b"))
    )
    table = Table(one, task, any_task, batch, STORED, {**row(id="n"), "resourceId": None})
    table.limit = 1
    client = Camunda7(table)
    found = authorization_rows.find_all(client, [1, 1], everything=False)
    assert [each["id"] for each in found.values()] == [one["id"], "1"]
    assert table.queries[1:] == [{"resourceType": 1}, {"resourceId": authorizations.ASIDE_ID}]
    del table.queries[:]
    found = authorization_rows.find_all(client, [1], everything=True)
    assert {each["id"] for each in found.values()} == {one["id"], any_task["id"], batch["id"], "1"}
    assert table.queries[1:3] == [{"resourceType": 1}, {"resourceType": 0}]
    assert {"resourceType": 7, "resourceId": "*"} in table.queries
    assert {"resourceType": 13} in table.queries
    assert len(table.queries) == 23  # one page, and one for each resource


def test_of_single_tasks_those_that_are_asked_for_are_read() -> None:
    task = row(AuthorizationId(1, "group", "g", 7, "t"), id="t")
    table = Table(task)
    table.limit = 1
    assert list(authorization_rows.find_all(Camunda7(table), [7], everything=True).values()) == [task]


# Results


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("options", "names"),
    [
        (
            {"user": "jdoe", "resource": "process_definition"},
            {"typeName": "grant", "resourceName": "process_definition"},
        ),
        ({"group": "ops", "resource": 11, "type": "revoke"}, {"typeName": "revoke", "resourceName": "tenant"}),
        ({"type": "global", "resource": "4711"}, {"typeName": "global", "resourceName": "4711"}),
    ],
)
def test_a_result_has_names_beside_the_numbers(check: bool, options: dict[str, Any], names: dict[str, str]) -> None:
    params: Any = {
        "type": "grant",
        "user": None,
        "group": None,
        "resource_id": "*",
        "permissions": ["READ"],
        "mode": "exact",
        "state": "present",
        "allow": [],
        **options,
    }
    client = Camunda7(Table())
    outcome = ensure_authorization(Context(params, client, check, Redactor(), lambda _text: None))
    result = outcome.result["authorization"]
    assert {name: result[name] for name in names} == names
    numbers = {"resourceType": securable_of(options["resource"]).number, "type": TYPES[params["type"]]}
    assert {name: result[name] for name in numbers} == numbers
