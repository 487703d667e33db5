# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Searching and reading Camunda 7: pages by offset, counts, single objects and their views.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Optional

from ..errors import AnswerError, CamundaError, NotFoundError, UsageError
from ..query.source import PAGE_SIZE, Catalog, Page, Total
from . import lists
from .client import Camunda7, not_paged
from .client import Page as Rows
from .lists import ROW, Order, Where

if TYPE_CHECKING:
    from .catalog import Camunda7Entity

_MOST_WITH_TIES = 100_000
"""How many objects are read at once at most, in an order that leaves ties."""


class Place(NamedTuple):
    """Where a page starts.

    Attributes:
        first: the offset.
        seen: ids that must not come again: of the page before or, if the order leaves ties, of all pages.
        rest: objects that were read, but not returned yet.
        last: whether nothing follows them.
    """

    first: int = 0
    seen: frozenset[str] = frozenset()
    rest: tuple[dict[str, Any], ...] = ()
    last: bool = False


class Camunda7Source:
    """See query.source.Source.

    An order in which objects can be equal leaves open which of them comes first, and each answer can decide it
    differently, so that pages lose objects (seen on H2). So the id is always the last sort field. If the engine cannot
    sort by it, a later page is read together with all pages before it, twice as many objects each time, and what was
    returned before is left out.
    """

    def __init__(self, client: Camunda7) -> None:
        self._client = client

    def start(self, entity: Camunda7Entity, order: Order, resume: Any) -> Place:
        """See query.source.Source; ``resume`` is an offset."""
        if len(order) > 1 and "post" not in entity.reads:
            raise UsageError(f"sort: the engine sorts {entity.name} by one field only.")
        if resume is None:
            return Place()
        if isinstance(resume, bool) or not str(resume).isdecimal():
            raise UsageError(f"resume: {resume!r} is not the number that an earlier search returned as resume.")
        if lists.has_ties(entity, order):
            instead = f", or sort by {entity.id_sort}" if entity.id_sort else ""
            raise UsageError(
                f"resume: {entity.name} cannot be continued in this order, in which objects can be equal. Omit "
                f"sort{instead}."
            )
        return Place(int(resume))

    def page(self, entity: Camunda7Entity, where: Where, order: Order, size: int, place: Place) -> Page:
        """See query.source.Source."""
        if place.rest:
            return _slice(place.rest, size, place)
        lists.check_known(self._client, entity, where)
        if "paging" not in entity.reads:
            return _slice(self._rows(entity, where, order, size, 0).rows, size, Place(last=True))
        if lists.has_ties(entity, order):
            return self._page_with_ties(entity, where, order, size, place)
        found = self._rows(entity, where, order, size, place.first)
        new = [row for row in found.rows if row["id"] not in place.seen]
        if found.rows and not new:
            raise not_paged(entity.name, f"the page from object {place.first} on was returned before")
        first = place.first + len(found.rows)
        following = Place(first, _ids(found.rows)) if found.is_full else None
        return Page(new, following, first, copies=len(found.rows) - len(new))

    def _page_with_ties(self, entity: Camunda7Entity, where: Where, order: Order, size: int, place: Place) -> Page:
        found = self._rows(entity, where, order, min(max(size, 2 * len(place.seen)), _MOST_WITH_TIES), 0)
        if found.is_full and found.size <= len(place.seen):
            raise CamundaError(
                f"sort: more than {found.size} {entity.name} cannot be read in this order. The engine does not tell "
                "which of those that are equal in it come first, so they would have to be read at once, which its "
                "queryMaxResultsLimit or the memory does not allow. Omit sort, or narrow the filter."
            )
        new = [row for row in found.rows if row["id"] not in place.seen]
        return _slice(new, size, Place(0, place.seen | _ids(found.rows), last=not found.is_full))

    def _rows(self, entity: Camunda7Entity, where: Where, order: Order, size: int, first: int) -> Rows:
        return lists.read(self._client, entity, where, order, size, first)

    def count(self, entity: Camunda7Entity, where: Where) -> Total:
        """See query.source.Source. Where the engine does not count, the objects are read."""
        lists.check_known(self._client, entity, where)
        if "count" in entity.reads:
            return Total(lists.count(self._client, entity, where), True)
        place: Optional[Place] = Place()
        number = 0
        while place is not None:
            page = self.page(entity, where, (), PAGE_SIZE, place)
            place, number = page.place, number + len(page.rows)
        return Total(number, True)

    def one(self, entity: Camunda7Entity, key: str, view: str, name: Optional[str]) -> Any:
        """See query.source.Source."""
        if not entity.is_gettable:
            raise UsageError(f"entity: {entity.name} can only be searched; the engine has no single {entity.one}.")
        if view == "object":
            return self._object(entity, key)
        form = entity.views[view]
        address = f"{entity.name}/{{id}}{form.path}" if form.path.startswith("/") else form.path
        part = _encoded("name", name) if form.named else ""
        address = address.replace("{id}", entity.encode(key)).replace("{name}", part)
        query = {each: key if value == "{id}" else value for each, value in form.in_url.items()}
        try:
            accept = {"Accept": "*/*"} if form.document else None  # forms and files are not JSON
            path = self._client.path(address)
            found = form.read(self._client.rest.read("GET", path, query=query, headers=accept))
        except AnswerError as error:
            # If the object does not exist, views answer 400, 404 or 500, each with a text of its own.
            if error.status in (400, 404, 500) and self._object(entity, key) is None:
                return None
            if form.named and is_absent(error):
                return None
            raise
        # A path of its own also answers for an object that does not exist, with nothing.
        if not form.path.startswith("/") and self._object(entity, key) is None:
            return None
        return found

    def _object(self, entity: Camunda7Entity, key: str) -> Optional[dict[str, Any]]:
        if entity.found_by:
            query = {entity.found_by: key, "maxResults": 2, **entity.in_url}
            rows = self._client.read("GET", entity.name, query=query).rows(ROW)
            return next((row for row in rows if row["id"] == key), None)
        try:
            return self._client.read("GET", entity.name, entity.encode(key), query=entity.in_url).object(ROW)
        except NotFoundError as error:
            if is_absent(error):
                return None
            raise


def _encoded(option: str, name: Optional[str]) -> str:
    from .ids import encode
    from .traits import check_name

    return encode(check_name(option, name))


def _slice(rows: Sequence[dict[str, Any]], size: int, place: Place) -> Page:
    """Return the first objects as a page, the others in its place."""
    rest = tuple(rows[size:])
    return Page(list(rows[:size]), place._replace(rest=rest) if rest or not place.last else None, None)


def _ids(rows: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(row["id"] for row in rows)


def is_absent(error: AnswerError) -> bool:
    """Whether the engine says that there is no such object, rather than that there is no such address or engine."""
    of_engine = error.type not in (None, "NotFoundException")
    return error.status == 404 and of_engine and "rocess engine " not in error.message


def _names() -> tuple[str, ...]:
    from .traits import NAMES

    return NAMES


def _load(name: str) -> Camunda7Entity:
    from .catalog import load

    return load(name)


CATALOG: Catalog[Camunda7, Camunda7Entity] = Catalog(_names, _load, Camunda7Source)
"""The entities of Camunda 7."""
