# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fast fake of the identity of Camunda 7, so that a benchmark measures Ansible and not an engine.

It answers more than 8,000 requests a second on one core, after a delay if one is set. Users can be written; groups
with their members and authorizations are those of the document that it starts with, and there are no tenants.
Everybody may do everything, and nobody needs to log in.

    python fake_camunda7.py --latency 5      # prints its URL, and ends when its standard input does
    python fake_camunda7.py --state identity.json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

PREFIX = "/engine-rest"
FIELDS = ("id", "firstName", "lastName", "email")

Answer = tuple[int, Any]


class Identity:
    """Users, groups and authorizations, and what the REST API does with them.

    Args:
        state: a desired-state document: what is there at the beginning.
    """

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.users = {row["id"]: _user(row) for row in state.get("users", ())}
        self.groups = [
            {"id": row["id"], "name": row.get("name"), "type": row.get("type")} for row in state.get("groups", ())
        ]
        self.members = {row["id"]: row.get("members", []) for row in state.get("groups", ())}
        self.authorizations = [
            {
                "id": f"{number:08x}-0000-11ee-a56b-0242ac110002",
                "type": 1,
                "permissions": row["permissions"],
                "userId": row.get("user"),
                "groupId": row.get("group"),
                "resourceType": row["resource"],
                "resourceId": row["id"],
                "removalTime": None,
                "rootProcessInstanceId": None,
            }
            for number, row in enumerate(state.get("authorizations", ()))
        ]

    def answer(self, method: str, target: str, body: bytes, authorization: str) -> Answer:
        """Return the status and the body, None for an empty one."""
        path, _mark, query = target.removeprefix(PREFIX).partition("?")
        wanted = {name: values[0] for name, values in parse_qs(query).items()}
        parts = [unquote(unquote(part)) for part in path.strip("/").split("/")]
        if parts == ["authorization", "check"]:
            return 200, {"authorized": True}
        if parts == ["user", "create"]:
            profile = json.loads(body)["profile"]
            self.users[profile["id"]] = {name: profile.get(name) for name in FIELDS}
            return 204, None
        if parts[0] == "user" and len(parts) > 1 and parts[1] != "count":
            return self._one(method, parts[1], parts[2:], body)
        rows = self._found(parts[0], wanted)
        if parts[1:] == ["count"]:
            return 200, {"count": len(rows)}
        first = int(wanted.get("firstResult", 0))
        return 200, rows[first : first + int(wanted.get("maxResults", sys.maxsize))]

    def _one(self, method: str, name: str, part: list[str], body: bytes) -> Answer:
        if name not in self.users:
            return 404, {"type": "InvalidRequestException", "message": f"User with id {name} does not exist"}
        if method == "DELETE":
            del self.users[name]
        elif method == "PUT" and part == ["profile"]:
            self.users[name] = {field: json.loads(body).get(field) for field in FIELDS}
        elif method == "GET":
            return 200, self.users[name]
        return 204, None

    def _found(self, kind: str, wanted: dict[str, str]) -> list[dict[str, Any]]:
        if kind == "authorization":
            number = wanted.get("resourceType")
            return [row for row in self.authorizations if number is None or row["resourceType"] == int(number)]
        if kind == "group":
            names = wanted["idIn"].split(",") if "idIn" in wanted else [wanted.get("id")]
            return [row for row in self.groups if names == [None] or row["id"] in names]
        if kind != "user":
            return []
        if "memberOfGroup" in wanted:
            return [self.users[name] for name in self.members.get(wanted["memberOfGroup"], ())]
        if "id" in wanted or "idIn" in wanted:
            names = [wanted["id"]] if "id" in wanted else wanted["idIn"].split(",")
            return [self.users[name] for name in names if name in self.users]
        return list(self.users.values())


def _user(row: Mapping[str, Any]) -> dict[str, Any]:
    return dict(zip(FIELDS, (row["id"], row.get("first_name"), row.get("last_name"), row.get("email"))))


class Link(asyncio.Protocol):
    """One connection. Requests on it are answered one after the other."""

    def __init__(self, answer: Callable[[str, str, bytes, str], Answer], latency: float) -> None:
        self._answer = answer
        self._latency = latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (end := self._received.find(b"\r\n\r\n")) >= 0:
            lines = self._received[:end].decode("latin-1").split("\r\n")
            headers = {name.lower(): value for name, _colon, value in (line.partition(": ") for line in lines[1:])}
            length = int(headers.get("content-length", 0))
            if len(self._received) < end + 4 + length:
                return
            body = self._received[end + 4 : end + 4 + length]
            self._received = self._received[end + 4 + length :]
            method, target, _version = lines[0].split(" ")
            answer = _encode(*self._answer(method, target, body, headers.get("authorization", "")))
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._transport.write, answer)
            else:
                self._transport.write(answer)


def _encode(status: int, data: Any) -> bytes:
    if data is None:
        return f"HTTP/1.1 {status} x\r\n\r\n".encode()
    body = json.dumps(data).encode()
    return (
        f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    )


async def start(
    answer: Callable[[str, str, bytes, str], Answer], latency: float = 0.0
) -> tuple[asyncio.AbstractServer, str]:
    """Start a server with these answers; return it and its URL.

    Args:
        answer: gets the method, the target, the body and the Authorization header of each request.
        latency: seconds between a request and its answer.
    """
    server = await asyncio.get_running_loop().create_server(lambda: Link(answer, latency), "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}{PREFIX}"


async def _serve(latency: float, state: Mapping[str, Any]) -> None:
    _server, url = await start(Identity(state).answer, latency)
    print(url, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main() -> None:
    parser = argparse.ArgumentParser(description="A fast fake of the identity of Camunda 7.")
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds between a request and its answer")
    parser.add_argument("--state", type=Path, help="a document in JSON: what is there at the beginning")
    given = parser.parse_args()
    state = json.loads(given.state.read_text(encoding="utf-8")) if given.state else {}
    asyncio.run(_serve(given.latency / 1000, state))


if __name__ == "__main__":
    main()
