# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task selects: never more than it names, and the oldest first where it takes only some."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.checks import check_values
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.selection import Selection, Selector
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import RefusedError, UsageError
from ansible_collections.bpmops.camunda.tests.unit.query.stores import Offsets, Row, SortValues, catalog, date
from hypothesis import given
from hypothesis import strategies as st

ROWS = [{"id": each, "group": each % 3, "ended": date(100 - each)} for each in range(1, 10)]


def selector(source: Any, entity: str = "things") -> Selector[Any, Any]:
    return Selector(catalog(source), entity, "remove", oldest="ended")


def select(source: Any, entity: str = "things", keep: Any = None, **options: Any) -> Selection:
    arguments = selector(source, entity).arguments()
    params = {**{name: row.get("default") for name, row in arguments.items()}, "concurrency": 2, **options}
    return selector(source, entity).select(None, params, keep)


# By key


def test_keys_are_got_once_and_in_their_order() -> None:
    source = Offsets(ROWS)
    selection = select(source, ids=["7", "50", "2", "7", "51", "50"])
    assert list(selection.rows) == ["7", "2"] and selection.rows["7"]["id"] == "7"
    assert (selection.absent, selection.truncated) == (["50", "51"], False)
    assert sorted(source.gets) == ["2", "50", "51", "7"] and source.requests == []
    assert list(select(source, id="3").rows) == ["3"] and select(source, id="30").absent == ["30"]
    assert select(source, ids=[]) == Selection()


def test_keys_are_checked_and_counted_before_the_first_request() -> None:
    source = Offsets(ROWS)
    with pytest.raises(UsageError, match=r"^ids: ' ' is not an id"):
        select(source, ids=["1", " "])
    with pytest.raises(RefusedError, match="would remove 3 things, and max_objects allows 2") as refused:
        select(source, ids=["1", "2", "3", "3"], max_objects=2)
    assert refused.value.message.endswith("Nothing was changed. Narrow the filter, or raise max_objects.")
    with pytest.raises(RefusedError, match="would remove 3 things"):
        select(source, ids=["1", "2", "3"], max_objects=2, on_limit="oldest")
    assert source.gets == [] and len(select(source, ids=["1", "2", "2"], max_objects=2).rows) == 2


def test_keys_that_are_not_kept_are_not_selected_and_not_absent() -> None:
    selection = select(Offsets(ROWS), keep=lambda row: row["group"] == 1, ids=["1", "2", "4", "40"])
    assert (list(selection.rows), selection.absent) == (["1", "4"], ["40"])


# By filter


def test_a_filter_selects_all_that_match() -> None:
    source = Offsets(ROWS)
    selection = select(source, filter={"group": 1})
    assert list(selection.rows) == ["1", "4", "7"] and selection.rows["4"]["id"] == "4"
    assert (selection.absent, selection.truncated) == ([], False)
    assert select(source, filter={"group": 5}) == Selection()
    assert list(select(source, ended_before=date(93)).rows) == ["8", "9"]
    assert list(select(source, filter={"group": 2}, ended_before=date(93)).rows) == ["8"]
    assert list(select(SortValues(ROWS), "items", filter={"group": 2}, ended_before=date(93)).rows) == ["8"]


@pytest.mark.parametrize("options", [{"filter": {}}, {"filter": None}, {}, {"on_limit": "oldest"}], ids=str)
def test_nothing_that_selects_is_refused(options: Row) -> None:
    source = Offsets(ROWS)
    with pytest.raises(
        RefusedError, match=r"neither a filter nor a time range, which matches every thing\. Nothing was"
    ):
        select(source, **options)
    assert source.requests == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filter": {"groups": 1}}, r"^filter: things cannot be filtered by 'groups'\. Did you mean group\?"),
        ({"filter": {"group": ""}}, r"^filter\.group: the value is empty"),
        ({"filter": {"group": 1}, "older_than": "soon"}, r"^older_than: 'soon' is neither"),
    ],
)
def test_a_mistake_is_an_error_before_the_first_request(options: Row, message: str) -> None:
    source = Offsets(ROWS)
    with pytest.raises(UsageError, match=message):
        select(source, **options)
    assert source.requests == []


