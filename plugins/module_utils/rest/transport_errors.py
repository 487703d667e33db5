# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn failures of the HTTP library into errors that say why there is no complete answer. Imported only then.

The messages of the HTTP library are not used: they may contain addresses with secrets.
"""

from __future__ import annotations

import http.client
import zlib
from typing import NamedTuple

from ..errors import TlsError, TransportError
from . import bounded, tls
from .problems import PROXY_LOGIN

_CHECK_PROXY = "Check proxy, or HTTPS_PROXY, HTTP_PROXY and NO_PROXY in the environment."
_SLACK = 0.05  # a timeout that was cut to the deadline may fire this many seconds before it


class Server(NamedTuple):
    """Where a request was sent: the option that holds the URL, and its host and port."""

    option: str
    host: str


def transport_error(error: Exception, exchange: bounded.Exchange, server: Server) -> TransportError:
    """Return the error for a failure of the HTTP library."""
    from urllib3 import exceptions

    what = exchange.name
    failure = tls.find(error)
    if failure is not None:
        words = tls.meaning(failure, server.option)
        return TlsError(f"{what}: no secure connection to {server.host}: {words}.")
    if exchange.deadline.remaining() <= _SLACK:
        return exchange.deadline.error(what, sent=exchange.connected)
    if any(isinstance(item, exceptions.ProxyError) for item in tls.nested(error)):
        cause = _cause(error)
        advice = PROXY_LOGIN if " 407" in cause else _CHECK_PROXY
        return TransportError(f"{what}: no connection to {server.host} through the proxy: {cause}. {advice}")
    if not exchange.connected:
        return TransportError(
            f"{what}: cannot connect to {server.host}: {_cause(error)}. "
            f"Check {server.option}, and that the server runs."
        )
    if any(isinstance(item, (TimeoutError, exceptions.TimeoutError)) for item in tls.nested(error)):
        if exchange.writing:
            seconds = exchange.write_timeout
            return TransportError(
                f"{what}: {server.host} took nothing for {seconds:g} s (option write_timeout).", sent=True
            )
        seconds = exchange.read_timeout
        return TransportError(f"{what}: {server.host} sent nothing for {seconds:g} s (option read_timeout).", sent=True)
    return TransportError(f"{what}: {server.host} did not complete the answer: {_cause(error)}.", sent=True)


def _meanings() -> tuple[tuple[type[Exception], str, str], ...]:
    """Return failures of the libraries, a part of their message, and what they mean here. The first match counts."""
    from urllib3 import exceptions

    return (
        (zlib.error, "", "its compressed body is damaged"),
        (UnicodeError, "", "the host name is not valid"),
        (bounded.InterimError, "", "it sent an interim answer (status 1xx) and not the final one"),
        (http.client.LineTooLong, "", "its headers are too long"),
        (http.client.HTTPException, "headers", "its headers are too long"),
        (exceptions.InvalidHeader, "", "its headers contradict each other"),
        (http.client.IncompleteRead, "", "it closed the connection before the end"),
        (http.client.RemoteDisconnected, "", "it closed the connection"),
        (http.client.UnknownProtocol, "", "it speaks a version of HTTP that is not known here"),
        (
            http.client.BadStatusLine,
            "",
            "what it sent is not HTTP (does it speak TLS there, so that the address begins with https://?)",
        ),
    )


def _cause(error: Exception) -> str:
    """Return the innermost failure of the system in words, else what kind of failure it was."""
    for item in tls.nested(error):
        for kind, part, words in _meanings():
            if isinstance(item, kind) and part in str(item):
                return words
        if isinstance(item, TimeoutError):
            return "the connection timed out (option connect_timeout)"
        if isinstance(item, OSError):
            text = item.strerror or str(item)
            if item.strerror or text.startswith("Tunnel connection failed"):
                return text[:1].lower() + text[1:]
    return "it closed the connection"
