# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the answers of a search, and that its pages follow each other. Only what no healthy server answers is an error.

Healthy servers do this: objects are created, changed and deleted between two answers; and the archiver copies finished
instances to another index, so that a search can find both copies (camunda/camunda, pull request 57608).

One answer is one query of the database. Errors are: more objects than requested; objects without their key, or without
sort values; a total below the number of objects; a first page that is not full although more objects match.

From answer to answer, errors are: sort values that do not lie after those before; an object of the page before, unless
its sort fields changed, which moves it. Totals of two answers may differ. A later page that is not full is the last one
if its total agrees with the objects read so far; otherwise one more request must find an empty page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Optional

from ..rest import shapes
from ..rest.response import Response

if TYPE_CHECKING:
    from ..query.entity import Entity

_DIGITS = re.compile(r"[0-9]{1,19}")
_NUMBER = re.compile(r"-?[0-9]{1,19}")
_PAGE = "a page of Operate"


@dataclass(frozen=True)
class Answer:
    """What an answer of a search holds.

    Attributes:
        rows: the objects, as the server sent them, without second copies.
        sort_values: where the next page starts; opaque. None if there are no objects.
        total: how many objects match, at most COUNTED.
        count: how many objects the answer holds, with second copies.
        full: whether it holds as many as requested.
        response: the answer, for errors.
    """

    rows: list[dict[str, Any]]
    sort_values: Optional[list[Any]]
    total: int
    count: int
    full: bool
    response: Response


@cache
def _key_fields(entity: str) -> tuple[str, ...]:
    from .v1_catalog import BY_NAME
    from .v1_types import KEY

    return tuple(name for name, known in BY_NAME[entity].filters.items() if known.type is KEY)


def check_object(response: Response, entity: Entity, row: Any) -> dict[str, Any]:
    """Return an object of an answer.

    Raises:
        InvalidAnswerError: it is no object, lacks its identifier, or has something else where a key belongs.
    """
    if not isinstance(row, dict):
        raise response.invalid(f"a {entity.one} of Operate", "not a JSON object")
    for name in _key_fields(entity.name):
        if row.get(name) is not None and not _is_key(row[name]):
            raise response.invalid(f"a {entity.one} of Operate", f"{name} is not a key")
    identifier = row.get(entity.identifier)
    if identifier is None or (entity.identifier != "key" and not isinstance(identifier, str)):
        raise response.invalid(f"a {entity.one} of Operate", f"{entity.identifier} is missing")
    return row


def _is_key(value: Any) -> bool:
    return shapes.INTEGER.fits(value) or (isinstance(value, str) and bool(_DIGITS.fullmatch(value)))


def read(response: Response, entity: Entity, size: int, first: bool) -> Answer:
    """Return the page that an answer holds.

    Args:
        size: how many objects were requested.
        first: whether the search starts at the first object.

    Raises:
        InvalidAnswerError: the answer makes no sense.
    """
    data = response.data
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(items, list):
        raise response.invalid(_PAGE, "no list of items")
    total, values = data.get("total"), data.get("sortValues")
    if not isinstance(total, int) or not shapes.COUNT.fits(total):
        raise response.invalid(_PAGE, "the total is not a number")
    if len(items) > size:
        raise response.invalid(_PAGE, f"{len(items)} objects, but only {size} were requested")
    if total < len(items) or (first and len(items) < size and total > len(items)):
        raise response.invalid(_PAGE, f"it says that {total} objects match, and gave {len(items)} of at most {size}")
    if values is not None and not (
        isinstance(values, list) and all(value is None or isinstance(value, (str, int, float)) for value in values)
    ):
        raise response.invalid(_PAGE, "sortValues is not a list of values")
    if items and not values:
        raise response.invalid(_PAGE, f"it gave {len(items)} of {total} objects without sortValues for the next page")
    for row in items:
        check_object(response, entity, row)
    # Copies have the same sort values, so that they stand together and never on two pages.
    rows = [row for before, row in zip([None, *items], items) if row != before]
    return Answer(rows, values if items else None, total, len(items), len(items) == size, response)


class Course:
    """The pages of one search, checked one after the other.

    Args:
        sort: the sort order, without the identifier that the server adds.
        start: sort values after which the search starts; None for the first object.
    """

    def __init__(self, entity: Entity, sort: Sequence[Mapping[str, str]], start: Optional[Sequence[Any]]) -> None:
        self._identifier = entity.identifier
        self._fields = [row["field"] for row in sort]
        self._descending = [row["order"] == "DESC" for row in sort] + [False]
        self._place = start
        self._before: dict[Any, tuple[Any, ...]] = {}
        self._seen = 0
        # Keys are sorted as numbers or, where the index keeps them as keywords, as text. The answers tell which.
        self._ways: list[list[Callable[[str], Any]]] = [[str, _number] for _each in self._descending]

    def ends_with(self, page: Answer) -> bool:
        """Check the next page, and return whether it is the last one.

        Raises:
            InvalidAnswerError: the page does not follow the ones before.
        """
        if page.sort_values is not None:
            if self._place is not None and not self._advances(page.sort_values, self._place):
                raise page.response.invalid(_PAGE, "it does not lie after the one before, so paging would not end")
            self._place = page.sort_values
        shown = {row[self._identifier]: tuple(row.get(name) for name in self._fields) for row in page.rows}
        for identifier in shown:
            if self._before.get(identifier) == shown[identifier]:
                raise page.response.invalid(_PAGE, f"{identifier} was on the page before")
        self._before = shown
        self._seen += page.count
        return not page.rows or (not page.full and page.total <= self._seen)

    def _advances(self, new: Sequence[Any], old: Sequence[Any]) -> bool:
        for position, (to, start) in enumerate(zip(map(str, new), map(str, old))):
            if to != start:
                low, high = (to, start) if self._descending[position] else (start, to)
                ways = [way for way in self._ways[position] if way(low) < way(high)]
                # Objects without the field come last in both orders; OpenSearch writes null as a string.
                if not {low, high} & {"None", "null"}:
                    self._ways[position] = ways
                return bool(self._ways[position])
        return False


def _number(text: str) -> tuple[int, str]:
    return (int(text), "") if _NUMBER.fullmatch(text) else (0, text)
