# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Camunda 7 REST API: ids in paths, pages, permissions of the caller.

Source of the facts: the sources of Camunda 7.24 and running engines (7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Optional
from urllib.parse import quote

from ..errors import (
    AnswerError,
    AuthenticationError,
    CamundaError,
    HiddenError,
    InvalidAnswerError,
    NotFoundError,
    UsageError,
)
from ..rest import shapes
from ..rest.client import Client
from ..rest.response import Response
from .identity.permissions import Resource

PAGE_SIZE = 500
_MOST_ROWS = 1_000_000

# Both are stored (as something else) and then answered with 400 in every address. Other control characters work.
_UNADDRESSABLE = re.compile("[\\x00\\ud800-\\udfff]")

ROWS: Mapping[str, shapes.Fields] = {
    "user": {
        "id": shapes.TEXT,
        "firstName": shapes.TEXT_OR_NULL,
        "lastName": shapes.TEXT_OR_NULL,
        "email": shapes.TEXT_OR_NULL,
    },
    "group": {"id": shapes.TEXT, "name": shapes.TEXT_OR_NULL, "type": shapes.TEXT_OR_NULL},
    "tenant": {"id": shapes.TEXT, "name": shapes.TEXT_OR_NULL},
    "authorization": {
        "id": shapes.TEXT,
        "type": shapes.INTEGER,
        "permissions": shapes.TEXTS,
        "userId": shapes.TEXT_OR_NULL,
        "groupId": shapes.TEXT_OR_NULL,
        "resourceType": shapes.INTEGER,
        "resourceId": shapes.TEXT_OR_NULL,
    },
}
"""The fields of a row that the collection relies on, by the address of the list."""


def encode_id(value: str) -> str:
    """Encode a user, group or tenant id for a path.

    The engine decodes slashes and backslashes twice, because Tomcat refuses them when they are encoded once. So the
    address of an id that contains ``%2F`` means another id, the one with a slash.

    Raises:
        UsageError: for ids that no URL can carry.
    """
    if value in {"", ".", ".."} or _UNADDRESSABLE.search(value):
        raise UsageError(f"The id {value!r} cannot be used: no web address can carry it.")
    if "%2F" in value or "%5C" in value:
        raise UsageError(
            f"The id {value!r} cannot be addressed: the engine takes %2F and %5C in it for a slash and a backslash, "
            "which is another id. The REST API can neither change nor remove such an object. "
            "List it in protect to exclude it from purge."
        )
    return quote(value.replace("/", "%2F").replace("\\", "%5C"), safe="")


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

    def page(self, *segments: str, query: Optional[Mapping[str, Any]] = None, first: int = 0) -> Page:
        """Return the rows of a list from the position ``first`` on."""

        def ask(size: int) -> Response:
            part = {**(query or {}), "firstResult": first, "maxResults": size}
            return self.read("GET", *segments, query=part)

        return self.limited(ask, PAGE_SIZE, ROWS[segments[0]])

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
                limit = re.search(r"Max results limit of (\d+) exceeded", error.message)
                if error.status != 400 or limit is None or not 0 < int(limit.group(1)) < size:
                    raise
                self._limit = int(limit.group(1))
                continue
            if len(rows) > size:
                raise not_paged(
                    f"{response.method} {response.path}", f"{len(rows)} rows came where at most {size} were asked for"
                )
            return Page(rows, size)

    def list(self, *segments: str, query: Optional[Mapping[str, Any]] = None) -> list[dict[str, Any]]:
        """Return the whole list, each row once.

        The engine sorts lists by id. A row that is created while they are read moves others to the next page, where
        they come again.

        Raises:
            CamundaError: the pages do not lead to an end.
        """
        rows: dict[str, dict[str, Any]] = {}
        first = 0
        while True:
            page = self.page(*segments, query=query, first=first)
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

    def check_readable(self, resource: Resource, unseen: Iterable[str], *, everything: bool = False) -> None:
        """Make sure that objects that were not found are absent, not hidden.

        The engine silently omits from its lists what the caller may not read.

        Args:
            unseen: ids that were looked for and not found.
            everything: whether the whole list matters (purge, export), not only these ids.

        Raises:
            HiddenError: when the caller lacks READ on them.
        """
        ids = list(unseen)
        target = "*" if everything or len(ids) > 1 else "".join(ids)
        if target and self.may("READ", resource, target) is False:
            raise HiddenError(
                f"The caller {self.caller or ''} may not read {resource.name} {target}, and the engine hides what a "
                f"caller may not read. So it cannot be told whether it exists. Grant READ on the resource "
                f"{resource.name}, id *, to the caller."
            )

    def may(self, permission: str, resource: Resource, resource_id: str = "*") -> Optional[bool]:
        """Whether the caller has a permission; None when the engine knows no caller."""
        if not self.authenticated:
            return None
        query = {
            "permissionName": permission,
            "resourceName": resource.name,
            "resourceType": resource.number,
            "resourceId": resource_id,
        }
        try:
            answer = self.read("GET", "authorization", "check", query=query)
        except AuthenticationError as error:
            # An engine without a login filter answers this although the credentials are not looked at.
            if "must be authenticated" in error.message:
                return None
            raise
        return bool(answer.object({"authorized": shapes.BOOLEAN})["authorized"])


def not_paged(request: str, problem: str) -> CamundaError:
    """Return the error for pages that do not lead to an end."""
    return CamundaError(
        f"{request}: {problem}. The server, or a cache or proxy in between, ignores firstResult or maxResults, so "
        "that the list cannot be read. Check the option url, and what is in between."
    )
