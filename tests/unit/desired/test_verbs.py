# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects are moved to a state: those that are there are left alone, what fails is reported, the others go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Action
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.selection import Selector
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.verbs import Act, Verb, check_options
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AnswerError,
    ApplyError,
    AuthenticationError,
    NotFoundError,
    RefusedError,
    UsageError,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.query.entity import Entity
from ansible_collections.bpmops.camunda.plugins.module_utils.query.source import Catalog, Page, Total
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor
from ansible_collections.bpmops.camunda.plugins.module_utils.task import Context, Outcome

JOB = Entity("job", "job", {}, {})
Row = dict[str, Any]


class Server:
    """Jobs by id, with retries; ``broken`` jobs answer an error."""

    def __init__(self, **retries: int) -> None:
        self.rows: dict[str, Row] = {key: {"id": key, "retries": number} for key, number in retries.items()}
        self.broken: dict[str, AnswerError] = {}
        self.written: list[Any] = []

    def start(self, _entity: Entity, _order: Sequence[Any], _resume: Any) -> int:
        return 0

    def page(self, _entity: Entity, _where: Mapping[str, Any], _order: Sequence[Any], _size: int, _place: Any) -> Page:
        return Page(list(self.rows.values()), None, None)

    def count(self, _entity: Entity, _where: Mapping[str, Any]) -> Total:
        return Total(len(self.rows), True)

    def one(self, _entity: Entity, key: str, _view: str, _name: Optional[str]) -> Any:
        return self.rows.get(key)

    def set_retries(self, key: str, retries: int) -> None:
        if key in self.broken:
            raise self.broken[key]
        self.written.append((key, retries))


def answer(kind: type[AnswerError], status: int) -> AnswerError:
    return kind("No.", Response("PUT", "/job/x/retries", status, {}, b""))


CATALOG: Catalog[Server, Entity] = Catalog(lambda: ("job",), {"job": JOB}.__getitem__, lambda server: server)
RETRY: Verb[Server] = Verb(
    Action("retry", "retried"),
    done=lambda row, params: row["retries"] == params["retries"],
    after=lambda row, params: {**row, "retries": params["retries"]},
    perform=lambda server, row, params: server.set_retries(row["id"], params["retries"]),
    refused=lambda row, _params: "it is locked" if row["retries"] < 0 else "",
)
SELECTOR = Selector(CATALOG, "job", "retry", oldest="id")
ACT = Act(SELECTOR, lambda _params: RETRY, shown=("retries",))


def act(server: Server, *, check: bool = False, made: Act[Server, Entity] = ACT, **options: Any) -> Outcome:
    params = {"id": None, "ids": None, "filter": None, "max_objects": 100, "on_limit": "refuse", "concurrency": 2}
    warnings: list[str] = []
    return made(Context({**params, "retries": 3, **options}, server, check, Redactor(), warnings.append))


def test_what_is_there_already_is_left_alone() -> None:
    server = Server(a=0, b=3, c=1)
    outcome = act(server, ids=["a", "b", "c", "a"])
    assert sorted(server.written) == [("a", 3), ("c", 3)]
    assert outcome.changed and outcome.result["counts"] == {"matched": 3, "changed": 2, "unchanged": 1, "gone": 0}
    assert outcome.result["objects"] == [
        {"id": "a", "retries": 0, "result": "changed"},
        {"id": "b", "retries": 3, "result": "unchanged"},
        {"id": "c", "retries": 1, "result": "changed"},
    ]
    assert [(str(change), change.after) for change in outcome.changes] == [
        ("retry job a", {"id": "a", "retries": 3}),
        ("retry job c", {"id": "c", "retries": 3}),
    ]
    assert not act(Server(b=3), id="b").changed


