# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares the results of all tasks of two test runs, field by field: in the process of Ansible, and as modules.

A file of results (tests/support/plays.py writes it) has one line for each play: the test and the recorded events.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# What differs between any two runs of the same test, and what it becomes.
VOLATILE = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "(uuid)"),
    (re.compile(r"-[0-9a-f]{8}(?![0-9a-zA-Z])"), "-(unique)"),  # ids of the fixture `unique`
    (re.compile(r"(127\.0\.0\.1|localhost):\d+"), "(address)"),
    (re.compile(r"/\S*/pytest-\d+/"), "(folder)/"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d{4}|[+-]\d\d:\d\d|Z)?"), "(time)"),
    (re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"), "(time)"),  # of HTTP
    (re.compile(r"(?<!\d)\d{16}(?!\d)"), "(key)"),  # of Camunda 8
)

# The parameter in which two runs that are compared are meant to differ.
SWITCH = "in_process"


def steady(value: Any) -> Any:
    """The value without what differs between any two runs.

    Lists are sorted, because an engine lists what it holds by ids that it makes up. Keys that begin with ``_ansible_``
    are ansible-core's own, and no user sees them.
    """
    if isinstance(value, str):
        for pattern, name in VOLATILE:
            value = pattern.sub(name, value)
        return value
    if isinstance(value, dict):
        return {
            steady(key): steady(item)
            for key, item in value.items()
            if not key.startswith("_ansible_") and key != SWITCH
        }
    if isinstance(value, list):
        return sorted((steady(item) for item in value), key=json.dumps)
    return value


def read(path: Path) -> dict[str, list[Any]]:
    """Return the results of this collection's tasks by test, in order."""
    found: dict[str, list[Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        play = json.loads(line)
        tasks = {event["uuid"]: event for event in play["events"] if event["event"] == "task"}
        for event in play["events"]:
            task = tasks[event["uuid"]]
            if event["event"] != "task" and task["action"].startswith("bpmops.camunda."):
                names = {name: event[name] for name in ("event", "host", "status", "result")}
                found.setdefault(play["test"], []).append(steady({"task": task["name"], **names}))
    return found


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Yield a sentence for every field that differs."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from differences(one.get(name, "(absent)"), other.get(name, "(absent)"), f"{where}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other)):
            yield from differences(left, right, f"{where}[{number}]")
    elif type(one) is not type(other) or one != other:
        yield f"{where}: {json.dumps(one)[:300]} and {json.dumps(other)[:300]}"


def compare(one: Path, other: Path) -> tuple[int, list[str]]:
    """Return how many results of tests that are in both files were compared, and the differences."""
    left, right = read(one), read(other)
    common = sorted(left.keys() & right.keys())
    found = [text for test in common for text in differences(left[test], right[test], test)]
    return sum(len(left[test]) for test in common), found
