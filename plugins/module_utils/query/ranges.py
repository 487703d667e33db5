# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time ranges of a search: from a time (inclusive) to a time (exclusive), whatever the server's own bounds are.

A server either compares dates by parameters of its own, or cannot compare them. In the second case the pages are read
in the order of the date, from the first object inside the range to the first one beyond it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Optional, Protocol

from ..errors import CamundaError, UsageError
from ..options import TIME_RANGE


@dataclass(frozen=True)
class Window:
    """A date field's range: not before ``after``, and before ``before``; None is open."""

    field: str
    after: Optional[datetime] = None
    before: Optional[datetime] = None

    def _when(self, row: Mapping[str, Any]) -> Optional[datetime]:
        given = row.get(self.field)
        from . import times

        when = times.answered(given)
        if when is None and given is not None:
            raise CamundaError(f"The server returned a {self.field} that is not a date.")
        return when

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether the object's date lies in the range. An object without the date does not.

        Raises:
            CamundaError: the server answered with something else than a date.
        """
        when = self._when(row)
        return (
            when is not None
            and (self.after is None or when >= self.after)
            and (self.before is None or when < self.before)
        )

    def passed(self, row: Mapping[str, Any], order: str) -> bool:
        """Whether in this order nothing more can follow. Objects without the date come last in both orders."""
        when = self._when(row)
        if when is None:
            return True
        if order == "ASC":
            return self.before is not None and when >= self.before
        return self.after is not None and when < self.after

    def start(self, order: str) -> Optional[list[str]]:
        """Where the pages start in this order, as the sort values of the object before: its time, then its key.

        Key 0 comes before every object of that millisecond, the largest one after it.
        """
        bound, key = (self.after, "0") if order == "ASC" else (self.before, str(2**63 - 1))
        if bound is None:
            return None
        from . import times

        return [str(times.epoch_millis(bound)), key]


class TimeRange(Protocol):
    """A column of an entity: how a server finds objects by a date."""

    def narrow(self, after: Optional[datetime], before: Optional[datetime]) -> tuple[dict[str, Any], Optional[Window]]:
        """Return the part of the filter, and the range to check in the answers if the server cannot compare dates."""


@dataclass(frozen=True)
class Sorted:
    """A date field that the server sorts by, but cannot compare."""

    field: str

    def narrow(self, after: Optional[datetime], before: Optional[datetime]) -> tuple[dict[str, Any], Optional[Window]]:
        """See TimeRange."""
        return {}, Window(self.field, after, before)


@dataclass(frozen=True)
class Parameters:
    """Filters by which the server compares a date, in milliseconds.

    Attributes:
        after, before: the names of the filters.
        write: a time as the server reads it.
        after_inclusive, before_inclusive: whether the server also finds what has exactly this time.
    """

    after: str
    before: str
    write: Callable[[datetime], str]
    after_inclusive: bool = True
    before_inclusive: bool = True

    def narrow(self, after: Optional[datetime], before: Optional[datetime]) -> tuple[dict[str, Any], Optional[Window]]:
        """See TimeRange."""
        bounds = ((self.after, after, not self.after_inclusive), (self.before, before, self.before_inclusive))
        return {
            name: self.write(_millisecond(bound, earlier)) for name, bound, earlier in bounds if bound is not None
        }, None


def _millisecond(when: datetime, earlier: bool) -> datetime:
    """Return the time rounded up to a millisecond, or one millisecond earlier."""
    try:
        return when + timedelta(microseconds=-when.microsecond % 1000 - 1000 * earlier)
    except OverflowError:  # at the ends of the calendar
        return when


def narrow(
    started: Optional[TimeRange], ended: Optional[TimeRange], what: str, params: Mapping[str, Any], now: datetime
) -> tuple[dict[str, Any], tuple[Window, ...]]:
    """Return the part of the filter for the time ranges of a task, and the ranges to check in the answers.

    Args:
        started, ended: the columns of the entity.
        what: what its objects are called, for messages.
        params: the options of TIME_RANGE.
        now: from when ages are counted; aware of its time zone.

    Returns:
        the filter, and the windows, the one that decides the order first.

    Raises:
        UsageError: a malformed or empty time, a date that the entity does not have, or a range that is empty.
    """
    given = {name: _bound(name, params[name], now) for name in TIME_RANGE if params.get(name) is not None}
    for name in given:
        if (ended if name.startswith("ended") else started) is None:
            raise UsageError(f"{name}: {what} have no such date.")
    age = given.pop("older_than", None)
    if age is not None:
        name = "ended_before" if ended else "started_before"
        given[name] = min(age, given.get(name, age))
    latest = [given[name] for name in ("started_after", "ended_after") if name in given]
    where: dict[str, Any] = {}
    windows: list[Window] = []
    for name, column in (("ended", ended), ("started", started)):
        after, before = given.get(f"{name}_after"), given.get(f"{name}_before")
        if column is None or (after is None and before is None):
            continue
        # Nothing ends before it starts: this closes both ranges.
        after = max(latest) if name == "ended" and latest else after
        if after and before and after >= before:
            raise UsageError(f"The time range is empty: {name} from {after} to before {before}.")
        part, window = column.narrow(after, before)
        where.update(part)
        windows += [window] if window else []
    return where, tuple(windows)


def _bound(option: str, text: str, now: datetime) -> datetime:
    from . import times  # most searches name no time

    return times.bound(option, text, now)
