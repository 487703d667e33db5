# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Operate API v1: searches page by page, single objects, deletion of finished instances.

Source of the facts: the sources of Operate 8.5 to 8.8 and a running 8.6.0.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Optional
from urllib.parse import quote

from ..errors import AnswerError, NotFoundError, TransportError
from ..parallel import Threads
from ..rest.client import Client
from ..rest.response import Response
from . import filters
from . import v1_paging as paging
from .problems import may_have_happened, no_such_api, of_operate
from .v1_catalog import PROCESS_INSTANCES, Entity
from .v1_paging import Course, Page

PAGE_SIZE = 1000
"""The largest page that the server gives."""

COUNTED = 10000
"""The server counts up to this number of objects and no further."""

"""How a user name and password log in to Operate up to 8.7."""

_LOWEST, _HIGHEST = str(-(2**63)), str(2**63 - 1)

_VIEWS = {"xml": "xml", "statistics": "statistics", "sequence_flows": "sequence-flows"}


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

    def search(
        self,
        entity: Entity,
        filter: Mapping[str, Any],
        *,
        size: int,
        sort: Sequence[Mapping[str, str]] = (),
        search_after: Optional[Sequence[Any]] = None,
    ) -> Page:
        """Return one page; the arguments are checked ones, see filters.

        Raises:
            InvalidAnswerError: an answer that makes no sense, see paging.
            UsageError: the server ignores a field of the filter.
        """
        # In the order DESC the sort value of a missing date is one that OpenSearch does not take back. In both orders
        # the objects without the date come last and in the same order, so that the other one leads on from there.
        turned = False
        if sort and search_after and sort[0]["order"] == "DESC" and str(search_after[0]) == _LOWEST:
            turned = True
            sort = [{**sort[0], "order": "ASC"}, *sort[1:]]
            search_after = [_HIGHEST, *search_after[1:]]
        body: dict[str, Any] = {"filter": dict(filter), "size": size}
        if sort:
            body["sort"] = list(sort)
        if search_after is not None:
            body["searchAfter"] = list(search_after)
        path = f"/v1/{entity.name}/search"
        try:
            response = self.rest.read("POST", path, body=body)
        except NotFoundError as error:
            raise no_such_api(error) from None
        page = paging.read(response, entity, size, search_after is None)
        filters.check_rows(entity, filter, page.rows)
        values = page.sort_values
        return replace(page, sort_values=[_LOWEST, *values[1:]]) if turned and values else page

    def pages(
        self,
        entity: Entity,
        filter: Mapping[str, Any],
        *,
        size: int = PAGE_SIZE,
        sort: Sequence[Mapping[str, str]] = (),
        search_after: Optional[Sequence[Any]] = None,
        limit: Optional[int] = None,
        ahead: bool = False,
    ) -> Iterator[Page]:
        """Yield page after page until nothing is left, or until ``limit`` objects were yielded.

        With ``ahead`` the next page is asked for while the caller works on one, for callers that want all of them.

        The server always uses the key as the final tie-breaker, so that nothing is yielded twice or left out when
        objects come and go. Only an object whose sort field changes can be.

        Raises:
            InvalidAnswerError: pages that do not follow each other, see paging.
        """

        def ask(wanted: int, after: Optional[Sequence[Any]]) -> Callable[[], Page]:
            search = partial(self.search, entity, filter, size=wanted, sort=sort, search_after=after)
            return threads.start(search) if ahead else search

        with Threads() as threads:
            course = Course(entity, sort, search_after)
            left = limit
            wanted = size if left is None else min(size, left)
            coming = ask(wanted, search_after)
            while True:
                page = coming()
                left = None if left is None else left - len(page.rows)
                last = course.ends_with(page) or left == 0
                if not last:
                    wanted = size if left is None else min(size, left)
                    coming = ask(wanted, page.sort_values)
                yield page
                if last:
                    return

    def get(self, entity: Entity, key: str) -> Optional[dict[str, Any]]:
        """Return one object as the server sends it, or None when there is none."""
        try:
            response = self._one(entity, key)
        except AnswerError as error:
            # Camunda 8.6 with Operate and Tasklist in one process: both serve this path, and neither answers.
            if error.status != 500 or "Ambiguous handler methods" not in error.message:
                raise
            return self._by_search(entity, key, error)
        if response is None:
            return None
        row = paging.check_object(response, entity, response.data)
        if str(row[entity.identifier]) != key:
            raise response.invalid(f"{entity.one} {key}", f"it is {row[entity.identifier]}")
        return row

    def _by_search(self, entity: Entity, key: str, error: AnswerError) -> Optional[dict[str, Any]]:
        found = self.search(entity, {"key": int(key)}, size=1).rows
        if found and self.search(entity, {"key": int(key), "truncated": True}, size=1).rows:
            raise error
        return found[0] if found else None

    def view(self, entity: Entity, key: str, view: str) -> Any:
        """Return a view of one object (see Entity.views), or None when there is no such object."""
        headers = {"Accept": "text/xml, */*"} if view == "xml" else None
        response = self._one(entity, key, f"/{_VIEWS[view]}", headers)
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
            if of_operate(error):
                return None
            raise no_such_api(error) from None

    def delete_instance(self, key: str) -> bool:
        """Delete a finished process instance; return whether it was there.

        Raises:
            AnswerError: 400 when it is not finished, 403 when the caller may not.
        """
        path = f"/v1/{PROCESS_INSTANCES}/{key}"
        try:
            self.rest.write("DELETE", path, repeatable=False)
            return True
        except NotFoundError as error:
            if of_operate(error):
                return False
            raise no_such_api(error) from None
        except (TransportError, AnswerError) as error:
            if not (self._repeats and may_have_happened(error)):
                raise
        # The first request may have done it, so that "not found" now means success.
        with contextlib.suppress(NotFoundError):
            self.rest.write("DELETE", path)
        return True

    def cancel_instance(self, key: str) -> bool:
        """Cancel an active root process instance; return whether it was active."""
        try:
            self._commands.write("POST", f"/v2/{PROCESS_INSTANCES}/{key}/cancellation", body={}, repeatable=True)
            return True
        except NotFoundError as error:
            if error.type == "NOT_FOUND":
                return False
            raise
