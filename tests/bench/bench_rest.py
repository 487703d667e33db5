# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures an item of a loop of ``rest_request`` beside ``ansible.builtin.uri``: ``./dev bench rest``.

Both send the same GET to the same fake server. The cost of an item is the difference of two playbooks with few and with
many items, divided. Then it counts the tokens that 200 items fetch, and the memory that a download takes.
"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import Any

from ..support.token_server import TokenServer
from . import measure
from .measure import Cost, Server, Task, verdict

ITEMS = {"rest_request": (1, 401), "rest_request, a process": (1, 11), "uri": (1, 11)}
TOKENS = 200
SIZE = 1 << 30

DOWNLOAD = """
import json, resource, sys
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module
url, dest = sys.argv[1:]
options = {"proxy": "none", "deadline": 0}
run_module("rest_request", {**options, "url": url + "/small"}, {})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
run_module("rest_request", {**options, "url": url + "/large"}, {"dest": dest})
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def get(server: Server, way: str, items: int, _repetition: int = 0) -> Cost:
    """A playbook with one task that has so many items."""
    address = f"{server.url}/user?id=bench&n={{{{ item }}}}"
    module = "ansible.builtin.uri" if way == "uri" else "bpmops.camunda.rest_request"
    own = {"return_content": True} if way == "uri" else {}
    task: Task = {module: {"url": address, **own}, "loop": list(range(items))}
    return measure.play([task], server, environment={"BPMOPS_CAMUNDA_IN_PROCESS": "0" if "process" in way else "1"})


def compare(server: Server, repetitions: int) -> bool:
    """Measure the items of a loop; return whether the target is met."""
    get(server, "rest_request", 1)
    rows = {f"{way} {count}": partial(get, server, way, count) for way, counts in ITEMS.items() for count in counts}
    found = measure.in_turns(rows, repetitions)
    cost: dict[str, float] = {}
    print(f"\n{server.name}\n{'':28}{'ms of an item (processor)':>28}")
    for way, (few, many) in ITEMS.items():
        one, other = found[f"{way} {few}"], found[f"{way} {many}"]
        wall, cpu = (1000 * (b - a) / (many - few) for a, b in ((one.wall, other.wall), (one.cpu, other.cpu)))
        cost[way] = wall
        print(f"{way:28}{f'{wall:.1f} ({cpu:.1f})':>28}")
    return verdict("items of uri in the time of one", cost["uri"] / cost["rest_request"], 20, at_least=True)


def tokens(server: Server) -> bool:
    """Count the token requests of a loop with OAuth2; return whether there is one."""
    with TokenServer({"ops": "secret"}) as issuer, tempfile.TemporaryDirectory() as folder:
        login = {"client_id": "ops", "client_secret": "secret", "token_url": issuer.token_url}
        options = {"url": f"{server.url}/user?n={{{{ item }}}}", "token_cache": f"{folder}/tokens", **login}
        measure.play([{"bpmops.camunda.rest_request": options, "loop": list(range(TOKENS))}], server)
        return verdict(f"tokens for {TOKENS} items", len(issuer.requests), 1)


class _Large(http.server.BaseHTTPRequestHandler):
    """Answers with a little JSON, or with SIZE bytes."""

    def do_GET(self) -> None:
        block = b"{}" if self.path == "/small" else os.urandom(1 << 20)
        count = 1 if self.path == "/small" else SIZE >> 20
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(block) * count))
        self.end_headers()
        for _number in range(count):
            self.wfile.write(block)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


def download() -> bool:
    """Measure the memory by which a process grows that writes a large answer to a file."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Large) as server, tempfile.TemporaryDirectory() as folder:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url, dest = f"http://127.0.0.1:{server.server_address[1]}", Path(folder) / "large"
        collections = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]
        command = [sys.executable, "-c", DOWNLOAD, url, str(dest)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": collections}
        )
        size = dest.stat().st_size
        server.shutdown()
    return verdict(f"MiB of memory for {size >> 20} MiB to a file", json.loads(done.stdout) / 1024, 8)


def main() -> None:
    parser = argparse.ArgumentParser(prog="./dev bench rest")
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    with measure.fake() as server:
        met = [compare(server, arguments.repetitions), tokens(server), download()]
    raise SystemExit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
