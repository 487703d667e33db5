# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Camunda 8: `FakeOperate` together with as much of an engine as the test models need.

It deploys BPMN and DMN files, starts and cancels instances and works on jobs, all over API v2, and writes down what
happened as rows of Operate. The requests and answers of API v2 are those of the Camunda 8 REST API documentation; keys
are numbers and a job's key is called ``key``, as observed on 8.6.0. Models may hold start and end events, service
tasks, call activities, and business rule tasks with a decision table of string inputs: tests/camunda8/models.
"""

from __future__ import annotations

import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .fake_operate import Answer, FakeOperate, Row, rejection, stamp

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
TENANT = {"tenantId": "<default>"}
FIRST_KEY = 2251799813685249  # of the first partition


def _now() -> str:
    return stamp(datetime.now(timezone.utc))


@dataclass(frozen=True)
class Process:
    """A deployed process: its row as a definition, and its elements by their ids."""

    row: Row
    elements: dict[str, ET.Element]

    def extension(self, element: str, name: str) -> dict[str, str]:
        """The attributes of an element's Zeebe extension; empty when it has none."""
        found = self.elements[element].find(f"{BPMN}extensionElements/{ZEEBE}{name}")
        return {} if found is None else dict(found.attrib)


@dataclass
class Job:
    """A job of a service task, and what happens when it is done."""

    row: Row
    instance: Row
    node: Row
    complete: Callable[[], None]
    is_open: bool = True


