# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OAuth2 client credentials: fetch a token, share it, replace it when it is refused."""

from __future__ import annotations

import time
from typing import Any, Optional, Union
from urllib.parse import quote_plus, urlencode

from ...errors import AnswerError, TransportError, answer_error
from ...secrets import Redactor
from .. import retry
from ..connection import Connection, header_safe
from ..deadline import Deadline
from ..problems import PROXY_LOGIN
from ..response import Response
from ..token_cache import Token, TokenCache
from ..transport import Request, Transport
from .base import Credentials
from .fixed import basic_header
from .renewable import Renewable

_MARGIN = 30.0
_MARGIN_SHARE = 0.1

# RFC 6749 section 5.2.
_MEANINGS = {
    "invalid_client": "Check client_id and client_secret, and whether client_authentication must be header or body",
    "unauthorized_client": "The client may not use the grant client_credentials; allow it at the authorization server",
    "invalid_scope": "Check scope",
    "invalid_grant": "Check client_id and client_secret",
    "access_denied": "Check audience, and that the client is allowed to use it",
    "invalid_target": "Check audience",
    "unsupported_grant_type": "Check token_url: this is not an endpoint for the grant client_credentials",
}


class OAuth2(Renewable):
    """Bearer tokens of an authorization server.

    A token is used until shortly before it ends: 30 s, or a tenth of its life if that is less. Tasks, processes and
    threads that want the same token at the same time make one request.
    """

    advice = (
        "The token was refused, a new one too. Check audience and scope, "
        "and that the server trusts the issuer of token_url"
    )

    def __init__(self, connection: Connection, redactor: Redactor, cache: TokenCache) -> None:
        super().__init__()
        self._url = connection.token_url or ""
        self._place = self._url.partition("?")[0]
        self._retries = connection.request_retries
        self._redactor = redactor
        self._cache = cache
        self._request = _token_request(connection, self._url, self._place, redactor)
        self._name = cache.name(
            self._url, connection.client_id, connection.audience, connection.scope, connection.client_secret
        )
        self._transport = Transport(connection, self._url, option="token_url")
        self._token: Optional[Token] = None

    def _valid(self) -> bool:
        return self._token is not None and self._token.usable(time.time())

    def _obtain(self, deadline: Deadline) -> Credentials:
        token = self._cache.get(self._name, time.time())
        if token is None:
            with self._cache.lock(self._name, deadline):
                # The process that held the lock before may have fetched it.
                token = self._cache.get(self._name, time.time())
                if token is None:
                    token = self._fetch(deadline)
                    self._cache.put(self._name, token)
                    problem = self._cache.problem()
                    if problem:
                        self.warnings = (
                            f"Tokens cannot be stored in {self._cache.directory}: {problem}. Every task requests one. "
                            "Set token_cache to a directory that only this user can access (mode 0700), or to none.",
                        )
        self._redactor.add(token.value)
        self._token = token
        return Credentials({"Authorization": f"Bearer {token.value}"})

    def learn(self, _response: Response, _used: Credentials) -> None:
        """Nothing to learn from responses."""

    def _drop(self) -> None:
        if self._token is not None:
            self._cache.remove(self._name, self._token)
        self._token = None

    def _fetch(self, deadline: Deadline) -> Token:
        """Ask for a token. 429 and errors of the server are worth another attempt, a refusal is not."""
        return retry.repeat(
            lambda _number: self._ask(deadline), retries=self._retries, repeatable=True, deadline=deadline
        )

    def _ask(self, deadline: Deadline) -> Union[Token, retry.Failure]:
        asked = time.time()
        try:
            response = self._transport.send(self._request, deadline)
        except TransportError as error:
            return retry.transport_failure(error)
        token = _token(response, asked)
        if token is not None:
            return token
        again = response.status == 429 or response.status >= 500
        return retry.answer_failure(_refusal(response, self._place), response, may_repeat=again)


def _token_request(connection: Connection, url: str, place: str, redactor: Redactor) -> Request:
    client_id, secret = connection.client_id or "", connection.client_secret or ""
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    form = {"grant_type": "client_credentials"}
    if connection.client_authentication == "header":
        # RFC 6749 section 2.3.1: both are form-encoded before they become a user name and password.
        redactor.add_basic(quote_plus(client_id), quote_plus(secret))
        headers["Authorization"] = basic_header(quote_plus(client_id), quote_plus(secret))
    else:
        form.update(client_id=client_id, client_secret=secret)
    form.update({name: value for name in ("audience", "scope") if (value := getattr(connection, name))})
    return Request("POST", url, place, headers, urlencode(form).encode("ascii"))


def _token(response: Response, asked: float) -> Optional[Token]:
    """Return the token of a successful answer. Without a usable ``expires_in`` it is not kept beyond this task."""
    data: Any = response.data if response.status == 200 else None
    value = data.get("access_token") if isinstance(data, dict) else None
    if not isinstance(value, str) or not header_safe(value):
        return None
    try:
        life = float(data.get("expires_in") or 0)
    except (TypeError, ValueError):
        life = 0.0
    return Token(value, asked, asked + life - min(_MARGIN, life * _MARGIN_SHARE) if life > 0 else None)


def _refusal(response: Response, place: str) -> AnswerError:
    """Say why there is no token. The body of a success is never quoted."""
    data: Any = response.data if isinstance(response.data, dict) else {}
    code = data.get("error") if isinstance(data.get("error"), str) else None
    description = data.get("error_description")
    said = ": ".join(text for text in (code, description) if isinstance(text, str) and text)
    if response.status < 300:
        hint = "The answer holds no token. Check token_url"
    elif response.status == 407:
        hint = PROXY_LOGIN.rstrip(".")
    elif response.status == 429:
        hint = "The authorization server limits token requests; keep token_cache enabled"
    elif response.status >= 500:
        hint = "The authorization server failed; try again later"
    else:
        hint = _MEANINGS.get(code or "", "Check token_url")
    return answer_error(
        f"POST {place}: no token: {response.status} {said[:500]}".rstrip() + f". {hint}.", response, code
    )
