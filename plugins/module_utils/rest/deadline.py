# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The total time that one operation may take."""

from __future__ import annotations

import math
import time
from typing import Callable, Optional

from ..errors import DeadlineError

_LONGEST = 1e6  # sockets accept at most about 24 days


class Deadline:
    """Counts down from ``seconds``; 0 means that there is no limit.

    One deadline covers one operation: all its attempts, the pauses between them, fetching a token or logging in,
    and reading the answer to its end.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds if seconds > 0 else math.inf

    def remaining(self) -> float:
        """Seconds that are left; infinite without a limit, negative when it is over."""
        return self._end - self._clock()

    def cap(self, limit: float) -> Optional[float]:
        """Return ``limit`` (0 = none) or what is left, whichever is less; None when neither limits anything."""
        seconds = min(limit if limit > 0 else math.inf, self.remaining())
        return None if math.isinf(seconds) else min(max(seconds, 0.001), _LONGEST)

    def error(self, what: str, *, sent: bool) -> DeadlineError:
        """Return the error for ``what``, which was not finished in time."""
        return DeadlineError(f"{what}: not finished within {self._seconds:g} s (option deadline).", sent=sent)
