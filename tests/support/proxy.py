# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A counting reverse proxy that stands in front of an engine.

Tests ask it, not the product, how many requests were sent. It forwards bytes as they come (a path with `%252F` stays as
it is), keeps connections alive on both sides (one upstream connection for each client connection), records every
exchange, and can be told to misbehave at a chosen request, which a real engine does not do on demand.

    with Proxy("http://127.0.0.1:8080/engine-rest") as proxy:
        requests.get(proxy.url + "/user")
        proxy.fail(method="POST", path="/user/create", skip=2, drop="before")
        assert not proxy.writes
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

LIMIT = 64 * 1024 * 1024  # the longest line or head that is accepted, in bytes

# Operations that only read although their verb is POST. Paths are those below the base URL, without the query.
# All other requests that are not GET, HEAD or OPTIONS count as writes.
SAFE_POSTS = re.compile(
    r"(/engine/[^/]+)?("
    # Camunda 7: searches and their counts
    r"/(group|process-instance|execution|task|external-task|job|job-definition|incident|variable-instance)(/count)?"
    r"|/schema/log|/filter/[^/]+/(list|singleResult|count)"
    r"|/history/(process-instance|task|activity-instance|variable-instance|job-log|external-task-log|detail)(/count)?"
    # Camunda 7: asks the engine to judge, and stores nothing that a client could read back
    r"|/identity/(verify|password-policy)"
    r")"
    # Operate v1, Tasklist v1 and Camunda 8 v2
    r"|/v[12]/[^?]*/(search|aggregate)|/v1/decision-instances/search|/v2/[^?]*/statistics/[^?]*|/api/login"
)


@dataclass
class Exchange:
    """One request that arrived, and what became of it."""

    number: int  # counted from 0 in the order of arrival, over all connections
    connection: int  # number of the client's connection, counted from 0
    label: str  # of the latest mark(): the task that was running
    method: str
    target: str  # path and query below the base URL, byte for byte as the client sent them
    headers: dict[str, str]  # names in lower case
    body: bytes
    status: int | None = None  # None: the client got no answer
    answer: bytes = b""
    forwarded: bool = False  # the engine has seen it

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def is_read(self) -> bool:
        if self.method in ("GET", "HEAD", "OPTIONS"):
            return True
        return self.method == "POST" and SAFE_POSTS.fullmatch(self.path) is not None

    def __str__(self) -> str:
        return f"{self.method} {self.target} -> {self.status}"


class Exchanges(list[Exchange]):
    """A list of exchanges with the questions that tests ask."""

    @property
    def reads(self) -> Exchanges:
        return Exchanges(each for each in self if each.is_read)

    @property
    def writes(self) -> Exchanges:
        return Exchanges(each for each in self if not each.is_read)

    @property
    def connections(self) -> int:
        return len({each.connection for each in self})

    def to(self, path: str, method: str | None = None) -> Exchanges:
        """Those whose whole path matches the regular expression."""
        return Exchanges(each for each in self if re.fullmatch(path, each.path) and method in (None, each.method))

    def labelled(self, label: str) -> Exchanges:
        return Exchanges(each for each in self if each.label == label)

    def __str__(self) -> str:
        return "\n".join(str(each) for each in self) or "(no request)"


@dataclass
class Fault:
    """What goes wrong, and with which requests: see `Proxy.fail`."""

    method: str
    path: re.Pattern[str]
    skip: int
    times: int | None
    status: int | None
    headers: dict[str, str]
    body: bytes
    drop: str | None
    delay: float
    writes_only: bool
    first: Callable[[], Any] | None = None
    seen: int = 0
    hits: list[Exchange] = field(default_factory=list)

    def takes(self, exchange: Exchange) -> bool:
        """Whether this request is one of those that go wrong. Counts the matching ones."""
        if self.method not in ("*", exchange.method) or not self.path.fullmatch(exchange.path):
            return False
        if self.writes_only and exchange.is_read:
            return False
        self.seen += 1
        index = self.seen - 1 - self.skip
        if index < 0 or (self.times is not None and index >= self.times):
            return False
        self.hits.append(exchange)
        return True


