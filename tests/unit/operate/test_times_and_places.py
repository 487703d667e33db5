# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in time, time ranges, and connection options."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8 import product as options
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8 import v1_catalog as entities
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.query import times, windows

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
INSTANCES = entities.find("process-instances")
INCIDENTS = entities.find("incidents")


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


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00||/d"])
def test_a_date_beyond_the_calendar_is_no_filter(text: str) -> None:
    with pytest.raises(UsageError, match=r"^filter.startDate: "):
        times.filter_value("filter.startDate", text)
    assert times.answered(text) is None


def test_a_filter_has_four_digits_of_the_year() -> None:
    assert times.filter_value("filter.startDate", "0001-01-01||/y") == "0001-01-01T00:00:00.000+0000||/y"


@pytest.mark.parametrize(
    ("wanted", "same", "different"),
    [
        ("2026-01-07T10:20:30.123+0000", "2026-01-07T11:20:30.123+0100", "2026-01-07T10:20:30.124+0000"),
        ("2026-01-07T10:20:30.123+0000||/s", "2026-01-07T10:20:30.999+0000", "2026-01-07T10:20:31.000+0000"),
        ("2026-01-07T10:20:30.123+0000||/m", "2026-01-07T10:20:00.000+0000", "2026-01-07T10:19:59.999+0000"),
        ("2026-01-07T10:20:30.123+0000||/h", "2026-01-07T10:59:59.999+0000", "2026-01-07T11:00:00.000+0000"),
        ("2026-01-07T10:20:30.123+0000||/d", "2026-01-08T00:30:00.000+0100", "2026-01-08T00:00:00.000+0000"),
        ("2026-01-01T10:20:30.123+0000||/w", "2025-12-29T00:00:00.000+0000", "2025-12-28T23:59:59.999+0000"),
        ("2026-01-07T10:20:30.123+0000||/M", "2026-01-31T23:59:59.999+0000", "2026-02-01T00:00:00.000+0000"),
        ("2026-01-07T10:20:30.123+0000||/y", "2026-12-31T23:59:59.999+0000", "2025-12-31T23:59:59.999+0000"),
    ],
)
def test_what_a_date_filter_matches(wanted: str, same: str, different: str) -> None:
    assert times.matches(same, wanted)
    assert not times.matches(different, wanted)
    assert not times.matches(None, wanted) and not times.matches("soon", wanted)


def test_an_empty_time_is_an_error_in_the_shared_code_too() -> None:
    for name in windows.TIME_ARGUMENTS:
        with pytest.raises(UsageError, match=f"^{name}: "):
            windows.windows_of(INSTANCES, {name: ""}, NOW)


def windows_of(entity: entities.Entity, **params: Any) -> list[tuple[str, Any, Any]]:
    made = windows.windows_of(entity, {**dict.fromkeys(windows.TIME_ARGUMENTS), **params}, NOW)
    return [
        (each.field, each.after and (NOW - each.after).days, each.before and (NOW - each.before).days) for each in made
    ]


def test_limits_of_time_by_entity() -> None:
    assert windows_of(INSTANCES) == []
    assert windows_of(INSTANCES, older_than="30d") == [("endDate", None, 30)]
    assert windows_of(INCIDENTS, older_than="30d") == [("creationTime", None, 30)]
    assert windows_of(INSTANCES, ended_before="10d", older_than="30d") == [("endDate", None, 30)]
    assert windows_of(INSTANCES, started_after="7d", started_before="1d") == [("startDate", 7, 1)]


def test_the_start_closes_the_span_of_the_end() -> None:
    both = windows_of(INSTANCES, started_after="7d", ended_before="1d")
    assert both == [("endDate", 7, 1), ("startDate", 7, None)]
    assert windows_of(INSTANCES, started_after="7d", ended_after="3d")[0] == ("endDate", 3, None)
    assert windows_of(INSTANCES, started_before="7d", ended_after="3d") == [
        ("endDate", 3, None),
        ("startDate", None, 7),
    ]


@pytest.mark.parametrize(
    ("entity", "params", "message"),
    [
        ("variables", {"older_than": "1d"}, "older_than: variables have no such date"),
        ("incidents", {"ended_before": "1d"}, "ended_before: incidents have no such date"),
        ("process-instances", {"started_after": "1d", "started_before": "2d"}, "time range is empty"),
        ("process-instances", {"started_after": "1d", "ended_before": "2d"}, "time range is empty"),
    ],
)
def test_limits_that_make_no_sense(entity: str, params: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        windows_of(entities.find(entity), **params)


def test_where_pages_start_and_stop() -> None:
    window = windows.Window("endDate", NOW - timedelta(days=2), NOW - timedelta(days=1))
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


# Where Operate is


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v2/", "//"])
def test_the_version_at_the_end_of_a_url_is_accepted(end: str) -> None:
    assert (
        options.locate({"url": f"http://localhost:8080/operate{end}"}, "operate")["url"]
        == "http://localhost:8080/operate"
    )


def test_saas_by_cluster_and_region() -> None:
    located = options.locate({"cluster_id": "c-1", "region": "bru-2", "url": None, "token_url": ""}, "operate")
    assert located["url"] == "https://bru-2.operate.camunda.io/c-1"
    assert located["token_url"] == "https://login.cloud.camunda.io/oauth/token"
    assert located["audience"] == "operate.camunda.io"
    commands = options.locate(located, "zeebe")
    assert commands["url"] == "https://bru-2.zeebe.camunda.io/c-1"
    assert commands["audience"] == "zeebe.camunda.io"


def test_what_is_given_wins_but_not_the_name_of_another_component() -> None:
    given = {"cluster_id": "c-1", "region": "bru-2", "url": "http://127.0.0.1:1/x/v1", "token_url": "http://t/"}
    located = options.locate({**given, "audience": "zeebe.camunda.io"}, "operate")
    assert (located["url"], located["token_url"]) == ("http://127.0.0.1:1/x", "http://t/")
    assert located["audience"] == "operate.camunda.io"
    assert options.locate({"url": "http://h", "audience": "operate-api"}, "operate")["audience"] == "operate-api"


def test_half_a_cluster_is_an_error() -> None:
    for half in ({"cluster_id": "c-1"}, {"region": "bru-2"}):
        with pytest.raises(UsageError, match="both cluster_id and region"):
            options.locate(half, "operate")
    with pytest.raises(UsageError, match="cluster_id may have letters"):
        options.locate({"cluster_id": "c/../d", "region": "bru-2"}, "operate")
