# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures searches of Operate: ``./dev bench operate [REPETITIONS]``.

Whole playbooks against a fake server in a process of its own that answers from memory, so that what is measured is the
way from the server to the play. Ratios matter, seconds do not. The memory is that of the module's process alone.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

MANY, SOME = 100_000, 10_000
LIBRARY = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]
PREFIX = "ansible_collections.bpmops.camunda"

SERVER = f"""
import json, sys
sys.path.insert(0, {LIBRARY!r})
from {PREFIX}.tests.support.fake_operate import FakeOperate, Generated

class Remembering(FakeOperate):
    pages = {{}}

    def search(self, entity, body):
        key = json.dumps(body, sort_keys=True)
        if key not in self.pages:
            self.pages[key] = json.dumps(super().search(entity, body))
        return self.pages[key]

with Remembering({{"process-instances": Generated({MANY})}}) as fake:
    print(json.dumps(fake.parameters), flush=True)
    for line in sys.stdin:
        print(len(fake.requests), flush=True)
        fake.requests.clear()
"""

MODULE = f"""
import importlib, sys
sys.path.insert(0, {LIBRARY!r})
from ansible.module_utils import basic
basic._ANSIBLE_ARGS = sys.stdin.buffer.read()
basic._ANSIBLE_PROFILE = "legacy"
importlib.import_module("{PREFIX}.plugins.modules." + sys.argv[1]).main()
"""

# What people write today: log in, then a page after the other by including the same tasks again.
BY_HAND = [
    {
        "name": "Get a page",
        "ansible.builtin.uri": {
            "url": "{{ url }}/v1/process-instances/search",
            "method": "POST",
            "body_format": "json",
            "headers": {"Cookie": "{{ login.cookies_string }}"},
            "body": "{{ {'size': 1000} | combine({'searchAfter': after} if after else {}) }}",
        },
        "register": "page",
    },
    {
        "name": "Keep it",
        "ansible.builtin.set_fact": {
            "found": "{{ found + page.json['items'] }}",
            "after": "{{ page.json.sortValues }}",
        },
    },
    {
        "name": "Go on",
        "ansible.builtin.include_tasks": "page.yml",
        "when": "page.json['items'] | length == 1000 and found | length < most",
    },
]


class Server:
    """The fake server in its own process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.parameters: dict[str, Any] = json.loads(self._read())

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def requests(self) -> int:
        """How many requests came since the last call."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return int(self._read())


@contextmanager
def serving(server: str = SERVER) -> Iterator[Server]:
    """A server whose program prints its connection options, and for each line of its input the number of requests."""
    command = [sys.executable, "-c", server]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(process)
        finally:
            process.kill()


def play(folder: Path, parameters: dict[str, Any], tasks: list[dict[str, Any]], **variables: Any) -> float:
    """Run one playbook; returns its seconds."""
    document = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable, **parameters, **variables},
        "module_defaults": {"group/bpmops.camunda.camunda8": {name: "{{ " + name + " }}" for name in parameters}},
        "tasks": tasks,
    }
    (folder / "play.json").write_text(json.dumps([document]))
    (folder / "page.yml").write_text(json.dumps(BY_HAND))
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", str(folder / "play.json")]
    started = time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout[-3000:] + done.stderr[-3000:])
    return time.monotonic() - started


def memory(module: str, arguments: dict[str, Any]) -> float:
    """The largest memory in MB that the module needs in a process of its own."""
    process = subprocess.Popen([sys.executable, "-c", MODULE, module], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
    process.stdin.close()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("the module failed")
    return usage.ru_maxrss / 1024


def search(**options: Any) -> list[dict[str, Any]]:
    options = {"entity": "process-instances", **options}
    return [{"bpmops.camunda.operate_search": options, "register": "found"}]


def by_hand() -> list[dict[str, Any]]:
    login = {
        "ansible.builtin.uri": {
            "url": "{{ url }}/api/login",
            "method": "POST",
            "body_format": "form-urlencoded",
            "body": {"username": "{{ username }}", "password": "{{ password }}"},
            "status_code": 204,
        },
        "register": "login",
    }
    return [
        login,
        {"ansible.builtin.set_fact": {"found": [], "after": []}},
        {"ansible.builtin.include_tasks": "page.yml"},
    ]


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as name, serving() as server:
        folder = Path(name)
        dest = str(folder / "found.jsonl")
        parameters = server.parameters
        rows: list[tuple[str, list[dict[str, Any]], dict[str, Any]]] = [
            ("empty play", [{"ansible.builtin.meta": "noop"}], {}),
            (f"{SOME} to a file", search(dest=dest, limit=SOME), {}),
            (f"{SOME} returned", search(limit=SOME), {}),
            (f"{SOME} by hand with uri", by_hand(), {"most": SOME}),
            (f"{MANY} to a file", search(dest=dest), {}),
            (f"{MANY} returned", search(limit=MANY), {}),
            (f"{MANY} to a file, own process", search(dest=dest, in_process=False), {}),
            (f"{MANY} returned, own process", search(limit=MANY, in_process=False), {}),
        ]
        seconds: dict[str, list[float]] = {what: [] for what, _tasks, _variables in rows}
        play(folder, parameters, search(dest=dest))  # the server remembers the pages from here on
        server.requests()
        requests: dict[str, int] = {}
        for _repetition in range(repetitions):
            for what, tasks, variables in rows:
                Path(dest).unlink(missing_ok=True)
                seconds[what].append(play(folder, parameters, tasks, **variables))
                requests[what] = server.requests()
        medians = {what: statistics.median(values) for what, values in seconds.items()}
        print(f"{'':34}{'seconds':>9}{'requests':>10}")
        for what, median in medians.items():
            print(f"{what:34}{median:9.2f}{requests[what]:10}")
        options = {**parameters, "entity": "process-instances"}
        few, many = (memory("operate_search", {**options, "dest": dest, "limit": limit}) for limit in (1000, MANY))
        empty = medians["empty play"]
        print(f"\nmemory of the module: {few:.0f} MB for 1000 to a file, {many:.0f} MB for {MANY}")
        for mode in ("", ", own process"):
            slow, fast = (medians[f"{MANY} {what}{mode}"] for what in ("returned", "to a file"))
            net = (slow - empty) / (fast - empty)
            print(
                f"{MANY} to a file{mode}: {slow / fast:.1f} times as fast as returned, {net:.1f} without the empty play"
            )
        ratio = medians[f"{SOME} by hand with uri"] / medians[f"{SOME} returned"]
        print(f"{SOME} returned instead of by hand: {ratio:.1f} times as fast")


if __name__ == "__main__":
    main()
