# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Try an operation, decide whether to try it again, and wait in between."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Optional, TypeVar, Union

from ..errors import CamundaError, TransportError
from .deadline import Deadline
from .response import Response

T = TypeVar("T")

BASE_DELAY = 0.5
MAX_DELAY = 30.0

# Not the default generator: forked workers would draw the same numbers, and come back at the same moment.
_RANDOM = random.SystemRandom()


class Kind(Enum):
    """What a failed attempt may have done on the server."""

    UNSENT = "the request never reached the server"
    REFUSED = "the server says that it did nothing and may be asked again"
    UNKNOWN = "the request may have been carried out"
    FINAL = "repeating cannot help"


@dataclass(frozen=True)
class Failure:
    """An attempt that failed.

    Attributes:
        error: what to raise if it was the last attempt.
        kind: what it may have done on the server.
        retry_after: seconds that the server asks to wait; None if it does not.
    """

    error: CamundaError
    kind: Kind
    retry_after: Optional[float] = None


def transport_failure(error: TransportError) -> Failure:
    """Return the failure of an attempt that got no usable answer."""
    if error.final:
        return Failure(error, Kind.FINAL)
    return Failure(error, Kind.UNKNOWN if error.sent else Kind.UNSENT)


def answer_failure(error: CamundaError, response: Response, may_repeat: Optional[bool] = None) -> Failure:
    """Return the failure of an attempt that got an error answer.

    Args:
        error: what to raise if it was the last attempt.
        may_repeat: True, the server did nothing and may be asked again; False, repeating cannot help; None, the status
            decides.
    """
    retry_after = parse_retry_after(response.headers.get("Retry-After"), datetime.now(timezone.utc))
    if may_repeat is None:
        kind = kind_of_status(response.status, retry_after is not None)
    else:
        kind = Kind.REFUSED if may_repeat else Kind.FINAL
    return Failure(error, kind, retry_after)


def repeat(
    once: Callable[[int], Union[T, Failure]],
    *,
    retries: int,
    repeatable: bool,
    deadline: Deadline,
    sleep: Callable[[float], None] = time.sleep,
    first: Optional[Failure] = None,
) -> T:
    """Call ``once`` until it returns something other than a failure, and return that.

    Args:
        once: makes one attempt; gets its number, from 1.
        retries: attempts allowed beyond the first.
        repeatable: whether doing the operation twice is the same as doing it once.
        first: the failure of the first attempt, if the caller has made it.

    Raises:
        CamundaError: the error of the last failure.
    """
    attempt = 0
    while True:
        attempt += 1
        outcome = first if first is not None and attempt == 1 else once(attempt)
        if not isinstance(outcome, Failure):
            return outcome
        delay = delay_before_retry(
            attempt=attempt,
            retries=retries,
            repeatable=repeatable,
            kind=outcome.kind,
            retry_after=outcome.retry_after,
            remaining=deadline.remaining(),
            random=_RANDOM.random(),
        )
        if delay is None:
            outcome.error.message += retry_after_sentence(outcome.retry_after, deadline.remaining())
            raise outcome.error
        sleep(delay)


def delay_before_retry(
    *,
    attempt: int,
    retries: int,
    repeatable: bool,
    kind: Kind,
    retry_after: Optional[float],
    remaining: float,
    random: float,
) -> Optional[float]:
    """Return the seconds to wait before the next attempt, or None to give up.

    Args:
        attempt: number of attempts made, 1 or more.
        retries: attempts allowed beyond the first.
        repeatable: whether doing the operation twice is the same as doing it once.
        kind: what the last attempt may have done.
        retry_after: seconds that the server asked for, if it did.
        remaining: seconds until the deadline, infinite without one.
        random: a number from 0 to 1; it spreads clients that failed at the same moment.

    The pause is a random part of 0.5, 1, 2, 4 ... (at most 30) seconds, added to what the server asked for.
    A pause that would not end before the deadline is not begun.
    """
    if attempt > retries or kind is Kind.FINAL:
        return None
    if kind is Kind.UNKNOWN and not repeatable:
        return None
    delay = (retry_after or 0.0) + random * min(MAX_DELAY, BASE_DELAY * 2.0 ** min(attempt - 1, 16))
    return delay if delay < remaining else None


def kind_of_status(status: int, has_retry_after: bool) -> Kind:
    """Judge an error answer that its product has no opinion about.

    429, and 503 with Retry-After, are a refusal; 502, 503 and 504 come from a gateway that does not know.
    Everything else is an answer and stays one: 500 too, which for most servers means a defective request.
    """
    if status == 429 or (status == 503 and has_retry_after):
        return Kind.REFUSED
    return Kind.UNKNOWN if status in (502, 503, 504) else Kind.FINAL


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


def retry_after_sentence(retry_after: Optional[float], remaining: float) -> str:
    """Return a sentence about the seconds that a server asks to wait, an empty string if it asks for none."""
    if not retry_after:
        return ""
    beyond = ", which is more than the option deadline leaves" if retry_after >= remaining else ""
    return f" The server asks to wait {retry_after:g} s before the next attempt{beyond}."