@pytest.mark.parametrize("entity", ["things", "items"])
def test_more_than_allowed_is_refused(entity: str) -> None:
    source = (Offsets if entity == "things" else SortValues)(ROWS)
    for options in ({"filter": {"group": 1}}, {"filter": {"group": 1}, "ended_after": date(0)}):
        with pytest.raises(RefusedError, match=f"would remove more than 2 {entity[:-1]}s, and max_objects allows 2"):
            select(source, entity, **options, max_objects=2)
        assert len(select(source, entity, **options, max_objects=3).rows) == 3


# The oldest

ends = st.lists(st.none() | st.integers(0, 9), max_size=30)


@given(
    ends=ends,
    limit=st.integers(1, 12),
    before=st.none() | st.integers(1, 9),
    by_window=st.booleans(),
    odd=st.none() | st.booleans(),
)
def test_the_oldest_are_selected(
    ends: list[Optional[int]], limit: int, before: Optional[int], by_window: bool, odd: Optional[bool]
) -> None:
    rows: list[Row] = []
    for position, end in enumerate(ends, 1):
        row: Row = {"id": position, "group": 1}
        rows.append(row if end is None else {**row, "ended": date(end)})
    source = (SortValues if by_window else Offsets)(rows)
    keep = None if odd is None else lambda row: int(row["id"]) % 2 == odd
    options: Row = {"filter": {"group": 1}, "max_objects": limit, "on_limit": "oldest"}
    if before is not None:
        options["ended_before"] = date(before)
    selection = select(source, "items" if by_window else "things", keep, **options)
    matching = [row for row in rows if before is None or ("ended" in row and row["ended"] < date(before))]
    kept = [row for row in matching if keep is None or keep(row)]
    kept.sort(key=lambda row: (row.get("ended") or "later", row["id"]))
    assert list(selection.rows) == [str(row["id"]) for row in kept[:limit]]
    assert selection.truncated == (len(kept) > limit)


def test_the_first_that_began_where_only_that_is_a_window() -> None:
    rows = [{"id": each, "began": date(each % 4), "ended": date(20 - each)} for each in range(1, 9)]
    selection = select(SortValues(rows), "items", started_before=date(3), max_objects=3, on_limit="oldest")
    assert list(selection.rows) == ["4", "8", "1"] and selection.truncated


def test_no_more_is_read_than_needed() -> None:
    source = Offsets([{"id": each, "group": 1, "ended": date(each)} for each in range(1, 5000)])
    select(source, filter={"group": 1}, max_objects=10, on_limit="oldest")
    assert [size for _kind, size, _place in source.requests if size] == [10, 1]
    source.requests.clear()
    # What the server cannot filter by takes whole pages, but not all of them.
    kept = select(source, keep=lambda row: int(row["id"]) % 2, filter={"group": 1}, max_objects=10, on_limit="oldest")
    assert list(kept.rows) == [str(each) for each in range(1, 20, 2)] and kept.truncated
    assert len(source.requests) <= 2


# Batches and options


@given(number=st.integers(0, 20), size=st.integers(1, 8))
def test_batches(number: int, size: int) -> None:
    selection = Selection({str(each): {"id": each} for each in range(number)}, ["x"])
    batches = list(selection.batches(size))
    assert [row["id"] for batch in batches for row in batch] == list(range(number))
    assert all(len(batch) == size for batch in batches[:-1]) and all(0 < len(batch) <= size for batch in batches)


def test_the_rules_of_the_options() -> None:
    made = selector(None)
    times = ("started_after", "started_before", "ended_after", "ended_before", "older_than")
    assert made.not_empty() == ("id", "filter", *times)
    assert set(made.rules()["mutually_exclusive"]) == {
        ("id", "ids", "filter"),
        *((each, time) for each in ("id", "ids") for time in times),
    }
    assert made.rules()["required_one_of"] == [("id", "ids", "filter", *times)]
    for options in ({"filter": {}}, {"id": ""}, {"older_than": None}):
        with pytest.raises(UsageError, match="given but empty"):
            check_values(options, options, made.not_empty(), {})
    check_values({"ids": []}, {"ids"}, made.not_empty(), made.rules())
