# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limit of deletions: what passes, what is refused, and what the refusal says."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.desired import brake
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change, Kind
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import RefusedError, UsageError
from hypothesis import given
from hypothesis import strategies as st


def _changes(kind: str, count: int, action: str = "delete") -> list[Change]:
    made: Any = Kind(
        kind, key=str, merge=lambda current, item: item, perform=lambda client, change: None, plural=f"{kind}s"
    )
    return [Change(action, made, number) for number in range(count)]


def _refused(count: int, there: int, value: str | None) -> bool:
    try:
        brake.check(_changes("user", count), {"user": there}, value)
    except RefusedError:
        return True
    return False


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_a_number_is_the_limit(there: int, limit: int) -> None:
    assert _refused(limit, there, str(limit)) is False
    assert _refused(limit + 1, there, str(limit)) is True


@given(st.integers(0, 3000), st.integers(0, 100))
def test_a_percentage_is_of_what_is_there_and_rounded_down(there: int, percent: int) -> None:
    most = max(count for count in range(there + 1) if count * 100 <= there * percent)
    assert _refused(most, there, f"{percent}%") is False
    assert _refused(most + 1, there, f"{percent}%") is True


@given(st.integers(0, 3000))
def test_by_default_ten_or_a_fifth(there: int) -> None:
    most = max(10, there // 5)
    assert _refused(most, there, None) is False
    assert _refused(most + 1, there, None) is True


@given(st.integers(0, 3000))
def test_all_of_them_may_go_with_100_percent_and_none_with_0(there: int) -> None:
    assert _refused(there, there, "100%") is False
    assert _refused(1, there, "0%") is True and _refused(1, there, "0") is True


def test_each_kind_has_the_limit_for_itself_and_only_deletions_count() -> None:
    there = {"user": 100, "group": 100}
    changes = [*_changes("user", 20), *_changes("group", 20), *_changes("user", 90, "create")]
    brake.check([*changes, *_changes("group", 90, "update")], there, None)
    with pytest.raises(RefusedError) as caught:
        brake.check([*changes, *_changes("group", 2)], there, None)
    assert caught.value.message == (
        "Refused: 22 of 100 groups would be deleted, and the limit is 20. Check that the desired state is complete. "
        "To delete that many, set max_deletions: 22."
    )
    assert caught.value.facts == {"max_deletions": {"group": 22}}


def test_what_the_refusal_says_to_set_lets_all_kinds_pass() -> None:
    changes = [*_changes("user", 30), *_changes("group", 40)]
    with pytest.raises(RefusedError) as caught:
        brake.check(changes, {"user": 30, "group": 40}, None)
    assert caught.value.message == (
        "Refused: 30 of 30 users would be deleted, and the limit is 10. 40 of 40 groups would be deleted, and the "
        "limit is 10. Check that the desired state is complete. To delete that many, set max_deletions: 40."
    )
    assert caught.value.facts == {"max_deletions": {"user": 30, "group": 40}}
    brake.check(changes, {"user": 30, "group": 40}, "40")


@pytest.mark.parametrize("value", ["", "-1", "ten", "1.5", "101%", "%", "5 %", "²", "1e3", "0x10", "9" * 12])
def test_anything_else_is_an_error(value: str) -> None:
    with pytest.raises(UsageError, match="neither a number nor a percentage"):
        brake.parse(value)


def test_blanks_around_do_not_matter() -> None:
    assert brake.parse(" 20% ") == (0, 20) and brake.parse("7\n") == (7, 0)
