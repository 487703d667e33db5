# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion of process instances: the plan, the report, batches of the oldest, and what counts as done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8 import instances, v1
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.instances import Family, delete
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.diff import diff
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AnswerError,
    ApplyError,
    ForbiddenError,
    RefusedError,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.query.source import Page, Total
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor
from ansible_collections.bpmops.camunda.plugins.module_utils.task import Context, Outcome
from ansible_collections.bpmops.camunda.plugins.modules.operate_delete_instance import SPEC

Row = dict[str, Any]
CALLS, SIMPLE = "1", "2"
DEFAULTS = {
    **{name: row.get("default") for name, row in SPEC.options.items()},
    "concurrency": 1,
    "wait_interval": 0.01,
    "wait_timeout": 2.0,
}


class Server:
    """A source with process instances in memory, from which deletions remove them at once."""

    def __init__(self, *rows: Row) -> None:
        self.rows = {row["key"]: row for row in rows}
        self.writes: list[str] = []
        self.reads = 0
        self.idle: set[str] = set()
        self.forbidden: set[str] = set()

    def start(self, _entity: Any, _order: Any, _resume: Any) -> int:
        return 0

    def page(
        self, _entity: Any, where: Mapping[str, Any], order: Sequence[Mapping[str, str]], size: int, place: int
    ) -> Page:
        self.reads += 1
        names = [row["field"] for row in order]
        found = [row for row in self.rows.values() if all(str(row.get(name)) == str(where[name]) for name in where)]
        found.sort(key=lambda row: [*((row.get(name) is None, row.get(name)) for name in names), int(row["key"])])
        rows, after = found[place : place + size], place + size
        return Page(rows, after if after < len(found) else None, after, Total(len(found), True))

    def count(self, _entity: Any, _where: Any) -> Total:
        raise AssertionError("every page has a total")

    def one(self, entity: Any, key: str, view: str = "object", _name: Optional[str] = None) -> Any:
        self.reads += 1
        if view == "xml":
            return "<bpmn:callActivity/>" if key == CALLS else "<bpmn:task/>"
        assert entity.name == "process-instances"
        return self.rows.get(key)

    def delete_instance(self, key: str) -> bool:
        self.writes.append(f"delete {key}")
        if key in self.forbidden:
            raise ForbiddenError("403", answer(key, 403))
        return self.rows.pop(key, None) is not None and key not in self.idle

    def cancel_instance(self, key: str) -> bool:
        self.writes.append(f"cancel {key}")
        for each, row in self.rows.items():
            if key in (each, row.get("parentKey")):
                self.rows[each] = {**row, "state": "CANCELED"}
        return key not in self.idle


def answer(key: str, status: int) -> Response:
    return Response("DELETE", f"/v1/process-instances/{key}", status, {}, b"")


def ended(key: int, end: Optional[int] = None, parent: Optional[int] = None, *, calls: bool = False) -> Row:
    """A finished instance that ended in that minute."""
    date = f"2026-01-01T00:{end or 0:02}:00.000+0000"
    row = {"key": str(key), "state": "COMPLETED", "endDate": date, "processDefinitionKey": CALLS if calls else SIMPLE}
    return row if parent is None else {**row, "parentKey": str(parent)}


def active(key: int, parent: Optional[int] = None) -> Row:
    row = {"key": str(key), "state": "ACTIVE", "processDefinitionKey": CALLS}
    return row if parent is None else {**row, "parentKey": str(parent)}


def run(server: Any, *, check: bool = False, warn: Any = str, **options: Any) -> Outcome:
    return delete(Context({**DEFAULTS, **options}, server, check, Redactor(), warn))


def keys(outcome: Outcome) -> list[str]:
    return [row["key"] for row in outcome.result["instances"]]


def shown(outcome: Outcome) -> Any:
    """What the task returns, with --diff."""
    return outcome.changed, outcome.result, diff(outcome.changes)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instances, "BATCH", 2)


# The plan and its report


def family(**parents: Optional[str]) -> Family:
    """Active instances by key, each with the key of the one that called it."""
    return Family({key: {"key": key, "state": "ACTIVE", "parentKey": parent} for key, parent in parents.items()})


CANCELING = {**DEFAULTS, "cancel_first": True}


def test_cancellations_come_first_and_called_ones_go_before_their_callers() -> None:
    stages = instances.plan(family(a=None, b="a", c="b", d=None), CANCELING)
    assert [[str(change) for change in stage] for stage in stages] == [
        ["cancel process instance a", "cancel process instance d"],
        ["delete process instance c"],
        ["delete process instance b"],
        ["delete process instance a", "delete process instance d"],
    ]


