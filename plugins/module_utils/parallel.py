# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads that never delay the end of a task.

The keyword ``timeout`` raises an exception in the main thread, and the user then waits for nothing else. The pools of
concurrent.futures do not fit: leaving one waits for its threads, and so does the end of the interpreter.
"""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, Optional, TypeVar

from .errors import CamundaError

T = TypeVar("T")
R = TypeVar("R")

_here = threading.local()
_ENDING = (signal.SIGALRM, signal.SIGINT, signal.SIGTERM)  # what ends a task; only the main thread acts on it


class AbandonedError(BaseException):
    """Ends a thread whose results are no longer needed."""


def stop_if_abandoned() -> None:
    """Raise AbandonedError in an abandoned thread. Called before each request."""
    threads: Optional[Threads] = getattr(_here, "threads", None)
    if threads is not None and threads.abandoned:
        raise AbandonedError


class Threads:
    """The threads of one piece of work.

    Leaving the block abandons those that still run: a request under way runs to its end, no other one is sent, and
    neither the task nor the process waits for them.
    """

    def __init__(self) -> None:
        self._left = False
        self._outer: Optional[Threads] = getattr(_here, "threads", None)

    @property
    def abandoned(self) -> bool:
        """Whether the block was left, or the one around it."""
        return self._left or (self._outer is not None and self._outer.abandoned)

    def start(self, call: Callable[[], R]) -> Callable[[], R]:
        """Run ``call`` in a thread; return the function that waits for its result and raises its error."""
        outcome: Future[R] = Future()
        threading.Thread(target=self._run, args=(call, outcome), daemon=True).start()
        return outcome.result

    def _run(self, call: Callable[[], R], outcome: Future[R]) -> None:
        # A signal that another thread receives would not wake the main thread.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
        _here.threads = self
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    def __enter__(self) -> Threads:
        return self

    def __exit__(self, *_error: object) -> None:
        self._left = True


class Progress(Generic[R]):
    """How far the work on some items has come; true at any moment. Items are named by their position.

    Attributes:
        results, errors: of the items that are finished.
        stopped: whether an error ended the work.
        waiting: the items that were not begun. An item that is in none of the three is under way, and after an
            interruption nobody knows what became of it.
    """

    def __init__(self, size: int) -> None:
        self.results: dict[int, R] = {}
        self.errors: dict[int, CamundaError] = {}
        self.waiting = deque(range(size))
        self.stopped = False


def in_parallel(
    items: Sequence[T],
    work: Callable[[T], R],
    workers: int,
    progress: Optional[Progress[R]] = None,
    tolerates: Callable[[CamundaError], bool] = lambda _error: False,
) -> Progress[R]:
    """Run ``work`` on the items, at most ``workers`` at the same time; after the first failure begin no further one.

    Args:
        progress: is kept up to date and returned; whoever passes it can look at it after an interruption.
        tolerates: whether the other items go on in spite of an error.
    """
    made: Progress[R] = Progress(len(items)) if progress is None else progress

    def go_on() -> None:
        while made.waiting and not made.stopped:
            try:
                position = made.waiting.popleft()
            except IndexError:  # another thread took the last one
                return
            stop_if_abandoned()
            try:
                made.results[position] = work(items[position])
            except CamundaError as error:
                made.errors[position] = error
                made.stopped = made.stopped or not tolerates(error)

    number = min(workers, len(items))
    if number <= 1:
        go_on()
        return made
    with Threads() as threads:
        for wait in [threads.start(go_on) for _thread in range(number)]:
            wait()
    return made


def read_all(items: Sequence[T], read: Callable[[T], R], workers: int) -> list[R]:
    """Return what ``read`` gives for each item, in their order; raise the first error."""
    progress = in_parallel(items, read, workers)
    for error in progress.errors.values():
        raise error
    return [progress.results[position] for position in range(len(items))]
