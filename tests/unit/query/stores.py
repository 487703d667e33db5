# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources in memory: one that pages by offset and counts apart, and one that goes on after sort values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple, Optional

from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.query import times
from ansible_collections.bpmops.camunda.plugins.module_utils.query.entity import Entity, Filter, Sort, Type, View
from ansible_collections.bpmops.camunda.plugins.module_utils.query.ranges import Parameters, Sorted
from ansible_collections.bpmops.camunda.plugins.module_utils.query.source import Catalog, Page, Total

Row = dict[str, Any]
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def number(option: str, value: Any) -> int:
    if not isinstance(value, int):
        raise UsageError(f"{option}: {value!r} is not a number.")
    return value


def date(milliseconds: int) -> str:
    return (START + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds")


def write(when: datetime) -> str:
    return when.isoformat(timespec="milliseconds")


NUMBER, DATE = Type(number), Type(lambda _option, value: value)
NAMES = ("id", "group", "began", "ended", "beganAfter", "beganBefore", "endedAfter", "endedBefore")


def entity(name: str, **columns: Any) -> Entity:
    filters = {each: Filter(each, NUMBER if each in ("id", "group") else DATE) for each in NAMES}
    sorts = {each: Sort(each) for each in NAMES[:4]}
    return Entity(name, name[:-1], filters, sorts, NAMES[:4], show=lambda row: {**row, "id": str(row["id"])}, **columns)


# Half-open on one server, closed on another: the engine makes both the same.
NATIVE = entity(
    "things",
    started=Parameters("beganAfter", "beganBefore", write),
    ended=Parameters("endedAfter", "endedBefore", write),
    alternatives="or",
)
SORTED = entity("items", started=Sorted("began"), ended=Sorted("ended"))
PLAIN = entity("stones", views={"xml": View("/xml", document=True), "part": View("/parts", named=True)})


class Place(NamedTuple):
    """Where a page starts; not what a later task gives as ``resume``."""

    offset: int


class Offsets:
    """Pages by offset, as servers do that count apart: only a page that is not full shows the total."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = list(rows)
        self.requests: list[tuple[str, int, Any]] = []
        self.gets: list[str] = []

    def start(self, _entity: Entity, _order: Any, resume: Any) -> Place:
        if resume is not None and not (isinstance(resume, int) and resume >= 0):
            raise UsageError(f"resume: {resume!r} is not the value that a search returned.")
        return Place(resume or 0)

    def found(self, where: Mapping[str, Any], order: Sequence[Mapping[str, str]] = ()) -> list[Row]:
        rows = [row for row in self.rows if all(_holds(row, name, value) for name, value in where.items())]
        rows.sort(key=lambda row: int(row["id"]))
        for each in reversed(order):
            name = each["field"]
            known = [row for row in rows if row.get(name) is not None]
            known.sort(key=lambda row: row[name], reverse=each["order"] == "DESC")
            rows = known + [row for row in rows if row.get(name) is None]
        return rows

    def page(
        self, entity: Entity, where: Mapping[str, Any], order: Sequence[Mapping[str, str]], size: int, place: Any
    ) -> Page:
        begin = place.offset
        self.requests.append(("page", size, begin))
        rows = self.found(where, order)[begin : begin + size]
        full, end = len(rows) == size, begin + len(rows)
        total = None if full or (begin and not rows) else Total(end, True)
        return Page(rows, Place(end) if full else None, end, total)

    def count(self, _entity: Entity, where: Mapping[str, Any]) -> Total:
        self.requests.append(("count", 0, None))
        return Total(len(self.found(where)), True)

    def one(self, _entity: Entity, key: str, view: str, name: Optional[str]) -> Any:
        self.gets.append(key)
        row = next((row for row in self.rows if str(row["id"]) == key), None)
        return row if row is None or view == "object" else f"{view} {name} of {key}"


class SortValues(Offsets):
    """Goes on after the sort values of the last object; cannot compare dates."""

    def start(self, _entity: Entity, _order: Any, resume: Any) -> Any:
        return resume

    def page(
        self, entity: Entity, where: Mapping[str, Any], order: Sequence[Mapping[str, str]], size: int, place: Any
    ) -> Page:
        self.requests.append(("page", size, place))
        found = self.found(where, order)
        down = bool(order) and order[0]["order"] == "DESC"

        def values(row: Row) -> list[str]:
            return [str(_millis(row.get(each["field"]))) for each in order] + [str(row["id"])]

        def rank(texts: Sequence[str]) -> list[float]:
            dates = [float("inf") if text == "None" else int(text) * (-1 if down else 1) for text in texts[:-1]]
            return [*dates, int(texts[-1])]

        rows = [row for row in found if place is None or rank(values(row)) > rank(place)]
        page = rows[:size]
        after = values(page[-1]) if page else None
        return Page(page, after if len(rows) > size else None, after)


def _millis(text: Optional[str]) -> Optional[int]:
    when = times.answered(text)
    return None if when is None else times.epoch_millis(when)


def _holds(row: Row, name: str, value: Any) -> bool:
    if name == "or":
        return any(all(_holds(row, each, wanted) for each, wanted in part.items()) for part in value)
    for end, compare in (("After", lambda a, b: a >= b), ("Before", lambda a, b: a <= b)):
        if name.endswith(end):
            answered = row.get(name[: -len(end)])
            return answered is not None and compare(answered, value)
    return bool(row.get(name) == value)


def catalog(source: Any, page_size: int = 1000) -> Catalog[Any, Entity]:
    entities = {each.name: each for each in (NATIVE, SORTED, PLAIN)}
    return Catalog(lambda: tuple(entities), entities.__getitem__, lambda _client: source, page_size)