class Proxy:
    """The proxy. `url` is its base URL, with the path of the upstream's; it runs in a thread of its own."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"an http URL is needed, not {upstream}")
        self._host, self._port, self._base = parts.hostname, parts.port or 80, parts.path.rstrip("/")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._exchanges = Exchanges()
        self._faults: list[Fault] = []
        self._connections = 0
        self._label = ""
        # Called with each label that arrives over `control`, before the task behind it goes on.
        self.on_mark: Callable[[str], None] | None = None

    def __enter__(self) -> Proxy:
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LIMIT))
        self._control = self._run(asyncio.start_server(self._serve_control, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.control: str = f"127.0.0.1:{self._control.sockets[0].getsockname()[1]}"
        self.origin = f"http://127.0.0.1:{self.port}"
        self.url = self.origin + self._base
        return self

    def __exit__(self, *unused: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    # What tests use

    @property
    def requests(self) -> Exchanges:
        """All that arrived since the start or the last reset()."""
        return Exchanges(self._exchanges)

    @property
    def reads(self) -> Exchanges:
        return self.requests.reads

    @property
    def writes(self) -> Exchanges:
        return self.requests.writes

    @property
    def connections(self) -> int:
        return self.requests.connections

    def mark(self, label: str) -> None:
        """Requests that arrive from now on carry this label. Other processes do the same over `control`."""
        self._label = label

    def reset(self) -> None:
        """Forget the recorded exchanges, the faults and the label."""
        self._exchanges = Exchanges()
        self._faults = []
        self._label = ""

    def fail(
        self,
        *,
        method: str = "*",
        path: str = ".*",
        writes_only: bool = False,
        skip: int = 0,
        times: int | None = 1,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        body: str | bytes = b"",
        drop: str | None = None,
        delay: float = 0,
        first: Callable[[], Any] | None = None,
    ) -> Fault:
        """Let matching requests go wrong.

        method, path, writes_only: which ones; `path` is a regular expression for the whole path below the base URL.
        skip, times: the first `skip` matches go through, then `times` of them fail (None: all that follow).
        status, headers, body: answer this, the engine never sees the request.
        drop: "before" or "after" the request is forwarded: the connection is closed without an answer.
        delay: seconds to wait before anything else; alone it only slows the request down.
        first: called before the request goes on: for what somebody else does at this moment.
        Returns the fault, whose `hits` are the exchanges that it took.
        """
        fault = Fault(
            method,
            re.compile(path),
            skip,
            times,
            status,
            headers or {},
            body.encode() if isinstance(body, str) else body,
            drop,
            delay,
            writes_only,
            first,
        )
        self._faults.append(fault)
        return fault

    # The inside: everything below runs in the proxy's thread

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _close(self) -> None:
        self._server.close()
        self._control.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _adopt(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_control(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Each line is a label; the answer says that it counts from now on."""
        self._adopt()
        try:
            while line := await reader.readline():
                label = line.decode().strip()
                if self.on_mark:
                    await self._loop.run_in_executor(None, self.on_mark, label)
                self.mark(label)
                writer.write(b"ok\n")
                await writer.drain()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._adopt()
        link = _Link(self._connections, reader, writer)
        self._connections += 1
        try:
            while await self._exchange(link):
                pass
        except (OSError, EOFError, asyncio.CancelledError):
            pass  # either side has gone, or the test is over
        finally:
            link.close()

    async def _exchange(self, link: _Link) -> bool:
        """Serve one request; False when the connection is done with."""
        head = await _read_head(link.reader)
        if head is None:
            return False
        method, _space, rest = head.line.partition(b" ")
        target = rest.rpartition(b" ")[0]
        body, raw_body = await _read_body(link.reader, head, has_body=head.announces_body)
        path = target.decode("latin-1")
        exchange = Exchange(
            number=len(self._exchanges),
            connection=link.number,
            label=self._label,
            method=method.decode(),
            target=path[len(self._base) :] if path.startswith(self._base + "/") else path,
            headers=head.headers,
            body=body,
        )
        self._exchanges.append(exchange)
        faults = [fault for fault in self._faults if fault.takes(exchange)]
        for fault in faults:
            await asyncio.sleep(fault.delay)
            if fault.first:
                await self._loop.run_in_executor(None, fault.first)
            if fault.drop == "before":
                return False
            if fault.status is not None:
                return await _answer(link.writer, exchange, fault)
        upstream_reader, upstream_writer = await link.upstream(self._host, self._port)
        upstream_writer.write(head.raw + raw_body)
        await upstream_writer.drain()
        exchange.forwarded = True
        answer = await _read_head(upstream_reader)
        if answer is None:
            return False
        status = int(answer.line.split(b" ", 2)[1])
        has_body = exchange.method != "HEAD" and status not in (204, 304)
        answer_body, raw_answer = await _read_body(upstream_reader, answer, has_body=has_body, until_close=True)
        if any(fault.drop == "after" for fault in faults):
            return False
        exchange.status, exchange.answer = status, answer_body
        link.writer.write(answer.raw + raw_answer)
        await link.writer.drain()
        return answer.keeps_alive and head.keeps_alive


