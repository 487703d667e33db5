# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send one request and read the whole answer, within a deadline.

urllib3 holds the connections. The library ``requests``, which comes with it, says what the environment wants: proxies
and trusted authorities.
"""

from __future__ import annotations

import http.client
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional, Union
from urllib.parse import urlsplit

from .. import libraries
from ..errors import UsageError
from ..parallel import stop_if_abandoned
from . import bounded
from .connection import Connection
from .deadline import Deadline
from .response import Response

if TYPE_CHECKING:
    from .bodies import Receiver, Upload

_CHUNK = 1 << 16
_CONNECTIONS = 16  # the most that tasks may have under way
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
MAX_BODY = 64 << 20
"""Maximum bytes of one answer. A larger one comes from a wrong address, and would exhaust the memory."""


@dataclass(frozen=True)
class Request:
    """One HTTP request, complete.

    Attributes:
        url: the whole URL; sent as it is, byte for byte.
        path: what to call it in errors.
        repeatable: whether doing it twice is the same as doing it once.
    """

    method: str
    url: str = field(repr=False)
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: Union[bytes, Upload, None] = field(default=None, repr=False)
    repeatable: bool = True

    @property
    def name(self) -> str:
        """What to call the request in errors."""
        return f"{self.method} {self.path}"


class Transport:
    """Connections to one server, kept alive and shared by threads. No retries, no redirects, no login.

    Proxies and trusted authorities come from the connection or from the environment, which is read once.
    The pools are urllib3's own, without ``requests`` around them: a session of requests has no deadline for a whole
    answer, changes URLs and headers, and takes a third more time for each request.

    Args:
        connection: the checked options.
        url: the server's address.
        option: the name of the option that holds ``url``, for errors.

    Attributes:
        proxies: the URL of the proxy by scheme; one from the environment may hold a login.

    Raises:
        MissingLibraryError: ``requests`` is not installed.
        UsageError: the proxy in the environment is not a valid URL.
    """

    def __init__(self, connection: Connection, url: str, option: str = "url") -> None:
        self._requests = libraries.load("requests", "requests", "talking to the server")
        self._urllib3 = libraries.load("urllib3", "requests", "talking to the server")
        self._connection = connection
        self._option = option
        parts = urlsplit(url)
        self._host = parts.netloc
        self.proxies = self._proxies(url)
        proxy = self._requests.utils.select_proxy(url, self.proxies)
        if proxy and "://" not in proxy:
            proxy = f"http://{proxy}"
        # An HTTP proxy gets whole URLs, unless it only opens a tunnel. Everybody else gets them without their origin.
        is_whole = proxy and parts.scheme.lower() == "http" and not proxy.startswith("socks")
        self._target_from = 0 if is_whole else len(f"{parts.scheme}://{parts.netloc}")
        # The pool is shared by the threads: connections outlive the threads of one stage of a plan.
        try:
            self._pool = bounded.pool(self._manager(proxy), url)
        except (ValueError, self._urllib3.exceptions.HTTPError):
            raise UsageError(
                "The proxy in the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY) is not a valid URL. "
                "Write it as http://host:port, or set the option proxy."
            ) from None
        # Whether connections can be used again: not known before one was. Gateways close them without notice.
        self._reusable: Optional[bool] = None
        self._failures = (
            OSError,
            ValueError,
            zlib.error,
            http.client.HTTPException,
            self._urllib3.exceptions.HTTPError,
        )
        if not connection.validate_certs:
            self._urllib3.disable_warnings(self._urllib3.exceptions.InsecureRequestWarning)

    def send(self, request: Request, deadline: Deadline, receiver: Optional[Receiver] = None) -> Response:
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
        exchange = bounded.Exchange(request.name, deadline, *limits, connection.write_timeout, MAX_BODY, fresh)
        timeout = self._urllib3.Timeout(*map(deadline.cap, limits))
        body: Any = request.body
        body = body.blocks() if hasattr(body, "blocks") else body
        try:
            target = request.url[self._target_from :]
            answer = bounded.send(
                self._pool, exchange, request.method, target, body=body, headers=request.headers, timeout=timeout
            )
            if answer.status < 200:
                answer.close()
                raise bounded.InterimError
            content = _content(answer, exchange, receiver)
        except self._failures as error:
            from . import transport_errors

            if exchange.reused and not exchange.received:
                self._reusable = False
            server = transport_errors.Server(self._option, self._host)
            raise transport_errors.transport_error(error, exchange, server) from None
        if exchange.reused and self._reusable is None:
            self._reusable = True
        cookies = self._cookies(answer, request) if "Set-Cookie" in answer.headers else {}
        return Response(request.method, request.path, answer.status, answer.headers, content, cookies)

    def _cookies(self, answer: Any, request: Request) -> dict[str, str]:
        """Return the cookies that an answer sets; those that it deletes are not among them."""
        library = self._requests.cookies
        jar = library.RequestsCookieJar()
        jar.extract_cookies(answer, library.MockRequest(request))
        return dict(jar.get_dict())

    def _proxies(self, url: str) -> dict[str, str]:
        option = self._connection.proxy
        if option == "none":
            return {}
        if option:
            return {"http": option, "https": option}
        return dict(self._requests.utils.get_environ_proxies(url, no_proxy=None))

    def _manager(self, proxy: Optional[str]) -> Any:
        settings = {"maxsize": _CONNECTIONS, **self._tls()}
        if not proxy:
            return self._urllib3.PoolManager(**settings)
        if proxy.startswith("socks"):
            socks = libraries.load("urllib3.contrib.socks", "pysocks", "the SOCKS proxy in the environment")
            return socks.SOCKSProxyManager(proxy, **settings)
        login = ":".join(self._requests.utils.get_auth_from_url(proxy))
        headers = self._urllib3.make_headers(proxy_basic_auth=login if len(login) > 1 else None)
        return self._urllib3.ProxyManager(proxy, proxy_headers=headers, **settings)

    def _tls(self) -> dict[str, Any]:
        connection = self._connection
        verify = verification(connection.validate_certs, connection.ca_path)
        if verify is True:
            verify = self._requests.certs.where()
        authorities = "ca_cert_dir" if verify and os.path.isdir(verify) else "ca_certs"
        return {
            "cert_reqs": "CERT_REQUIRED" if verify else "CERT_NONE",
            authorities: verify or None,
            "cert_file": connection.client_cert,
            "key_file": connection.client_key,
        }


def _content(raw: Any, exchange: bounded.Exchange, receiver: Optional[Receiver]) -> bytes:
    """Return the body of an answer; nothing if the receiver took it."""
    encoding = raw.headers.get("Content-Encoding", "").lower()
    is_packed = encoding in ("gzip", "x-gzip")  # all that requests offer
    put = receiver.begin(raw.status) if receiver else None
    if put is None and not is_packed:
        return b"".join(_blocks(raw))
    from . import bodies

    return bodies.take(_blocks(raw), put, exchange, is_packed=is_packed)


def _blocks(raw: Any) -> Iterator[bytes]:
    """Yield the body as it arrives, so that the deadline ends a body that trickles in."""
    if not hasattr(raw, "read1"):  # urllib3 has it since 2.2
        raw._fp.read = raw._fp.read1
    read = getattr(raw, "read1", raw.read)
    while block := read(_CHUNK, decode_content=False):
        yield block
    # urllib3 1 does not check whether the body is complete.
    if raw.length_remaining:
        raise http.client.IncompleteRead(b"")


def verification(
    validate: bool, ca_path: Optional[str], environment: Optional[Mapping[str, str]] = None
) -> Union[bool, str]:
    """Return whether to verify certificates, or the file or directory of authorities to verify them with."""
    if not validate:
        return False
    variables = os.environ if environment is None else environment
    named = next((variables[name] for name in _BUNDLE_VARIABLES if variables.get(name)), None)
    return ca_path or named or True
