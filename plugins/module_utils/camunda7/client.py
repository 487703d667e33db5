# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Camunda 7 REST API: ids in paths, pages, what its errors mean.

Source of the facts: the sources of Camunda 7.24 and running engines (7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional
from urllib.parse import quote

from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.permissions import Resource
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AnswerError,
    AuthenticationError,
    HiddenError,
    UsageError,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.client import Client
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.connection import Connection
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor

PAGE_SIZE = 500

# ``code`` of an error answer whose transaction was rolled back for a reason outside the request (since 7.16).
_ROLLED_BACK = {1: "optimistic locking", 10000: "deadlock"}

# ``code`` of an error answer whose text says nothing (since 7.16), and what it means.
_TOO_LONG = {10002: "A value is too long for the engine's tables: ids have up to 64 characters, other texts up to 255."}

# What to do next, by a part of the server's text. The texts are those of 7.24 and Operaton 1.0.
_ADVICE: tuple[tuple[str, str], ...] = (
    (
        "is read-only",
        "The engine gets its users and groups from a read-only provider such as LDAP: change them there. "
        "Authorizations can be managed here.",
    ),
    ("No process engine available", "Check the option engine; GET /engine lists the engines."),
    ("Process engine", "Check the option engine; GET /engine lists the engines."),
    ("CSRFPreventionFilter", "This is the API of the web applications: use the address that ends with /engine-rest."),
    (
        "is not a valid resource identifier",
        "The engine's whitelist refuses this id: see generalResourceWhitelistPattern in its configuration.",
    ),
    ("Password does not match policy", "Choose a password that the engine's password policy accepts."),
    (
        "authenticated user password is not valid",
        "The engine wants the caller's own password: check the option password.",
    ),
    ("Required admin authenticated", "The caller must be a member of an admin group of the engine."),
)


def encode_id(value: str) -> str:
    """Encode a user, group or tenant id for a path.

    The engine decodes slashes and backslashes twice, because Tomcat refuses them when they are encoded once. So an
    address for an id that holds the text ``%2F`` means another id, the one with a slash there.

    Raises:
        UsageError: for ids that no URL can carry.
    """
    if value in {"", ".", ".."}:
        raise UsageError(f"The id {value!r} cannot be used: no web address can carry it.")
    if "%2F" in value or "%5C" in value:
        raise UsageError(
            f"The id {value!r} cannot be addressed: the engine takes %2F and %5C in it for a slash and a backslash, "
            "which is another id. The REST API can neither change nor remove such an object. "
            "Let protect name it, where purge comes across it."
        )
    return quote(value.replace("/", "%2F").replace("\\", "%5C"), safe="")


def explain(response: Response) -> tuple[Optional[str], str]:
    """Return the type and the message of an error answer, with what to do about it where that is known."""
    data = response.data
    if not isinstance(data, dict):
        return None, ""
    message = str(data.get("message") or "").strip()
    if message == "" and response.status == 400:
        message = "The engine could not read the request (wrong JSON or a value of the wrong type)."
    missing = data.get("missingAuthorizations")
    if missing:
        needed = ", or ".join(
            f"{row.get('permissionName')} on {row.get('resourceName')} {row.get('resourceId') or '*'}"
            for row in missing
        )
        return data.get("type"), f"{message} The caller {data.get('userId') or ''} needs {needed}.".replace("  ", " ")
    advice = _TOO_LONG.get(data.get("code") or 0, "") or next((text for part, text in _ADVICE if part in message), "")
    return data.get("type"), f"{message} {advice}".strip()


def repeat_answer(response: Response) -> Optional[bool]:
    """True where the engine rolled back and did nothing, so that the same request may be sent again."""
    if response.status != 500:
        return None
    data = response.data
    return isinstance(data, dict) and data.get("code") in _ROLLED_BACK


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
        self._page_size = PAGE_SIZE
        self._prefix = f"/engine/{quote(engine, safe='')}" if engine else ""

    def path(self, *segments: str) -> str:
        return self._prefix + "".join(f"/{segment}" for segment in segments)

    def read(
        self, method: str, *segments: str, query: Optional[Mapping[str, Any]] = None, body: Any = None
    ) -> Response:
        return self.rest.read(method, self.path(*segments), query=query, body=body)

    def write(self, method: str, *segments: str, body: Any = None) -> Response:
        return self.rest.write(method, self.path(*segments), body=body)

    def page(self, *segments: str, query: Optional[Mapping[str, Any]] = None, first: int = 0) -> Page:
        """Return the rows of a list from the position ``first`` on.

        An engine with ``queryMaxResultsLimit`` refuses larger pages and names its limit, which is kept to from then on.
        """
        while True:
            size = self._page_size
            part = {**(query or {}), "firstResult": first, "maxResults": size}
            try:
                return Page(_rows(self.read("GET", *segments, query=part).data, self.path(*segments)), size)
            except AnswerError as error:
                limit = re.search(r"Max results limit of (\d+) exceeded", error.message)
                if error.status != 400 or limit is None or not 0 < int(limit.group(1)) < size:
                    raise
                self._page_size = int(limit.group(1))

    def list(self, *segments: str, query: Optional[Mapping[str, Any]] = None) -> list[dict[str, Any]]:
        """Return the whole list."""
        rows: list[dict[str, Any]] = []
        while True:
            page = self.page(*segments, query=query, first=len(rows))
            rows += page.rows
            if not page.is_full:
                return rows

    def check_readable(self, resource: Resource, unseen: Iterable[str], *, everything: bool = False) -> None:
        """Make sure that objects that were not found are absent, not hidden.

        The engine leaves out of its lists what the caller may not read, without a word.

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
            data = self.read("GET", "authorization", "check", query=query).data
        except AuthenticationError as error:
            # An engine without a login filter answers this although the credentials are not looked at.
            if "must be authenticated" in error.message:
                return None
            raise
        return bool(data.get("authorized")) if isinstance(data, dict) else None


def _rows(data: Any, path: str) -> list[dict[str, Any]]:
    if not isinstance(data, list):
        raise UsageError(
            f"GET {path} did not answer with a list: the option url does not lead to a Camunda 7 REST API. "
            "It usually ends with /engine-rest."
        )
    return data


def connect(params: Mapping[str, Any], redactor: Redactor, read_only: bool) -> Camunda7:
    """Return the client for a task's parameters."""
    connection = Connection.from_parameters(params)
    rest = Client(
        connection,
        read_only=read_only,
        redactor=redactor,
        explain=explain,
        repeat_answer=repeat_answer,
    )
    known = connection.auth_type in {"basic", "cookie"}
    return Camunda7(
        rest,
        engine=params.get("engine"),
        authenticated=connection.auth_type != "none",
        caller=connection.username if known else None,
        password=connection.password if known else None,
    )
