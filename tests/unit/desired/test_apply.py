# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applying a plan: order, concurrency, and an exact account of a failure."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.desired import report
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.apply import Journal, apply
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import CREATE, Change, Kind
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import ApplyError, CamundaError
from ansible_collections.bpmops.camunda.plugins.module_utils.parallel import in_parallel
from hypothesis import given
from hypothesis import strategies as st


def _kind(perform: Any) -> Kind:
    return Kind("thing", key=lambda item: item["id"], merge=lambda current, item: item, perform=perform)


def _stage(kind: Kind, *names: str) -> list[Change]:
    return [Change(CREATE, kind, name, None, {"id": name}) for name in names]


class Recorder:
    """Stands for a product's client: remembers what was written, and refuses some of it."""

    def __init__(self, refused: frozenset[str] = frozenset()) -> None:
        self.refused = refused
        self.written: list[str] = []
        self.lock = threading.Lock()

    def perform(self, client: Any, change: Change) -> str:
        name = str(change.key)
        if name in self.refused:
            raise CamundaError(f"no {name}", status=500)
        with self.lock:
            self.written.append(name)
        return name


@given(
    st.lists(st.lists(st.integers(0, 30), max_size=6, unique=True), max_size=4),
    st.sets(st.integers(0, 30), max_size=2),
    st.integers(1, 5),
)
def test_every_change_is_done_or_failed_or_not_attempted(stages: Any, refused: Any, workers: int) -> None:
    recorder = Recorder(frozenset(f"{stage}-{number}" for stage in range(4) for number in refused))
    kind = _kind(recorder.perform)
    plans = [_stage(kind, *[f"{stage}-{number}" for number in numbers]) for stage, numbers in enumerate(stages)]
    names = [str(change.key) for stage in plans for change in stage]
    try:
        assert apply(None, plans, workers) == names
        assert recorder.refused.isdisjoint(names)
    except ApplyError as error:
        done, failed, rest = ([row["name"] for row in error.facts[key]] for key in ("done", "failed", "not_attempted"))
        assert sorted([*done, *failed, *rest]) == sorted(names)
        assert sorted(done) == sorted(recorder.written)
        assert failed and recorder.refused.issuperset(failed)
        # A stage only begins when the stages before are complete.
        assert len({name.split("-")[0] for name in failed}) == 1
        assert all(name.split("-")[0] <= failed[0].split("-")[0] for name in done)
    except CamundaError as error:
        assert len(names) == 1 and error.message == f"no {names[0]}"


def test_the_first_failure_stops_what_has_not_begun() -> None:
    recorder = Recorder(frozenset({"b"}))
    kind = _kind(recorder.perform)
    with pytest.raises(ApplyError) as caught:
        apply(None, [_stage(kind, "a", "b", "c"), _stage(kind, "d")], 1)
    assert recorder.written == ["a"]
    assert [row["name"] for row in caught.value.facts["not_attempted"]] == ["c", "d"]
    assert caught.value.facts["failed"] == [{"action": "create", "kind": "thing", "name": "b", "msg": "no b"}]
    assert caught.value.facts["status"] == 500
    assert caught.value.message == (
        "Could not create thing b: no b Of 4 changes 1 were done, 1 failed and 2 were not attempted; "
        "run the task again to complete them."
    )
    assert isinstance(caught.value.__cause__, CamundaError)


def test_changes_are_made_with_the_client_and_one_after_the_other_by_default() -> None:
    seen: list[Any] = []
    kind = _kind(lambda client, change: seen.append((client, change.key, threading.current_thread())))
    apply("client", [_stage(kind, "a", "b", "c")])
    assert seen == [("client", name, threading.main_thread()) for name in "abc"]


def test_no_more_than_the_workers_are_under_way_and_they_do_overlap() -> None:
    busy, most = 0, 0
    lock = threading.Lock()
    both = threading.Barrier(3, timeout=5)

    def work(number: int) -> int:
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        both.wait()
        with lock:
            busy -= 1
        return number

    progress = in_parallel(range(9), work, 3)
    assert (progress.results, progress.errors, most) == ({n: n for n in range(9)}, {}, 3)


class Interruption(BaseException):
    """Stands for what ends a task from outside."""


def test_an_interruption_leaves_a_journal_of_what_was_done() -> None:
    def perform(client: Any, change: Change) -> None:
        if change.key == "b":
            raise Interruption

    journal: Journal = []
    kind = _kind(perform)
    apply(None, [_stage(kind, "before")], journal=journal)
    with pytest.raises(Interruption):
        apply(None, [_stage(kind, "a", "b", "c"), _stage(kind, "d")], journal=journal)
    names = {name: [row["name"] for row in rows] for name, rows in report.facts(journal).items()}
    assert names == {"done": ["before", "a"], "failed": [], "under_way": ["b"], "not_attempted": ["c", "d"]}
    assert report.sentence(report.facts(journal)) == (
        "Of 5 changes 2 were done, 1 were under way (look whether they were made) and 2 were not attempted; "
        "run the task again to complete them."
    )


def test_a_journal_without_changes_says_so() -> None:
    journal: Journal = []
    apply(None, [[], []], journal=journal)
    assert report.sentence(report.facts(journal)) == "Nothing was changed."


def test_a_defect_is_not_mistaken_for_a_failed_change() -> None:
    def perform(client: Any, change: Change) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        apply(None, [_stage(_kind(perform), "a", "b")], 2)
