# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_process_instance on real engines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from ansible_collections.bpmops.camunda.tests.support.c7_modules import Module, Row, deployed
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.camunda7_processes import start
from ansible_collections.bpmops.camunda.tests.support.camunda7_work import working
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

TENANT = "instances"
GONE = {"matched": 1, "changed": 0, "unchanged": 0, "gone": 1}
CHANGED = {"matched": 1, "changed": 1, "unchanged": 0, "gone": 0}
UNCHANGED = {"matched": 1, "changed": 0, "unchanged": 1, "gone": 0}


@pytest.fixture(scope="module")
def definition(engine: Engine) -> Iterator[str]:
    """The id of the latest version of approve, of three: the second one belongs to a tenant."""
    api = engine.api
    model = "processes.bpmn"
    with deployed(api, model), deployed(api, model, tenant_id=TENANT), deployed(api, model, deployment_name="again"):
        yield api.get("/process-definition/key/approve")["id"]


@pytest.fixture
def instances(definition: str, engine: Engine, proxied: Proxy) -> Module:
    return Module("c7_process_instance", engine, proxied)


@pytest.fixture
def begin(definition: str, api: Camunda7, unique: Callable[[str], str]) -> Callable[..., list[str]]:
    """Starts instances with the same business key and returns their ids."""

    def make(number: int = 1, key: str = "") -> list[str]:
        key = key or unique("order")
        return [start(api, "approve", key) for _number in range(number)]

    return make


def _history(api: Camunda7, key: str) -> Row:
    found: Row = api.get(f"/history/process-instance/{key}")
    return found


def _versions(api: Camunda7) -> dict[int, str]:
    """The ids of the versions of approve that belong to no tenant."""
    rows = api.get("/process-definition", key="approve", withoutTenantId="true")
    return {row["version"]: row["id"] for row in rows}


def _running(api: Camunda7, business_key: str) -> list[str]:
    return [row["id"] for row in api.get("/process-instance", businessKey=business_key)]


# Starting


def test_an_instance_is_started_once(
    instances: Module, api: Camunda7, definition: str, unique: Callable[[str], str]
) -> None:
    key = unique("report")
    secret = unique("secret")
    options: Row = {
        "definition_key": "approve",
        "business_key": key,
        "variables": {"year": 2026, "amount": {"value": 5, "type": "Long"}, "pin": {"value": secret, "no_log": True}},
    }
    announced = instances(check=True, diff=True, **options)
    expected = {
        "id": None,
        "businessKey": key,
        "definitionKey": "approve",
        "definitionId": definition,
        "tenantId": None,
        "state": None,
    }
    assert announced["changed"] is True and announced["object"] == expected
    assert _running(api, key) == []
    made = instances(diff=True, **options)
    assert made["diff"] == announced["diff"] and secret not in json.dumps(made)
    [running] = _running(api, key)
    assert made["object"] == {**expected, "id": running, "state": "ACTIVE"}
    assert len(instances.requests) == 3 and len(instances.requests.writes) == 1
    variables = api.get(f"/process-instance/{running}/variables")
    assert {name: (row["type"], row["value"]) for name, row in variables.items()} == {
        "year": ("Integer", 2026),
        "amount": ("Long", 5),
        "pin": ("String", secret),
    }

    again = instances(**options)
    assert (again["changed"], again["object"], len(instances.requests)) == (False, made["object"], 2)
    by_id = instances(definition_id=definition, business_key=key)
    assert (by_id["changed"], by_id["object"]) == (False, made["object"])
    # It is the same process, whatever its version.
    older = instances(definition_key="approve", version=min(_versions(api)), business_key=key)
    assert (older["changed"], older["object"]) == (False, made["object"])
    # It is another one for a tenant.
    other = instances(definition_key="approve", tenant_id=TENANT, business_key=key)
    assert (other["changed"], other["object"]["tenantId"]) == (True, TENANT)
    assert instances(definition_key="approve", tenant_id=TENANT, business_key=key)["object"] == other["object"]
    other_process = instances(definition_key="outside", business_key=key)
    assert (other_process["changed"], other_process["object"]["definitionKey"]) == (True, "outside")
    assert len(_running(api, key)) == 3


def test_a_suspended_instance_counts_as_running(
    instances: Module, api: Camunda7, begin: Callable[..., list[str]]
) -> None:
    [key] = begin(key="held")
    api.send("PUT", f"/process-instance/{key}/suspended", {"suspended": True})
    found = instances(definition_key="approve", business_key="held")
    assert (found["changed"], found["object"]["id"], found["object"]["state"]) == (False, key, "SUSPENDED")


