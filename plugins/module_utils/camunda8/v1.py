# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Operate API v1: searches page by page, single objects, deletion of finished instances.

Source of the facts: the sources of Operate 8.5 to 8.8 and a running 8.6.0.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, Optional
from urllib.parse import quote

from ..errors import AnswerError, NotFoundError, TransportError, UsageError
from ..query.source import Catalog, Page, Total
from ..rest.client import Client
from ..rest.response import Response
from . import v1_paging
from .v1_paging import Course

if TYPE_CHECKING:
    from ..query.entity import Entity

PAGE_SIZE = 1000
"""The largest page that the server gives."""

COUNTED = 10000
"""The server counts up to this number of objects and no further."""

_LOWEST, _HIGHEST = str(-(2**63)), str(2**63 - 1)

Order = Sequence[Mapping[str, str]]


class Place(NamedTuple):
    """Where a page starts.

    Attributes:
        values: the sort values of the last object before; None for the first object.
        course: the pages before.
    """

    values: Optional[list[Any]]
    course: Course


class Operate:
    """Operate of one cluster.

    Args:
        rest: the HTTP client of Operate.
        commands: the HTTP client of the API v2 of the same cluster, for what v1 cannot do.
        repeats: whether a deletion may be sent again when its answer was lost.
    """

    def __init__(self, rest: Client, commands: Client, repeats: bool = True) -> None:
        self.rest = rest
        self._commands = commands
        self._repeats = repeats

    def start(self, entity: Entity, order: Order, resume: Any) -> Place:
        """See query.search.Source. ``resume`` holds a sort value for each field of the order, and one for the key."""
        for row in order[1:]:
            if row["order"] == "DESC" and row["field"] == "endDate":
                raise UsageError("sort: endDate can be sorted by in the order DESC only if it is the first field.")
        if resume is not None and not (isinstance(resume, list) and len(resume) == len(order) + 1):
            raise UsageError(
                f"resume: must be a list of {len(order) + 1} values, one for each field of sort and one for the key. "
                "Use the value that the search before returned as resume, with the same sort."
            )
        return Place(resume, Course(entity, order, resume))

    def page(self, entity: Entity, where: Mapping[str, Any], order: Order, size: int, place: Place) -> Page:
        """See query.search.Source.

        The server always uses the key as the final tie-breaker, so that nothing is yielded twice or left out when
        objects come and go. Only an object whose sort field changes can be.

        Raises:
            InvalidAnswerError: an answer that makes no sense, or a page that does not follow the ones before.
            UsageError: the server ignores a name of the filter.
        """
        found = self._search(entity, where, size, order, place.values)
        last = place.course.ends_with(found)
        return Page(
            found.rows,
            None if last else Place(found.sort_values, place.course),
            found.sort_values,
            _total(found),
            found.count - len(found.rows),
        )

    def count(self, entity: Entity, where: Mapping[str, Any]) -> Total:
        """See query.search.Source."""
        return _total(self._search(entity, where, 1))

    def _search(
        self,
        entity: Entity,
        where: Mapping[str, Any],
        size: int,
        order: Order = (),
        after: Optional[Sequence[Any]] = None,
    ) -> v1_paging.Answer:
        # In the order DESC the sort value of a missing date is one that OpenSearch does not take back. In both orders
        # the objects without the date come last and in the same order, so that the other one leads on from there.
        turned = False
        if order and after and order[0]["order"] == "DESC" and str(after[0]) == _LOWEST:
            turned = True
            order = [{**order[0], "order": "ASC"}, *order[1:]]
            after = [_HIGHEST, *after[1:]]
        body: dict[str, Any] = {"filter": dict(where), "size": size}
        if order:
            body["sort"] = list(order)
        if after is not None:
            body["searchAfter"] = list(after)
        try:
            response = self.rest.read("POST", f"/v1/{entity.name}/search", body=body)
        except NotFoundError as error:
            raise _problems().no_such_api(error) from None
        answer = v1_paging.read(response, entity, size, after is None)
        entity.check_rows(where, answer.rows)
        values = answer.sort_values
        return replace(answer, sort_values=[_LOWEST, *values[1:]]) if turned and values else answer

    def one(self, entity: Entity, key: str, view: str = "object", name: Optional[str] = None) -> Any:
        """See query.search.Source."""
        return self._object(entity, key) if view == "object" else self._view(entity, key, view)

    def _object(self, entity: Entity, key: str) -> Optional[dict[str, Any]]:
        try:
            response = self._one(entity, key)
        except AnswerError as error:
            # Camunda 8.6 with Operate and Tasklist in one process: both serve this path, and neither answers.
            if error.status != 500 or "Ambiguous handler methods" not in error.message:
                raise
            return self._by_search(entity, key, error)
        if response is None:
            return None
        row = v1_paging.check_object(response, entity, response.data)
        if str(row[entity.identifier]) != key:
            raise response.invalid(f"{entity.one} {key}", f"it is {row[entity.identifier]}")
        return row

    def _by_search(self, entity: Entity, key: str, error: AnswerError) -> Optional[dict[str, Any]]:
        found = self._search(entity, {"key": int(key)}, 1).rows
        if found and self._search(entity, {"key": int(key), "truncated": True}, 1).rows:
            raise error
        return found[0] if found else None

    def _view(self, entity: Entity, key: str, view: str) -> Any:
        headers = {"Accept": "text/xml, */*"} if view == "xml" else None
        response = self._one(entity, key, entity.views[view].path, headers)
        if response is None:
            return None
        if view != "xml" and not isinstance(response.data, list):
            raise response.invalid("a list")
        return response.text if view == "xml" else response.data

    def _one(
        self, entity: Entity, key: str, view: str = "", headers: Optional[Mapping[str, str]] = None
    ) -> Optional[Response]:
        try:
            return self.rest.read("GET", f"/v1/{entity.name}/{quote(key, safe='')}{view}", headers=headers)
        except NotFoundError as error:
            _problems().check_absent(error)
            return None

    def delete_instance(self, key: str) -> bool:
        """Delete a finished process instance; return whether it was there.

        Raises:
            AnswerError: 400 when it is not finished, 403 when the caller may not.
        """
        path = f"/v1/process-instances/{key}"
        try:
            self.rest.write("DELETE", path, repeatable=False)
            return True
        except NotFoundError as error:
            _problems().check_absent(error)
            return False
        except (TransportError, AnswerError) as error:
            if not (self._repeats and _problems().may_have_happened(error)):
                raise
        # The first request may have done it, so that "not found" now means success.
        with contextlib.suppress(NotFoundError):
            self.rest.write("DELETE", path)
        return True

    def cancel_instance(self, key: str) -> bool:
        """Cancel an active root process instance; return whether it was active."""
        try:
            self._commands.write("POST", f"/v2/process-instances/{key}/cancellation", body={}, repeatable=True)
            return True
        except NotFoundError as error:
            if error.type == "NOT_FOUND":
                return False
            raise


def _problems() -> Any:
    from . import problems  # only imported after an error

    return problems


def _total(answer: v1_paging.Answer) -> Total:
    return Total(answer.total, answer.total < COUNTED)


def _names() -> tuple[str, ...]:
    from .v1_catalog import NAMES

    return NAMES


def _load(name: str) -> Entity:
    from .v1_catalog import BY_NAME

    return BY_NAME[name]


V1: Catalog[Operate, Entity] = Catalog(_names, _load, lambda client: client, PAGE_SIZE, "key", "keys")
"""The entities of Operate API v1."""
