# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in time as users write them and as servers return them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.query import times

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-01-31", "2026-01-31T00:00:00+00:00"),
        ("2026-01-31T12:00", "2026-01-31T12:00:00+00:00"),
        ("2026-01-31 12:00:01Z", "2026-01-31T12:00:01+00:00"),
        ("2026-01-31T12:00:00.5+0200", "2026-01-31T10:00:00.500000+00:00"),
        ("2026-01-31T12:00:00.123456789-05:30", "2026-01-31T17:30:00.123456+00:00"),
        ("30d", "2026-01-30T12:00:00+00:00"),
        ("2 w", "2026-02-15T12:00:00+00:00"),
        ("90m", "2026-03-01T10:30:00+00:00"),
        ("0s", "2026-03-01T12:00:00+00:00"),
        ("0001-01-01T00:00:00-12:00", "0001-01-01T12:00:00+00:00"),
    ],
)
def test_bounds(text: str, when: str) -> None:
    assert times.bound("older_than", text, NOW) == datetime.fromisoformat(when)


@pytest.mark.parametrize(
    "text",
    [
        *("30", "d", "-1d", "1M", "2026-13-01", "2026-01-31T25:00", "2026-01-31T12", "999999999w", "tomorrow", ""),
        *("0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00"),
    ],
)
def test_what_is_no_bound(text: str) -> None:
    with pytest.raises(UsageError, match=r"^older_than: "):
        times.bound("older_than", text, NOW)


def test_milliseconds_are_rounded_up() -> None:
    assert times.epoch_millis(datetime.fromisoformat("2026-01-01T00:00:00+00:00")) == 1767225600000
    assert times.epoch_millis(datetime.fromisoformat("2026-01-01T00:00:00.000001+00:00")) == 1767225600001
    assert times.epoch_millis(datetime.fromisoformat("2026-01-01T00:00:00.001+00:00")) == 1767225600001


@pytest.mark.parametrize("text", ["2026-01-01T00:00:00.000+0000", "2026-01-01T00:00:00.000+00:00"])
def test_answers_with_and_without_colon(text: str) -> None:
    assert times.answered(text) == datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def test_what_is_no_answered_time() -> None:
    assert times.answered(None) is None
    assert times.answered("soon") is None
