# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When to repeat a request, and after which pause. Imported only after a failure."""

from __future__ import annotations

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Optional

from .attempts import Failure
from .response import Response

BASE_DELAY = 0.5
MAX_DELAY = 30.0


def failure_of_status(status: int, retry_after: bool) -> Failure:
    """Judge an error answer that its product has no opinion about.

    429, and 503 with Retry-After, are a refusal; 502, 503 and 504 come from a gateway that does not know.
    Everything else is an answer and stays one: 500 too, which for most servers means a defective request.
    """
    if status == 429 or (status == 503 and retry_after):
        return Failure.REFUSED
    return Failure.UNKNOWN if status in (502, 503, 504) else Failure.FINAL


def delay_before_retry(
    *,
    attempt: int,
    retries: int,
    repeatable: bool,
    failure: Failure,
    retry_after: Optional[float],
    remaining: float,
    random: float,
) -> Optional[float]:
    """Return the seconds to wait before the next attempt, or None to give up.

    Args:
        attempt: number of attempts made, 1 or more.
        retries: attempts allowed beyond the first.
        repeatable: whether doing the operation twice is the same as doing it once.
        failure: what became of the last attempt.
        retry_after: seconds that the server asked for, if it did.
        remaining: seconds until the deadline, infinite without one.
        random: a number from 0 to 1; it spreads clients that failed at the same moment.

    The pause is a random part of 0.5, 1, 2, 4 ... (at most 30) seconds, added to what the server asked for.
    A pause that would not end before the deadline is not begun.
    """
    if attempt > retries or failure is Failure.FINAL:
        return None
    if failure is Failure.UNKNOWN and not repeatable:
        return None
    delay = (retry_after or 0.0) + random * min(MAX_DELAY, BASE_DELAY * 2.0 ** min(attempt - 1, 16))
    return delay if delay < remaining else None


def parse_retry_after(value: Optional[str], now: datetime) -> Optional[float]:
    """Return the seconds that a Retry-After header asks for: it holds a number of seconds or an HTTP date.

    Args:
        value: the header, None when it is absent.
        now: the present time, aware of its time zone.

    A header that is neither counts as absent.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=timezone.utc)
    return max(0.0, (when - now).total_seconds())


def wanted_pause(response: Response) -> Optional[float]:
    """Return the seconds that an answer asks to wait, if it does."""
    return parse_retry_after(response.headers.get("Retry-After"), datetime.now(timezone.utc))


def wanted(pause: Optional[float], remaining: float) -> str:
    """Return a sentence about the seconds that a server asked to wait, an empty string if it asked for none."""
    if not pause:
        return ""
    beyond = ", which is more than the option deadline leaves" if pause >= remaining else ""
    return f" The server wants {pause:g} s to pass before the next attempt{beyond}."
