# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What benchmarks have in common: whole playbooks, run in turns, and their medians."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import fake_camunda7

Task = dict[str, Any]


@dataclass(frozen=True)
class Server:
    """A server under test and the connection options by which tasks reach it."""

    name: str
    parameters: Mapping[str, Any]

    @property
    def url(self) -> str:
        return str(self.parameters["url"])

    @property
    def login(self) -> tuple[str, str] | None:
        """The user name and password, where there are some."""
        known = self.parameters
        return (known["username"], known["password"]) if "username" in known else None


@dataclass(frozen=True)
class Cost:
    """Seconds of a playbook: of the clock, and of the processors in all of its processes."""

    wall: float
    cpu: float


@contextlib.contextmanager
def fake(latency: float = 0.0, state: Path | None = None) -> Iterator[Server]:
    """The fake in a process of its own; latency in milliseconds, ``state`` a document with what is there."""
    command = [sys.executable, fake_camunda7.__file__, "--latency", str(latency)]
    command += ["--state", str(state)] if state else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Server(f"fake, {latency:g} ms", {"url": process.stdout.readline().strip()})
        assert process.stdin is not None
        process.stdin.close()


def play(
    tasks: Sequence[Task], server: Server, *, environment: Mapping[str, str] | None = None, **variables: Any
) -> Cost:
    """Run one playbook; it must succeed."""
    document = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable, "connection_options": server.parameters, **variables},
        "module_defaults": {
            "group/bpmops.camunda.camunda7": {
                name: f"{{{{ connection_options.{name} }}}}" for name in server.parameters
            }
        },
        "tasks": list(tasks),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "play.json"
        path.write_text(json.dumps([document]), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", str(path)]
        started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **(environment or {})}
        )
        after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    if done.returncode:
        raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(ended - started, cpu)


def in_turns(rows: Mapping[str, Callable[[int], Cost]], repetitions: int) -> dict[str, Cost]:
    """Measure all rows one after the other, several times; return the medians.

    Args:
        rows: what to do, by name; each gets the number of the repetition.
    """
    found: dict[str, list[Cost]] = {name: [] for name in rows}
    for repetition in range(repetitions):
        for name, measured in rows.items():
            found[name].append(measured(repetition))
    return {
        name: Cost(statistics.median(each.wall for each in costs), statistics.median(each.cpu for each in costs))
        for name, costs in found.items()
    }


def verdict(what: str, value: float, limit: float, *, at_least: bool = False) -> bool:
    """Print a number next to what is wanted of it; return whether it is that."""
    kept = value >= limit if at_least else value <= limit
    print(
        f"{'ok' if kept else 'MISSED':7}{what}: {value:.2f} (wanted: {'at least' if at_least else 'at most'} {limit:g})"
    )
    return kept