def test_finished_instances_count_if_asked_for(instances: Module, api: Camunda7, unique: Callable[[str], str]) -> None:
    options: Row = {"definition_key": "approve", "business_key": unique("once")}
    first = instances(**options)["object"]["id"]
    [open_task] = api.get("/task", processInstanceId=first)
    api.send("POST", f"/task/{open_task['id']}/complete", {})
    found = instances(**options, include_finished=True)
    assert (found["changed"], found["object"]["id"], found["object"]["state"]) == (False, first, "COMPLETED")
    assert found["object"]["definitionId"].startswith("approve:")
    assert instances(**options, check=True)["changed"] is True
    second = instances(**options)
    assert second["changed"] is True and second["object"]["id"] != first
    both = instances(**options, include_finished=True)
    assert both["changed"] is False and both["warnings"] == [
        f"There are several instances of approve with the business key {options['business_key']}."
    ]


def test_without_a_business_key_there_is_always_another_one(instances: Module, api: Camunda7, definition: str) -> None:
    first, second = instances(definition_id=definition), instances(definition_id=definition)
    assert first["changed"] and second["changed"] and first["object"]["id"] != second["object"]["id"]
    assert first["object"]["businessKey"] is None
    assert instances.sent == [
        f"GET /process-definition/{definition.replace(':', '%3A')}",
        f"POST /process-definition/{definition.replace(':', '%3A')}/start",
    ]


def test_a_version_is_started(instances: Module, api: Camunda7, definition: str, unique: Callable[[str], str]) -> None:
    versions = _versions(api)
    assert len(versions) >= 2 and versions[max(versions)] == definition
    for version, key in versions.items():
        made = instances(definition_key="approve", version=version, business_key=unique(f"version {version}"))
        assert made["object"]["definitionId"] == key


def test_definitions_that_cannot_be_started(instances: Module, api: Camunda7, definition: str) -> None:
    end = ", or the caller may not read it."
    assert instances.failed(definition_key="nothing") == "There is no process definition nothing" + end
    assert instances.failed(definition_id="nothing:1") == "There is no process definition nothing:1" + end
    message = instances.failed(definition_key="approve", version=99, tenant_id=TENANT)
    assert message == f"There is no process definition approve version 99 of tenant {TENANT}" + end
    announced = instances(check=True, definition_key="nothing", business_key="x")
    assert announced["changed"] is True and announced["warnings"] == ["There is no process definition nothing" + end]
    api.send("PUT", f"/process-definition/{definition}/suspended", {"suspended": True})
    try:
        message = instances.failed(definition_key="approve", business_key="new")
        assert message == f"Process definition {definition} is suspended. Activate it to start an instance."
        assert instances.failed(definition_key="approve", business_key="new", check=True) == message
    finally:
        api.send("PUT", f"/process-definition/{definition}/suspended", {"suspended": False})


def test_a_start_is_never_sent_twice(
    instances: Module, api: Camunda7, proxied: Proxy, unique: Callable[[str], str]
) -> None:
    options: Row = {"definition_key": "approve", "business_key": unique("lost")}
    fault = proxied.fail(method="POST", path=".*/start", drop="after")
    lost = instances(**options)
    assert fault.hits and lost["failed"] is True and "look before you repeat it" in lost["msg"]
    [running] = _running(api, options["business_key"])
    again = instances(**options)
    assert (again["changed"], again["object"]["id"]) == (False, running)


def test_a_secret_that_the_engine_repeats_is_hidden(instances: Module, definition: str, proxied: Proxy) -> None:
    answer = json.dumps({"type": "X", "message": "There is something wrong with hunter4711."})
    proxied.fail(method="POST", path=".*/start", status=400, body=answer, headers={"Content-Type": "application/json"})
    variables = {"pin": {"value": "hunter4711", "no_log": True}}
    refused = instances(definition_key="approve", variables=variables)
    assert "There is something wrong with ********." in refused["msg"]


# Existing instances