def test_a_refusal_names_each_instance() -> None:
    with pytest.raises(RefusedError) as refused:
        instances.plan(family(a=None, b="elsewhere"), CANCELING)
    assert [row["key"] for row in refused.value.facts["refused"]] == ["b"]


def test_callers_in_a_circle_are_refused() -> None:
    with pytest.raises(RefusedError, match="callers of process instance a form a circle"):
        instances.plan(family(a="b", b="a", c=None), {**CANCELING, "cancel_first": True})


def test_a_failed_attempt_that_removed_the_instance_counts_as_deleted() -> None:
    class FailsOnce(Server):
        def delete_instance(self, key: str) -> bool:
            if super().delete_instance(key):
                raise AnswerError(f"500 Error in deleting process instance {key}.", answer(key, 500))
            return False

    server = FailsOnce(ended(5))
    outcome = run(server, key="5")
    assert outcome.changed and outcome.result["counts"] == {"deleted": 1, "absent": 0, "canceled": 0}
    assert server.writes == ["delete 5"] * 2


def test_what_was_gone_and_what_had_ended_when_its_turn_came() -> None:
    server = Server(active(1), active(2, 1), active(3), ended(4))
    server.idle = {"1", "4"}
    outcome = run(server, keys=["1", "2", "3", "4", "9"], cancel_first=True)
    assert [(row["key"], row["action"], row["canceled"]) for row in outcome.result["instances"]] == [
        ("1", "absent", False),
        ("2", "deleted", True),
        ("3", "deleted", True),
        ("4", "absent", False),
        ("9", "absent", False),
    ]
    assert outcome.result["counts"] == {"deleted": 2, "absent": 3, "canceled": 2}
    assert [str(change.action) for change in outcome.changes] == ["cancel", "delete", "delete"]


def test_the_changes_show_cancellations_too() -> None:
    for check in (True, False):
        outcome = run(Server(active(1)), key="1", cancel_first=True, check=check)
        assert [
            (str(each), each.before and each.before["state"], each.after and each.after["state"])
            for each in outcome.changes
        ] == [
            ("cancel process instance 1", "ACTIVE", "CANCELED"),
            ("delete process instance 1", "ACTIVE", None),
        ]


# The oldest first


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("options", [{"filter": {"state": "COMPLETED"}}, {"ended_before": "2026-02-01"}], ids=str)
def test_the_oldest_go_and_check_mode_reports_the_same(options: Row) -> None:
    # Keys rise while the ends fall.
    def server() -> Server:
        return Server(*(ended(key, 59 - key) for key in range(1, 12)))

    options = {**options, "on_limit": "oldest", "max_objects": 7}
    checked, real = server(), server()
    preview, outcome = run(checked, **options, check=True), run(real, **options)
    assert checked.writes == [] and shown(preview) == shown(outcome)
    assert keys(outcome) == ["11", "10", "9", "8", "7", "6", "5"]
    assert set(real.writes) == {f"delete {key}" for key in range(5, 12)} and len(real.writes) == 7
    assert outcome.result["truncated"] and outcome.changed
    rest = run(real, **options)
    assert keys(rest) == ["4", "3", "2", "1"] and not rest.result["truncated"]
    assert not run(real, **options).changed


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("children", [True, False])
def test_families_over_several_batches_are_the_same_in_check_mode(children: bool) -> None:
    """Called instances end before those that called them, so that they are in an earlier batch; some are in a later."""

    def server() -> Server:
        return Server(
            ended(20, 1, 10), ended(21, 2, 10), ended(10, 3, calls=True),  # in the first batch, and the second
            ended(11, 4, calls=True), ended(22, 9, 11),  # in the second, and the third
            ended(12, 8, calls=True), ended(23, 40, 12),  # not among the oldest
        )  # fmt: skip

    options: Row = {"ended_before": "2026-02-01", "on_limit": "oldest", "max_objects": 6, "include_children": children}
    checked, real = server(), server()
    said: list[str] = []
    preview, outcome = run(checked, **options, check=True), run(real, **options, warn=said.append)
    assert checked.writes == [] and shown(preview) == shown(outcome)
    assert len(keys(outcome)) == len(set(keys(outcome))) == 6 + children
    assert outcome.result["counts"] == {"deleted": 6 + children, "absent": 0, "canceled": 0}
    assert len(real.writes) == 6 + children
    for child, parent in ((20, 10), (21, 10), (22, 11)):
        assert real.writes.index(f"delete {child}") < real.writes.index(f"delete {parent}")
    assert outcome.result["orphans"] == ([] if children else ["23"])
    assert len(said) == (not children)


