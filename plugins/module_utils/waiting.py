# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a state that the server reaches later."""

from __future__ import annotations

import time
from typing import Callable, Optional, TypeVar

from .errors import WaitTimeoutError

T = TypeVar("T")

_GROWTH = 1.5
_LONGEST = 30.0


def wait_until(
    probe: Callable[[], Optional[T]],
    *,
    timeout: float,
    interval: float,
    what: str,
    option: str = "wait_timeout",
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """Call ``probe`` until it returns something other than None, and return that.

    Args:
        probe: looks once; None means "not yet". Its errors pass through.
        timeout: seconds after which to give up. There is always a first look, and a last one when time is up.
        interval: seconds before the second look; the pauses grow by half each time, up to 30 s (or ``interval``).
        what: the awaited state, for the error: "the deletion of 12 process instances".
        option: the option that holds ``timeout``, for the error.
        clock, sleep: for tests.

    Raises:
        WaitTimeoutError: the state was not reached in time.
    """
    end = clock() + timeout
    pause = interval
    while True:
        result = probe()
        if result is not None:
            return result
        left = end - clock()
        if left <= 0:
            raise WaitTimeoutError(
                f"Timed out after {timeout:g} s waiting for {what}. Increase {option} or check the server."
            )
        sleep(min(pause, left))
        pause = min(pause * _GROWTH, max(_LONGEST, interval))
