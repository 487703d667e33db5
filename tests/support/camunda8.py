# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An independent client of Camunda 8, by which tests and the demo make data and look behind the modules' backs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests

MODELS = Path(__file__).resolve().parents[1] / "integration" / "models"
T = TypeVar("T")


def eventually(probe: Callable[[], T], what: str, timeout: float = 60) -> T:
    """The first true answer of ``probe``; Operate sees things seconds after they happen."""
    end = time.monotonic() + timeout
    while not (answer := probe()):
        assert time.monotonic() < end, f"waited {timeout} s in vain for {what}"
        time.sleep(0.2)
    return answer


@dataclass
class Camunda8:
    """One cluster, with a login of its own: by cookie (Operate up to 8.7), or with a token."""

    url: str
    username: str
    password: str = field(repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        if self.token:
            self._session.headers["Authorization"] = f"Bearer {self.token}"
            return
        answer = self._session.post(
            f"{self.url}/api/login", data={"username": self.username, "password": self.password}, timeout=30
        )
        assert answer.status_code == 204, answer.text

    def call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """Any request; the answer whatever its status."""
        return self._session.request(method, self.url + path, timeout=30, **arguments)

    def command(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """A command of API v2, which must succeed."""
        answer = self.call("POST", f"/v2{path}", json=body or {})
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def deploy(self, *names: str) -> None:
        files = [("resources", (name, (MODELS / name).read_bytes())) for name in names]
        answer = self.call("POST", "/v2/deployments", files=files)
        assert answer.status_code == 200, answer.text

    def start(self, process: str, **variables: Any) -> int:
        """Start an instance; returns its key."""
        body = {"processDefinitionId": process, "processDefinitionVersion": -1, "variables": variables}
        # A process that was deployed a moment ago may not be known on all partitions yet.
        return int(self.command("/process-instances", body)["processInstanceKey"])

    def fail_jobs(self, kind: str, instances: Sequence[int], message: str) -> None:
        """Let the jobs of these instances fail for good: each makes an incident. Other jobs are locked for a moment."""
        left = set(instances)
        while left:
            request = {"type": kind, "timeout": 5000, "maxJobsToActivate": 100, "requestTimeout": 20000}
            jobs = self.command("/jobs/activation", request)["jobs"]
            assert jobs, f"no jobs of {left}"
            for job in jobs:
                if int(job["processInstanceKey"]) in left:
                    self.command(f"/jobs/{job['key']}/failure", {"retries": 0, "errorMessage": message})
                    left.remove(int(job["processInstanceKey"]))

    def cancel(self, key: int) -> None:
        self.command(f"/process-instances/{key}/cancellation")

    def search(self, entity: str, **body: Any) -> dict[str, Any]:
        """One page as Operate answers it."""
        answer = self.call("POST", f"/v1/{entity}/search", json=body)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def get(self, path: str) -> requests.Response:
        return self.call("GET", f"/v1/{path}")

    def state(self, key: int) -> str | None:
        """The state of an instance as Operate sees it; None when it does not."""
        answer = self.get(f"process-instances/{key}")
        return str(answer.json()["state"]) if answer.status_code == 200 else None


@dataclass
class World:
    """Data in a cluster: keys of instances by what they are for."""

    active: list[int]
    failed: list[int]
    canceled: list[int]
    finished: list[int]
    callers: list[int]  # finished, each called one greeting
    waiting_callers: list[int]  # active, each called one order


def make_world(api: Camunda8, *, size: int = 3, finished: int = 12) -> World:
    """Deploy the models and make instances in every state; returns when Operate has seen it all."""
    api.deploy("order.bpmn", "delivery.bpmn", "greeting.bpmn", "dish.dmn")
    failed = [api.start("order", season="winter", number=number) for number in range(size)]
    api.fail_jobs("cook", failed, "The stove is cold")
    world = World(
        failed=failed,
        active=[api.start("order", season="summer", big="x" * 9000) for _each in range(size)],
        canceled=[api.start("order", season="spring") for _each in range(size)],
        finished=[api.start("greeting", greeting=f"hello {number}") for number in range(finished)],
        callers=[api.start("delivery", call="greeting") for _each in range(2)],
        waiting_callers=[api.start("delivery", call="order") for _each in range(2)],
    )
    for key in world.canceled:
        api.cancel(key)
    states = [
        *((key, "ACTIVE") for key in (*world.active, *world.failed, *world.waiting_callers)),
        *((key, "CANCELED") for key in world.canceled),
        *((key, "COMPLETED") for key in (*world.finished, *world.callers)),
    ]
    for key, state in states:
        eventually(lambda key=key, state=state: api.state(key) == state, f"instance {key} to be {state}")
    for keys, state in ((world.callers, "COMPLETED"), (world.waiting_callers, "ACTIVE")):
        for key in keys:
            child = {"parentKey": key, "state": state}
            eventually(lambda child=child: api.search("process-instances", filter=child)["total"], f"a child {child}")
    for key in failed:
        incident = {"processInstanceKey": key, "state": "ACTIVE"}
        eventually(
            lambda incident=incident: api.search("incidents", filter=incident)["total"], f"an incident {incident}"
        )
        marked = {"key": key, "incident": True}
        eventually(
            lambda marked=marked: api.search("process-instances", filter=marked)["total"], f"an instance {marked}"
        )
    eventually(lambda: api.search("decision-instances")["total"] >= 3 * size, "the decisions")
    return world
