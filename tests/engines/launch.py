# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts real engines for the tests and the demo, and stops exactly those.

    from ansible_collections.bpmops.camunda.tests.engines import camunda7, launch

    with launch.start("camunda7", properties=camunda7.LOGIN_LOCK) as engine:
        requests.get(engine.url + "/user", auth=(engine.user, engine.password))

Standard library only. Start engines from the main thread: they end with the thread that started them.
What is downloaded and built lies in the cache; the folder of a running engine (configuration, log, data) lies there
too and goes when it is stopped.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from ..tools import processes
from ..tools.cache import cache, locked
from . import camunda7
from .camunda7 import Engine

NAMES = tuple(camunda7.PRODUCTS)
STATE = "state.json"
LIMIT = 120  # seconds that an engine may take to serve
# Variables of the user's shell that an engine would take for its own configuration.
CONFIGURATION = re.compile("CAMUNDA|OPERATON|SPRING|SERVER|MANAGEMENT|LOGGING|JAVA_OPTS")
# Loopback addresses are never reached through a proxy.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Running:
    """An engine that serves.

    Attributes:
        name: camunda7 or operaton.
        version: of the product.
        url: of its REST API, with ``/engine-rest``.
        user: an administrator.
        password: that user's password.
        folder: its configuration, data and logs.
        ids: the processes, each with the time of its start, which makes it unmistakable.
    """

    name: str
    version: str
    url: str
    user: str
    password: str = field(repr=False)
    folder: Path
    ids: list[tuple[int, str]]
    children: list[subprocess.Popen[bytes]] = field(default_factory=list, repr=False)

    @property
    def pid(self) -> int:
        """The process that answers at the URL."""
        return self.ids[-1][0]

    @property
    def log(self) -> Path:
        """The log of that process."""
        return self.folder / f"{self.name}.log"

    @property
    def is_alive(self) -> bool:
        """Whether all of its processes are there."""
        return bool(self.ids) and all(processes.started_at(pid) == start for pid, start in self.ids)

    def stop(self) -> None:
        """End its processes, the last first, and remove its folder. A second call does nothing."""
        for child in reversed(self.children):
            processes.stop(child)
        for pid, start in reversed(self.ids):
            processes.stop_by_id(pid, start)
        self.children.clear()
        self.ids.clear()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.stop)

    def save(self) -> None:
        """Write down what a later call of `load` needs; the file holds the password, and only we can read it."""
        state = {name: getattr(self, name) for name in ("name", "version", "url", "user", "password", "ids")}
        file = self.folder / STATE
        file.touch(mode=0o600)
        file.write_text(json.dumps(state), encoding="utf-8")

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def load(folder: Path) -> Optional[Running]:
    """The engine of a folder, running or not; None when there is none."""
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Running(**{**state, "ids": list(map(tuple, state["ids"]))}, folder=folder)


def _status(url: str) -> int:
    """The status of a GET, 0 when there is no answer."""
    try:
        with _opener.open(url, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return 0


def _wait_until_ready(engine: Engine, child: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + LIMIT
    while _status(engine.ready) != 200:
        if child.poll() is not None:
            raise processes.ToolError(f"{engine.name} ended with {child.returncode}.\n{processes.tail(log)}")
        if time.monotonic() > give_up:
            raise processes.ToolError(
                f"{engine.name} did not answer at {engine.ready} within {LIMIT} s.\n{processes.tail(log)}"
            )
        time.sleep(0.1)


def _run(engine: Engine, running: Running, detached: bool) -> None:
    """Start the process of an engine and return when it serves."""
    env = {name: value for name, value in os.environ.items() if not CONFIGURATION.match(name)}
    child = processes.spawn(engine.command, log=running.log, env=env, cwd=running.folder, detached=detached)
    running.children.append(child)
    running.ids.append((child.pid, processes.started_at(child.pid) or ""))
    running.save()
    _wait_until_ready(engine, child, running.log)


def _remove_leftovers() -> None:
    """Remove the folders of engines whose processes are gone (their starter was killed)."""
    old = time.time() - 3600
    for folder in cache("run").glob("*/"):
        running = load(folder)
        if not (running and running.is_alive) and folder.stat().st_mtime < old:
            shutil.rmtree(folder, ignore_errors=True)


def start(
    name: str,
    *,
    properties: Optional[Mapping[str, Any]] = None,
    port: int = 0,
    version: str = "",
    folder: Optional[Path] = None,
) -> Running:
    """Start an engine and return when it serves.

    Args:
        name: camunda7 or operaton.
        properties: changes of its configuration; `camunda7` (the module) has those that tests need.
        port: 0 means any that is free.
        version: of the product; empty: the pinned one.
        folder: given: the engine goes on when we end, and `load` finds it there again;
            otherwise it ends with us, however we end.

    Raises:
        ToolError: Java or Maven is missing, a download failed, or the engine did not come up; the text has the end
            of its log.
    """
    _remove_leftovers()
    detached = folder is not None
    cache("run").mkdir(parents=True, exist_ok=True)
    folder = folder or Path(tempfile.mkdtemp(prefix=f"{name}-", dir=cache("run")))
    try:
        password = secrets.token_urlsafe(18) + "-aA1"  # what a password policy asks for
        engine = camunda7.describe(name, version, folder, port or free_port(), password, properties or {})
        running = Running(name, engine.version, engine.url, engine.user, engine.password, folder, [])
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    try:
        _run(engine, running, detached)
    except BaseException:
        running.stop()
        raise
    if detached:
        running.children.clear()
    else:
        atexit.register(running.stop)
    return running


def _background(name: str) -> Path:
    return cache("run", f"background-{name}")


@contextlib.contextmanager
def background(name: str) -> Iterator[Optional[Running]]:
    """The engine of this name that goes on in the background, or None; nobody else starts or stops it meanwhile."""
    with locked(_background(name)):
        running = load(_background(name))
        yield running if running and running.is_alive else None


def start_in_background(name: str, port: int = 0) -> Running:
    """Start an engine that goes on when we end, unless it runs already."""
    with background(name) as running:
        if running:
            return running
        shutil.rmtree(_background(name), ignore_errors=True)
        _background(name).mkdir(parents=True)
        return start(name, port=port, folder=_background(name))
