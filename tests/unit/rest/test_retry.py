# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to repeat: the policy as properties."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.attempts import Failure
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.retry import (
    MAX_DELAY,
    delay_before_retry,
    failure_of_status,
    parse_retry_after,
    wanted,
    wanted_pause,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

attempts = st.integers(1, 10_000)
retries = st.integers(0, 100)
failures = st.sampled_from(Failure)
pauses = st.none() | st.floats(0, 1e6)
seconds = st.floats(-10, 1e6) | st.just(math.inf)
randoms = st.floats(0, 1)


@given(attempts, retries, st.booleans(), failures, pauses, seconds, randoms)
def test_the_policy(
    attempt: int,
    retries: int,
    repeatable: bool,
    failure: Failure,
    retry_after: float | None,
    remaining: float,
    random: float,
) -> None:
    delay = delay_before_retry(
        attempt=attempt,
        retries=retries,
        repeatable=repeatable,
        failure=failure,
        retry_after=retry_after,
        remaining=remaining,
        random=random,
    )
    if delay is None:
        may = failure in (Failure.UNSENT, Failure.REFUSED) or (failure is Failure.UNKNOWN and repeatable)
        assert not may or attempt > retries or remaining <= (retry_after or 0) + MAX_DELAY
        return
    assert attempt <= retries
    assert failure is not Failure.FINAL
    assert repeatable or failure is not Failure.UNKNOWN  # what may have been done is not done twice
    assert 0 <= delay < remaining
    assert (retry_after or 0) <= delay <= (retry_after or 0) + MAX_DELAY


def test_the_pauses_grow_to_thirty_seconds() -> None:
    found = [
        delay_before_retry(
            attempt=attempt,
            retries=10,
            repeatable=True,
            failure=Failure.UNSENT,
            retry_after=None,
            remaining=math.inf,
            random=1.0,
        )
        for attempt in range(1, 12)
    ]
    assert found == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30, None]


@pytest.mark.parametrize(
    ("status", "retry_after", "failure"),
    [
        (429, False, Failure.REFUSED),
        (429, True, Failure.REFUSED),
        (503, True, Failure.REFUSED),
        (503, False, Failure.UNKNOWN),
        (502, True, Failure.UNKNOWN),
        (504, False, Failure.UNKNOWN),
        (500, True, Failure.FINAL),
        (400, False, Failure.FINAL),
        (401, True, Failure.FINAL),
        (302, False, Failure.FINAL),
    ],
)
def test_what_a_status_means(status: int, retry_after: bool, failure: Failure) -> None:
    assert failure_of_status(status, retry_after) is failure


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        (" 120 ", 120),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("\u0663", None),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 11:59:00 GMT", 0),
        ("Sun Mar  1 12:01:00 2026", 60),
        ("Sun, 99 Mar 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after(value: str | None, expected: float | None) -> None:
    assert parse_retry_after(value, NOW) == expected


@given(st.integers(-(10**6), 10**8))
def test_a_date_is_as_good_as_seconds(offset: int) -> None:
    when = format_datetime(NOW + timedelta(seconds=offset), usegmt=True)
    assert parse_retry_after(when, NOW) == max(0, offset)


@given(st.text())
def test_no_header_can_break_it(value: str) -> None:
    found = parse_retry_after(value, NOW)
    assert found is None or found >= 0


def _answer(**headers: str) -> Response:
    return Response("GET", "/x", 503, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


def test_the_pause_that_an_answer_asks_for() -> None:
    assert wanted_pause(_answer()) is None
    assert wanted_pause(_answer(Retry_After="7")) == 7
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=1000), usegmt=True)
    pause = wanted_pause(_answer(Retry_After=soon))
    assert pause is not None and 900 < pause <= 1000


def test_the_pause_in_words() -> None:
    assert wanted(None, 5) == "" and wanted(0.0, 5) == ""
    text = " The server wants 7.5 s to pass before the next attempt"
    assert wanted(7.5, 8) == f"{text}."
    assert wanted(7.5, 7.5) == f"{text}, which is more than the option deadline leaves."


def test_a_pause_that_ends_with_the_deadline_is_not_begun() -> None:
    def delay(remaining: float) -> float | None:
        return delay_before_retry(
            attempt=1,
            retries=1,
            repeatable=False,
            failure=Failure.REFUSED,
            retry_after=2.0,
            remaining=remaining,
            random=0.0,
        )

    assert delay(2.0) is None
    assert delay(2.5) == 2.0
