# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of fields in Operate API v1: how values are checked, sent, compared and shown."""

from __future__ import annotations

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1_catalog import BY_NAME
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1_types import date_filter, matches
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.query import times

INSTANCES = BY_NAME["process-instances"]
VARIABLES = BY_NAME["variables"]
KEY = 2251799813685276


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00||/d"])
def test_a_date_beyond_the_calendar_is_no_filter(text: str) -> None:
    with pytest.raises(UsageError, match=r"^filter.startDate: "):
        date_filter("filter.startDate", text)
    assert times.answered(text) is None


def test_a_filter_has_four_digits_of_the_year() -> None:
    assert date_filter("filter.startDate", "0001-01-01||/y") == "0001-01-01T00:00:00.000+0000||/y"


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
    assert matches(same, wanted)
    assert not matches(different, wanted)
    assert not matches(None, wanted) and not matches("soon", wanted)


def test_keys_are_shown_as_texts_and_variables_decoded() -> None:
    row = {"key": KEY, "scopeKey": KEY + 1, "name": "a", "value": '{"n": 9007199254740993}', "truncated": False}
    assert VARIABLES.show(row) == {
        **row,
        "key": str(KEY),
        "scopeKey": str(KEY + 1),
        "decodedValue": {"n": 9007199254740993},
    }
    assert INSTANCES.show({"brandNewKey": KEY, "processVersion": 1}) == {
        "brandNewKey": str(KEY),
        "processVersion": 1,
    }


@pytest.mark.parametrize(("value", "truncated"), [('{"a": "bbbb', True), ("not json", False)])
def test_a_value_that_cannot_be_decoded_stays_alone(value: str, truncated: bool) -> None:
    row = {"key": "1", "value": value, "truncated": truncated}
    assert VARIABLES.show(row) == row


def test_identifiers() -> None:
    decisions = BY_NAME["decision-instances"]
    assert INSTANCES.check_key("key", KEY) == str(KEY)
    assert decisions.check_key("key", f"{KEY}-1") == f"{KEY}-1"
    with pytest.raises(UsageError, match="Their key is not unique"):
        decisions.check_key("key", str(KEY))
    for wrong in ("abc", "../x", "1-1", "", True):
        with pytest.raises(UsageError, match=r"^key: "):
            INSTANCES.check_key("key", wrong)
