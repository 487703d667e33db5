# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Camunda 7 REST API: paths and pages.

Source of the facts: the sources of Camunda 7.24 and running engines (7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Optional
from urllib.parse import quote

from ..errors import AnswerError, CamundaError, InvalidAnswerError, NotFoundError
from ..rest import shapes
from ..rest.client import Client
from ..rest.response import Response

PAGE_SIZE = 500
_MOST_ROWS = 1_000_000

ONLY_ID: shapes.Fields = MappingProxyType({"id": shapes.TEXT})


class Page(NamedTuple):
    """A part of a list: its rows, and how many there could have been."""

    rows: list[dict[str, Any]]
    size: int

    @property
    def is_full(self) -> bool:
        """Whether more may follow."""
        return len(self.rows) >= self.size


class Camunda7:
    """One process engine.

    Args:
        rest: the HTTP client.
        engine: the name of the engine when it is not the default one.
        authenticated: whether requests carry credentials.
        caller: the id of the user that the requests are made as, when it is known.
        password: the caller's password, which the engine asks for when credentials change.

    Attributes:
        known_filters: entities with filters that not all versions know, of which this engine was seen to know them.
    """

    def __init__(
        self,
        rest: Client,
        *,
        engine: Optional[str] = None,
        authenticated: bool = False,
        caller: Optional[str] = None,
        password: Optional[str] = None,
    ) -> None:
        self.rest = rest
        self.authenticated = authenticated
        self.caller = caller
        self.password = password
        self.page_size = PAGE_SIZE
        self.known_filters: set[tuple[str, str]] = set()
        self._limit: Optional[int] = None
        self._prefix = f"/engine/{quote(engine, safe='')}" if engine else ""

    def path(self, *segments: str) -> str:
        return self._prefix + "".join(f"/{segment}" for segment in segments)

    def read(
        self, method: str, *segments: str, query: Optional[Mapping[str, Any]] = None, body: Any = None
    ) -> Response:
        return self.rest.read(method, self.path(*segments), query=query, body=body)

    def write(self, method: str, *segments: str, body: Any = None) -> Response:
        return self.rest.write(method, self.path(*segments), body=body)

    def delete(self, *segments: str) -> bool:
        """Delete an object; return whether it was there. A DELETE repeated after a lost answer finds it gone."""
        try:
            self.write("DELETE", *segments)
        except NotFoundError:
            return False
        return True

    def page(
        self,
        *segments: str,
        fields: shapes.Fields = ONLY_ID,
        query: Optional[Mapping[str, Any]] = None,
        first: int = 0,
    ) -> Page:
        """Return the rows of a list from the position ``first`` on.

        Args:
            segments: the address of the list.
            fields: the fields that every row must have.
        """

        def ask(size: int) -> Response:
            part = {**(query or {}), "firstResult": first, "maxResults": size}
            return self.read("GET", *segments, query=part)

        return self.limited(ask, self.page_size, fields)

    def limited(self, ask: Callable[[int], Response], size: int, fields: shapes.Fields) -> Page:
        """Return a page of at most ``size`` rows.

        An engine with ``queryMaxResultsLimit`` refuses larger pages and names its limit, which is kept to from then on.

        Args:
            ask: requests a page of this size.
            fields: what every row must have.
        """
        while True:
            size = size if self._limit is None else min(size, self._limit)
            try:
                response = ask(size)
                rows = response.rows(fields)
            except InvalidAnswerError as error:
                error.message += " The address of a Camunda 7 REST API usually ends with /engine-rest."
                raise
            except AnswerError as error:
                self._limit = smaller_limit(error, size)
                self.page_size = min(self.page_size, self._limit)
                continue
            if len(rows) > size:
                raise not_paged(
                    f"{response.method} {response.path}", f"{len(rows)} rows came where at most {size} were asked for"
                )
            return Page(rows, size)

    def list(
        self, *segments: str, fields: shapes.Fields = ONLY_ID, query: Optional[Mapping[str, Any]] = None
    ) -> list[dict[str, Any]]:
        """Return the whole list, each row once.

        The engine sorts lists by id. A row that is created while they are read moves others to the next page, where
        they come again.

        Raises:
            CamundaError: the pages do not lead to an end.
        """
        rows: dict[str, dict[str, Any]] = {}
        first = 0
        while True:
            page = self.page(*segments, fields=fields, query=query, first=first)
            known = len(rows)
            rows.update((row["id"], row) for row in page.rows)
            if not page.is_full:
                return list(rows.values())
            if len(rows) == known:
                raise not_paged(
                    f"GET {self.path(*segments)}", f"the page from row {first} on has only rows of pages before it"
                )
            first += len(page.rows)
            if first > _MOST_ROWS:
                raise not_paged(f"GET {self.path(*segments)}", f"there is no end after {first} rows")


def smaller_limit(error: AnswerError, size: int) -> int:
    """Return the limit that an engine with ``queryMaxResultsLimit`` names when it refuses ``size`` objects.

    Raises:
        AnswerError: the error, if it is another one.
    """
    limit = re.search(r"Max results limit of (\d+) exceeded", error.message)
    if error.status != 400 or limit is None or not 0 < int(limit.group(1)) < size:
        raise error
    return int(limit.group(1))


def not_paged(request: str, problem: str) -> CamundaError:
    """Return the error for pages that do not lead to an end."""
    return CamundaError(
        f"{request}: {problem}. The server, or a cache or proxy in between, ignores firstResult or maxResults, so "
        "that the list cannot be read. Check the option url, and what is in between."
    )
