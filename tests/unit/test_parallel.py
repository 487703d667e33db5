# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads: an interruption of the main thread waits for none of them, and what they leave behind is known."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import CamundaError
from ansible_collections.bpmops.camunda.plugins.module_utils.parallel import (
    AbandonedError,
    Progress,
    Threads,
    in_parallel,
    read_all,
    stop_if_abandoned,
)

SLOW = 30.0  # seconds; far beyond what a test may take


class Interruption(BaseException):
    """Stands for what ansible-core raises."""


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """Interrupt the main thread as the keyword timeout does."""

    def on_alarm(_signal: int, _frame: FrameType | None) -> None:
        raise Interruption

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def interrupt(call: Callable[[], object]) -> None:
    """Interrupt ``call``, which must end at once."""
    started = time.monotonic()
    with pytest.raises(Interruption), interrupted_after(0.3):
        call()
    assert time.monotonic() - started < SLOW / 3


@pytest.mark.parametrize("workers", [1, 3])
def test_an_interruption_ends_the_work_at_once_and_leaves_an_account(workers: int) -> None:
    progress: Progress[int] = Progress(9)
    go_on = threading.Event()
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        if number >= 4:
            go_on.wait(SLOW)
        return number

    interrupt(lambda: in_parallel(range(9), work, workers, progress))
    assert sorted(begun) == list(range(4 + workers))
    assert progress.results == {number: number for number in range(4)}
    assert list(progress.waiting) == list(range(4 + workers, 9))
    go_on.set()
    time.sleep(0.2)
    # What was under way has ended, and nothing else was begun.
    assert sorted(begun) == list(range(4 + workers))


def test_an_abandoned_thread_sends_nothing_more() -> None:
    go_on, ended = threading.Event(), threading.Event()
    errors: list[BaseException] = []

    def work(_number: int) -> None:
        stop_if_abandoned()
        go_on.wait(SLOW)
        try:
            stop_if_abandoned()
        except BaseException as error:
            errors.append(error)
            ended.set()

    interrupt(lambda: in_parallel([1, 2], work, 2))
    go_on.set()
    assert ended.wait(SLOW / 3)
    assert isinstance(errors[0], AbandonedError)
    assert not isinstance(errors[0], Exception)  # nothing takes it for an error that can be handled


def test_threads_of_an_abandoned_thread_are_abandoned_too() -> None:
    begun, go_on = threading.Event(), threading.Event()
    seen: list[bool] = []
    with Threads() as outer:

        def nested() -> None:
            with Threads() as inner:
                begun.set()
                go_on.wait(SLOW)
                seen.append(inner.abandoned)

        wait = outer.start(nested)
        assert begun.wait(SLOW / 3)
    go_on.set()
    wait()
    assert seen == [True]


def test_outside_of_threads_nothing_is_abandoned() -> None:
    stop_if_abandoned()
    assert in_parallel([1, 2], lambda number: (stop_if_abandoned(), number)[1], 2).results == {0: 1, 1: 2}


def test_threads_leave_the_signals_that_end_a_task_to_the_main_thread() -> None:
    with Threads() as threads:
        blocked = threads.start(lambda: signal.pthread_sigmask(signal.SIG_BLOCK, ()))()
    assert {signal.SIGALRM, signal.SIGINT, signal.SIGTERM} <= blocked
    assert signal.SIGALRM not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_result_can_be_asked_for_ahead() -> None:
    with Threads() as threads:
        wait = threads.start(lambda: 7)
        fail = threads.start(lambda: 1 // 0)
        assert wait() == 7
        with pytest.raises(ZeroDivisionError):
            fail()


def test_a_failure_begins_nothing_more_and_waits_for_what_is_under_way() -> None:
    failed = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            failed.set()
            raise CamundaError("no")
        assert failed.wait(SLOW)
        time.sleep(0.2)
        return number

    progress = in_parallel(range(9), work, 2)
    assert set(progress.errors) == {0} and progress.results in ({}, {1: 1})
    assert len(progress.waiting) == 9 - len(progress.errors) - len(progress.results)


def test_reading_raises_the_first_error() -> None:
    def read(name: str) -> str:
        raise CamundaError(name)

    with pytest.raises(CamundaError, match="x"):
        read_all(["x"], read, 4)


END = """
import sys, time
from ansible_collections.bpmops.camunda.plugins.module_utils.parallel import Threads
with Threads() as threads:
    threads.start(lambda: time.sleep(float(sys.argv[1])))
"""


def test_the_end_of_a_process_waits_for_no_thread() -> None:
    environment = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    subprocess.run([sys.executable, "-c", END, str(SLOW)], env=environment, check=True, timeout=SLOW / 2)
