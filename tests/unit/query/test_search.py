# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A search: what it checks, how many requests it needs, and what it says of objects that it left out."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from threading import Event
from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.query.search import Query, Tally, count, read
from ansible_collections.bpmops.camunda.plugins.module_utils.query.source import Page, Total
from ansible_collections.bpmops.camunda.tests.unit.query.stores import (
    NATIVE,
    PLAIN,
    SORTED,
    START,
    Offsets,
    Row,
    SortValues,
    catalog,
    date,
)
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)


def things(number: int) -> list[Row]:
    return [{"id": each, "group": each % 3} for each in range(number)]


def search(source: Any, query: Query[Any]) -> tuple[list[Row], Tally]:
    tally = Tally()
    return [row for page in read(source, query, tally) for row in page], tally


def ids(rows: list[Row]) -> list[int]:
    return [int(row["id"]) for row in rows]


# Pages by offset, without totals

sizes = st.integers(0, 40)


@given(
    number=sizes,
    size=st.integers(1, 12),
    limit=st.none() | st.integers(1, 45),
    resume=st.none() | st.integers(0, 45),
)
def test_limit_pages_and_requests(number: int, size: int, limit: Optional[int], resume: Optional[int]) -> None:
    source = Offsets(things(number))
    rows, tally = search(source, Query(PLAIN, page_size=size, limit=limit, resume=resume))
    begin, left = resume or 0, max(0, number - (resume or 0))
    wanted = left if limit is None else min(limit, left)
    assert ids(rows) == list(range(begin, begin + wanted)) and all(isinstance(row["id"], str) for row in rows)
    truncated = limit is not None and left > limit
    assert tally.summary() == {
        "total": number,
        "total_is_lower_bound": False,
        "truncated": truncated,
        "resume": begin + wanted if truncated else None,
    }
    assert tally.count == wanted and tally.warnings == []
    # A look tells whether the limit left something out; and a page that is full, or empty, has no total.
    reached = limit is not None and left >= limit
    pages = -(-wanted // size) + reached if reached else left // size + 1
    counted = truncated or (resume is not None and (reached or (left % size == 0 and begin + left > 0)))
    asked = [kind for kind, _size, _place in source.requests]
    assert sorted(asked) == ["count"] * counted + ["page"] * pages
    assert all(1 <= wished <= size for kind, wished, _place in source.requests if kind == "page")


@given(number=sizes, limit=st.integers(1, 9), size=st.integers(1, 9), group=st.none() | st.integers(0, 2))
def test_a_chain_of_searches_finds_everything_once(number: int, limit: int, size: int, group: Optional[int]) -> None:
    source = Offsets(things(number))
    where = {} if group is None else {"group": group}
    order = [{"field": "group", "order": "DESC"}]
    found: list[int] = []
    resume: Any = None
    for _task in range(number + 1):
        rows, tally = search(source, Query(PLAIN, where, order=order, page_size=size, limit=limit, resume=resume))
        assert tally.total == len(source.found(where))
        found += ids(rows)
        resume = tally.resume
        assert tally.truncated == (resume is not None)
        if not tally.truncated:
            break
    assert found == ids(source.found(where, order))


def test_counting_is_one_request() -> None:
    source, tally = Offsets(things(7)), Tally()
    count(source, Query(PLAIN, {"group": 0}), tally)
    assert tally.summary() == {"total": 3, "total_is_lower_bound": False, "truncated": False, "resume": None}
    assert source.requests == [("count", 0, None)]
    with pytest.raises(UsageError, match=r"^resume: "):
        count(source, Query(PLAIN, resume="x"), tally)


def test_the_fields_of_objects() -> None:
    rows, _tally = search(Offsets(things(2)), Query(PLAIN, fields=("id", "began")))
    assert rows == [{"id": "0", "began": None}, {"id": "1", "began": None}]


def test_pages_are_asked_for_one_ahead() -> None:
    class Watched(Offsets):
        second = Event()

        def page(self, entity: Any, where: Any, order: Any, size: int, place: Any) -> Page:
            page = super().page(entity, where, order, size, place)
            if place.offset == 10:
                self.second.set()
            return page

    source = Watched(things(50))
    pages = read(source, Query(PLAIN, page_size=10, limit=None), Tally())
    assert len(next(pages)) == 10
    # The second one comes while the caller works on the first one; the third one does not.
    assert source.second.wait(30)
    assert [place for _kind, _size, place in source.requests] == [0, 10]
    assert sum(map(len, pages)) == 40


def test_a_search_is_only_checked_when_it_starts() -> None:
    with pytest.raises(UsageError, match=r"^resume: 'x' is not"):
        search(Offsets([]), Query(PLAIN, resume="x"))


# Totals


class Counting(Offsets):
    """Every answer tells how many objects match, up to a number."""

    most = 30

    def page(self, entity: Any, where: Any, order: Any, size: int, place: Any) -> Page:
        number = len(self.found(where))
        total = Total(min(number, self.most), number < self.most)
        return super().page(entity, where, order, size, place)._replace(total=total)

    def count(self, _entity: Any, _where: Any) -> Total:
        raise AssertionError("the pages tell")


@given(number=st.integers(0, 60), size=st.integers(1, 12), limit=st.none() | st.integers(1, 60))
def test_totals_of_answers(number: int, size: int, limit: Optional[int]) -> None:
    source = Counting(things(number))
    rows, tally = search(source, Query(PLAIN, page_size=size, limit=limit))
    truncated = limit is not None and number > limit
    assert tally.truncated == truncated and len(rows) == (limit if truncated else number)
    if not truncated or number < source.most:
        assert (tally.total, tally.total_is_lower_bound) == (number, False)
    else:
        assert tally.total == source.most and tally.total_is_lower_bound
    # The exact total of a search with one answer tells whether more are there.
    first = truncated and number < source.most and limit is not None and limit <= size
    looks = [asked for asked in source.requests if asked[1] == 1 and asked[2] == limit]
    assert not (first and looks)


def test_objects_that_were_counted_and_not_returned_are_a_warning() -> None:
    class Moving(SortValues):
        """Before each page some objects behind the place go, and as many come before it."""

        moves = 3

        def page(self, entity: Any, where: Any, order: Any, size: int, place: Any) -> Page:
            if place is not None:
                self.rows = self.rows[: len(self.rows) - self.moves]
                self.rows += [{"id": -len(self.rows) - each} for each in range(self.moves)]
            page = super().page(entity, where, order, size, place)
            return page._replace(total=Total(len(self.rows), True))

    rows, tally = search(Moving(things(9)), Query(PLAIN, page_size=5, limit=None))
    assert ids(rows) == [0, 1, 2, 3, 4, 5] and (tally.total, tally.truncated) == (6, False)
    assert tally.warnings == [
        "The server counted 9 stones or more at any time, and returned 6: objects were added, changed or removed "
        "during the search. Run it again if all of them are needed."
    ]
    Moving.moves = 0
    assert search(Moving(things(9)), Query(PLAIN, page_size=5, limit=None))[1].warnings == []
    Moving.moves = 3
    assert search(Moving(things(9)), Query(PLAIN, page_size=5, limit=5))[1].warnings == []


# Time ranges

dates = st.none() | st.integers(0, 20)
bounds = st.none() | st.integers(0, 20)


@given(
    rows=st.lists(st.tuples(dates, dates), max_size=25),
    after=bounds,
    before=bounds,
    ended_after=bounds,
    ended_before=bounds,
    order=st.sampled_from(["ASC", "DESC"]),
    size=st.integers(1, 7),
    limit=st.none() | st.integers(1, 10),
)
def test_time_ranges_are_the_same_by_filters_and_by_windows(
    rows: list[tuple[Optional[int], Optional[int]]],
    after: Optional[int],
    before: Optional[int],
    ended_after: Optional[int],
    ended_before: Optional[int],
    order: str,
    size: int,
    limit: Optional[int],
) -> None:
    things = []
    for position, (began, ended) in enumerate(rows):
        row: Row = {"id": position + 1}  # no key is 0
        if began is not None:
            row["began"] = date(began)
            if ended is not None:
                row["ended"] = date(max(began, ended))  # nothing ends before it starts
        things.append(row)
    given = {"started_after": after, "started_before": before, "ended_after": ended_after, "ended_before": ended_before}
    chosen = {name: date(value) for name, value in given.items() if value is not None}
    leading = "ended" if ended_after is not None or ended_before is not None else "began"
    params = {"filter": {}, **chosen, "page_size": size, "limit": limit, "sort": [{"field": leading, "order": order}]}
    native, sorted_ = Offsets(things), SortValues(things)
    try:
        by_filter = Query.of(catalog(native), {**params, "entity": "things"}, NOW)
    except UsageError as error:
        with pytest.raises(UsageError) as same:
            Query.of(catalog(sorted_), {**params, "entity": "items"}, NOW)
        assert same.value.message == error.message and "time range is empty" in error.message
        return
    by_window = Query.of(catalog(sorted_), {**params, "entity": "items"}, NOW)

    def holds(row: Row) -> bool:
        def inside(name: str, low: Optional[int], high: Optional[int]) -> bool:
            when = row.get(name)
            if low is None and high is None:
                return True
            return when is not None and (low is None or when >= date(low)) and (high is None or when < date(high))

        return inside("began", after, before) and inside("ended", ended_after, ended_before)

    wanted = [row["id"] for row in native.found({}, by_filter.order) if holds(row)]
    most = 1000 if limit is None else limit
    for source, query in ((native, by_filter), (sorted_, by_window)):
        found, tally = search(source, query)
        assert ids(found) == wanted[:most]
        assert tally.truncated == (len(wanted) > most)
        if chosen and source is sorted_:
            assert tally.resume is None
            assert (tally.total, tally.total_is_lower_bound) == (len(found), tally.truncated)
        else:
            assert (tally.total, tally.total_is_lower_bound) == (len(wanted), False)


def test_a_window_reads_no_more_than_needed() -> None:
    source = SortValues([{"id": each, "began": date(each)} for each in range(100)])
    params = {"entity": "items", "filter": {}, "started_after": date(40), "started_before": date(50), "page_size": 5}
    rows, _tally = search(source, Query.of(catalog(source), params, NOW))
    assert ids(rows) == list(range(40, 50)) and len(source.requests) == 3
    source.requests.clear()
    rows, tally = search(source, Query.of(catalog(source), {**params, "limit": 2}, NOW))
    assert ids(rows) == [40, 41] and tally.truncated
    assert [size for _kind, size, _place in source.requests] == [3]
    tally = Tally()
    count(source, Query.of(catalog(source), {**params, "count_only": True}, NOW), tally)
    assert tally.summary() == {"total": 10, "total_is_lower_bound": False, "truncated": False, "resume": None}


# What a task gives


def of(**params: Any) -> Query[Any]:
    return Query.of(catalog(None), {"entity": "things", "filter": {}, **params}, NOW)


def test_defaults() -> None:
    assert of() == Query(NATIVE, order=[], limit=1000, page_size=1000)
    assert of(limit=5, page_size=7, resume=9, fields=["id"]) == Query(
        NATIVE, order=[], limit=5, page_size=7, resume=9, fields=("id",)
    )
    assert of(dest="/tmp/x").limit is None and of(count_only=True).limit is None
    assert of(dest="/tmp/x", limit=3).limit == 3
    assert of(page_size=None).page_size == 1000
    assert Query.of(catalog(None, 50), {"entity": "things", "filter": {}}, NOW).page_size == 50


def test_time_ranges_by_filters_leave_sort_and_resume_free() -> None:
    query = of(started_after="1d", sort=[{"field": "group"}], resume=5)
    assert query.where == {"beganAfter": "2026-02-28T00:00:00.000+00:00"}
    assert (query.windows, query.resume) == ((), 5) and query.order == [{"field": "group", "order": "ASC"}]


def test_alternatives() -> None:
    query = of(filter={"group": 1}, or_queries=[{"id": 1}, {"id": 4, "group": 1}])
    assert query.where == {"group": 1, "or": [{"id": 1}, {"id": 4, "group": 1}]}
    assert ids(search(Offsets(things(9)), query)[0]) == [1, 4]
    assert of(or_queries=[]).where == {}


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"entity": "thing"}, r"^entity: 'thing' is none of .*Did you mean things\?"),
        ({"filter": {"groups": 1}}, r"^filter: things cannot be filtered by 'groups'\. Did you mean group\?"),
        ({"sort": [{"field": "groups"}]}, r"^sort: things cannot be sorted by 'groups'\. Did you mean group\?"),
        ({"fields": ["groups"]}, r"^fields: things have no field 'groups'\. Did you mean group\?"),
        ({"limit": 0}, r"^limit: give 1 or more"),
        ({"limit": -1}, r"^limit: give 1 or more"),
        *(({"page_size": size}, rf"^page_size: {size} is not between 1 and 1000") for size in (0, -1, 1001)),
        ({"filter": {"beganBefore": "x"}, "older_than": "1d", "started_before": "1d"}, r"^filter\.beganBefore: a time"),
        ({"or_queries": [{"id": 1}, {}]}, r"^or_queries: an empty filter matches everything"),
        ({"or_queries": [{"id": 1}, {"id": "x"}]}, r"^or_queries\[1\]\.id: 'x' is not a number"),
        ({"entity": "items", "or_queries": [{"id": 1}]}, r"^or_queries: items cannot be filtered by alternatives"),
        ({"entity": "stones", "older_than": "1d"}, r"^older_than: stones have no such date"),
        ({"entity": "items", "older_than": "1d", "resume": 5}, r"^resume: cannot be given with a time range"),
        ({"entity": "items", "older_than": "1d", "sort": [{"field": "began"}]}, r"^sort: .* in the order of ended"),
        (
            {"entity": "items", "older_than": "1d", "sort": [{"field": "ended"}, {"field": "id"}]},
            r"^sort: .* may only name ended",
        ),
    ],
    ids=str,
)
def test_a_mistake(params: Row, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        of(**params)


def test_windows_decide_the_order() -> None:
    query = of(entity="items", started_after=START.isoformat(), sort=[{"field": "began", "order": "desc"}])
    assert query.order == [{"field": "began", "order": "DESC"}] and query.resume is None
    query = of(entity="items", started_before=(START + timedelta(seconds=1)).isoformat())
    assert query.order == [{"field": "began", "order": "ASC"}] and query.resume is None
    assert of(entity="items", started_after=START.isoformat()).resume == [str(1767225600000), "0"]
    assert query.entity is SORTED
