# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to repeat: the policy as properties."""

from __future__ import annotations

import math
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import AnswerError, TlsError, TransportError
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.deadline import Deadline
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.retry import (
    MAX_DELAY,
    Failure,
    Kind,
    answer_failure,
    delay_before_retry,
    kind_of_status,
    parse_retry_after,
    repeat,
    retry_after_sentence,
    transport_failure,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)

attempts = st.integers(1, 10_000)
retries = st.integers(0, 100)
kinds = st.sampled_from(Kind)
pauses = st.none() | st.floats(0, 1e6)
seconds = st.floats(-10, 1e6) | st.just(math.inf)
randoms = st.floats(0, 1)


@given(attempts, retries, st.booleans(), kinds, pauses, seconds, randoms)
def test_the_policy(
    attempt: int,
    retries: int,
    repeatable: bool,
    kind: Kind,
    retry_after: float | None,
    remaining: float,
    random: float,
) -> None:
    delay = delay_before_retry(
        attempt=attempt,
        retries=retries,
        repeatable=repeatable,
        kind=kind,
        retry_after=retry_after,
        remaining=remaining,
        random=random,
    )
    if delay is None:
        may = kind in (Kind.UNSENT, Kind.REFUSED) or (kind is Kind.UNKNOWN and repeatable)
        assert not may or attempt > retries or remaining <= (retry_after or 0) + MAX_DELAY
        return
    assert attempt <= retries
    assert kind is not Kind.FINAL
    assert repeatable or kind is not Kind.UNKNOWN  # what may have been done is not done twice
    assert 0 <= delay < remaining
    assert (retry_after or 0) <= delay <= (retry_after or 0) + MAX_DELAY


def test_the_pauses_grow_to_thirty_seconds() -> None:
    found = [
        delay_before_retry(
            attempt=attempt,
            retries=10,
            repeatable=True,
            kind=Kind.UNSENT,
            retry_after=None,
            remaining=math.inf,
            random=1.0,
        )
        for attempt in range(1, 12)
    ]
    assert found == [0.5, 1, 2, 4, 8, 16, 30, 30, 30, 30, None]


@pytest.mark.parametrize(
    ("status", "retry_after", "kind"),
    [
        (429, False, Kind.REFUSED),
        (429, True, Kind.REFUSED),
        (503, True, Kind.REFUSED),
        (503, False, Kind.UNKNOWN),
        (502, True, Kind.UNKNOWN),
        (504, False, Kind.UNKNOWN),
        (500, True, Kind.FINAL),
        (400, False, Kind.FINAL),
        (401, True, Kind.FINAL),
        (302, False, Kind.FINAL),
    ],
)
def test_what_a_status_means(status: int, retry_after: bool, kind: Kind) -> None:
    assert kind_of_status(status, retry_after) is kind


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


def _failure(may_repeat: bool | None = None, **headers: str) -> Failure:
    response = _answer(**headers)
    return answer_failure(AnswerError("GET /x: 503.", response), response, may_repeat)


def test_what_an_answer_asks_for() -> None:
    assert _failure().retry_after is None
    assert _failure(Retry_After="7").retry_after == 7
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=1000), usegmt=True)
    pause = _failure(Retry_After=soon).retry_after
    assert pause is not None and 900 < pause <= 1000


@pytest.mark.parametrize(
    ("may_repeat", "headers", "kind"),
    [
        (None, {}, Kind.UNKNOWN),
        (None, {"Retry_After": "0"}, Kind.REFUSED),
        (True, {}, Kind.REFUSED),
        (False, {"Retry_After": "1"}, Kind.FINAL),
    ],
)
def test_the_product_knows_its_answers_better_than_the_status(
    may_repeat: bool | None, headers: dict[str, str], kind: Kind
) -> None:
    failure = _failure(may_repeat, **headers)
    assert (failure.kind, failure.error.message) == (kind, "GET /x: 503.")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TransportError("x"), Kind.UNSENT),
        (TransportError("x", sent=True), Kind.UNKNOWN),
        (TlsError("x"), Kind.FINAL),
    ],
)
def test_what_no_answer_means(error: TransportError, kind: Kind) -> None:
    assert transport_failure(error) == Failure(error, kind, None)


def test_the_pause_in_words() -> None:
    assert retry_after_sentence(None, 5) == "" and retry_after_sentence(0.0, 5) == ""
    text = " The server asks to wait 7.5 s before the next attempt"
    assert retry_after_sentence(7.5, 8) == f"{text}."
    assert retry_after_sentence(7.5, 7.5) == f"{text}, which is more than the option deadline leaves."


def test_attempts_are_numbered_until_one_succeeds() -> None:
    seen: list[int] = []
    pauses: list[float] = []

    def once(attempt: int) -> int | Failure:
        seen.append(attempt)
        return attempt if attempt == 3 else Failure(TransportError("x"), Kind.REFUSED, 40.0)

    assert repeat(once, retries=2, repeatable=False, deadline=Deadline(0), sleep=pauses.append) == 3
    assert seen == [1, 2, 3]
    assert 40 <= pauses[0] <= 40.5 and 40 <= pauses[1] <= 41


def test_a_first_attempt_that_the_caller_made_counts() -> None:
    seen: list[int] = []

    def once(attempt: int) -> Failure:
        seen.append(attempt)
        return Failure(TransportError(f"Attempt {attempt}."), Kind.UNSENT)

    first, options = once(1), {"retries": 2, "repeatable": False, "deadline": Deadline(0)}
    with pytest.raises(TransportError, match=r"^Attempt 3\.$"):
        repeat(once, first=first, sleep=lambda _seconds: None, **options)
    assert seen == [1, 2, 3]
    with pytest.raises(TransportError, match=r"^Attempt 1\.$"):
        repeat(once, first=first, **{**options, "retries": 0})
    assert seen == [1, 2, 3]


@pytest.mark.parametrize(
    ("retries", "repeatable", "kind", "attempts"),
    [
        (2, True, Kind.UNKNOWN, 3),
        (2, False, Kind.UNKNOWN, 1),
        (2, False, Kind.UNSENT, 3),
        (0, True, Kind.UNSENT, 1),
        (2, True, Kind.FINAL, 1),
    ],
)
def test_the_last_failure_is_raised(retries: int, repeatable: bool, kind: Kind, attempts: int) -> None:
    seen: list[int] = []

    def once(attempt: int) -> Failure:
        seen.append(attempt)
        return Failure(TransportError(f"Attempt {attempt}."), kind)

    with pytest.raises(TransportError, match=f"^Attempt {attempts}.$"):
        repeat(once, retries=retries, repeatable=repeatable, deadline=Deadline(0), sleep=lambda _seconds: None)
    assert len(seen) == attempts


def test_a_pause_beyond_the_deadline_is_said_with_the_failure() -> None:
    with pytest.raises(AnswerError) as caught:
        repeat(lambda _attempt: _failure(Retry_After="90"), retries=4, repeatable=True, deadline=Deadline(60))
    assert caught.value.message == (
        "GET /x: 503. The server asks to wait 90 s before the next attempt, "
        "which is more than the option deadline leaves."
    )


def test_a_pause_that_ends_with_the_deadline_is_not_begun() -> None:
    def delay(remaining: float) -> float | None:
        return delay_before_retry(
            attempt=1,
            retries=1,
            repeatable=False,
            kind=Kind.REFUSED,
            retry_after=2.0,
            remaining=remaining,
            random=0.0,
        )

    assert delay(2.0) is None
    assert delay(2.5) == 2.0