@dataclass
class _Head:
    """The first line and the headers of a message, raw and parsed."""

    raw: bytes
    line: bytes
    headers: dict[str, str]

    @property
    def keeps_alive(self) -> bool:
        return self.headers.get("connection", "").lower() != "close"

    @property
    def chunked(self) -> bool:
        return "chunked" in self.headers.get("transfer-encoding", "").lower()

    @property
    def announces_body(self) -> bool:
        return self.chunked or "content-length" in self.headers


class _Link:
    """A client's connection and the upstream connection that belongs to it."""

    def __init__(self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.number, self.reader, self.writer = number, reader, writer
        self._upstream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def upstream(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._upstream is None or self._upstream[0].at_eof():
            self._upstream = await asyncio.open_connection(host, port, limit=LIMIT)
        return self._upstream

    def close(self) -> None:
        self.writer.close()
        if self._upstream is not None:
            self._upstream[1].close()


async def _read_head(reader: asyncio.StreamReader) -> _Head | None:
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    line, _end, rest = raw.partition(b"\r\n")
    headers = {}
    for each in rest.decode("latin-1").split("\r\n"):
        name, colon, value = each.partition(":")
        if colon:
            headers[name.strip().lower()] = value.strip()
    return _Head(raw, line, headers)


async def _read_body(
    reader: asyncio.StreamReader, head: _Head, *, has_body: bool, until_close: bool = False
) -> tuple[bytes, bytes]:
    """The body as content, and as the bytes that were on the wire."""
    if not has_body:
        return b"", b""
    if head.chunked:
        content, raw = bytearray(), bytearray()
        while True:
            line = await reader.readuntil(b"\r\n")
            size = int(line.split(b";")[0], 16)
            chunk = await reader.readexactly(size + 2)
            raw += line + chunk
            if not size:
                return bytes(content), bytes(raw)
            content += chunk[:-2]
    if "content-length" in head.headers:
        body = await reader.readexactly(int(head.headers["content-length"]))
    else:
        body = await reader.read() if until_close else b""
    return body, body


async def _answer(writer: asyncio.StreamWriter, exchange: Exchange, fault: Fault) -> bool:
    assert fault.status is not None
    headers = {"Content-Type": "application/json", **fault.headers, "Content-Length": str(len(fault.body))}
    lines: Iterable[str] = (f"{name}: {value}" for name, value in headers.items())
    writer.write("\r\n".join([f"HTTP/1.1 {fault.status} Injected", *lines, "", ""]).encode() + fault.body)
    await writer.drain()
    exchange.status, exchange.answer = fault.status, fault.body
    return True
