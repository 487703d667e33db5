# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send one request and read the whole answer, within a deadline. The only file that knows the library ``requests``."""

from __future__ import annotations

import http.client
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional, Union
from urllib.parse import urlsplit

from ..errors import TooLargeError
from ..parallel import stop_if_abandoned
from .connection import Connection
from .deadline import Deadline
from .response import Response

try:
    import requests
    import requests.adapters
    import requests.structures
    import requests.utils
    import urllib3
except ImportError:
    HAS_REQUESTS = False
else:
    from . import bounded

    HAS_REQUESTS = True

_CHUNK = 1 << 16
_CONNECTIONS = 16  # the most that tasks may have under way
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
MAX_BODY = 64 << 20
"""Bytes of one answer; more is an error of the server or of the address, and would exhaust the memory."""


@dataclass(frozen=True)
class Request:
    """One HTTP request, complete.

    Attributes:
        url: where to; sent as it is, byte for byte.
        path: what to call it in errors.
        repeatable: whether doing it twice is the same as doing it once.
    """

    method: str
    url: str = field(repr=False)
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: Optional[bytes] = field(default=None, repr=False)
    repeatable: bool = True

    @property
    def name(self) -> str:
        """What to call the request in errors."""
        return f"{self.method} {self.path}"


class Transport:
    """Connections to one server, kept alive and shared by threads. No retries, no redirects, no login.

    Proxies and trusted authorities come from the connection or from the environment, which is read once.

    Args:
        connection: the checked options.
        url: the server's address.
        option: the name of the option that holds ``url``, for errors.

    Attributes:
        proxies: the URL of the proxy by scheme; one from the environment may hold a login.

    Raises:
        MissingLibraryError: ``requests`` is not installed.
    """

    def __init__(self, connection: Connection, url: str, option: str = "url") -> None:
        if not HAS_REQUESTS:
            from .. import libraries

            libraries.load("requests", "requests", "talking to the server")
        self._connection = connection
        self._option = option
        self._place = urlsplit(url).netloc
        # Its pool is shared by the threads: connections outlive the threads of one stage of a plan.
        self._adapter = bounded.adapter(requests.adapters.HTTPAdapter, pool_connections=1, pool_maxsize=_CONNECTIONS)
        self.proxies = _proxies(connection.proxy, url)
        # Whether connections can be used again: not known before one was. Gateways close them without a word.
        self._reusable: Optional[bool] = None
        self._settings: dict[str, Any] = {
            "verify": verification(connection.validate_certs, connection.ca_path),
            "cert": _certificate(connection),
            "proxies": self.proxies,
        }
        if not connection.validate_certs:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send ``request`` once and return the complete answer, whatever its status.

        Raises:
            TlsError: no secure connection.
            TooLargeError: the answer is larger than MAX_BODY.
            DeadlineError: the deadline passed.
            TransportError: anything else that left no complete answer.
        """
        stop_if_abandoned()
        if deadline.remaining() <= 0:
            raise deadline.error(request.name, sent=False)
        connection = self._connection
        # A request that must not be sent twice takes no connection that the server may have closed meanwhile.
        fresh = self._reusable is False or (self._reusable is None and not request.repeatable)
        limits = connection.connect_timeout, connection.read_timeout
        exchange = bounded.Exchange(deadline, *limits, MAX_BODY, fresh)
        timeout = tuple(map(deadline.cap, limits))
        try:
            answer = self._adapter.exchange(exchange, _prepared(request), timeout=timeout, **self._settings)
            if answer.status_code < 200:
                answer.close()
                raise bounded.InterimError
            content = _content(answer.raw)
        except bounded.TooLargeError:
            raise TooLargeError(
                f"{request.name}: the answer is larger than {MAX_BODY >> 20} MiB, which no answer of the API is.",
                sent=True,
            ) from None
        except (OSError, ValueError, zlib.error, urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
            from . import failures

            if exchange.reused and not exchange.received:
                self._reusable = False
            place = failures.Place(self._option, self._place)
            raise failures.translate(error, request.name, exchange, place) from None
        if exchange.reused and self._reusable is None:
            self._reusable = True
        cookies = answer.cookies.get_dict() if answer.cookies else {}
        return Response(request.method, request.path, answer.status_code, answer.headers, content, cookies)


def _prepared(request: Request) -> requests.PreparedRequest:
    prepared = requests.PreparedRequest()
    prepared.method = request.method
    prepared.url = request.url
    prepared.body = request.body
    headers = dict(request.headers)
    if request.body is not None:
        headers["Content-Length"] = str(len(request.body))
    prepared.headers = requests.structures.CaseInsensitiveDict(headers)
    return prepared


def _content(raw: Any) -> bytes:
    """Read the body as it arrives, so that a server that sends a byte now and then is left at the deadline."""
    read = _reader(raw)
    parts: list[bytes] = []
    while True:
        part = read(_CHUNK, decode_content=False)
        if not part:
            break
        parts.append(part)
    # urllib3 1 does not look whether something is missing.
    if raw.length_remaining:
        raise http.client.IncompleteRead(b"")
    return _unpack(b"".join(parts), raw.headers.get("Content-Encoding", ""))


def _reader(raw: Any) -> Any:
    """Return the method that reads as many bytes as have arrived. urllib3 has it from 2.2 on, Python always had it."""
    if not hasattr(raw, "read1"):
        raw._fp.read = raw._fp.read1
        return raw.read
    return raw.read1


def _unpack(content: bytes, encoding: str) -> bytes:
    """Undo the compression that we offer; of any other the caller finds that it cannot read it."""
    if encoding.lower() not in ("gzip", "x-gzip") or not content:
        return content
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    unpacked = unpacker.decompress(content, MAX_BODY)
    if unpacker.unconsumed_tail:
        raise bounded.TooLargeError
    if not unpacker.eof:
        raise zlib.error("the end is missing")
    return unpacked


def _proxies(option: Optional[str], url: str) -> dict[str, str]:
    if option == "none":
        return {}
    if option:
        return {"http": option, "https": option}
    return dict(requests.utils.get_environ_proxies(url, no_proxy=None))


def _certificate(connection: Connection) -> Any:
    if connection.client_cert and connection.client_key:
        return (connection.client_cert, connection.client_key)
    return connection.client_cert


def verification(
    validate: bool, ca_path: Optional[str], environment: Optional[Mapping[str, str]] = None
) -> Union[bool, str]:
    """Return whether to verify certificates, or the file or directory of authorities to verify them with."""
    if not validate:
        return False
    variables = os.environ if environment is None else environment
    named = next((variables[name] for name in _BUNDLE_VARIABLES if variables.get(name)), None)
    return ca_path or named or True
