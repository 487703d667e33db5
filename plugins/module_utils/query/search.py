# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A search as a task describes it: checked options, client-side time ranges, pages, totals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional

from ..camunda8 import filters
from ..camunda8 import v1_catalog as entities
from ..camunda8.v1 import COUNTED, PAGE_SIZE, Operate
from ..errors import UsageError
from .windows import TIME_ARGUMENTS, Window, windows_of

LIMIT = 1000
"""The default maximum number of objects that a task returns."""

ARGUMENTS: dict[str, Any] = {
    "filter": {"type": "dict", "default": {}},
    **TIME_ARGUMENTS,
    "sort": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "field": {"type": "str", "required": True},
            "order": {"type": "str", "choices": ["ASC", "DESC"], "default": "ASC"},
        },
    },
    "fields": {"type": "list", "elements": "str", "default": []},
    "limit": {"type": "int"},
    "size": {"type": "int", "default": PAGE_SIZE},
    "search_after": {"type": "list", "elements": "raw"},
    "count_only": {"type": "bool", "default": False},
}
"""The argument spec of a search."""

NOT_EMPTY = tuple(TIME_ARGUMENTS)
"""Options that find more when they are empty. An empty filter means all objects."""


@dataclass(frozen=True)
class Query:
    """A checked search.

    Attributes:
        windows: time ranges; the first one decides the order.
        fields: the fields to return; empty for all.
        size: objects in a page.
        limit: maximum number of objects to return; None for all.
    """

    entity: entities.Entity
    filter: Mapping[str, Any] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    sort: tuple[Mapping[str, str], ...] = ()
    fields: tuple[str, ...] = ()
    size: int = PAGE_SIZE
    limit: Optional[int] = LIMIT
    search_after: Optional[list[Any]] = None

    @staticmethod
    def from_parameters(params: Mapping[str, Any], now: datetime) -> Query:
        """Check the options of a task.

        Args:
            params: the options of ARGUMENTS, those that a plugin does not have left out, and ``entity``.
            now: from when ages are counted; aware of its time zone.

        Raises:
            UsageError: whatever is wrong, before the first request.
        """
        entity = entities.find(params["entity"])
        windows = windows_of(entity, params, now)
        limit, size = params.get("limit"), params.get("size")
        endless = params.get("dest") or params.get("count_only")
        query = Query(
            entity,
            filters.check_filter(entity, params["filter"]),
            windows,
            tuple(filters.check_sort(entity, params.get("sort") or ())),
            filters.check_fields(entity, params.get("fields") or ()),
            PAGE_SIZE if size is None else size,
            limit if limit is not None or endless else LIMIT,
            params.get("search_after"),
        )
        query._check()
        return query

    def _check(self) -> None:
        if not 1 <= self.size <= PAGE_SIZE:
            raise UsageError(f"size: {self.size} is not between 1 and {PAGE_SIZE}; more objects come in several pages.")
        if self.limit is not None and self.limit < 1:
            raise UsageError("limit: give 1 or more. To count objects without returning them use count_only: true.")
        if self.search_after is not None and len(self.search_after) != len(self.sort) + 1:
            raise UsageError(
                f"search_after: {len(self.sort) + 1} values belong here, one for each field of sort and the key; take "
                "what the search before returned as search_after, and leave sort as it was."
            )
        if not self.windows:
            return
        if self.search_after is not None:
            raise UsageError("search_after: cannot be given with a time range, which sets the start itself.")
        leading = self.windows[0].field
        if any(row["field"] != leading for row in self.sort) or len(self.sort) > 1:
            raise UsageError(
                f"sort: with this time range the objects are read in the order of {leading}, so that no more than "
                f"needed is read; sort may only name {leading}, to choose ASC or DESC."
            )

    def show(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return an object of an answer as this search shows it."""
        shown = filters.present(self.entity, row)
        return {name: shown.get(name) for name in self.fields} if self.fields else shown


class Search:
    """A search that runs.

    Attributes (complete when ``pages`` has ended):
        count: how many objects were found and yielded.
        total: how many there are, as far as it is known.
        total_is_lower_bound: whether there may be more than ``total``.
        truncated: whether ``limit`` left objects out.
        search_after: where the next search continues; None if the result is complete or a time range is used.
        warnings: what the user should know.
    """

    def __init__(self, client: Operate, query: Query) -> None:
        self._client = client
        self._query = query
        self.count = 0
        self.total = 0
        self.total_is_lower_bound = False
        self.truncated = False
        self.search_after: Optional[list[Any]] = None
        self.warnings: list[str] = []

    def pages(self) -> Iterator[list[dict[str, Any]]]:
        """Yield the objects as they are shown, page by page; no more than one page is kept in memory."""
        for rows in self._windowed() if self._query.windows else self._plain():
            self.count += len(rows)
            yield [self._query.show(row) for row in rows]
        if self._query.windows:
            self.total, self.total_is_lower_bound = self.count, self.truncated

    def tally(self) -> None:
        """Find ``total`` only. With a time range that means reading the objects, one page in memory at a time."""
        query = self._query
        if query.windows:
            for _page in self.pages():
                pass
            return
        self.total = self._client.search(query.entity, query.filter, size=1).total
        self.total_is_lower_bound = self.total >= COUNTED

    def summary(self) -> dict[str, Any]:
        """What a task returns beside the objects."""
        return {
            "total": self.total,
            "total_is_lower_bound": self.total_is_lower_bound,
            "truncated": self.truncated,
            "search_after": self.search_after,
        }

    def _plain(self) -> Iterator[list[dict[str, Any]]]:
        query = self._query
        arguments: dict[str, Any] = {"entity": query.entity, "filter": query.filter, "sort": query.sort}
        known = query.search_after is None
        answers = seen = found = 0
        least = COUNTED
        for page in self._client.pages(
            **arguments, size=query.size, search_after=query.search_after, limit=query.limit, ahead=True
        ):
            answers, seen, found = answers + 1, seen + page.count, found + len(page.rows)
            self.total, self.search_after, least = page.total, page.sort_values, min(least, page.total)
            yield page.rows
        if query.limit is not None and found >= query.limit:
            # A total belongs to the objects of its own answer, and does not prove that none are left.
            more = known and answers == 1 and seen < self.total < COUNTED
            self.truncated = more or bool(self._client.search(**arguments, size=1, search_after=self.search_after).rows)
        if not self.truncated:
            self.search_after = None
            self.total = found if known else self.total
            if known and seen < least:
                self.warnings.append(
                    f"Operate counted {least} {query.entity.name} or more at any time, and returned {seen}: objects "
                    "were added, changed or removed during the search. Run it again if all of them are needed."
                )
        self.total_is_lower_bound = (self.total >= COUNTED and (self.truncated or not known)) or (
            self.truncated and known and self.total <= seen
        )

    def _windowed(self) -> Iterator[list[dict[str, Any]]]:
        query = self._query
        leading = query.windows[0]
        order = query.sort[0]["order"] if query.sort else "ASC"
        limit = query.limit
        # One more than wanted tells whether something is left out.
        size = query.size if limit is None or len(query.windows) > 1 else min(query.size, limit + 1)
        left = limit
        for page in self._client.pages(
            query.entity,
            query.filter,
            size=size,
            sort=[{"field": leading.field, "order": order}],
            search_after=leading.start(order),
        ):
            rows: list[dict[str, Any]] = []
            for row in page.rows:
                if leading.passed(row, order):
                    yield rows
                    return
                if all(window.holds(row) for window in query.windows):
                    rows.append(row)
            if left is not None and len(rows) > left:
                self.truncated = True
                yield rows[:left]
                return
            yield rows
            left = None if left is None else left - len(rows)