def test_check_mode_announces_the_same_and_writes_nothing() -> None:
    server, other = Server(a=0, b=3), Server(a=0, b=3)
    announced, made = act(server, check=True, ids=["a", "b"]), act(other, ids=["a", "b"])
    assert announced.result == made.result and (announced.changed, made.changed) == (True, True)
    assert server.written == [] and other.written == [("a", 3)]


def test_an_object_that_vanished_is_gone_and_one_that_was_never_there_is_an_error() -> None:
    server = Server(a=0, b=0)
    server.broken["a"] = answer(NotFoundError, 404)
    outcome = act(server, ids=["a", "b"])
    assert [row["result"] for row in outcome.result["objects"]] == ["gone", "changed"]
    assert outcome.result["counts"] == {"matched": 2, "changed": 1, "unchanged": 0, "gone": 1}
    with pytest.raises(UsageError, match=r"There is no job z\. Nothing was changed"):
        act(server, ids=["b", "z"])
    assert server.written == [("b", 3)]
    assert act(server, check=True, ids=["b", "z"]).result["objects"][1] == {"id": "z", "result": "gone"}


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_refused_object_does_not_keep_the_others_from_being_made(concurrency: int) -> None:
    server = Server(**dict.fromkeys("abcdef", 0))
    server.broken["b"] = answer(AnswerError, 500)
    with pytest.raises(ApplyError) as raised:
        act(server, ids=list("abcdef"), concurrency=concurrency)
    assert {key for key, _retries in server.written} == set("acdef")
    facts = raised.value.facts
    assert [row["name"] for row in facts["failed"]] == ["b"] and len(facts["done"]) == 5
    assert facts["not_attempted"] == []


def test_a_refused_login_ends_the_work() -> None:
    server = Server(**dict.fromkeys("abcd", 0))
    server.broken["b"] = answer(AuthenticationError, 401)
    with pytest.raises(ApplyError) as raised:
        act(server, ids=list("abcd"), concurrency=1)
    assert server.written == [("a", 3)] and len(raised.value.facts["not_attempted"]) == 2


def test_one_object_that_cannot_be_moved_refuses_all() -> None:
    server = Server(a=0, b=-1)
    with pytest.raises(RefusedError, match=r"Could not retry 1 of 2 jobs.*b: it is locked"):
        act(server, ids=["a", "b"])
    assert server.written == []


def test_an_object_that_is_wanted_absent_may_be_absent() -> None:
    gone: Verb[Server] = Verb(
        Action("delete", "deleted"),
        done=lambda _row, _params: False,
        after=lambda _row, _params: None,
        perform=lambda server, row, _params: server.set_retries(row["id"], 0),
        wants_absent=True,
    )
    outcome = act(Server(), id="z", made=Act(SELECTOR, lambda _params: gone))
    assert not outcome.changed and outcome.result["objects"] == [{"id": "z", "result": "unchanged"}]


def test_an_object_that_is_gone_may_not_have_reached_the_state() -> None:
    done: Verb[Server] = Verb(
        Action("complete", "completed"),
        done=lambda _row, _params: False,
        after=lambda _row, _params: None,
        perform=lambda server, row, _params: server.set_retries(row["id"], 0),
        wants_absent=True,
        reached=lambda _server, key: key == "y",
    )
    made = Act(SELECTOR, lambda _params: done)
    assert act(Server(), id="y", made=made).result["objects"] == [{"id": "y", "result": "unchanged"}]
    with pytest.raises(UsageError, match=r"There is no job z\. Nothing was changed"):
        act(Server(), ids=["y", "z"], made=made)
    assert act(Server(), check=True, ids=["y", "z"], made=made).result["objects"] == [
        {"id": "y", "result": "unchanged"},
        {"id": "z", "result": "gone"},
    ]