@dataclass
class FakeCamunda8(FakeOperate):
    """The server; use it as a context manager, as `FakeOperate`."""

    version: str = "8.6.0"
    _key: Callable[[], int] = field(default_factory=lambda: itertools.count(FIRST_KEY).__next__)
    _processes: dict[str, Process] = field(default_factory=dict)
    _decisions: dict[str, tuple[Row, ET.Element]] = field(default_factory=dict)
    _jobs: dict[int, Job] = field(default_factory=dict)
    _waiting: dict[int, Callable[[], None]] = field(default_factory=dict)  # by the key of the called instance

    def _add(self, entity: str, row: Row) -> Row:
        self.rows.setdefault(entity, []).append(row)
        return row

    # API v2

    def command(self, method: str, path: str, body: Any) -> Answer | None:
        if (method, path) == ("GET", "/topology"):
            return 200, {"gatewayVersion": self.version}
        if (method, path) == ("POST", "/deployments"):
            return 200, self._deploy(body)
        if (method, path) == ("POST", "/process-instances"):
            process = self._processes.get(body["processDefinitionId"])
            if process is None:
                return rejection("CREATE", f"no process with ID '{body['processDefinitionId']}'", path)
            row = self._start(process, body.get("variables") or {})
            return 200, {"processDefinitionId": row["bpmnProcessId"], "processInstanceKey": row["key"], **TENANT}
        if (method, path) == ("POST", "/jobs/activation"):
            open_jobs = [job.row for job in self._jobs.values() if job.is_open and job.row["type"] == body["type"]]
            return 200, {"jobs": open_jobs[: body["maxJobsToActivate"]]}
        match = re.fullmatch(r"/(jobs|resources)/(\d+)/(failure|completion|deletion)", path)
        handler = {"failure": self._fail, "completion": self._complete, "deletion": self._undeploy}
        if method == "POST" and match and handler[match.group(3)](int(match.group(2)), body or {}):
            return (200, {}) if match.group(1) == "resources" else (204, None)
        return super().command(method, path, body)

    def cancel(self, key: str) -> None:
        """Cancel an instance and what it called; tests of Operate's delay use rows without an engine."""
        self._terminate(self.cancelable(key))

    # Deployment

    def _deploy(self, parts: list[tuple[str, bytes]]) -> Row:
        made = [each for name, content in parts for each in self._deploy_one(name, content)]
        return {"deploymentKey": self._key(), "deployments": made, **TENANT}

    def _deploy_one(self, name: str, content: bytes) -> Iterator[Row]:
        root = ET.fromstring(content)
        if name.endswith(".dmn"):
            yield from self._deploy_decisions(name, content, root)
            return
        for model in root.findall(f"{BPMN}process"):
            key, name_of_process = self._key(), model.get("id", "")
            known = self._processes.get(name_of_process)
            row = {
                "key": key,
                "name": model.get("name"),
                "version": known.row["version"] + 1 if known else 1,
                "bpmnProcessId": name_of_process,
                **TENANT,
            }
            elements = {element.get("id", ""): element for element in model if element.get("id")}
            tag = model.find(f"{BPMN}extensionElements/{ZEEBE}versionTag")
            if tag is not None:
                row["versionTag"] = tag.get("value")
            self._processes[name_of_process] = Process(self._add("process-definitions", row), elements)
            self.xml[str(key)] = content.decode()
            yield {"processDefinition": {"processDefinitionId": name_of_process, "processDefinitionKey": key}}

    def _deploy_decisions(self, name: str, content: bytes, root: ET.Element) -> Iterator[Row]:
        drd_key = self._key()
        drd = {
            "id": str(drd_key),
            "key": drd_key,
            "decisionRequirementsId": root.get("id"),
            "name": root.get("name"),
            "version": 1,
            "resourceName": name,
            **TENANT,
        }
        self._add("drd", drd)
        self.xml[str(drd_key)] = content.decode()
        for decision in root.findall(f"{DMN}decision"):
            key = self._key()
            row = {
                "id": str(key),
                "key": key,
                "decisionId": decision.get("id"),
                "name": decision.get("name"),
                "version": 1,
                "decisionRequirementsId": drd["decisionRequirementsId"],
                "decisionRequirementsKey": drd_key,
                "decisionRequirementsName": drd["name"],
                "decisionRequirementsVersion": 1,
                **TENANT,
            }
            self._decisions[decision.get("id", "")] = (self._add("decision-definitions", row), decision)
            yield {"decisionDefinition": {"decisionDefinitionId": decision.get("id"), "decisionDefinitionKey": key}}

    def _undeploy(self, key: int, _body: Row) -> bool:
        """Take a definition out of the engine; Operate goes on showing it."""
        named = {name: process for name, process in self._processes.items() if process.row["key"] == key}
        for name in named:
            del self._processes[name]
        return bool(named) or any(row["key"] == key for row in self.rows.get("drd", []))

    # Instances

    def _start(self, process: Process, variables: Row, caller: tuple[Row, Row] | None = None) -> Row:
        """Start an instance; ``caller`` are the instance and the flow node that call it."""
        row = {
            "key": self._key(),
            "processVersion": process.row["version"],
            "bpmnProcessId": process.row["bpmnProcessId"],
            "startDate": _now(),
            "state": "ACTIVE",
            "incident": False,
            "processDefinitionKey": process.row["key"],
            **TENANT,
        }
        if "versionTag" in process.row:
            row["processVersionTag"] = process.row["versionTag"]
        if caller:
            row.update(parentKey=caller[0]["key"], parentFlowNodeInstanceKey=caller[1]["key"])
        self._add("process-instances", row)
        for name, value in variables.items():
            self._variable(row, name, value)
        start = next(each for each, element in process.elements.items() if element.tag == f"{BPMN}startEvent")
        self._enter(process, row, start)
        return row

    def _variable(self, instance: Row, name: str, value: Any) -> None:
        scope = {"processInstanceKey": instance["key"], "scopeKey": instance["key"]}
        text = json.dumps(value, separators=(",", ":"))
        self._add("variables", {"key": self._key(), **scope, "name": name, "value": text, **TENANT})

    def _variables(self, instance: Row) -> Row:
        rows = [row for row in self.rows.get("variables", []) if row["processInstanceKey"] == instance["key"]]
        return {row["name"]: json.loads(row["value"]) for row in rows}

    def _enter(self, process: Process, instance: Row, element: str) -> None:
        """Let an instance go on in this element, and as far as it goes from there."""
        kind = process.elements[element].tag.removeprefix(BPMN)
        node = {
            "key": self._key(),
            "processInstanceKey": instance["key"],
            "processDefinitionKey": instance["processDefinitionKey"],
            "startDate": _now(),
            "flowNodeId": element,
            "flowNodeName": process.elements[element].get("name", element),
            "type": re.sub(r"(?<!^)([A-Z])", r"_\1", kind).upper(),
            "state": "ACTIVE",
            "incident": False,
            **TENANT,
        }
        self._add("flownode-instances", node)
        enter = {"serviceTask": self._wait_for_job, "callActivity": self._call, "businessRuleTask": self._decide}
        enter.get(kind, self._leave)(process, instance, node)

    def _leave(self, process: Process, instance: Row, node: Row) -> None:
        node.update(state="COMPLETED", endDate=_now())
        for flow in process.elements.values():
            if flow.tag == f"{BPMN}sequenceFlow" and flow.get("sourceRef") == node["flowNodeId"]:
                self.sequence_flows.setdefault(str(instance["key"]), []).append(flow.get("id", ""))
                self._enter(process, instance, flow.get("targetRef", ""))
                return
        instance.update(state="COMPLETED", endDate=_now())
        self._waiting.pop(instance["key"], lambda: None)()

    def _call(self, process: Process, instance: Row, node: Row) -> None:
        variables = self._variables(instance)
        expression = process.extension(node["flowNodeId"], "calledElement")["processId"]
        called = self._processes[variables[expression.removeprefix("=")]]
        child = self._start(called, variables, (instance, node))
        if child["state"] == "COMPLETED":
            self._leave(process, instance, node)
        else:
            self._waiting[child["key"]] = lambda: self._leave(process, instance, node)

    def _decide(self, process: Process, instance: Row, node: Row) -> None:
        """Evaluate a table with the hit policy FIRST, whose entries are quoted strings or empty."""
        called = process.extension(node["flowNodeId"], "calledDecision")
        row, decision = self._decisions[called["decisionId"]]
        variables = self._variables(instance)
        table = decision[0]
        inputs = [
            (each, variables.get(each.findtext(f"{DMN}inputExpression/{DMN}text", "")))
            for each in table.findall(f"{DMN}input")
        ]
        output = table.find(f"{DMN}output")
        assert output is not None
        rules = list(enumerate(table.findall(f"{DMN}rule"), start=1))
        index, rule = next(each for each in rules if _applies(each[1], [value for _input, value in inputs]))
        result = rule.findtext(f"{DMN}outputEntry/{DMN}text", "")
        key = self._key()
        self._add(
            "decision-instances",
            {
                "id": f"{key}-1",
                "key": key,
                "state": "EVALUATED",
                "evaluationDate": _now(),
                "processDefinitionKey": instance["processDefinitionKey"],
                "processInstanceKey": instance["key"],
                "decisionId": row["decisionId"],
                "decisionDefinitionId": row["id"],
                "decisionName": row["name"],
                "decisionVersion": row["version"],
                "decisionType": "DECISION_TABLE",
                "result": result,
                "evaluatedInputs": [
                    {"id": each.get("id"), "name": each.get("label"), "value": json.dumps(value)}
                    for each, value in inputs
                ],
                "evaluatedOutputs": [
                    {
                        "id": output.get("id"),
                        "name": output.get("label"),
                        "value": result,
                        "ruleId": rule.get("id"),
                        "ruleIndex": index,
                    }
                ],
                **TENANT,
            },
        )
        self._variable(instance, called["resultVariable"], json.loads(result))
        self._leave(process, instance, node)

    # Jobs

    def _wait_for_job(self, process: Process, instance: Row, node: Row) -> None:
        key = self._key()
        kind = process.extension(node["flowNodeId"], "taskDefinition")["type"]
        row = {"key": key, "type": kind, "processInstanceKey": instance["key"], "retries": 3, **TENANT}
        self._jobs[key] = Job(row, instance, node, lambda: self._leave(process, instance, node))

    def _fail(self, key: int, body: Row) -> bool:
        """Fail a job; without retries that makes an incident, with this type, as observed on 8.6.0."""
        job = self._jobs.get(key)
        if job is None or not job.is_open:
            return False
        job.row["retries"] = body["retries"]
        if body["retries"] > 0:
            return True
        job.is_open = False
        incident = {
            "key": self._key(),
            "processDefinitionKey": job.instance["processDefinitionKey"],
            "processInstanceKey": job.instance["key"],
            "type": "JOB_NO_RETRIES",
            "message": body.get("errorMessage", ""),
            "creationTime": _now(),
            "state": "ACTIVE",
            "jobKey": key,
            **TENANT,
        }
        self._add("incidents", incident)
        job.node.update(incident=True, incidentKey=incident["key"])
        job.instance["incident"] = True
        return True

    def _complete(self, key: int, body: Row) -> bool:
        job = self._jobs.get(key)
        if job is None or not job.is_open:
            return False
        job.is_open = False
        for name, value in (body.get("variables") or {}).items():
            self._variable(job.instance, name, value)
        job.complete()
        return True

    def _terminate(self, instance: Row) -> None:
        for child in [row for row in self.rows["process-instances"] if row.get("parentKey") == instance["key"]]:
            if child["state"] == "ACTIVE":
                self._terminate(child)
        for job in self._jobs.values():
            job.is_open = job.is_open and job.instance is not instance
        own = {"processInstanceKey": instance["key"]}.items()
        for node in self.rows["flownode-instances"]:
            if node.items() >= own and node["state"] == "ACTIVE":
                node.update(state="TERMINATED", endDate=_now(), incident=False)
        for incident in self.rows.get("incidents", []):
            if incident.items() >= own:
                incident["state"] = "RESOLVED"
        instance.update(state="CANCELED", endDate=_now(), incident=False)


def _applies(rule: ET.Element, values: list[Any]) -> bool:
    entries = [entry.findtext(f"{DMN}text", "") for entry in rule.findall(f"{DMN}inputEntry")]
    return all(not entry or json.loads(entry) == value for entry, value in zip(entries, values))
