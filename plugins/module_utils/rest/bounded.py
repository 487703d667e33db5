# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that enforce a deadline and a maximum size. urllib3 only limits each single read.

All that a server or proxy sends comes through ``_Stream``: interim answers, headers, the body. Python itself applies a
socket's timeout to a whole TLS handshake and to the sending of a whole request. Nothing limits how long the system
takes to resolve a host name.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Optional

from .deadline import Deadline

with suppress(ImportError):  # ``transport`` reports a missing library
    import urllib3.util.connection
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError


@dataclass
class Exchange:
    """One request and its answer.

    Attributes:
        connect_timeout: seconds, 0 for none.
        read_timeout: seconds, 0 for none.
        largest: bytes that the answer may have, headers included.
        fresh: whether it needs a connection that carried no other request.
        reused: whether its connection carried another request before.
        connected: whether there is a connection, TLS included. Nothing of the request is sent before.
        received: bytes of the answer so far.
    """

    deadline: Deadline
    connect_timeout: float
    read_timeout: float
    largest: int
    fresh: bool
    reused: bool = False
    connected: bool = False
    received: int = 0


class TooLargeError(Exception):
    """An answer is larger than it may be."""


class InterimError(http.client.HTTPException):
    """An interim answer (status 1xx) that http.client takes for the final one; it only knows 100."""


def adapter(base: type[Any], **settings: Any) -> Any:
    """Return an adapter that sends requests, each within the limits of its exchange.

    Args:
        base: the HTTPAdapter of requests.
        settings: its arguments.
    """
    return type("Adapter", (_Adapter, base), {})(**settings)


class _Adapter:
    """The part of an adapter that differs from that of requests."""

    poolmanager: Any
    proxy_manager: Any
    send: Any

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Bound the connections that lead to the server."""
        requests_adapter: Any = super()
        requests_adapter.init_poolmanager(*args, **kwargs)
        _bound(self.poolmanager)

    def proxy_manager_for(self, proxy: Any, **kwargs: Any) -> Any:
        """Bound the connections that lead through a proxy."""
        requests_adapter: Any = super()
        known = proxy in self.proxy_manager
        manager = requests_adapter.proxy_manager_for(proxy, **kwargs)
        if not known:
            _bound(manager)
        return manager

    def exchange(self, exchange: Exchange, request: Any, **settings: Any) -> Any:
        """Send a request; ``exchange`` applies until its answer is read to its end."""
        # The layers in between take no more arguments. All of them work in the thread of the caller.
        _current.exchange = exchange
        return self.send(request, stream=True, **settings)


_current = threading.local()


def _bound(manager: Any) -> None:
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _bounded(pool) for scheme, pool in pools.items()}


def _bounded(pool: Any) -> Any:
    connection = type("Connection", (_Connection, pool.ConnectionCls), {})
    return type("Pool", (_Pool, pool), {"ConnectionCls": connection})


class _Pool:
    """The part of a pool that differs from urllib3's."""

    def _get_conn(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super()
        connection = pool._get_conn(*args, **kwargs)
        exchange: Exchange = _current.exchange
        if exchange.fresh:
            connection.close()
        exchange.reused = exchange.connected = connection.sock is not None
        return connection


class _Stream(io.RawIOBase):
    """What a server sends for one exchange."""

    def __init__(self, sock: Any, exchange: Exchange) -> None:
        self._sock = sock
        self._file = sock.makefile("rb", buffering=0)
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Optional[int]:
        exchange = self._exchange
        if exchange.deadline.remaining() <= 0:
            raise TimeoutError
        self._sock.settimeout(exchange.deadline.cap(exchange.read_timeout))
        count: int = self._file.readinto(buffer)
        exchange.received += count
        if exchange.received > exchange.largest:
            raise TooLargeError
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Stream(sock, _current.exchange))


class _Connection:
    """The part of a connection that differs from urllib3's."""

    response_class = _Answer
    _dns_host: str
    port: int
    timeout: Any

    def connect(self) -> None:
        urllib3s: Any = super()
        urllib3s.connect()
        _current.exchange.connected = True

    def _new_conn(self) -> Any:
        """Try one address of the host after the other; urllib3 allows the whole time for each of them."""
        urllib3s: Any = super()
        if hasattr(self, "_socks_options"):
            return urllib3s._new_conn()
        exchange: Exchange = _current.exchange
        name = self._dns_host
        addresses = self._addresses()
        try:
            for address in addresses:
                self._dns_host, self.timeout = address, exchange.deadline.cap(exchange.connect_timeout)
                try:
                    sock = urllib3s._new_conn()
                except (NewConnectionError, ConnectTimeoutError):
                    if address == addresses[-1]:
                        raise
                else:
                    sock.settimeout(exchange.deadline.cap(exchange.connect_timeout))  # for the TLS handshake
                    return sock
        finally:
            self._dns_host = name

    def _addresses(self) -> list[str]:
        family = urllib3.util.connection.allowed_gai_family()
        try:
            found = socket.getaddrinfo(self._dns_host.strip("[]"), self.port, family, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            connection: Any = self
            raise NewConnectionError(connection, "no address") from error
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))
