# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of ``rest_request``: large bodies in both directions, complete or not at all."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils import files
from ansible_collections.bpmops.camunda.tests.support.fault_server import (
    FaultServer,
    Received,
    answer,
    close,
    drip,
    half,
)
from ansible_collections.bpmops.camunda.tests.support.rest_request import fails, send

MEBIBYTE = 1 << 20


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script(answer(200, {"ok": True}))
        yield server


def test_a_download_is_idempotent_and_appears_complete_or_not_at_all(server: FaultServer, tmp_path: Path) -> None:
    dest, content = tmp_path / "x.bin", secrets.token_bytes(300_000)
    server.script(answer(200, content, content_type="application/zip"))
    result = send(server, dest=str(dest), check=True)
    assert (result["changed"], result["size"], dest.exists()) == (True, 300_000, False)
    result = send(server, dest=str(dest))
    assert (result["changed"], result["dest"], result["size"], dest.read_bytes()) == (True, str(dest), 300_000, content)
    assert "body" not in result and dest.stat().st_mode & 0o777 == 0o600
    inode = dest.stat().st_ino
    assert send(server, dest=str(dest))["changed"] is False
    assert send(server, dest=str(dest), check=True)["changed"] is False
    assert dest.stat().st_ino == inode
    for worse in (half(b"x" * 1000), half(b"x" * 1000, chunked=True), close(), answer(404, {"message": "gone"})):
        server.script(worse)
        fails(server, dest=str(dest), request_retries=0)
        assert dest.read_bytes() == content and os.listdir(tmp_path) == ["x.bin"]
    server.script(answer(200, content[:-1], content_type="application/zip"))
    assert send(server, dest=str(dest), check=True)["changed"] is True
    assert dest.read_bytes() == content


def test_an_error_answer_is_no_file(server: FaultServer, tmp_path: Path) -> None:
    server.script(answer(409, {"code": "E17", "message": "not ready"}))
    result = fails(server, dest=str(tmp_path / "x"))
    assert (result["msg"], result["error"]["code"]) == ("GET /: 409 not ready.", "E17")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("has_unnamed_files", [True, False])
def test_an_attempt_that_broke_off_leaves_nothing_behind(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_unnamed_files: bool
) -> None:
    if not has_unnamed_files:
        monkeypatch.setattr(files, "_unnamed", lambda _folder: None)
    server.script(half(b"a" * 100_000), answer(200, b"b" * 50_000))
    assert send(server, dest=str(tmp_path / "x"))["size"] == 50_000
    assert (tmp_path / "x").read_bytes() == b"b" * 50_000
    assert os.listdir(tmp_path) == ["x"]
    server.script(answer(302, b"c" * 10, headers={"Location": "/y"}), answer(200, b"d"))
    assert send(server, dest=str(tmp_path / "x"))["size"] == 1


def test_a_compressed_download_is_unpacked_block_by_block(server: FaultServer, tmp_path: Path) -> None:
    content = os.urandom(1000) * 5000
    packed = gzip.compress(content)
    server.script(
        answer(200, packed, headers={"Content-Encoding": "gzip"}),
        answer(200, packed[:-9], headers={"Content-Encoding": "gzip"}),
    )
    assert send(server, dest=str(tmp_path / "x"))["size"] == len(content)
    assert (tmp_path / "x").read_bytes() == content
    assert server.requests[0].headers["accept-encoding"] == "identity"
    assert "its compressed body is damaged" in fails(server, dest=str(tmp_path / "x"), request_retries=0)["msg"]


