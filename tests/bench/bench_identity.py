# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures ``c7_identity`` with many users on a fake server: ``./dev bench identity [--repetitions N]``.

Each row is a playbook; its limit is a multiple of the empty playbook, as in the table of targets in the documentation
of performance. Ratios matter, seconds do not. A large company of 20,000 users, 500 groups of 100 members and 50,000
authorizations is then compared without a change by the module as a process of its own: seconds of its processor, and
its memory.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from . import measure
from .measure import Cost, Server, Task, verdict

FEW, MANY, HUGE = 200, 1000, 10_000
LIBRARY = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]

MODULE = f"""
import sys
sys.path.insert(0, {LIBRARY!r})
from ansible.module_utils import basic
basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
basic._ANSIBLE_PROFILE = "legacy"
from ansible_collections.bpmops.camunda.plugins.modules import c7_identity
c7_identity.main()
"""


def users(count: int, prefix: str) -> list[dict[str, str]]:
    return [{"id": f"{prefix}{number}", "first_name": "Jane", "last_name": "Doe"} for number in range(count)]


def company() -> dict[str, list[dict[str, Any]]]:
    """The desired state of a large company."""
    members, groups, rows = 20_000, 500, 50_000
    return {
        "users": [
            {"id": f"user{n:05}", "first_name": f"Jane{n}", "last_name": "Doe", "email": f"user{n}@example.com"}
            for n in range(members)
        ],
        "groups": [
            {
                "id": f"group{n:03}",
                "name": f"Group {n}",
                "type": "WORKFLOW",
                "members": [f"user{(37 * n + k) % members:05}" for k in range(100)],
            }
            for n in range(groups)
        ],
        "authorizations": [
            {
                "group": f"group{n % groups:03}",
                "resource": (6, 7, 10)[n % 3],
                "id": f"process-{n // groups:05}",
                "permissions": ["READ", "UPDATE"],
            }
            for n in range(rows)
        ],
    }


def write(sources: dict[str, Path]) -> None:
    """Write the company as JSON and YAML."""
    sources["json"].write_text(json.dumps(company()), encoding="utf-8")
    sources["yml"].write_text(yaml.dump(company(), Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")


def alone(server: Server, source: Path) -> tuple[float, float]:
    """Seconds of the processor and MB of memory of the module as a process of its own; it must change nothing."""
    command = [sys.executable, "-c", MODULE]
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output)
        assert process.stdin is not None
        process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": {**server.parameters, "src": str(source)}}).encode())
        process.stdin.close()
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        result = json.loads(output.read())
    if process.returncode or result["changed"]:
        raise SystemExit(f"the module did not find everything as declared: {str(result)[:1000]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def large(folder: Path, repetitions: int) -> list[bool]:
    """Compare the large company without a change; return whether the targets were met."""
    sources = {name: folder / f"company.{name}" for name in ("json", "yml")}
    met = []
    # In a process of its own: Linux counts the memory of this one as the module's, which begins as a copy of it.
    with ProcessPoolExecutor(1) as pool:
        pool.submit(write, sources).result()
    with measure.fake(state=sources["json"]) as server:
        for (name, source), seconds in zip(sources.items(), (4.0, 8.0)):
            costs = [alone(server, source) for _repetition in range(repetitions)]
            met.append(verdict(f"large company, {name}, seconds of CPU", min(cpu for cpu, _size in costs), seconds))
            met.append(verdict(f"large company, {name}, MB", max(size for _cpu, size in costs), 200.0))
    return met


def identity(**options: Any) -> list[Task]:
    return [{"bpmops.camunda.c7_identity": options}]


def created(server: Server, prefix: str, workers: int, repetition: int) -> Cost:
    """Create users that are not there yet."""
    return measure.play(identity(users=users(MANY, f"{prefix}{repetition}x"), concurrency=workers), server)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench identity")
    parser.add_argument("--repetitions", type=int, default=3)
    repetitions = parser.parse_args().repetitions
    with tempfile.TemporaryDirectory() as name, measure.fake() as fast, measure.fake(20.0) as slow:
        source = {count: Path(name) / f"{count}.json" for count in (MANY, HUGE)}
        for count, path in source.items():
            path.write_text(json.dumps({"users": users(count, "u")}), encoding="utf-8")
        measure.play(identity(src=str(source[HUGE])), fast)
        again = {count: identity(users=users(count, "u")) for count in (FEW, MANY)}
        run = f"b{time.time_ns():x}"
        found = measure.in_turns(
            {
                "empty": lambda _number: measure.play([{"ansible.builtin.meta": "noop"}], fast),
                **{
                    f"inline {count}": partial(lambda tasks, _n: measure.play(tasks, fast), again[count])
                    for count in again
                },
                **{
                    f"src {count}": partial(lambda path, _n: measure.play(identity(src=str(path)), fast), path)
                    for count, path in source.items()
                },
                "create": partial(created, fast, f"{run}a", 1),
                "slow 1": partial(created, slow, f"{run}b", 1),
                "slow 8": partial(created, slow, f"{run}c", 8),
            },
            repetitions,
        )
    empty = found["empty"].wall
    for name, cost in found.items():
        print(f"{name:12}{cost.wall:8.2f} s  {cost.wall / empty:6.2f} empty playbooks")
    limits = {f"inline {FEW}": 2.75, f"inline {MANY}": 3.5, f"src {MANY}": 2.5, f"src {HUGE}": 3.0}
    met = [
        verdict(f"no change, {name}, in empty playbooks", found[name].wall / empty, limit)
        for name, limit in limits.items()
    ]
    met.append(verdict("create, 8 workers / 1 worker, 20 ms", found["slow 8"].wall / found["slow 1"].wall, 0.2))
    with tempfile.TemporaryDirectory() as name:
        met += large(Path(name), repetitions)
    raise SystemExit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