def test_an_instance_is_suspended_activated_and_canceled(
    instances: Module, api: Camunda7, begin: Callable[..., list[str]]
) -> None:
    [key] = begin()

    def suspended() -> bool:
        found: bool = api.get(f"/process-instance/{key}")["suspended"]
        return found

    assert instances(id=key, state="active")["counts"] == UNCHANGED
    for state, wanted in (("suspended", True), ("active", False)):
        announced = instances(check=True, diff=True, id=key, state=state)
        assert announced["counts"] == CHANGED and suspended() is not wanted
        made = instances(diff=True, id=key, state=state)
        assert made == announced and suspended() is wanted
        assert made["objects"][0]["suspended"] is not wanted and made["diff"][0]["after"]["suspended"] is wanted
        again = instances(id=key, state=state)
        assert (again["changed"], again["counts"]) == (False, UNCHANGED)
    announced = instances(check=True, id=key, state="absent")
    assert announced["counts"] == CHANGED and _history(api, key)["state"] == "ACTIVE"
    made = instances(id=key, state="absent", skip_custom_listeners=True, skip_subprocesses=True)
    assert made == announced and _history(api, key)["state"] == "EXTERNALLY_TERMINATED"
    [deleted] = instances.requests.writes
    assert deleted.target == f"/process-instance/{key}?skipCustomListeners=true&skipSubprocesses=true"
    again = instances(id=key, state="absent")
    assert (again["changed"], again["counts"]) == (False, UNCHANGED)
    for state in ("suspended", "active"):
        assert instances.failed(id=key, state=state) == f"There is no process instance {key}. Nothing was changed."
        assert instances(check=True, id=key, state=state)["counts"] == GONE


def test_instances_of_a_filter(instances: Module, api: Camunda7, begin: Callable[..., list[str]]) -> None:
    mine, other = begin(3, "mine"), begin(1, "other")
    options: Row = {"filter": {"businessKey": "mine", "processDefinitionKey": "approve"}}
    assert instances(**options, state="suspended")["counts"]["changed"] == 3
    assert len(instances.requests) == 1 + 3 * 2
    assert instances(filter={**options["filter"], "active": True}, state="suspended")["objects"] == []
    message = instances.failed(**options, state="absent", max_objects=2)
    assert message.startswith("This would change more than 2 process instances, and max_objects allows 2.")
    made = instances(**options, state="absent")
    assert sorted(row["id"] for row in made["objects"]) == sorted(mine)
    assert {_history(api, key)["state"] for key in mine} == {"EXTERNALLY_TERMINATED"}
    assert _history(api, other[0])["state"] == "ACTIVE"
    again = instances(**options, state="absent")
    assert (again["changed"], again["objects"]) == (False, [])


@pytest.mark.parametrize("state", ["absent", "suspended"])
def test_an_instance_that_ends_meanwhile_is_gone(
    instances: Module, api: Camunda7, begin: Callable[..., list[str]], proxied: Proxy, state: str
) -> None:
    ended, running = begin(2)
    cancel = partial(api.send, "DELETE", f"/process-instance/{ended}")
    method, end = ("DELETE", "") if state == "absent" else ("PUT", "/suspended")
    fault = proxied.fail(method=method, path=f"/process-instance/{ended}{end}", first=cancel)
    made = instances(ids=[ended, running], state=state)
    assert fault.hits
    assert [row["result"] for row in made["objects"]] == ["gone", "changed"]


def test_instances_in_a_batch(instances: Module, api: Camunda7, begin: Callable[..., list[str]]) -> None:
    keys = begin(3, "batch")
    options: Row = {"filter": {"businessKey": "batch"}, "via": "batch", "wait_timeout": 20, "wait_interval": 0.05}
    announced = instances(check=True, **options, state="suspended")
    assert announced["counts"]["changed"] == 3 and "batches" not in announced
    with working(api):
        suspended = instances(**options, state="suspended")
        [batch] = suspended["batches"]
        assert (batch["type"], batch["completedJobs"]) == ("instance-update-suspension-state", 3)
        assert suspended["counts"] == announced["counts"] and len(instances.requests.writes) == 1
        assert {api.get(f"/process-instance/{key}")["suspended"] for key in keys} == {True}
        assert instances(**options, state="suspended")["changed"] is False
        assert instances(**options, state="active")["changed"] is True
        assert {api.get(f"/process-instance/{key}")["suspended"] for key in keys} == {False}
        deleted = instances(**options, state="absent", reason="replaced")
        assert (deleted["batches"][0]["type"], deleted["batches"][0]["completedJobs"]) == ("instance-deletion", 3)
        assert {_history(api, key)["state"] for key in keys} == {"EXTERNALLY_TERMINATED"}
        assert {_history(api, key)["deleteReason"] for key in keys} == {"replaced"}
        empty = instances(**options, state="absent")
        assert (empty["changed"], empty["objects"], "batches" in empty) == (False, [], False)
    begin(1, "batch")
    without = instances(**options, state="absent", wait=False)
    assert [list(batch) for batch in without["batches"]] == [["id"]]
    late = instances(**{**options, "wait_timeout": 0}, state="absent", skip_io_mappings=True)
    assert late["failed"] is True and late["error"]["done"][0]["kind"] == "batch"
    assert json.loads(instances.requests.writes[0].body)["skipIoMappings"] is True
    for batch in api.get("/batch"):
        api.send("DELETE", f"/batch/{batch['id']}?cascade=true")


