# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Client-side time ranges: Operate's date filters only match a single rounded instant.

The pages are read in the order of a date, from the first object inside the range to the first one beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional

from ..camunda8.v1_catalog import Entity
from ..errors import CamundaError, UsageError
from . import times

TIME_ARGUMENTS: dict[str, Any] = {
    "started_after": {"type": "str"},
    "started_before": {"type": "str"},
    "ended_after": {"type": "str"},
    "ended_before": {"type": "str"},
    "older_than": {"type": "str"},
}


@dataclass(frozen=True)
class Window:
    """A date field's span: not before ``after``, and before ``before``; None is open."""

    field: str
    after: Optional[datetime] = None
    before: Optional[datetime] = None

    def _when(self, row: Mapping[str, Any]) -> Optional[datetime]:
        given = row.get(self.field)
        when = times.answered(given)
        if when is None and given is not None:
            raise CamundaError(f"The server returned a {self.field} that is not a date.")
        return when

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Whether the object's date lies in the span. An object without the date does not.

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
        return None if bound is None else [str(times.epoch_millis(bound)), key]


def windows_of(entity: Entity, params: Mapping[str, Any], now: datetime) -> tuple[Window, ...]:
    """Return the time ranges that the options describe, the one that decides the order first.

    Raises:
        UsageError: a malformed or empty time, a date that the entity does not have, or a range that is empty.
    """
    given = {name: times.bound(name, params[name], now) for name in TIME_ARGUMENTS if params.get(name) is not None}
    for name in given:
        dated = entity.ended if name.startswith("ended") else entity.started
        if dated is None:
            raise UsageError(f"{name}: {entity.name} have no such date.")
    age = given.pop("older_than", None)
    if age is not None:
        name = "ended_before" if entity.ended else "started_before"
        given[name] = min(age, given.get(name, age))
    started = Window(entity.started or "", given.get("started_after"), given.get("started_before"))
    ended = Window(entity.ended or "", given.get("ended_after"), given.get("ended_before"))
    windows = [window for window in (ended, started) if window.after or window.before]
    if len(windows) == 2:
        # Nothing ends before it starts: this closes both spans.
        after = max(filter(None, (ended.after, started.after)), default=None)
        windows[0] = Window(ended.field, after, ended.before)
    for window in windows:
        if window.after and window.before and window.after >= window.before:
            raise UsageError(f"The time range is empty: {window.field} from {window.after} to before {window.before}.")
    return tuple(windows)
