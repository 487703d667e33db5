# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`./dev engine`: found again, stopped, and nothing left of it when its start is interrupted or we are killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.bpmops.camunda.tests.tools import processes
from ansible_collections.bpmops.camunda.tests.tools.cache import ROOT, cache

SHARED = ("engines", "environments", "jars")  # what is costly to make


@pytest.fixture
def own_cache(tmp_path: Path) -> Path:
    """A cache in which no engine runs, and everything is there that they need."""
    folder = tmp_path / "cache"
    folder.mkdir()
    for name in SHARED:
        (folder / name).symlink_to(cache(name))
    return folder


@pytest.fixture
def dev(own_cache: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "BPMOPS_CAMUNDA_CACHE": str(own_cache)}
        command = [str(ROOT / "dev"), *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)

    return run


def state_of(folder: Path) -> dict[str, Any]:
    """The state of the only engine in a cache, as soon as its process is there."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        for file in folder.glob("run/*/state.json"):
            state = file.read_text()
            if state:
                parsed: dict[str, Any] = json.loads(state)
                return parsed
        time.sleep(0.02)
    raise AssertionError("no engine was started")


def is_gone(state: dict[str, Any]) -> bool:
    give_up = time.monotonic() + 15
    while time.monotonic() < give_up:
        if all(processes.started_at(pid) != start for pid, start in state["ids"]):
            return True
        time.sleep(0.05)
    return False


def test_an_engine_goes_on_in_the_background_until_it_is_stopped(
    dev: Callable[..., subprocess.CompletedProcess[str]], own_cache: Path
) -> None:
    assert dev("engine", "status", "camunda7").returncode == 1
    started = dev("engine", "start", "camunda7")
    try:
        exports = dict(re.findall(r"export (\w+)='(.*)'", started.stdout))
        login = (exports["CAMUNDA7_USERNAME"], exports["CAMUNDA7_PASSWORD"])
        assert requests.get(exports["CAMUNDA7_URL"] + "/user/count", auth=login).json() == {"count": 1}
        assert requests.get(exports["CAMUNDA7_URL"] + "/user/count").status_code == 401
        assert dev("engine", "start", "camunda7").stdout == started.stdout
        assert dev("engine", "status", "camunda7").stdout == started.stdout
        state = state_of(own_cache)
    finally:
        stopped = dev("engine", "stop", "camunda7")
    assert stopped.stdout == "camunda7 was stopped.\n"
    assert is_gone(state)
    assert dev("engine", "stop", "camunda7").stdout == "camunda7 does not run.\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_start_leaves_nothing_behind(own_cache: Path, number: signal.Signals) -> None:
    command = [str(ROOT / "dev"), "engine", "start", "operaton"]
    env = {**os.environ, "BPMOPS_CAMUNDA_CACHE": str(own_cache)}
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    state = state_of(own_cache)
    process.send_signal(number)
    output = process.communicate(timeout=30)
    assert (process.returncode, *output) == (130, "", "./dev: interrupted\n")
    assert is_gone(state)
    assert list(own_cache.glob("run/*/")) == []


def test_an_engine_ends_with_a_process_that_is_killed(own_cache: Path) -> None:
    program = "from tests.engines import launch; launch.start('camunda7'); print('ready', flush=True); input()"
    env = {**os.environ, "BPMOPS_CAMUNDA_CACHE": str(own_cache)}
    with subprocess.Popen(
        [sys.executable, "-c", program], env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        state = state_of(own_cache)
        process.kill()
    assert is_gone(state)
