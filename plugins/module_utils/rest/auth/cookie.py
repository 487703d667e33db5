# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log in once with user name and password, and keep the session (Operate and Tasklist, self-managed)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Union
from urllib.parse import urlencode

from ...errors import AuthenticationError, TransportError, answer_error
from ...secrets import Redactor
from .. import retry
from ..connection import Connection
from ..deadline import Deadline
from ..problems import PROXY_LOGIN, explain
from ..response import Response
from ..transport import Request, Transport
from .base import Credentials
from .renewable import Renewable

# Up to 8.7, and from 8.8. The form goes into the body: a query would end up in the log files of servers.
_PATHS = ("/api/login", "/login")
_FORM = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
_CSRF_HEADERS = ("OPERATE-X-CSRF-TOKEN", "X-CSRF-TOKEN")


class Cookie(Renewable):
    """A session, with the CSRF token that writes need in it.

    The login itself changes nothing that a user would call data, so check mode logs in too.
    """

    advice = "The session was refused, a new one too. Check that the user may use this API"

    def __init__(self, connection: Connection, transport: Transport, redactor: Redactor) -> None:
        super().__init__()
        self._base = connection.url
        self._username = connection.username or ""
        self._retries = connection.request_retries
        self._transport = transport
        self._redactor = redactor
        self._form = urlencode({"username": self._username, "password": connection.password or ""}).encode("ascii")
        self._cookies: dict[str, str] = {}
        self._csrf: dict[str, str] = {}

    def learn(self, response: Response, used: Credentials) -> None:
        """Keep what an answer brings, unless its session is over.

        Every answer to a GET has a CSRF token that looks new; each of them is valid until the cookies change.
        """
        if response.cookies or (not self._csrf and any(name in response.headers for name in _CSRF_HEADERS)):
            with self._lock:
                if used.generation == self._generation:
                    self._keep(response)
                    self._current = replace(self._made(), generation=self._generation)

    def _valid(self) -> bool:
        return bool(self._cookies)

    def _drop(self) -> None:
        self._cookies, self._csrf = {}, {}

    def _obtain(self, deadline: Deadline) -> Credentials:
        for path in _PATHS:
            once = partial(self._log_in, path, deadline)
            response = retry.repeat(once, retries=self._retries, repeatable=True, deadline=deadline)
            if response.cookies:
                self._keep(response)
                return self._made()
        raise answer_error(
            f"POST {' and '.join(_PATHS)}: there is no login with user name and password at {self._base}. "
            "Check url, or choose another auth_type.",
            response,
        )

    def _log_in(self, path: str, deadline: Deadline, _attempt: int) -> Union[Response, retry.Failure]:
        """Log in at ``path``. An answer without cookies means that there is no login at this path."""
        try:
            response = self._transport.send(Request("POST", self._base + path, path, _FORM, self._form), deadline)
        except TransportError as error:
            return retry.transport_failure(error)
        if response.status in (404, 405) or (response.status < 300 and not response.cookies):
            return replace(response, cookies={})
        if response.status < 400 and response.cookies and "error" not in response.headers.get("Location", ""):
            return response
        said = explain(response)[1]
        message = " ".join(
            filter(None, (f"POST {path}: {response.status} the login failed.", said, self._advice(response.status)))
        )
        # Operate up to 8.4 redirects to its login form when the password is wrong.
        refusal = AuthenticationError(message, response) if 300 <= response.status < 400 else None
        return retry.answer_failure(refusal or answer_error(message, response), response)

    def _advice(self, status: int) -> str:
        if status == 407:
            return PROXY_LOGIN
        if status >= 500 or status == 429:
            return "The server is starting, overloaded or down; try again later."
        return f"Check username ({self._username}) and password. The login was tried once only."

    def _keep(self, response: Response) -> None:
        fresh = {name: value for name, value in response.cookies.items() if self._cookies.get(name) != value}
        self._cookies.update(fresh)
        csrf = {name: response.headers[name] for name in _CSRF_HEADERS if name in response.headers}
        for value in (*fresh.values(), *(value for value in csrf.values() if value not in self._csrf.values())):
            self._redactor.add(value)
        self._csrf = csrf or self._csrf

    def _made(self) -> Credentials:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return Credentials({"Cookie": cookies, **self._csrf})
