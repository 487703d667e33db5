# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures ``c7_identity`` with many users on a fake server: ``./dev bench identity [--repetitions N]``.

Each row is a playbook; its limit is a multiple of the empty playbook, as in the table of targets in the documentation
of performance. Ratios matter, seconds do not.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

from . import measure
from .measure import Cost, Server, Task, verdict

FEW, MANY, HUGE = 200, 1000, 10_000


def users(count: int, prefix: str) -> list[dict[str, str]]:
    return [{"id": f"{prefix}{number}", "first_name": "Jane", "last_name": "Doe"} for number in range(count)]


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
    raise SystemExit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
