# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pools of connections that enforce a deadline and a maximum size. urllib3 only limits each single read.

All that a server or proxy sends comes through ``_Stream``: interim answers, headers, the body. All that it gets goes
through ``_Connection.send``. Python itself applies a socket's timeout to a whole TLS handshake. Nothing limits how long
the system takes to resolve a host name.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
from dataclasses import dataclass
from typing import Any, Optional

from ..errors import TooLargeError
from .deadline import Deadline

_PIECE = 1 << 18


@dataclass
class Exchange:
    """One request and its answer.

    Attributes:
        name: what to call the request in errors.
        connect_timeout: seconds, 0 for none.
        read_timeout: seconds, 0 for none.
        write_timeout: seconds until the server takes the next part of the request, 0 for none.
        largest: bytes that the answer may have, headers included.
        fresh: whether it needs a connection that carried no other request.
        reused: whether its connection carried another request before.
        connected: whether there is a connection, TLS included. Nothing of the request is sent before.
        writing: whether a part of the request is being sent.
        received: bytes of the answer so far.
    """

    name: str
    deadline: Deadline
    connect_timeout: float
    read_timeout: float
    write_timeout: float
    largest: int
    fresh: bool
    reused: bool = False
    connected: bool = False
    writing: bool = False
    received: int = 0

    def too_large(self) -> TooLargeError:
        """Return the error for an answer with more bytes than it may have."""
        return TooLargeError(
            f"{self.name}: the answer is larger than {self.largest >> 20} MiB, the maximum.",
            sent=True,
        )


class InterimError(http.client.HTTPException):
    """An interim answer (status 1xx) that http.client takes for the final one; it only knows 100."""


_current = threading.local()


def pool(manager: Any, url: str) -> Any:
    """Return the manager's pool of connections to the server of ``url``, each within the limits of its exchange.

    Args:
        manager: a PoolManager or ProxyManager of urllib3.
    """
    classes = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _bounded(kind) for scheme, kind in classes.items()}
    return manager.connection_from_url(url)


def send(pool: Any, exchange: Exchange, method: str, target: str, **settings: Any) -> Any:
    """Send a request and return the answer without its body; ``exchange`` applies until that is read to its end."""
    # The layers in between take no more arguments. All of them work in the thread of the caller.
    _current.exchange = exchange
    return pool.request(
        method, target, retries=False, redirect=False, assert_same_host=False, preload_content=False, **settings
    )


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
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Optional[int]:
        exchange = self._exchange
        if exchange.deadline.remaining() <= 0:
            raise TimeoutError
        exchange.writing = False
        self._sock.settimeout(exchange.deadline.cap(exchange.read_timeout))
        count: int = self._file.readinto(buffer)
        self.ended = count == 0
        exchange.received += count
        if exchange.received > exchange.largest:
            raise exchange.too_large()
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self._stream = _Stream(sock, _current.exchange)
        self.fp = io.BufferedReader(self._stream)

    def begin(self) -> None:
        """Read the status and the headers. http.client takes the end of the connection for the end of the headers."""
        super().begin()
        if self._stream.ended:
            raise http.client.IncompleteRead(b"")


class _Connection:
    """The part of a connection that differs from urllib3's."""

    response_class = _Answer
    _dns_host: str
    port: int
    sock: Any
    timeout: Any

    def connect(self) -> None:
        urllib3s: Any = super()
        urllib3s.connect()
        _current.exchange.connected = True

    def send(self, data: Any) -> None:
        """Send a part of the request in pieces: a socket's timeout is for all that it is given at once."""
        urllib3s: Any = super()
        if self.sock is None:
            self.connect()
        exchange: Exchange = _current.exchange
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):
            if exchange.deadline.remaining() <= 0:
                raise TimeoutError
            self.sock.settimeout(exchange.deadline.cap(exchange.write_timeout))
            exchange.writing = True
            urllib3s.send(view[start : start + _PIECE])

    def _new_conn(self) -> Any:
        """Try one address of the host after the other; urllib3 allows the whole time for each of them."""
        from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

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
        from urllib3.exceptions import NewConnectionError
        from urllib3.util.connection import allowed_gai_family

        family = allowed_gai_family()
        try:
            found = socket.getaddrinfo(self._dns_host.strip("[]"), self.port, family, socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            connection: Any = self
            raise NewConnectionError(connection, "no address") from error
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))
