# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time ranges: what is sent, what is checked in the answers, and where pages start and stop."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.options import TIME_RANGE
from ansible_collections.bpmops.camunda.plugins.module_utils.query import ranges, times
from ansible_collections.bpmops.camunda.plugins.module_utils.query.ranges import Parameters, Sorted, TimeRange, Window
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

Columns = tuple[Optional[TimeRange], Optional[TimeRange]]
BOTH: Columns = (Sorted("startDate"), Sorted("endDate"))
ONE: Columns = (Sorted("created"), None)
NONE: Columns = (None, None)


def test_an_empty_time_is_an_error_in_the_shared_code_too() -> None:
    for name in TIME_RANGE:
        with pytest.raises(UsageError, match=f"^{name}: "):
            ranges.narrow(*BOTH, "things", {name: ""}, NOW)


def windows_of(columns: Columns, **params: Any) -> list[tuple[str, Any, Any]]:
    where, made = ranges.narrow(*columns, "things", {**dict.fromkeys(TIME_RANGE), **params}, NOW)
    assert where == {}
    return [
        (each.field, each.after and (NOW - each.after).days, each.before and (NOW - each.before).days) for each in made
    ]


def test_limits_of_time_by_entity() -> None:
    assert windows_of(BOTH) == []
    assert windows_of(BOTH, older_than="30d") == [("endDate", None, 30)]
    assert windows_of(ONE, older_than="30d") == [("created", None, 30)]
    assert windows_of(BOTH, ended_before="10d", older_than="30d") == [("endDate", None, 30)]
    assert windows_of(BOTH, started_after="7d", started_before="1d") == [("startDate", 7, 1)]


def test_the_start_closes_the_span_of_the_end() -> None:
    both = windows_of(BOTH, started_after="7d", ended_before="1d")
    assert both == [("endDate", 7, 1), ("startDate", 7, None)]
    assert windows_of(BOTH, started_after="7d", ended_after="3d")[0] == ("endDate", 3, None)
    assert windows_of(BOTH, started_before="7d", ended_after="3d") == [
        ("endDate", 3, None),
        ("startDate", None, 7),
    ]


@pytest.mark.parametrize(
    ("columns", "params", "message"),
    [
        (NONE, {"older_than": "1d"}, "older_than: things have no such date"),
        (ONE, {"ended_before": "1d"}, "ended_before: things have no such date"),
        (BOTH, {"started_after": "1d", "started_before": "2d"}, "time range is empty"),
        (BOTH, {"started_after": "1d", "ended_before": "2d"}, "time range is empty"),
    ],
)
def test_limits_that_make_no_sense(columns: Columns, params: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        windows_of(columns, **params)


def test_where_pages_start_and_stop() -> None:
    window = Window("endDate", NOW - timedelta(days=2), NOW - timedelta(days=1))
    day = 86400000
    now = times.epoch_millis(NOW)
    assert window.start("ASC") == [str(now - 2 * day), "0"]
    assert window.start("DESC") == [str(now - day), "9223372036854775807"]

    def row(days: float) -> dict[str, str]:
        return {"endDate": (NOW - timedelta(days=days)).isoformat(timespec="milliseconds")}

    assert [window.holds(row(days)) for days in (2.1, 2, 1.5, 1, 0.5)] == [False, True, True, False, False]
    assert [window.passed(row(days), "ASC") for days in (3, 2, 1, 0)] == [False, False, True, True]
    assert [window.passed(row(days), "DESC") for days in (3, 2, 1, 0)] == [True, False, False, False]
    for order in ("ASC", "DESC"):
        assert window.passed({}, order)
    assert not window.holds({})


# Bounds of the server


def parse(text: str) -> datetime:
    found = times.answered(text)
    assert found is not None and found.microsecond % 1000 == 0
    return found


def write(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


EARLY, LATE = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 0, 9999), timezones=st.just(timezone.utc))


@given(
    rows=st.lists(st.integers(-2, 12), max_size=30),
    after=st.none() | moments,
    before=st.none() | moments,
    inclusive=st.tuples(st.booleans(), st.booleans()),
)
def test_the_server_finds_exactly_what_lies_in_the_range(
    rows: list[int], after: Optional[datetime], before: Optional[datetime], inclusive: tuple[bool, bool]
) -> None:
    """After is inclusive and before is exclusive, whatever the server's own bounds are; it keeps milliseconds."""
    column = Parameters("from", "to", write, *inclusive)
    where, window = column.narrow(after, before)
    assert window is None
    assert where.keys() == {name for name, bound in (("from", after), ("to", before)) if bound is not None}

    def found(when: datetime) -> bool:
        low = parse(where["from"]) if "from" in where else None
        high = parse(where["to"]) if "to" in where else None
        return (low is None or when > low or (inclusive[0] and when == low)) and (
            high is None or when < high or (inclusive[1] and when == high)
        )

    dates = [datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=row) for row in rows]
    wanted = [when for when in dates if (after is None or when >= after) and (before is None or when < before)]
    assert [when for when in dates if found(when)] == wanted


@pytest.mark.parametrize("inclusive", [(True, True), (True, False), (False, True), (False, False)])
@pytest.mark.parametrize("edge", [EARLY, LATE])
def test_the_ends_of_the_calendar(inclusive: tuple[bool, bool], edge: datetime) -> None:
    column, when = Parameters("from", "to", write, *inclusive), edge.replace(tzinfo=timezone.utc)
    for bounds in ((when, None), (None, when)):
        where, _window = column.narrow(*bounds)
        (value,) = where.values()
        assert abs(parse(value) - when) <= timedelta(milliseconds=1)


def test_filters_of_the_server_and_windows_together() -> None:
    native = Parameters("startedAfter", "startedBefore", write)
    params = {**dict.fromkeys(TIME_RANGE), "started_after": "7d", "started_before": "1d", "ended_before": "2d"}
    assert ranges.narrow(native, Sorted("end"), "things", params, NOW) == (
        {"startedAfter": "2026-02-22T12:00:00.000+00:00", "startedBefore": "2026-02-28T11:59:59.999+00:00"},
        (Window("end", NOW - timedelta(days=7), NOW - timedelta(days=2)),),
    )
    only = {**dict.fromkeys(TIME_RANGE), "older_than": "1d"}
    assert ranges.narrow(native, None, "things", only, NOW) == ({"startedBefore": "2026-02-28T11:59:59.999+00:00"}, ())
