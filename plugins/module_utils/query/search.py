# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A search as a task describes it: checked options, pages, totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Callable, Generic, Optional

from ..errors import UsageError
from ..options import TIME_RANGE
from ..parallel import Threads
from . import ranges
from .source import PAGE_SIZE, Catalog, E, Page, Source, Total

if TYPE_CHECKING:
    from .entity import Entity

LIMIT = 1000
"""The default maximum number of objects that a task returns."""

ARGUMENTS: dict[str, Any] = {
    "filter": {"type": "dict", "default": {}},
    **TIME_RANGE,
    "sort": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"field": {"type": "str", "required": True}, "order": {"type": "str", "default": "ASC"}},
    },
    "fields": {"type": "list", "elements": "str", "default": []},
    "limit": {"type": "int"},
    "page_size": {"type": "int", "default": PAGE_SIZE},
    "resume": {"type": "raw"},
    "count_only": {"type": "bool", "default": False},
}
"""The argument spec of a search."""

NOT_EMPTY = tuple(TIME_RANGE)
"""Options that find more when they are empty. An empty filter means all objects."""


@dataclass(frozen=True)
class Query(Generic[E]):
    """A checked search.

    Attributes:
        where, order: the filter and the sort order as they are sent.
        windows: time ranges that the server cannot compare; the first one decides the order.
        fields: the fields to return; empty for all.
        limit: maximum number of objects to return; None for all.
    """

    entity: E
    where: Mapping[str, Any] = field(default_factory=dict)
    windows: tuple[ranges.Window, ...] = ()
    order: Sequence[Mapping[str, str]] = ()
    fields: tuple[str, ...] = ()
    page_size: int = PAGE_SIZE
    limit: Optional[int] = LIMIT
    resume: Any = None

    @staticmethod
    def of(catalog: Catalog[Any, E], params: Mapping[str, Any], now: datetime) -> Query[E]:
        """Check the options of a task.

        Args:
            params: the options of ARGUMENTS, those that a plugin does not have left out, and ``entity``.
            now: from when ages are counted; aware of its time zone.

        Raises:
            UsageError: whatever is wrong, before the first request.
        """
        entity = catalog.find(params["entity"])
        where = entity.where(params["filter"])
        if params.get("or_queries"):
            where.update(_alternatives(entity, params["or_queries"]))
        dates, windows = ranges.narrow(entity.started, entity.ended, entity.name, params, now)
        twice = sorted(set(where) & set(dates))
        if twice:
            raise UsageError(f"filter.{twice[0]}: a time range is given too. Keep one of them.")
        limit, size = params.get("limit"), params.get("page_size")
        endless = params.get("dest") or params.get("count_only")
        query = Query(
            entity,
            {**where, **dates},
            windows,
            entity.order(params.get("sort") or ()),
            entity.project(params.get("fields") or ()),
            min(PAGE_SIZE, catalog.page_size) if size is None else size,
            limit if limit is not None or endless else LIMIT,
            params.get("resume"),
        )
        if not 1 <= query.page_size <= catalog.page_size:
            raise UsageError(f"page_size: {size} is not between 1 and {catalog.page_size}.")
        if limit is not None and limit < 1:
            raise UsageError("limit: give 1 or more. To count objects without returning them use count_only: true.")
        return query._in_order_of_its_window() if windows else query

    def _in_order_of_its_window(self) -> Query[E]:
        leading = self.windows[0]
        if self.resume is not None:
            raise UsageError("resume: cannot be given with a time range, which sets the start itself.")
        if len(self.order) > 1 or any(row["field"] != leading.field for row in self.order):
            raise UsageError(
                f"sort: with this time range the objects are read in the order of {leading.field}, so that no more "
                f"than needed is read; sort may only name {leading.field}, to choose ASC or DESC."
            )
        order = self.order or [{"field": leading.field, "order": "ASC"}]
        return replace(self, order=order, resume=leading.start(order[0]["order"]))

    def show(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return an object of an answer as this search shows it."""
        shown = self.entity.show(row)
        return {name: shown.get(name) for name in self.fields} if self.fields else shown


def _alternatives(entity: Entity, given: Any) -> dict[str, Any]:
    if not entity.alternatives:
        raise UsageError(f"or_queries: {entity.name} cannot be filtered by alternatives.")
    rows = [entity.where(row, f"or_queries[{position}]") for position, row in enumerate(given)]
    if not all(rows):
        raise UsageError("or_queries: an empty filter matches everything. Remove it.")
    return {entity.alternatives: rows}


@dataclass
class Tally:
    """What a search found; complete when its pages were read.

    Attributes:
        count: how many objects were found and yielded.
        total: how many there are, as far as it is known.
        total_is_lower_bound: whether there may be more than ``total``.
        truncated: whether ``limit`` left objects out.
        resume: where the next search continues; None if the result is complete or a time range is used.
        warnings: what the user should know.
    """

    count: int = 0
    total: int = 0
    total_is_lower_bound: bool = False
    truncated: bool = False
    resume: Any = None
    warnings: list[str] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """What a task returns beside the objects."""
        names = ("total", "total_is_lower_bound", "truncated", "resume")
        return {name: getattr(self, name) for name in names}


def pages(source: Source[E], query: Query[E], limit: Optional[int], *, ahead: bool = True) -> Iterator[Page]:
    """Yield page after page until nothing is left, or until ``limit`` objects were yielded.

    Args:
        ahead: ask for the next page while the caller works on one, for callers that want all of them.
    """
    place = source.start(query.entity, query.order, query.resume)
    with Threads() as threads:

        def ask(place: Any) -> Callable[[], Page]:
            size = query.page_size if left is None else min(query.page_size, left)
            call = partial(source.page, query.entity, query.where, query.order, size, place)
            return threads.start(call) if ahead else call

        left = limit
        coming = ask(place)
        while True:
            page = coming()
            left = None if left is None else left - len(page.rows)
            last = page.place is None or left == 0
            if not last:
                coming = ask(page.place)
            yield page
            if last:
                return


def read(source: Source[E], query: Query[E], tally: Tally) -> Iterator[list[dict[str, Any]]]:
    """Yield the objects as they are shown, page by page; at most two pages are in memory."""
    for rows in _windowed(source, query, tally) if query.windows else _plain(source, query, tally):
        tally.count += len(rows)
        yield [query.show(row) for row in rows]
    if query.windows:
        tally.total, tally.total_is_lower_bound = tally.count, tally.truncated


def count(source: Source[E], query: Query[E], tally: Tally) -> None:
    """Find the total only. With a time range that the server cannot compare, this means reading the objects."""
    if query.windows:
        for _page in read(source, query, tally):
            pass
        return
    source.start(query.entity, query.order, query.resume)
    total = source.count(query.entity, query.where)
    tally.total, tally.total_is_lower_bound = total.number, not total.exact


def _plain(source: Source[E], query: Query[E], tally: Tally) -> Iterator[list[dict[str, Any]]]:
    answers = seen = found = 0
    least: Optional[int] = None
    page = Page([], None, None)
    for page in pages(source, query, query.limit):
        answers, seen, found = answers + 1, seen + len(page.rows) + page.copies, found + len(page.rows)
        if page.total is not None:
            least = page.total.number if least is None else min(least, page.total.number)
        yield page.rows
    from_start = query.resume is None
    total = page.total
    if query.limit is not None and found >= query.limit and page.place is not None:
        # A total belongs to the objects of its own answer, and does not prove that none are left.
        more = from_start and answers == 1 and total is not None and total.exact and seen < total.number
        look = partial(source.page, query.entity, query.where, query.order, 1, page.place)
        tally.truncated = more or bool(look().rows)
    if tally.truncated:
        tally.resume = page.resume
    elif from_start:
        total = Total(found, True)
        if least is not None and seen < least:
            tally.warnings.append(
                f"The server counted {least} {query.entity.name} or more at any time, and returned {seen}: objects "
                "were added, changed or removed during the search. Run it again if all of them are needed."
            )
    total = total or source.count(query.entity, query.where)
    tally.total = total.number
    tally.total_is_lower_bound = not total.exact or (tally.truncated and from_start and total.number <= seen)


def _windowed(source: Source[E], query: Query[E], tally: Tally) -> Iterator[list[dict[str, Any]]]:
    leading, order, left = query.windows[0], query.order[0]["order"], query.limit
    if left is not None and len(query.windows) == 1:
        # One more than wanted tells whether something is left out.
        query = replace(query, page_size=min(query.page_size, left + 1))
    for page in pages(source, query, None, ahead=False):
        inside = list(takewhile(lambda row: not leading.passed(row, order), page.rows))
        rows = [row for row in inside if all(window.holds(row) for window in query.windows)]
        tally.truncated = left is not None and len(rows) > left
        yield rows[:left]
        if tally.truncated or len(inside) < len(page.rows):
            return
        left = None if left is None else left - len(rows)