def test_a_download_ends_at_the_deadline(server: FaultServer, tmp_path: Path) -> None:
    server.script(drip(0.01))
    begun = time.monotonic()
    result = fails(server, dest=str(tmp_path / "x"), deadline=0.5)
    assert "(option deadline)" in result["msg"] and time.monotonic() - begun < 2
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_an_error_of_dest_and_ends_the_download(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put(_file: object, _block: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.Replacement, "put", put)
    server.script(answer(200, b"x" * 1_000_000))
    result = fails(server, dest=str(tmp_path / "x"))
    assert result["msg"] == f"dest: {tmp_path}/x cannot be written: no space left on device."
    assert len(server.requests) == 1 and os.listdir(tmp_path) == []


def test_a_file_replaces_no_device(server: FaultServer, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = fails(server, dest=str(tmp_path / "pipe"))
    assert result["msg"] == f"dest: {tmp_path}/pipe is a device, pipe or socket, which a file would replace."
    assert server.requests == []


def test_a_refused_large_answer_without_dest(server: FaultServer) -> None:
    def behave(client: socket.socket, _request: Received) -> bool:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _number in range(100):
            client.sendall(b"x" * MEBIBYTE)
        return False

    server.script(behave)
    assert "larger than 64 MiB" in fails(server)["msg"]
    assert len(server.requests) == 1


# Memory


RUN = """
import json, resource, sys
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module
connection, options = json.loads(sys.argv[1])
small = run_module("rest_request", connection, {})  # everything is imported
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = run_module("rest_request", connection, options)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"grown": after - before, "result": result}))
"""


def grown(server: FaultServer, path: str, **options: str) -> tuple[int, dict[str, object]]:
    """Run a task in a process of its own; return the KiB by which it grew, and the result."""
    import json

    connection = {"url": server.url + path, "proxy": "none", "deadline": 120}
    command = [sys.executable, "-c", RUN, json.dumps([connection, options])]
    environment = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return found["grown"], found["result"]


def test_a_gibibyte_to_a_file_takes_no_memory(server: FaultServer, tmp_path: Path) -> None:
    block, number = secrets.token_bytes(MEBIBYTE), 1024

    def behave(client: socket.socket, _request: Received) -> bool:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (number * MEBIBYTE))
        for _number in range(number):
            client.sendall(block)
        return True

    server.script(answer(200, {}), behave)
    dest = tmp_path / "large"
    begun = time.monotonic()
    kibibytes, result = grown(server, "/", dest=str(dest))
    assert (result["size"], result["changed"]) == (number * MEBIBYTE, True)
    assert dest.stat().st_size == number * MEBIBYTE
    with dest.open("rb") as file:
        file.seek(-MEBIBYTE, os.SEEK_END)
        assert file.read() == block
    assert kibibytes < 8 * 1024
    assert time.monotonic() - begun < 60


def test_a_large_file_is_sent_without_memory(server: FaultServer, tmp_path: Path) -> None:
    source = tmp_path / "large"
    with source.open("wb") as file:
        for _number in range(128):
            file.write(secrets.token_bytes(MEBIBYTE))
    wanted = hashlib.sha256(source.read_bytes()).hexdigest()
    kibibytes, result = grown(server, "/", method="PUT", src=str(source))
    assert result["status"] == 200 and kibibytes < 8 * 1024
    assert hashlib.sha256(server.requests[1].body).hexdigest() == wanted


# Writing


def deaf(server_blocks: int) -> FaultServer:
    """A server that accepts and reads only so many bytes."""

    class Deaf(FaultServer):
        def _serve(self, client: socket.socket, number: int) -> None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.recv(server_blocks)
            time.sleep(20)

    return Deaf()


@pytest.mark.parametrize("source", ["body", "src"])
def test_write_timeout_is_for_a_server_that_takes_nothing(tmp_path: Path, source: str) -> None:
    (tmp_path / "x").write_bytes(b"x" * 30_000_000)
    given = {"src": str(tmp_path / "x")} if source == "src" else {"body": "x" * 30_000_000, "body_format": "text"}
    with deaf(1000) as server:
        begun = time.monotonic()
        result = fails(server, method="POST", write_timeout=0.3, **given)
        assert "took nothing for 0.3 s (option write_timeout)" in result["msg"]
        assert "The server may have carried it out" in result["msg"]
        # Without it only the deadline counts.
        assert "(option deadline)" in fails(server, method="POST", deadline=0.6, **given)["msg"]
        assert time.monotonic() - begun < 5


def test_a_slow_upload_outlives_write_timeout_and_connect_timeout(tmp_path: Path) -> None:
    """The timeout is for each part of a request, however long the whole takes."""
    (tmp_path / "x").write_bytes(b"x" * 4_000_000)

    class Slow(FaultServer):
        def _serve(self, client: socket.socket, number: int) -> None:
            received = 0
            while received < 4_000_000:
                received += len(client.recv(200_000))
                time.sleep(0.04)
            client.sendall(b"HTTP/1.1 204 OK\r\n\r\n")

    with Slow() as server:
        begun = time.monotonic()
        options = {"write_timeout": 0.5, "connect_timeout": 0.3, "read_timeout": 5}
        assert send(server, method="POST", src=str(tmp_path / "x"), **options)["status"] == 204
        assert time.monotonic() - begun > 0.6


def test_an_upload_is_sent_whole_with_each_attempt(server: FaultServer, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x" * 500_000)
    server.script(close(), answer(503), answer(200, {}))
    send(server, method="PUT", src=str(tmp_path / "x"))
    assert [len(request.body) for request in server.requests] == [500_000] * 3


def test_a_file_that_becomes_shorter_ends_the_request(
    server: FaultServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.bpmops.camunda.plugins.module_utils.rest_request import multipart

    (tmp_path / "x").write_bytes(b"x" * 1000)
    monkeypatch.setattr(multipart, "file_part", lambda path: (path, 2000))
    result = fails(server, method="PUT", src=str(tmp_path / "x"))
    assert "changed while it was sent, and the request was broken off: it became shorter" in result["msg"]
    assert server.requests == [] or len(server.requests[0].body) < 2000


def test_a_server_that_answers_early_is_heard(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x" * 20_000_000)

    class Early(FaultServer):
        def _serve(self, client: socket.socket, number: int) -> None:
            client.recv(65536)
            client.sendall(
                b'HTTP/1.1 413 No\r\nContent-Type: application/json\r\nContent-Length: 22\r\n\r\n{"message": "too big"}'
            )
            while client.recv(1 << 20):
                pass

    with Early() as server:
        assert fails(server, method="POST", src=str(tmp_path / "x"))["msg"] == "POST /: 413 too big."
