# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills an engine with at least one object of every kind that can be searched."""

from __future__ import annotations

import base64
import contextlib
from pathlib import Path
from typing import Any

import requests

from .camunda7 import Camunda7

MODELS = Path(__file__).parents[1] / "integration" / "models"
TENANT = "searched"


def _post(api: Camunda7, path: str, body: Any = None) -> Any:
    answer = api.call("POST", path, {} if body is None else body)
    assert answer.ok, f"POST {path}: {answer.status_code} {answer.text[:500]}"
    return answer.json() if answer.content else None


def deploy(api: Camunda7, *models: str, **form: str) -> dict[str, Any]:
    """Deploy files of `MODELS`; the form's fields have underscores for hyphens."""
    files = {name: (name, (MODELS / name).read_bytes()) for name in models}
    data = {name.replace("_", "-"): value for name, value in form.items()}
    assert api.username is not None and api.password is not None
    with requests.Session() as session:
        session.trust_env = False
        login = (api.username, api.password)
        answer = session.post(f"{api.url}/deployment/create", files=files, data=data, auth=login, timeout=60)
    assert answer.ok, answer.text
    deployment: dict[str, Any] = answer.json()
    return deployment


def start(api: Camunda7, key: str, business_key: str, tenant: str = "", **variables: Any) -> str:
    """Start an instance of a process and return its id."""
    body = {
        "businessKey": business_key,
        "variables": {
            name: value if isinstance(value, dict) else {"value": value} for name, value in variables.items()
        },
    }
    path = f"/process-definition/key/{key}" + (f"/tenant-id/{tenant}" if tenant else "")
    return str(_post(api, f"{path}/start", body)["id"])


def populate(api: Camunda7) -> None:
    """Deploy the models and move some instances to every state; the identity objects are the caller's to remove."""
    api.create_tenant(TENANT, "Searched")
    api.create_group("sales", "Sales", "WORKFLOW")
    for user in ("anna", "bob"):
        api.create_user(user, email=f"{user}@example.com", firstName=user.title(), lastName="Search")
        api.add_member("sales", user)
    api.add_tenant_member(TENANT, user="anna")

    files = ("processes.bpmn", "decisions.dmn", "pixel.png")
    deploy(api, *files, deployment_name="first", deployment_source="tests")
    deploy(api, "processes.bpmn", deployment_name="second")
    deploy(api, "processes.bpmn", deployment_name="tenant", tenant_id=TENANT)
    deploy(api, "forms.bpmn", "start.html", "work.html", deployment_name="forms")

    long_text = {"value": "äöü, ß_x " * 40, "type": "String"}
    approvals = [
        start(api, "approve", f"order {number}", amount=number, note="a,b", my_var=f"x{number % 3}", long=long_text)
        for number in range(12)
    ]
    approvals += [start(api, "approve", "order 0", tenant=TENANT, amount=1.5, flag=True) for _number in range(3)]
    date = {"value": "2026-01-01T10:00:00.000+0100", "type": "Date"}
    for number in range(5):
        start(api, "broken", f"broken {number}", good=False)
        start(api, "waiting", f"waiting {number}", when=date)
        start(api, "outside", f"outside {number}", topic="print")
    formed = start(api, "formed", "formed")
    start(api, "deployed", "deployed")
    content = base64.b64encode(bytes(range(256))).decode("ascii")
    values = {"file": {"type": "Bytes", "value": content}, "object": {"value": {"a": 1}}}
    _post(api, f"/process-instance/{formed}/variables", {"modifications": values})
    submitted = api.rows("/process-definition", key="formed")[0]["id"]
    _post(api, f"/process-definition/{submitted}/submit-form", {"variables": {"customer": {"value": "Ada"}}})
    _post(api, "/message", {"messageName": "startMe", "businessKey": "by message", "withoutTenantId": True})

    api.send("PUT", f"/process-instance/{approvals[5]}/suspended", {"suspended": True})
    api.send("DELETE", f"/process-instance/{approvals.pop(6)}")
    _tasks(api)
    _jobs(api)
    _external_tasks(api)
    _batches(api, approvals)
    _decisions(api)
    for name, owner in (("My tasks", "anna"), ("All tasks", "bob")):
        stored = {"resourceType": "Task", "name": name, "owner": owner, "query": {}, "properties": {}}
        _post(api, "/filter/create", stored)


