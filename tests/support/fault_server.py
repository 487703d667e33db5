# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small HTTP/1.1 server that behaves as badly as a test asks, and keeps the bytes that it got.

It stands where no engine is needed: for what a real server does not do on demand. Nothing is interpreted: a request's
target is kept byte for byte, and answers are written as given.

    with FaultServer() as server:
        server.script(answer(503, headers={"Retry-After": "1"}), answer(200, b"{}"))
        ...
        assert [request.target for request in server.requests] == [b"/a%252Fb", b"/a%252Fb"]
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import math
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Received:
    """One request as it arrived; ``connection`` numbers the client's connections from 0."""

    connection: int
    method: str
    target: bytes
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def path(self) -> str:
        return self.target.decode("latin-1").partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.decode("latin-1").partition("?")[2]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


# Sends an answer, or does not. The connection is kept when it returns True.
Behaviour = Callable[[socket.socket, Received], bool]


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Said So", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(
    status: int = 200,
    body: bytes | dict[str, Any] | list[Any] = b"",
    *,
    headers: Mapping[str, str] | None = None,
    content_type: str = "application/json",
    compress: bool = False,
    keep: bool = True,
) -> Behaviour:
    """A complete answer. With ``keep=False`` the connection is closed afterwards without a word about it."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    content = gzip.compress(content) if compress else content
    fields = {"Content-Length": str(len(content)), **(headers or {})}
    if content:
        fields.setdefault("Content-Type", content_type)
    if compress:
        fields["Content-Encoding"] = "gzip"

    def behave(client: socket.socket, _request: Received) -> bool:
        client.sendall(_head(status, fields) + content)
        return keep

    return behave


def close() -> Behaviour:
    """The connection ends without a single byte of an answer."""
    return lambda _client, _request: False


def reset() -> Behaviour:
    """The connection is torn down (RST) without an answer."""

    def behave(client: socket.socket, _request: Received) -> bool:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        return False

    return behave


def half(body: bytes, *, chunked: bool = False) -> Behaviour:
    """The first half of an answer, then the connection ends."""

    def behave(client: socket.socket, _request: Received) -> bool:
        length = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(body))}
        part = body[: len(body) // 2]
        client.sendall(_head(200, {"Content-Type": "application/json", **length}))
        client.sendall(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
        return False

    return behave


def raw(data: bytes) -> Behaviour:
    """Bytes that need not be HTTP."""

    def behave(client: socket.socket, _request: Received) -> bool:
        client.sendall(data)
        return False

    return behave


def drip(pause: float, *, close_header: bool = False, bytes_in_all: float = math.inf) -> Behaviour:
    """A body that never ends: one byte after each ``pause``, until the client has gone, or silence after some."""

    def behave(client: socket.socket, _request: Received) -> bool:
        fields = {"Content-Type": "application/json", "Content-Length": "1000000"}
        client.sendall(_head(200, {**fields, "Connection": "close"} if close_header else fields) + b"[")
        count = 0
        while True:
            time.sleep(pause)
            if count < bytes_in_all:
                client.sendall(b" ")
            count += 1

    return behave


def trickle(data: bytes, pause: float) -> Behaviour:
    """These bytes, one after each ``pause``, then the end."""

    def behave(client: socket.socket, _request: Received) -> bool:
        for number in range(len(data)):
            time.sleep(pause)
            client.sendall(data[number : number + 1])
        return False

    return behave


def flood(begin: bytes, more: bytes, pause: float = 0.0) -> Behaviour:
    """``begin``, then ``more`` again and again until the client has gone."""

    def behave(client: socket.socket, _request: Received) -> bool:
        client.sendall(begin)
        while True:
            client.sendall(more)
            time.sleep(pause)

    return behave


def single(*behaviours: Behaviour) -> Behaviour:
    """Answers like the first of these, like the next on the next request of that connection; then it is closed."""
    count: dict[int, int] = {}

    def behave(client: socket.socket, request: Received) -> bool:
        number = count.get(request.connection, 0)
        count[request.connection] = number + 1
        return number < len(behaviours) and behaviours[number](client, request)

    return behave


def stall(seconds: float, then: Behaviour | None = None) -> Behaviour:
    """Nothing for a while, then ``then`` or the end."""

    def behave(client: socket.socket, request: Received) -> bool:
        time.sleep(seconds)
        return then(client, request) if then else False

    return behave


class FaultServer:
    """Answers each request with the next behaviour of the script; the last one goes on for ever.

    Args:
        context: speak TLS with these settings.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._script: deque[Behaviour] = deque([answer(200, {})])
        self._router: Callable[[Received], Behaviour] | None = None
        self._clients: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[Received] = []
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def script(self, *behaviours: Behaviour) -> None:
        """What to do with the next requests, in this order."""
        with self._lock:
            self._script, self._router = deque(behaviours), None

    def route(self, router: Callable[[Received], Behaviour]) -> None:
        """Let a function choose what to do with each request."""
        self._router = router

    def close(self) -> None:
        # Closing alone does not wake a thread that waits in accept.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for client in self._clients:
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                with self._lock:
                    number, self.connections = self.connections, self.connections + 1
                    self._clients.append(client)
                threading.Thread(target=self._serve, args=(client, number), daemon=True).start()

    def _serve(self, client: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.closing(client):
            if self._context:
                client = self._context.wrap_socket(client, server_side=True)
            with client, client.makefile("rb") as stream:
                while (request := _read(stream, number)) is not None:
                    with self._lock:
                        self.requests.append(request)
                        behaviour = self._script.popleft() if len(self._script) > 1 else self._script[0]
                    if not (self._router(request) if self._router else behaviour)(client, request):
                        return


def _read(stream: io.BufferedReader, number: int) -> Received | None:
    method, target = [*stream.readline().split(), b"", b""][:2]
    if not method:
        return None
    headers: dict[str, str] = {}
    while line := stream.readline().strip():
        name, _colon, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    body = stream.read(int(headers.get("content-length", "0")))
    return Received(number, method.decode("ascii"), target, headers, body)
