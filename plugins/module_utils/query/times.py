# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in time as users write them and as servers return them. Pure functions."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Optional

from ..errors import UsageError

_DURATION = re.compile(r"(\d{1,9})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?"
)
_FORMS = "a time like 2026-01-31T12:00:00Z (UTC where it names no offset) or 2026-01-31"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def moment(option: str, text: str) -> datetime:
    """Return the point in time that ``text`` names, in UTC.

    Raises:
        UsageError: naming ``option``.
    """
    found = _read(text)
    if found is None:
        raise UsageError(f"{option}: {text!r} is not {_FORMS}.")
    return found


def bound(option: str, text: str, now: datetime) -> datetime:
    """Return the point in time that ``text`` names, or that lies that long before ``now`` (``30d``, ``12h``).

    Raises:
        UsageError: naming ``option``.
    """
    duration = _DURATION.fullmatch(text.strip())
    if duration is None:
        found = _read(text)
        if found is None:
            raise UsageError(
                f"{option}: {text!r} is neither {_FORMS}, nor an age like 30d (s, m, h, d or w for seconds to weeks)."
            )
        return found
    try:
        return now - timedelta(**{_UNITS[duration.group(2)]: int(duration.group(1))})
    except OverflowError:
        raise UsageError(f"{option}: {text!r} lies before the beginning of the calendar.") from None


def epoch_millis(when: datetime) -> int:
    """Return the milliseconds since 1970, rounded up, so that what is not before ``when`` is not before the result."""
    return -((_EPOCH - when) // timedelta(milliseconds=1))


def answered(text: object) -> Optional[datetime]:
    """Return the point in time of an answer's date field (offset with or without a colon), None where it has none."""
    return _read(text) if isinstance(text, str) else None


def _read(text: str) -> Optional[datetime]:
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        return datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int(f"{fraction or 0:0<6}"[:6]),
            _zone(offset or "Z"),
        ).astimezone(timezone.utc)
    except (ValueError, OverflowError):  # the latter at the ends of the calendar
        return None


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return timezone.utc
    digits = offset[1:].replace(":", "")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(length if offset[0] == "+" else -length)