def _tasks(api: Camunda7) -> None:
    tasks = sorted(api.rows("/task"), key=lambda task: str(task["created"]))
    for number, task in enumerate([each for each in tasks if not each["suspended"]][:9]):
        path = f"/task/{task['id']}"
        if number < 4:
            _post(api, f"{path}/assignee", {"userId": "anna"})
        if number == 3:
            _post(api, f"{path}/delegate", {"userId": "bob"})
        if number == 4:
            _post(api, f"{path}/comment/create", {"message": "seen"})
            _post(api, f"{path}/localVariables", {"modifications": {"local": {"value": "here"}}})
        if number == 5:
            due = {"due": "2026-05-01T12:00:00.000+0000", "followUp": "2026-04-01T12:00:00.000+0000"}
            api.send("PUT", path, {**task, **due, "priority": 80})
        if number in (6, 7):
            _post(api, f"{path}/complete", {"variables": {"done": {"value": True}}})
        if number == 8:
            _post(api, f"{path}/identity-links", {"userId": "bob", "type": "candidate"})


def _jobs(api: Camunda7) -> None:
    definitions = {each["id"] for each in api.rows("/process-definition", key="broken")}
    jobs = [job for job in api.rows("/job") if job["processDefinitionId"] in definitions]
    for job in jobs[:3]:
        for _attempt in range(job["retries"]):
            with contextlib.suppress(AssertionError):  # it fails, as it should: the answer is 404 or 500
                api.send("POST", f"/job/{job['id']}/execute", {})
    api.send("PUT", f"/job/{jobs[3]['id']}/suspended", {"suspended": True})
    api.send("PUT", f"/job/{jobs[0]['id']}/retries", {"retries": 1})  # this resolves its incident
    incident = {"incidentType": "custom", "message": "by hand"}
    execution = api.rows("/execution", processDefinitionKey="approve")[0]  # at an activity, not a scope around some
    _post(api, f"/execution/{execution['id']}/create-incident", incident)


def _external_tasks(api: Camunda7) -> None:
    fetch = {"workerId": "w1", "maxTasks": 2, "topics": [{"topicName": "print", "lockDuration": 3600000}]}
    first, _second = _post(api, "/external-task/fetchAndLock", fetch)
    failure = {"workerId": "w1", "errorMessage": "no paper", "errorDetails": "line 1\nline 2", "retries": 0}
    _post(api, f"/external-task/{first['id']}/failure", failure)


def _batches(api: Camunda7, instances: list[str]) -> None:
    def suspend(*ids: str) -> dict[str, Any]:
        body = {"suspended": False, "processInstanceIds": ids}
        batch: dict[str, Any] = _post(api, "/process-instance/suspended-async", body)
        return batch

    suspend(instances[0])
    api.send("PUT", f"/batch/{suspend(*instances[:2])['id']}/suspended", {"suspended": True})
    batch = suspend(instances[1])
    for kind in ("seed", "batch", "monitor"):
        for job in api.rows("/job", jobDefinitionId=batch[f"{kind}JobDefinitionId"]):
            api.send("POST", f"/job/{job['id']}/execute", {})


def _decisions(api: Camunda7) -> None:
    for temperature in (0, 5, 20, 30):
        _post(api, "/decision-definition/key/dish/evaluate", {"variables": {"temperature": {"value": temperature}}})
    with contextlib.suppress(AssertionError):
        _post(api, "/decision-definition/key/dish/evaluate", {"variables": {}})
