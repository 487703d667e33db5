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

from ansible_collections.bpmops.camunda.plugins.module_utils import libraries
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import TransportError
from ansible_collections.bpmops.camunda.plugins.module_utils.parallel import stop_if_abandoned
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.connection import Connection
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.deadline import Deadline
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response

try:
    import requests
    import requests.adapters
    import requests.structures
    import requests.utils
    import urllib3
except ImportError:
    HAS_REQUESTS = False
else:
    HAS_REQUESTS = True

_CHUNK = 1 << 16
_CONNECTIONS = 16  # the most that tasks may have under way
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
MAX_BODY = 256 << 20
"""Bytes of one answer; more is an error of the server or of the address, and would exhaust the memory."""


@dataclass(frozen=True)
class Request:
    """One HTTP request, complete.

    Attributes:
        url: where to; sent as it is, byte for byte.
        path: what to call it in errors.
    """

    method: str
    url: str = field(repr=False)
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: Optional[bytes] = field(default=None, repr=False)


class _TooLargeError(Exception):
    """An answer exceeds MAX_BODY."""


class Transport:
    """Connections to one server, kept alive and shared by threads. No retries, no redirects, no login.

    Proxies and trusted authorities come from the connection or from the environment, which is read once.

    Args:
        connection: the checked options.
        url: the server's address.
        option: the name of the option that holds ``url``, for errors.

    Raises:
        MissingLibraryError: ``requests`` is not installed.
    """

    def __init__(self, connection: Connection, url: str, option: str = "url") -> None:
        if not HAS_REQUESTS:
            libraries.load("requests", "requests", "talking to the server")
        self._connection = connection
        self._option = option
        self._place = urlsplit(url).netloc
        # Its pool is shared by the threads: connections outlive the threads of one stage of a plan.
        self._adapter = requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=_CONNECTIONS)
        self._proxies = _proxies(connection.proxy, url)
        self._settings: dict[str, Any] = {
            "verify": verification(connection.validate_certs, connection.ca_path),
            "cert": _certificate(connection),
            "proxies": self._proxies,
        }
        if not connection.validate_certs:
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)

    def send(self, request: Request, deadline: Deadline) -> Response:
        """Send ``request`` once and return the complete answer, whatever its status.

        Raises:
            TlsError: no secure connection.
            DeadlineError: the deadline passed.
            TransportError: anything else that left no complete answer.
        """
        stop_if_abandoned()
        if deadline.remaining() <= 0:
            raise deadline.error(f"{request.method} {request.path}", sent=False)
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = request.url
        prepared.body = request.body
        headers = dict(request.headers)
        if request.body is not None:
            headers["Content-Length"] = str(len(request.body))
        prepared.headers = requests.structures.CaseInsensitiveDict(headers)
        # The adapter takes None in both places, its type hints do not.
        limits: Any = (deadline.cap(self._connection.connect_timeout), deadline.cap(self._connection.read_timeout))
        try:
            answer = self._adapter.send(prepared, stream=True, timeout=limits, **self._settings)
            content = self._content(answer.raw, request, deadline)
        except TransportError:
            raise
        except _TooLargeError:
            raise TransportError(
                f"{request.method} {request.path}: the answer is larger than {MAX_BODY >> 20} MiB.", sent=True
            ) from None
        except (OSError, ValueError, zlib.error, urllib3.exceptions.HTTPError, http.client.HTTPException) as error:
            from ansible_collections.bpmops.camunda.plugins.module_utils.rest import failures

            place = failures.Place(self._option, self._place)
            raise failures.translate(
                error, f"{request.method} {request.path}", deadline, self._connection, place
            ) from None
        cookies = answer.cookies.get_dict() if answer.cookies else {}
        return Response(request.method, request.path, answer.status_code, answer.headers, content, cookies)

    def _content(self, raw: Any, request: Request, deadline: Deadline) -> bytes:
        """Read the body as it arrives, so that a server that sends a byte now and then cannot outlast the deadline."""
        read = _reader(raw)
        sock = getattr(getattr(raw, "connection", None), "sock", None)
        parts: list[bytes] = []
        size = 0
        while True:
            part = read(_CHUNK, decode_content=False)
            if not part:
                # urllib3 1 does not look whether something is missing.
                if size < int(raw.headers.get("Content-Length", 0)) and request.method != "HEAD":
                    raise http.client.IncompleteRead(b"")
                return _unpack(b"".join(parts), raw.headers.get("Content-Encoding", ""))
            parts.append(part)
            size += len(part)
            if size > MAX_BODY:
                raw.close()
                raise _TooLargeError
            if deadline.remaining() <= 0:
                raw.close()
                raise deadline.error(f"{request.method} {request.path}", sent=True)
            if sock is not None:
                sock.settimeout(deadline.cap(self._connection.read_timeout))


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
        raise _TooLargeError
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
