# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try an operation, and try it again as ``retry`` says."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Optional, TypeVar, Union

from ..errors import CamundaError, TransportError
from .deadline import Deadline

T = TypeVar("T")
Sleep = Callable[[float], None]

# Not the default generator: forked workers would draw the same numbers, and come back at the same moment.
_RANDOM = random.SystemRandom()


class Failure(Enum):
    """Why a request has no usable answer, seen as: what may have happened on the server."""

    UNSENT = "the request never reached the server"
    REFUSED = "the server says that it did nothing and may be asked again"
    UNKNOWN = "the request may have been carried out"
    FINAL = "repeating cannot help"


@dataclass(frozen=True)
class Problem:
    """An attempt that failed.

    Attributes:
        error: what to raise if it was the last attempt.
        failure: what may have happened on the server.
        retry_after: seconds that the server asked to wait.
    """

    error: CamundaError
    failure: Failure
    retry_after: Optional[float] = None


def unanswered(error: TransportError) -> Problem:
    """Return the problem of an attempt without a usable answer."""
    if error.final:
        return Problem(error, Failure.FINAL)
    return Problem(error, Failure.UNKNOWN if error.sent else Failure.UNSENT)


def repeat(
    once: Callable[[int], Union[T, Problem]],
    *,
    retries: int,
    repeatable: bool,
    deadline: Deadline,
    sleep: Sleep = time.sleep,
) -> T:
    """Call ``once`` until it returns something other than a problem, and return that.

    Args:
        once: makes one attempt; gets its number, from 1.
        retries: attempts allowed beyond the first.
        repeatable: whether doing the operation twice is the same as doing it once.

    Raises:
        CamundaError: the error of the last problem.
    """
    attempt = 0
    while True:
        attempt += 1
        outcome = once(attempt)
        if not isinstance(outcome, Problem):
            return outcome
        from . import retry

        delay = retry.delay_before_retry(
            attempt=attempt,
            retries=retries,
            repeatable=repeatable,
            failure=outcome.failure,
            retry_after=outcome.retry_after,
            remaining=deadline.remaining(),
            random=_RANDOM.random(),
        )
        if delay is None:
            outcome.error.message += retry.wanted(outcome.retry_after, deadline.remaining())
            raise outcome.error
        sleep(delay)
