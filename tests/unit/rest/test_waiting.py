# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting, on a clock that only the pauses move."""

from __future__ import annotations

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import WaitTimeoutError
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.deadline import Deadline
from ansible_collections.bpmops.camunda.plugins.module_utils.waiting import wait_until


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def wait(answers: list[str | None], timeout: float, interval: float) -> tuple[str, Clock]:
    clock, left = Clock(), iter(answers)
    found = wait_until(
        lambda: next(left), timeout=timeout, interval=interval, what="the end", clock=clock, sleep=clock.sleep
    )
    return found, clock


def test_the_first_look_needs_no_pause() -> None:
    found, clock = wait(["done"], timeout=0, interval=5)
    assert found == "done" and clock.pauses == []


def test_pauses_grow_by_half_up_to_thirty_seconds() -> None:
    clock = wait([None] * 6 + ["done"], timeout=1000, interval=8)[1]
    assert clock.pauses == [8, 12, 18, 27, 30, 30]


def test_a_long_interval_stays_as_it_is() -> None:
    assert wait([None, None, "done"], timeout=1000, interval=60)[1].pauses == [60, 60]


def test_there_is_a_last_look_when_the_time_is_up() -> None:
    found, clock = wait([None, None, "done"], timeout=10, interval=8)
    assert found == "done" and clock.pauses == [8, 2]


def test_a_false_value_is_a_result() -> None:
    assert wait_until(lambda: 0, timeout=1, interval=1, what="nothing") == 0


def test_giving_up_says_for_what() -> None:
    with pytest.raises(WaitTimeoutError, match=r"Timed out after 10 s waiting for the end\..*wait_timeout"):
        wait([None] * 99, timeout=10, interval=1)


def test_a_deadline_counts_down() -> None:
    clock = Clock()
    deadline = Deadline(10, clock)
    assert (deadline.cap(60), deadline.cap(0), deadline.cap(3)) == (10, 10, 3)
    clock.now += 9
    assert (deadline.remaining(), deadline.cap(60)) == (1, 1)
    clock.now += 2
    assert deadline.remaining() == -1
    cap = deadline.cap(60)
    assert cap is not None and 0 < cap < 0.01  # a limit of 0 would mean none
    assert "within 10 s" in deadline.error("GET /x", sent=True).message


def test_no_deadline_limits_nothing() -> None:
    deadline = Deadline(0)
    assert deadline.cap(0) is None
    assert deadline.cap(60) == 60