@pytest.mark.usefixtures("small_batches")
def test_the_limit_holds_for_each_batch_with_what_it_called() -> None:
    rows = [ended(key, key, calls=True) for key in range(1, 6)]
    called = [ended(100 + key, 0, key % 5 + 1) for key in range(10)]
    options: Row = {"ended_after": "2026-01-01T00:01", "include_children": True, "max_objects": 6}
    outcome = run(Server(*rows, *called), **options, on_limit="oldest")
    assert outcome.result["counts"]["deleted"] == 15
    one_more = Server(*rows, *called, ended(200, 0, 3))
    with pytest.raises(RefusedError, match=r"would delete 7 process instances, and max_objects allows 6\. Nothing was"):
        run(one_more, **options, on_limit="oldest")
    assert one_more.writes == []
    with pytest.raises(RefusedError, match="would delete 15 process instances"):
        run(Server(*rows, *called), **options)


@pytest.mark.usefixtures("small_batches")
def test_what_an_earlier_batch_took_counts_once_and_is_asked_for_once() -> None:
    selected = [ended(1, 1, calls=True), ended(2, 2), ended(3, 9, 1, calls=True), ended(4, 10, calls=True)]
    server = Server(*selected, *(ended(key, 59, 4) for key in (5, 6, 7)))
    options: Row = {"ended_before": "2026-01-01T00:30", "include_children": True, "max_objects": 4}
    outcome = run(server, **options, on_limit="oldest", wait=False)
    assert sorted(keys(outcome)) == ["1", "2", "3", "4", "5", "6", "7"]
    assert server.reads == 1 + 2 + 3  # the instances, two models, and what three of them called


@pytest.mark.usefixtures("small_batches")
def test_a_refusal_in_a_later_batch_changes_nothing_in_check_mode_and_without() -> None:
    for check in (True, False):
        server = Server(ended(1, 1), ended(2, 2), ended(3, 3, calls=True), active(4, 3))
        with pytest.raises(RefusedError, match="1 of 4 process instances cannot be deleted, so none was"):
            run(server, filter={}, older_than="0s", on_limit="oldest", include_children=True, check=check)
        assert server.writes == []


@pytest.mark.usefixtures("small_batches")
def test_a_failure_in_a_later_batch_says_what_was_done() -> None:
    server = Server(*(ended(key, key) for key in range(1, 7)))
    server.forbidden = {"4"}
    with pytest.raises(ApplyError) as failed:
        run(server, ended_before="2026-02-01", on_limit="oldest", max_objects=5)
    named = {part: [row["name"] for row in failed.value.facts[part]] for part in ("done", "failed", "not_attempted")}
    assert named == {"done": ["1", "2", "3"], "failed": ["4"], "not_attempted": ["5"]}
    assert "Of 5 changes 3 were done, 1 failed and 1 were not attempted" in failed.value.message


def test_only_roots_count_and_are_selected() -> None:
    """Called instances must not use up the limit: those that cannot go yet would block all others for ever."""
    rows = [*(ended(100 + key, key, 900) for key in range(5)), *(ended(key, 30 + key) for key in range(1, 5))]
    for on_limit, times in (("oldest", {"older_than": "0s"}), ("oldest", {"filter": {"state": "COMPLETED"}})):
        outcome = run(Server(*rows), **times, roots_only=True, on_limit=on_limit, max_objects=3)
        assert keys(outcome) == ["1", "2", "3"] and outcome.result["truncated"]
    for options in ({"older_than": "0s"}, {"filter": {"state": "COMPLETED"}}, {"keys": ["4", "3", "100", "1", "2"]}):
        outcome = run(Server(*rows), **options, roots_only=True, max_objects=5)
        assert sorted(keys(outcome)) == ["1", "2", "3", "4"] and not outcome.result["truncated"]
    with pytest.raises(RefusedError, match="more than 3 process instances"):
        run(Server(*rows), older_than="0s", roots_only=True, max_objects=3)


def test_a_process_is_looked_at_once_for_all_batches() -> None:
    server = Server(*(ended(key, key % 60) for key in range(1, 1203)))
    run(server, older_than="0s", on_limit="oldest", max_objects=2000, include_children=True, wait=False)
    assert server.reads == 2 + 1  # pages, and the model


def test_the_source_is_the_product_s() -> None:
    assert instances.SELECTOR.catalog is v1.V1