@pytest.mark.parametrize("status", [400, 500])
def test_a_refused_object_that_is_no_longer_there_is_gone(status: int) -> None:
    class Ending(Server):
        def set_retries(self, key: str, retries: int) -> None:
            if key == "a":
                del self.rows[key]
            super().set_retries(key, retries)

    server = Ending(a=0, b=0)
    server.broken["a"] = answer(AnswerError, status)
    outcome = act(server, ids=["a", "b"])
    assert [row["result"] for row in outcome.result["objects"]] == ["gone", "changed"]
    server = Ending(a=0)
    server.broken["a"] = answer(AnswerError, 403)
    with pytest.raises(AnswerError):
        act(server, id="a")


def test_more_is_read_of_each_object_before_it_is_decided() -> None:
    more: Verb[Server] = Verb(
        RETRY.action,
        done=lambda row, _params: bool(row["locked"]),
        after=RETRY.after,
        perform=RETRY.perform,
        more=lambda _server, row, _params: {"locked": row["id"] == "a"},
    )
    server = Server(a=0, b=0)
    outcome = act(server, ids=["a", "b"], made=Act(SELECTOR, lambda _params: more, shown=("locked",)))
    assert server.written == [("b", 3)]
    assert [(row["result"], row["locked"]) for row in outcome.result["objects"]] == [
        ("unchanged", True),
        ("changed", False),
    ]


def test_objects_without_a_date_have_no_time_ranges() -> None:
    selector = Selector(CATALOG, "job", "retry", oldest="")
    assert set(selector.arguments()) == {"id", "ids", "filter", "max_objects"}
    assert selector.rules() == {
        "mutually_exclusive": [("id", "ids", "filter")],
        "required_one_of": [("id", "ids", "filter")],
    }
    assert selector.not_empty() == ("id", "filter")
    params = {"id": None, "ids": None, "filter": {}, "max_objects": 100, "concurrency": 2}
    with pytest.raises(RefusedError, match="neither a filter"):
        selector.select(Server(), params)


def test_options_belong_to_states() -> None:
    takes = {"retried": ("retries", "due"), "moved": ("due", "to"), "gone": ("force",)}
    given = {"retries": None, "due": None, "to": None, "force": False}
    check_options({**given, "state": "retried", "retries": 0, "due": "x", "other": 1}, "state", takes)
    check_options({**given, "state": "gone", "force": True}, "state", takes)
    with pytest.raises(UsageError, match=r"^due: belongs to state: retried or moved, and state is gone\.$"):
        check_options({**given, "state": "gone", "due": "x"}, "state", takes)
    with pytest.raises(UsageError, match=r"^retries: belongs to state: retried, and state is moved\.$"):
        check_options({**given, "state": "moved", "retries": 0}, "state", takes)


def test_facts_of_the_server_stand_in_the_row() -> None:
    told: Verb[Server] = Verb(RETRY.action, RETRY.done, RETRY.after, lambda _server, row, _params: {"node": row["id"]})
    outcome = act(Server(a=0), id="a", made=Act(SELECTOR, lambda _params: told))
    assert outcome.result["objects"] == [{"id": "a", "result": "changed", "node": "a"}]


def test_a_batch_is_one_request_and_none_in_check_mode_or_without_changes() -> None:
    sent: list[list[str]] = []

    def batch(_server: Server, rows: list[Mapping[str, Any]], _params: Mapping[str, Any]) -> dict[str, Any]:
        sent.append([row["id"] for row in rows])
        return {"batch": "b1"}

    made = Act(SELECTOR, lambda _params: Verb(RETRY.action, RETRY.done, RETRY.after, RETRY.perform, batch=batch))
    options = {"ids": ["a", "b", "c"], "via": "batch", "made": made}
    assert act(Server(a=0, b=3, c=0), check=True, **options).changed and sent == []
    outcome = act(Server(a=0, b=3, c=0), **options)
    assert sent == [["a", "c"]] and outcome.result["batch"] == "b1"
    assert outcome.result["counts"] == {"matched": 3, "changed": 2, "unchanged": 1, "gone": 0}
    assert not act(Server(a=3, b=3, c=3), **options).changed and len(sent) == 1
