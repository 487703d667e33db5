# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An independent client of Camunda 8, by which tests and the demo make data and look behind the modules' backs.

It works on a simulated cluster and on one that the user brings, with other people's data in it: whatever it makes
belongs to a prefix, by which tests find it and `Camunda8.clear` removes it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import requests

MODELS = Path(__file__).resolve().parents[1] / "camunda8" / "models"
PROCESSES = ("order", "delivery", "greeting")
# Which one a server sends depends on its version.
CSRF_HEADERS = ("X-CSRF-TOKEN", "OPERATE-X-CSRF-TOKEN")
T = TypeVar("T")


def eventually(probe: Callable[[], T], what: str, timeout: float = 60) -> T:
    """The first true answer of ``probe``; Operate sees things seconds after they happen."""
    end = time.monotonic() + timeout
    while not (answer := probe()):
        assert time.monotonic() < end, f"timed out after {timeout} s waiting for {what}"
        time.sleep(0.2)
    return answer


@dataclass
class Camunda8:
    """One cluster, with a login of its own: by cookie (Operate up to 8.7), else by Basic authentication (8.8)."""

    url: str
    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        login = self.call("POST", "/api/login", data={"username": self.username, "password": self.password})
        self.auth_type = "cookie" if login.status_code == 204 else "basic"
        if self.auth_type == "basic":
            self._session.auth = (self.username, self.password)
        assert self.call("POST", "/v1/process-instances/search", json={}).status_code == 200, login.text

    @classmethod
    def at(cls, address: str) -> Camunda8:
        """The cluster at ``http://user:password@host:port/path``."""
        parts = urlsplit(address)
        assert parts.hostname and parts.username, "the address of a cluster is http://user:password@host:port"
        port = f":{parts.port}" if parts.port else ""
        url = f"{parts.scheme}://{parts.hostname}{port}{parts.path}".rstrip("/")
        return cls(url, unquote(parts.username), unquote(parts.password or ""))

    @property
    def parameters(self) -> dict[str, Any]:
        """The connection options of tasks."""
        return {"url": self.url, "username": self.username, "password": self.password, "auth_type": self.auth_type}

    @property
    def environment(self) -> dict[str, str]:
        """The same for a playbook, in its environment."""
        return {
            "CAMUNDA_OPERATE_BASE_URL": self.url,
            "CAMUNDA_BASIC_AUTH_USERNAME": self.username,
            "CAMUNDA_BASIC_AUTH_PASSWORD": self.password,
            "CAMUNDA_AUTH_STRATEGY": self.auth_type,
        }

    @property
    def version(self) -> str:
        return str(self.call("GET", "/v2/topology").json()["gatewayVersion"])

    def call(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """Any request; the answer whatever its status."""
        answer = self._session.request(method, self.url + path, timeout=30, **arguments)
        self._session.headers.update({name: answer.headers[name] for name in CSRF_HEADERS if name in answer.headers})
        return answer

    def command(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """A command of API v2, which must succeed."""
        answer = self.call("POST", f"/v2{path}", json=body or {})
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def deploy(self, prefix: str, *names: str) -> list[int]:
        """Deploy models whose ids, names and job types begin with the prefix; returns keys of what can be removed."""
        files = [
            ("resources", (name, (MODELS / name).read_text(encoding="utf-8").replace("PREFIX", prefix).encode()))
            for name in names
        ]
        answer = self.call("POST", "/v2/deployments", files=files)
        assert answer.status_code == 200, answer.text
        processes = [each.get("processDefinition") for each in answer.json()["deployments"]]
        return [int(each["processDefinitionKey"]) for each in processes if each]

    def start(self, process: str, **variables: Any) -> int:
        """Start an instance; returns its key."""
        body = {"processDefinitionId": process, "processDefinitionVersion": -1, "variables": variables}
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
                    key = job.get("jobKey") or job["key"]  # 8.8 and newer; 8.6
                    self.command(f"/jobs/{key}/failure", {"retries": 0, "errorMessage": message})
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

    def instances(self, prefix: str, **where: Any) -> list[dict[str, Any]]:
        """The instances of a prefix, called ones included; at most 1,000 of each process."""
        filters = [{"bpmnProcessId": f"{prefix}-{process}", **where} for process in PROCESSES]
        return [row for each in filters for row in self.search("process-instances", filter=each, size=1000)["items"]]

    def clear(self, prefix: str, definitions: Sequence[int]) -> None:
        """Cancel and delete all instances of a prefix, and take its processes out of the engine."""
        for row in self.instances(prefix, state="ACTIVE"):
            if not row.get("parentKey"):
                # It may have been canceled a moment ago, which Operate does not know yet.
                self.call("POST", f"/v2/process-instances/{row['key']}/cancellation", json={})
        eventually(lambda: not self.instances(prefix, state="ACTIVE"), "the instances to be canceled")

        def delete() -> bool:
            left = self.instances(prefix)
            for row in left:
                self.call("DELETE", f"/v1/process-instances/{row['key']}")
            return not left

        eventually(delete, "the instances to be deleted")
        for key in definitions:
            self.call("POST", f"/v2/resources/{key}/deletion", json={})


@dataclass
class World:
    """Data in a cluster: keys of instances by what they are for."""

    prefix: str
    definitions: list[int]
    active: list[int]
    failed: list[int]
    canceled: list[int]
    finished: list[int]
    callers: list[int]  # finished, each called one greeting
    waiting_callers: list[int]  # active, each called one order

    def process(self, name: str) -> str:
        """The id of a process: order, delivery or greeting."""
        return f"{self.prefix}-{name}"

    @property
    def filters(self) -> dict[str, list[dict[str, Any]]]:
        """For each entity the filters that together find what is ours, whatever else the cluster holds."""
        return {
            "process-definitions": [{"name": self.prefix}],
            "process-instances": [{"bpmnProcessId": self.process(name)} for name in PROCESSES],
            "incidents": [{"processInstanceKey": key} for key in self.failed],
            "flownode-instances": [{"processDefinitionKey": key} for key in self.definitions],
            "variables": [
                {"processInstanceKey": key} for key in (self.failed[1], self.active[0], self.waiting_callers[0])
            ],
            "decision-definitions": [{"decisionId": self.process("dish")}],
            "drd": [{"decisionRequirementsId": self.process("kitchen")}],
            "decision-instances": [{"decisionId": self.process("dish")}],
        }


@contextmanager
def world_in(api: Camunda8, name: str, *, size: int = 3, finished: int = 12) -> Iterator[World]:
    """A world of its own, which is removed at the end."""
    prefix = f"{name}-{uuid.uuid4().hex[:8]}"
    definitions = api.deploy(prefix, "dish.dmn", *(f"{process}.bpmn" for process in PROCESSES))
    try:
        yield _fill(api, prefix, definitions, size, finished)
    finally:
        api.clear(prefix, definitions)


def _fill(api: Camunda8, prefix: str, definitions: list[int], size: int, finished: int) -> World:
    """Make instances in every state; returns when Operate has seen it all."""
    order, delivery, greeting = (f"{prefix}-{process}" for process in PROCESSES)
    failed = [api.start(order, season="winter", number=number) for number in range(size)]
    api.fail_jobs(f"{prefix}-cook", failed, "The stove is cold")
    world = World(
        prefix=prefix,
        definitions=definitions,
        failed=failed,
        active=[api.start(order, season="summer", big="x" * 9000) for _each in range(size)],
        canceled=[api.start(order, season="spring") for _each in range(size)],
        finished=[api.start(greeting, greeting=f"hello {number}") for number in range(finished)],
        callers=[api.start(delivery, call=greeting) for _each in range(2)],
        waiting_callers=[api.start(delivery, call=order) for _each in range(2)],
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
    wanted = [
        *(("process-instances", {"parentKey": key, "state": "COMPLETED"}) for key in world.callers),
        *(("process-instances", {"parentKey": key, "state": "ACTIVE"}) for key in world.waiting_callers),
        *(("incidents", {"processInstanceKey": key, "state": "ACTIVE"}) for key in failed),
        *(("process-instances", {"key": key, "incident": True}) for key in failed),
    ]
    for entity, where in wanted:
        eventually(
            lambda entity=entity, where=where: api.search(entity, filter=where)["total"], f"{entity} with {where}"
        )
    dishes = {"decisionId": f"{prefix}-dish"}
    decisions = 3 * size + len(world.waiting_callers)
    eventually(lambda: api.search("decision-instances", filter=dishes)["total"] == decisions, "the decisions")
    return world
