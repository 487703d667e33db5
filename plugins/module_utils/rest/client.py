# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP client of all products: safe and unsafe operations, retries, login, errors."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Optional, Union, cast
from urllib.parse import quote

from ..errors import CamundaError, ReadOnlyError, TransportError, UsageError
from ..secrets import Redactor
from .auth import STRATEGIES
from .auth.base import Credentials
from .connection import Connection
from .deadline import Deadline
from .response import Explain, Response
from .transport import Request, Transport

if TYPE_CHECKING:
    from . import retry
    from .bodies import Receiver, Upload

QueryValue = Union[str, int, float, bool, None]
Query = Union[str, Mapping[str, QueryValue], Sequence[tuple[str, QueryValue]]]
RepeatAnswer = Callable[[Response], Optional[bool]]

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "ansible bpmops.camunda"}
_PATH = re.compile(r"/[!-\"$->@-~]*")
_REPEATABLE_WRITES = frozenset(("PUT", "DELETE"))


@dataclass(frozen=True)
class _Operation:
    """What the caller asked for, ready to be sent; ``page`` says that the answer may be a web page."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Union[bytes, Upload, None]
    page: bool
    repeatable: bool
    receiver: Optional[Receiver]


class Client:
    """Sends operations to one server.

    Reads and writes are told apart by the operation, not by the HTTP method: a search is a POST and a read.
    A client may be used by several threads, which share its connections.

    Args:
        connection: the checked options.
        read_only: refuse all writes. True in check mode.
        redactor: gets every secret as soon as it is known, and cleans every error text.
        explain: the product's reader of error bodies; by default one of the usual shapes.
        repeat_answer: the product's opinion about an error answer: True, the server did nothing and may be asked again;
            False, repeating is useless or dangerous; None, no opinion.
        sleep: waits between attempts; for tests.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        read_only: bool,
        redactor: Redactor,
        explain: Optional[Explain] = None,
        repeat_answer: Optional[RepeatAnswer] = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        for secret in (connection.password, connection.token, connection.api_key, connection.client_secret):
            redactor.add(secret)
        self._connection = connection
        self._read_only = read_only
        self._redactor = redactor
        self._explain = explain
        self._repeat_answer = repeat_answer
        self._sleep = sleep
        self._transport = Transport(connection, connection.url)
        for proxy in self._transport.proxies.values():
            redactor.add_url(proxy, meant=True)
        self._auth = STRATEGIES[connection.auth_type].make(connection, self._transport, redactor)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know although the requests succeed."""
        return self._auth.warnings

    def read(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Query] = None,
        body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        receiver: Optional[Receiver] = None,
    ) -> Response:
        """Send an operation that changes nothing on the server, and return its success.

        Args:
            method: the HTTP method.
            path: starts with a slash, percent-encoded, without a query; appended to the base URL as it is.
            query: parameters; None values are left out, booleans become true and false. A string is encoded already.
            body: an object to send as JSON; bytes or an upload, with a Content-Type in ``headers``; None for no body.
            headers: more headers. Accept is application/json unless given here.
            receiver: says which answers are a success, by default those below 300, and takes their bodies.

        Raises:
            AnswerError: the server answered with a status of 300 or more, or with a web page.
            TransportError: there was no complete answer (see its ``sent``), or no time left.
        """
        return self._call(method, path, query, body, headers, True, receiver)

    def write(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Query] = None,
        body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        repeatable: Optional[bool] = None,
        receiver: Optional[Receiver] = None,
    ) -> Response:
        """Send an operation that may change something. Parameters and errors as in ``read``, and:

        Args:
            repeatable: whether doing it twice is the same as doing it once. Default: True for PUT and DELETE.

        Raises:
            ReadOnlyError: the client is read-only; nothing was sent.
        """
        if self._read_only:
            raise ReadOnlyError(
                f"{method} {path}: a write was attempted in check mode or by a plugin that only reads. "
                "Nothing was sent. This is a defect of the collection, please report it."
            )
        if repeatable is None:
            repeatable = method in _REPEATABLE_WRITES
        return self._call(method, path, query, body, headers, repeatable, receiver)

    def _call(
        self,
        method: str,
        path: str,
        query: Optional[Query],
        body: Any,
        headers: Optional[Mapping[str, str]],
        repeatable: bool,
        receiver: Optional[Receiver],
    ) -> Response:
        if not _PATH.fullmatch(path):
            raise UsageError(f"{method}: the path must start with a slash and be percent-encoded, without a query.")
        own = {name.title(): value for name, value in (headers or {}).items()}
        content = _content(body, own)
        sent = {**_HEADERS, **own}
        operation = _Operation(method, path, _encoded(query), sent, content, "Accept" in own, repeatable, receiver)
        deadline = Deadline(self._connection.deadline)
        once = partial(self._once, operation, deadline)
        try:
            outcome = once(1)
            if isinstance(outcome, Response):
                return outcome
            from . import retry  # most tasks have no failure, and need not compile it

            return retry.repeat(
                once,
                first=outcome,
                retries=self._connection.request_retries,
                repeatable=repeatable,
                deadline=deadline,
                sleep=self._sleep,
            )
        except CamundaError as error:
            message = error.message
            if isinstance(error, TransportError) and error.sent and not repeatable:
                message += " The server may have carried it out: look before you repeat it."
            error.message = self._redactor.text(message)
            error.args = (error.message,)
            error.facts = self._redactor.data(error.facts)
            raise error from None

    def _once(self, operation: _Operation, deadline: Deadline, attempt: int) -> Union[Response, retry.Failure]:
        credentials = self._auth.credentials(deadline)
        try:
            response = self._send(operation, credentials, deadline)
            if response.status == 401 and self._auth.renew(credentials):
                response = self._send(operation, self._auth.credentials(deadline), deadline)
        except TransportError as error:
            from . import retry

            return retry.transport_failure(error)
        accepted = operation.receiver is not None and operation.receiver.accepts(response.status)
        if accepted or (response.status < 300 and (operation.page or not response.is_html)):
            return response
        return self._failure(response, attempt)

    def _failure(self, response: Response, attempt: int) -> retry.Failure:
        from . import problems, retry

        explain = self._explain or problems.explain
        error = problems.status_error(response, self._connection, explain, self._auth.advice, attempt)
        may_repeat = self._repeat_answer(response) if self._repeat_answer else None
        return retry.answer_failure(error, response, may_repeat)

    def _send(self, operation: _Operation, credentials: Credentials, deadline: Deadline) -> Response:
        query = "&".join(filter(None, (operation.query, _encoded(credentials.query))))
        url = self._connection.url + operation.path + ("?" + query if query else "")
        headers = {**operation.headers, **credentials.headers}
        request = Request(operation.method, url, operation.path, headers, operation.body, operation.repeatable)
        response = self._transport.send(request, deadline, operation.receiver)
        self._auth.learn(response, credentials)
        return response


def _content(body: Any, headers: dict[str, str]) -> Union[bytes, Upload, None]:
    """Return the bytes to send, and set their Content-Type in ``headers``."""
    if body is None or isinstance(body, bytes) or hasattr(body, "blocks"):
        return cast("Union[bytes, Upload, None]", body)
    headers.setdefault("Content-Type", "application/json")
    try:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError):
        raise UsageError(
            "The body of the request cannot be written as JSON: it holds NaN or an unknown type."
        ) from None


def _encoded(query: Optional[Query]) -> str:
    if isinstance(query, str):
        return query
    pairs = query.items() if isinstance(query, Mapping) else query or ()
    texts = ((name, _text(value)) for name, value in pairs if value is not None)
    return "&".join(f"{quote(name, safe='')}={quote(text, safe='')}" for name, text in texts)


def _text(value: QueryValue) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
