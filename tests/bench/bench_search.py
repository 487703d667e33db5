# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures searches of the history of Camunda 7: ``./dev bench search [REPETITIONS]``.

Whole playbooks against a fake server in a process of its own that answers from memory; see bench_operate.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from .bench_operate import memory, serving
from .measure import Cost, Server, in_turns, play, verdict

MANY = 100_000

SERVER = f"""
import json, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ROW = {{
    "businessKey": "order 2026-01-31", "processDefinitionId": "order:3:5db97214-e853-11f1-adef-02fc00000001",
    "processDefinitionKey": "order", "processDefinitionName": "Order", "processDefinitionVersion": 3,
    "startTime": "2026-01-31T12:00:00.000+0000", "endTime": "2026-01-31T12:30:00.000+0000", "removalTime": None,
    "durationInMillis": 1800000, "startUserId": "admin", "startActivityId": "start", "deleteReason": None,
    "rootProcessInstanceId": None, "superProcessInstanceId": None, "superCaseInstanceId": None, "caseInstanceId": None,
    "tenantId": None, "state": "COMPLETED", "restartedProcessInstanceId": None,
}}
ROWS = [json.dumps({{"id": f"{{number:08d}}-e853-11f1-adef-02fc00000001", **ROW}}) for number in range({MANY})]
requests = []

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        address = urlsplit(self.path)
        requests.append(self.path)
        if address.path.endswith("/count"):
            body = json.dumps({{"count": len(ROWS)}}).encode()
        else:
            first, most = (int(parse_qs(address.query)[name][0]) for name in ("firstResult", "maxResults"))
            body = ("[" + ",".join(ROWS[first : first + most]) + "]").encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(json.dumps({{"url": f"http://127.0.0.1:{{server.server_port}}/engine-rest"}}), flush=True)
for line in sys.stdin:
    print(len(requests), flush=True)
    requests.clear()
"""


def search(**options: Any) -> list[dict[str, Any]]:
    return [{"bpmops.camunda.c7_search": {"entity": "history/process-instance", **options}, "register": "found"}]


def main() -> None:
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as name, serving(SERVER) as fake:
        server = Server("fake", fake.parameters)
        dest = str(Path(name) / "found.jsonl")
        tasks: dict[str, list[dict[str, Any]]] = {
            "empty play": [{"ansible.builtin.meta": "noop"}],
            "to a file": search(dest=dest),
            "returned": search(limit=MANY),
            "to a file, own process": search(dest=dest, in_process=False),
            "returned, own process": search(limit=MANY, in_process=False),
        }
        requests: dict[str, int] = {}
        fake.requests()

        def measured(what: str, _repetition: int) -> Cost:
            Path(dest).unlink(missing_ok=True)
            cost = play(tasks[what], server)
            requests[what] = fake.requests()
            return cost

        costs = in_turns({what: partial(measured, what) for what in tasks}, repetitions)
        print(f"{MANY} historic process instances\n{'':26}{'seconds':>9}{'of CPU':>9}{'requests':>10}")
        for what, cost in costs.items():
            print(f"{what:26}{cost.wall:9.2f}{cost.cpu:9.2f}{requests[what]:10}")
        options = {**fake.parameters, "entity": "history/process-instance", "dest": dest}
        few, many = (memory("c7_search", {**options, "limit": limit}) for limit in (2000, MANY))
    print(f"memory of the module: {few:.0f} MB for 2000 to a file, {many:.0f} MB for {MANY}")
    kept = [verdict(f"memory for {MANY} to a file beside that for 2000", many / few, 1.15)]
    for mode in ("", ", own process"):
        slow, fast, empty = (costs[what] for what in (f"returned{mode}", f"to a file{mode}", "empty play"))
        net = (slow.cpu - empty.cpu) / (fast.cpu - empty.cpu)
        print(f"to a file{mode}: {slow.wall / fast.wall:.1f} times as fast as returned")
        kept.append(verdict(f"CPU of the task, returned beside to a file{mode}", net, 4, at_least=True))
    sys.exit(not all(kept))


if __name__ == "__main__":
    main()
