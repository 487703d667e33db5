# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that are the same for every request: none, a user name and password, a token, or an API key."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from .base import Credentials

if TYPE_CHECKING:
    from ...secrets import Redactor
    from ..connection import Connection
    from ..deadline import Deadline
    from ..response import Response
    from ..transport import Transport


class Fixed:
    """Credentials that never change. After a 401 they are not sent again: servers lock accounts after failed logins."""

    warnings: tuple[str, ...] = ()

    def __init__(self, credentials: Credentials, advice: str) -> None:
        self._credentials = credentials
        self.advice = advice

    def credentials(self, _deadline: Deadline) -> Credentials:
        """Return the same credentials always."""
        return self._credentials

    def learn(self, _response: Response, _used: Credentials) -> None:
        """Nothing to learn from responses."""

    def renew(self, _refused: Credentials) -> bool:
        """Return False: there are no others."""
        return False


def none(_connection: Connection, _transport: Transport, _redactor: Redactor) -> Fixed:
    """Send no credentials."""
    return Fixed(Credentials(), "The server requires a login: give username and password, or other credentials")


def basic(connection: Connection, _transport: Transport, redactor: Redactor) -> Fixed:
    """Send user name and password with every request, before the server asks for them."""
    username, password = connection.username or "", connection.password or ""
    redactor.add_basic(username, password)
    return Fixed(
        Credentials({"Authorization": basic_header(username, password)}),
        f"Check username ({username}) and password. They were sent once only: "
        "repeated wrong passwords lock the account, and a locked account is refused with the right password too",
    )


def bearer(connection: Connection, _transport: Transport, _redactor: Redactor) -> Fixed:
    """Send the token that the user gives."""
    return Fixed(
        Credentials({"Authorization": f"Bearer {connection.token}"}),
        "The given token was not accepted: it may have expired, or be made for another audience",
    )


def api_key(connection: Connection, _transport: Transport, _redactor: Redactor) -> Fixed:
    """Send a key that an API gateway in front of the server requires, in a header or a query parameter."""
    name, key, location = connection.api_key_name, connection.api_key or "", connection.api_key_location
    credentials = Credentials(query=((name, key),)) if location == "query" else Credentials({name: key})
    return Fixed(credentials, f"Check api_key, api_key_name ({name}) and api_key_location ({location})")


def basic_header(username: str, password: str) -> str:
    """Return the value of the Authorization header for a user name and password."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")
