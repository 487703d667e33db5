# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that the keyword timeout or a signal ends: at once, with an account of what was done, and without files."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.fault_server import (
    Behaviour,
    FaultServer,
    Received,
    answer,
    close,
    stall,
)
from ansible_collections.bpmops.camunda.tests.support.plays import CORES, Play, Run, task

SLOW = 60.0  # seconds that a silent server takes


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


def play(server: FaultServer, directory: Path, core: str | None = None, **options: Any) -> Play:
    return Play(directory, {"url": server.url, "request_retries": 0, "read_timeout": 2 * SLOW, **options}, core=core)


def timed(run: Callable[[], Run]) -> tuple[Run, float]:
    started = time.monotonic()
    return run(), time.monotonic() - started


IDENTITY = task("c7_identity", {"users": [{"id": "jdoe"}], "groups": [{"id": "ops"}], "concurrency": 4})
SEARCH = task("operate_search", {"entity": "process-instances"})


@pytest.mark.parametrize("core", CORES)
def test_the_keyword_timeout_ends_tasks_with_threads(server: FaultServer, tmp_path: Path, core: str) -> None:
    server.script(stall(SLOW))
    folder = tmp_path / "dest"
    folder.mkdir()
    silent = [
        IDENTITY,
        SEARCH,
        task("operate_search", {"entity": "incidents", "dest": str(folder / "incidents.jsonl")}),
        task("operate_get", {"entity": "process-instances", "keys": ["1", "2", "3"]}),
        task("operate_delete_instance", {"keys": ["1", "2", "3"]}),
    ]
    run, seconds = timed(lambda: play(server, tmp_path, core)([{**each, "timeout": 1} for each in silent]))
    assert seconds < SLOW / 2
    for each in run:
        assert "Timed out after 1 s (keyword timeout). Nothing was changed." in each.failure["msg"]
        assert each.failure["changed"] is False
        assert each.failure["timedout"]["period"] == 1
    assert list(folder.iterdir()) == []


def engine(creations: Behaviour) -> Callable[[Received], Behaviour]:
    """An engine that has no users; ``creations`` does what it does with a new one whose id begins with an s."""

    def route(request: Received) -> Behaviour:
        if request.path.endswith("/check"):
            return answer(200, {"authorized": True})
        if request.method == "GET":
            return answer(200, [])
        return creations if request.json["profile"]["id"].startswith("s") else answer(204)

    return route


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("concurrency", [1, 2])
def test_a_task_that_timed_out_says_what_was_done(
    server: FaultServer, tmp_path: Path, core: str, concurrency: int
) -> None:
    names = ["a", "b", "c", "s1", "s2", "s3"]
    server.route(engine(stall(SLOW)))
    options = {"users": [{"id": name, "first_name": "X"} for name in names], "concurrency": concurrency}
    step = {**task("c7_identity", options), "timeout": 2, "retries": 2, "until": "false", "delay": 0}
    run, seconds = timed(lambda: play(server, tmp_path, core)([step]))
    assert seconds < SLOW / 2
    failure = run[0].failure
    rows = {name: [row["name"] for row in failure["error"][name]] for name in failure["error"]}
    unknown = names[3 : 3 + concurrency]
    assert rows == {"done": names[:3], "failed": [], "under_way": unknown, "not_attempted": names[3 + concurrency :]}
    assert f"Of 6 changes 3 were done, {concurrency} were under way" in failure["msg"]
    assert failure["changed"] is True
    # As with all other tasks: a timeout is not tried again.
    created = [request.json["profile"]["id"] for request in server.requests if request.method == "POST"]
    assert sorted(created) == names[: 3 + concurrency]


def test_after_a_timeout_nothing_is_repeated_and_the_next_item_has_a_new_client(
    server: FaultServer, tmp_path: Path
) -> None:
    """The items of a loop share a process, in which the threads of the first item are still there."""

    def route(request: Received) -> Behaviour:
        # Those of the first item are broken off after its end, which is worth another attempt.
        return stall(1.5, close()) if request.connection < 3 else stall(1.0, answer(200, []))

    server.route(route)
    sections = {name: [{"id": "x"}] for name in ("users", "groups", "tenants")}
    looped = {**task("c7_identity", sections), "loop": [1, 6], "timeout": "{{ item }}"}
    run = play(server, tmp_path, request_retries=4)([looped])
    assert run[0].items[0].status == "failed"
    lists = ["/group", "/tenant", "/user"]
    assert sorted(request.path for request in server.requests if request.path in lists) == sorted(lists * 2)
    assert {request.connection for request in server.requests[: len(lists)]} == set(range(len(lists)))


@pytest.mark.parametrize("core", CORES)
def test_a_timeout_can_be_rescued_and_hidden(server: FaultServer, tmp_path: Path, core: str) -> None:
    server.script(stall(SLOW))
    hidden = {**SEARCH, "timeout": 1, "no_log": "{{ 1 == 1 }}"}
    rescue = {"block": [{**SEARCH, "timeout": 1}], "rescue": [task("ansible.builtin.debug", {"msg": "rescued"})]}
    rescue["ignore_errors"] = False
    run = play(server, tmp_path, core)([hidden, rescue])
    assert "msg" not in run[0].failure or "Timed out" not in run[0].failure["msg"]
    assert run[2].ok["msg"] == "rescued"


def processes(mark: str) -> list[int]:
    """The ids of the processes that have ``mark``, a path of this test, in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and mark in (entry / "cmdline").read_text():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_leaves_no_files(server: FaultServer, tmp_path: Path, core: str, number: signal.Signals) -> None:
    """The worker is in the middle of writing ``dest``: it has a page, and waits for the next one."""
    folder = tmp_path / "dest"
    folder.mkdir()
    dest = folder / "instances.jsonl"
    dest.write_text("as it was\n")
    waiting = threading.Event()
    page = {"items": [{"key": n} for n in range(1000)], "sortValues": [999], "total": 2000}

    def route(request: Received) -> Behaviour:
        if "searchAfter" not in request.json:
            return answer(200, page)
        waiting.set()
        return stall(SLOW)

    server.route(route)
    made = play(server, tmp_path, core)

    def interrupt() -> None:
        assert waiting.wait(SLOW)
        time.sleep(0.5)  # the first page is being written
        for each in processes(str(tmp_path / "play-1")):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, number)

    thread = threading.Thread(target=interrupt)
    thread.start()
    run, seconds = timed(lambda: made([task("operate_search", {"entity": "process-instances", "dest": str(dest)})]))
    thread.join()
    assert run.rc != 0 and seconds < SLOW / 2
    for _try in range(50):
        if not processes(str(tmp_path / "play-1")):
            break
        time.sleep(0.1)
    assert [path.name for path in folder.iterdir()] == [dest.name]
    assert dest.read_text() == "as it was\n"