def test_without_permission(
    instances: Module, api: Camunda7, begin: Callable[..., list[str]], unique: Callable[[str], str]
) -> None:
    [key] = begin()
    user = unique("reader")
    api.create_user(user, "Reader.1234")
    instances.connection = {"username": user, "password": "Reader.1234"}
    try:
        assert "There is no process definition approve, or the caller" in instances.failed(definition_key="approve")
        assert instances.failed(id=key, state="suspended").startswith("There is no process instance")
        api.authorize(["READ", "READ_INSTANCE"], 6, user=user)
        for options in (
            {"definition_key": "approve"},
            {"id": key, "state": "suspended"},
            {"id": key, "state": "absent"},
        ):
            refused = instances(**options)
            assert refused["failed"] is True and refused["error"]["status"] == 403, options
            assert f"The caller {user} needs" in refused["msg"]
        assert _history(api, key)["state"] == "ACTIVE"
    finally:
        api.delete_user(user)


WRONG: dict[str, tuple[Row, str]] = {
    "nothing": ({}, "One of these options is required: definition_key, definition_id. State present needs it."),
    "no selection": ({"state": "absent"}, "One of these options is required: id, ids, filter. State absent needs it."),
    "filter of present": (
        {"definition_key": "x", "filter": {"businessKey": "x"}},
        "filter: belongs to state: absent or suspended or active, and state is present.",
    ),
    "business key of absent": (
        {"state": "absent", "id": "x", "business_key": "y"},
        "business_key: belongs to state: present",
    ),
    "skip of active": (
        {"state": "active", "id": "x", "skip_io_mappings": True},
        "skip_io_mappings: belongs to state: absent",
    ),
    "batch of present": ({"definition_key": "x", "via": "batch"}, "via: a batch cannot start an instance."),
    "reason": ({"state": "absent", "id": "x", "reason": "y"}, "reason: the engine only takes it with via: batch."),
    "finished": ({"definition_key": "x", "include_finished": True}, "include_finished: needs business_key"),
    "empty filter": ({"state": "absent", "filter": {}}, "filter: given but empty"),
    "empty business key": ({"definition_key": "x", "business_key": ""}, "business_key: given but empty"),
    "number": ({"definition_key": "x", "business_key": 5}, "business_key: it must be a string, not an integer"),
    "misspelt": (
        {"state": "absent", "filter": {"bussinessKey": "x"}},
        "filter: process-instance cannot be filtered by 'bussinessKey'. Did you mean businessKey?",
    ),
    "false": ({"state": "absent", "filter": {"suspended": False}}, "filter.suspended: false has no meaning here"),
    "empty list": ({"state": "absent", "filter": {"processDefinitionKeyIn": []}}, "filter.processDefinitionKeyIn:"),
    "slash": ({"state": "absent", "id": "a/b"}, "id: 'a/b' cannot be used"),
    "variable": ({"definition_key": "x", "variables": {"a": {"value": 1, "typ": "Long"}}}, "Did you mean type?"),
    "value": (
        {"definition_key": "x", "variables": {"a": {"value": 2**40, "type": "Integer"}}},
        "is not an integer of 32 bits",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_are_refused_before_the_first_request(instances: Module, name: str) -> None:
    options, message = WRONG[name]
    assert message in instances.misused(**options)


def test_a_play(play: Play, definition: str, api: Camunda7, unique: Callable[[str], str]) -> None:
    options: Row = {"definition_key": "approve", "business_key": unique("play"), "variables": {"n": 1}}
    by_key: Row = {"filter": {"businessKey": options["business_key"]}, "in_process": False}
    run = play(
        [
            task("c7_process_instance", options, check=True),
            task("c7_process_instance", {**options, "in_process": False}, diff=True),
            task("c7_process_instance", options),
            task("c7_process_instance", {**by_key, "state": "suspended"}),
            task("c7_process_instance", {**by_key, "state": "absent"}, check=True),
            task("c7_process_instance", {**by_key, "state": "absent"}),
            task("c7_process_instance", {**by_key, "state": "absent"}),
        ]
    )
    assert run.changed == [True, True, False, True, True, True, False]
    assert [len(each.requests.writes) for each in run] == [0, 1, 0, 1, 0, 1, 0]
