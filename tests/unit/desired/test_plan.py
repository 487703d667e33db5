# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan: applied to a model of the engine it gives the desired state, and then nothing is left to do."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any, Optional

from ansible_collections.bpmops.camunda.plugins.module_utils.desired import diff
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import (
    ABSENT,
    CREATE,
    DELETE,
    UPDATE,
    Action,
    Change,
    Kind,
    Object,
    counts,
    plan,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.selection import settle
from hypothesis import given
from hypothesis import strategies as st


def _merge(current: Optional[Object], item: Object) -> Object:
    return {**(current or {"a": "", "b": ""}), **item}


KIND = Kind("thing", key=lambda item: item["id"], merge=_merge, perform=lambda client, change: None)

ids = st.text(min_size=1, max_size=3)
fields = st.fixed_dictionaries({}, optional={"a": st.text(max_size=2), "b": st.text(max_size=2)})
full = st.fixed_dictionaries({"a": st.text(max_size=2), "b": st.text(max_size=2)})
States = st.dictionaries(ids, full, max_size=6)
Wishes = st.dictionaries(ids, fields, max_size=6)


def _objects(rows: dict[str, dict[str, str]]) -> dict[Hashable, Object]:
    return {name: {"id": name, **row} for name, row in rows.items()}


def _after(current: dict[Hashable, Object], changes: list[Change]) -> dict[Hashable, Object]:
    """What the engine would hold; it refuses what an engine refuses."""
    state = dict(current)
    for change in changes:
        if change.action == "create":
            assert change.key not in state
        else:
            assert state[change.key] == change.before
        if change.after is None:
            del state[change.key]
        else:
            state[change.key] = change.after
    return state


@given(States, Wishes)
def test_without_purge_the_wishes_come_true_and_the_rest_stays(state: Any, wishes: Any) -> None:
    current, desired = _objects(state), list(_objects(wishes).values())
    after = _after(current, plan(KIND, desired, current))
    for wish in desired:
        assert after[wish["id"]] == _merge(current.get(wish["id"]), wish)
    assert {key: value for key, value in after.items() if key not in wishes} == {
        key: value for key, value in current.items() if key not in wishes
    }


@given(States, Wishes)
def test_with_purge_nothing_undeclared_is_left(state: Any, wishes: Any) -> None:
    current, desired = _objects(state), list(_objects(wishes).values())
    after = _after(current, plan(KIND, desired, current, surplus=current))
    assert after.keys() == wishes.keys()


@given(States, Wishes, st.booleans())
def test_the_second_run_has_nothing_to_do(state: Any, wishes: Any, purge: bool) -> None:
    current, desired = _objects(state), list(_objects(wishes).values())
    after = _after(current, plan(KIND, desired, current, surplus=current if purge else ()))
    assert plan(KIND, desired, after, surplus=after if purge else ()) == []


@given(States, st.lists(ids, max_size=4))
def test_absent_removes_what_is_there_once(state: Any, names: list[str]) -> None:
    current = _objects(state)
    changes = plan(KIND, (), current, absent=names)
    assert [change.key for change in changes] == [name for name in dict.fromkeys(names) if name in current]


def test_what_is_absent_and_surplus_at_once_is_removed_once_and_what_is_desired_stays() -> None:
    current = _objects({"a": {}, "b": {}, "c": {}})
    changes = plan(KIND, [{"id": "b"}], current, absent=["a", "a", "x"], surplus=["a", "b", "c", "c"])
    assert changes[-2:] == [Change(DELETE, KIND, name, {"id": name}, None) for name in "ac"]
    assert [change.action for change in changes] == ["delete", "delete"]


def test_the_diff_shows_what_was_and_what_will_be() -> None:
    kind = Kind(
        "thing", KIND.key, KIND.merge, KIND.perform, label=lambda key: f"the {key}", show=lambda item: {"i": item}
    )
    changes = [
        Change(CREATE, kind, "a", None, {"id": "a"}),
        Change(UPDATE, kind, "b", {"id": "b"}, {"id": "b", "a": "x"}),
        Change(DELETE, kind, "c", {}, None),
    ]
    assert diff.diff(changes) == [
        {"before_header": "absent", "after_header": "thing the a", "before": "", "after": {"i": {"id": "a"}}},
        {
            "before_header": "thing the b",
            "after_header": "thing the b",
            "before": {"i": {"id": "b"}},
            "after": {"i": {"id": "b", "a": "x"}},
        },
        {"before_header": "thing the c", "after_header": "absent", "before": {"i": {}}, "after": ""},
    ]
    assert counts(changes) == {"created": 1, "updated": 1, "deleted": 1}
    assert [str(change) for change in changes] == ["create thing the a", "update thing the b", "delete thing the c"]
    assert changes[0].summary() == {"action": "create", "kind": "thing", "name": "the a"}


def test_the_diff_is_capped_and_says_so() -> None:
    changes = plan(KIND, [{"id": str(number)} for number in range(diff.LIMIT + 7)], {})
    shown = diff.diff(changes)
    assert len(shown) == diff.LIMIT + 1
    assert shown[0]["before"] == "" and shown[0]["after"] == {"id": "0", "a": "", "b": ""}
    assert shown[-1] == {"prepared": "... and 7 more changes\n"}
    assert len(diff.diff(changes[: diff.LIMIT])) == diff.LIMIT
    assert counts(changes) == {"created": diff.LIMIT + 7, "updated": 0, "deleted": 0}


CANCEL = Action("cancel", "canceled")


def test_what_changes_became() -> None:
    stages = [
        [Change(CANCEL, KIND, "a", {"id": "a"})],
        [],
        [Change(DELETE, KIND, name, {"id": name}) for name in "bcd"],
    ]
    planned = [change for stage in stages for change in stage]
    # In check mode nothing was applied, and all of it counts.
    assert settle(stages, []) == planned
    assert settle([], []) == []
    # False: the object was gone. What returns nothing did its work.
    settled = settle(stages, [True, None, False, 0])
    assert [change.action for change in settled] == ["cancel", "delete", "find no", "delete"]
    assert [change.key for change in settled] == ["a", "b", "c", "d"] and settled[2].action is ABSENT
    assert [change.action.writes for change in settled] == [True, True, False, True]


def test_counts_of_other_actions() -> None:
    changes = [Change(CANCEL, KIND, "a"), Change(CANCEL, KIND, "b"), Change(ABSENT, KIND, "c")]
    assert counts(changes, (CANCEL, DELETE, ABSENT)) == {"canceled": 2, "deleted": 0, "absent": 1}
    assert counts([], (CANCEL,)) == {"canceled": 0}
    # A number that nobody asked for would be lost.
    assert counts(changes) == {"created": 0, "updated": 0, "deleted": 0, "canceled": 2, "absent": 1}


def test_an_action_is_its_verb() -> None:
    assert (CANCEL, str(CANCEL), CANCEL.past, CANCEL.writes) == ("cancel", "cancel", "canceled", True)
    assert Change(CANCEL, KIND, "a").summary() == {"action": "cancel", "kind": "thing", "name": "a"}
    assert json.dumps(Change(CANCEL, KIND, "a").summary()) == '{"action": "cancel", "kind": "thing", "name": "a"}'
