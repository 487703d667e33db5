# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_variable on real engines."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pytest
from ansible_collections.bpmops.camunda.tests.support.c7_modules import Module, Row, deployed
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.camunda7_processes import start
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, assert_no_secret, secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy


class Scope(NamedTuple):
    """Where variables are: the option, the id, and the address."""

    option: str
    key: str
    path: str


@pytest.fixture(scope="module")
def models(engine: Engine) -> Iterator[None]:
    with deployed(engine.api, "processes.bpmn"):
        yield


@pytest.fixture
def change(models: None, engine: Engine, proxied: Proxy) -> Module:
    return Module("c7_variable", engine, proxied)


@pytest.fixture
def instance(models: None, api: Camunda7, unique: Callable[[str], str]) -> str:
    variables: Row = {"amount": {"value": 5, "type": "Long"}, "note": "old", "empty": {"value": None}}
    return start(api, "approve", unique("order"), **variables)


@pytest.fixture(params=["process_instance_id", "execution_id", "task_id"])
def scope(request: pytest.FixtureRequest, instance: str, api: Camunda7) -> Scope:
    """Each scope without variables."""
    if request.param == "process_instance_id":
        for name in ("amount", "note", "empty"):
            api.send("DELETE", f"/process-instance/{instance}/variables/{name}")
        return Scope(request.param, instance, f"/process-instance/{instance}/variables")
    if request.param == "task_id":
        key = api.get("/task", processInstanceId=instance)[0]["id"]
        return Scope(request.param, key, f"/task/{key}/localVariables")
    waiting = start(api, "waiting", "fork")
    executions = api.get("/execution", processInstanceId=waiting, messageEventSubscriptionName="paid")
    return Scope(request.param, executions[0]["id"], f"/execution/{executions[0]['id']}/localVariables")


def _variables(api: Camunda7, path: str) -> dict[str, tuple[str, Any]]:
    found = api.get(path, deserializeValues="false")
    return {name: (row["type"], row["value"]) for name, row in found.items()}


def _of(api: Camunda7, instance: str) -> dict[str, tuple[str, Any]]:
    return _variables(api, f"/process-instance/{instance}/variables")


def _names(result: Row) -> tuple[list[str], list[str], list[str]]:
    return result["created"], result["updated"], result["deleted"]


def test_variables_of_each_scope(change: Module, api: Camunda7, scope: Scope) -> None:
    here: Row = {scope.option: scope.key}
    wanted = {"count": 1, "flag": True, "ratio": 1.5, "text": "ä ö", "big": 2**40, "none": None}
    announced = change(check=True, diff=True, **here, variables=wanted)
    assert announced["changed"] is True and _names(announced) == (list(wanted), [], [])
    assert _variables(api, scope.path) == {}
    made = change(diff=True, **here, variables=wanted)
    assert made == announced
    assert change.sent == [f"GET {scope.path}", f"POST {scope.path}"]
    assert _variables(api, scope.path) == {
        "count": ("Integer", 1),
        "flag": ("Boolean", True),
        "ratio": ("Double", 1.5),
        "text": ("String", "ä ö"),
        "big": ("Long", 2**40),
        "none": ("Null", None),
    }
    again = change(**here, variables=dict(reversed(wanted.items())))
    assert (again["changed"], _names(again), change.sent) == (False, ([], [], []), [f"GET {scope.path}"])

    one = change(diff=True, **here, variables={"count": 2, "flag": True})
    assert _names(one) == ([], ["count"], []) and change.sent[1] == f"PUT {scope.path}/count"
    assert one["diff"] == [
        {
            "before_header": "variable count",
            "after_header": "variable count",
            "before": {"type": "Integer", "value": 1},
            "after": {"type": "Integer", "value": 2},
        }
    ]
    removed = change(check=True, **here, names=["flag", "nothing"], state="absent")
    assert _names(removed) == ([], [], ["flag"]) and "flag" in _variables(api, scope.path)
    assert change(**here, names=["flag", "nothing"], state="absent") == removed
    assert change.sent[1] == f"DELETE {scope.path}/flag" and "flag" not in _variables(api, scope.path)
    assert change(**here, names=["flag", "nothing"], state="absent")["changed"] is False

    exact: Row = {**here, "variables": {"count": 2, "text": "new", "more": "x"}, "state": "exact"}
    announced = change(check=True, diff=True, **exact)
    assert _names(announced) == (["more"], ["text"], ["big", "none", "ratio"])
    assert change(diff=True, **exact) == announced and change.sent[1] == f"POST {scope.path}"
    assert _variables(api, scope.path) == {
        "count": ("Integer", 2),
        "text": ("String", "new"),
        "more": ("String", "x"),
    }
    assert change(**exact)["changed"] is False
    assert change(**here, variables={"count": None, "more": None}, state="absent")["deleted"] == ["count", "more"]
    assert _variables(api, scope.path) == {"text": ("String", "new")}


def test_a_variable_keeps_its_type_unless_another_one_is_given(change: Module, api: Camunda7, instance: str) -> None:
    here: Row = {"process_instance_id": instance}
    assert change(**here, variables={"amount": 5})["changed"] is False
    assert change(**here, variables={"amount": "5", "empty": None})["changed"] is False
    assert change(**here, variables={"amount": 8})["updated"] == ["amount"]
    assert _of(api, instance)["amount"] == ("Long", 8)
    message = change.failed(**here, variables={"amount": "much", "note": "new"})
    assert message == (
        "variables.amount: 'much' is not an integer of 64 bits. The variable exists with the type Long; "
        "give type to change it."
    )
    assert change.failed(check=True, **here, variables={"amount": "much", "note": "new"}) == message
    assert _of(api, instance)["note"] == ("String", "old")
    retyped: Row = {**here, "variables": {"amount": {"value": 8, "type": "Integer"}}}
    assert change(check=True, **retyped)["updated"] == ["amount"]
    assert change(**retyped)["updated"] == ["amount"] and _of(api, instance)["amount"] == ("Integer", 8)
    assert change(**retyped)["changed"] is False
    assert change(**here, variables={"empty": "full", "amount": None})["updated"] == ["empty", "amount"]
    assert _of(api, instance)["empty"] == ("String", "full")
    assert change(**here, variables={"empty": "full", "amount": None})["changed"] is False


def test_dates_bytes_and_files(change: Module, api: Camunda7, instance: str) -> None:
    def encoded(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    def wanted(date: str, text: str, filename: str) -> Row:
        info = {"filename": filename, "mimeType": "text/plain", "encoding": "utf-8"}
        return {
            "process_instance_id": instance,
            "variables": {
                "when": {"value": date, "type": "Date"},
                "raw": {"value": encoded(text), "type": "Bytes"},
                "letter": {"value": encoded(text), "type": "File", "value_info": info},
            },
        }

    first = wanted("2026-01-31T12:00:00Z", "hällo", "a.txt")
    made = change(diff=True, **first)
    assert made["created"] == ["when", "raw", "letter"]
    assert made["diff"][2]["after"] == {"type": "File", "value": "(6 bytes)"}
    assert _of(api, instance)["when"] == ("Date", "2026-01-31T12:00:00.000+0000")
    file = api.call("GET", f"/process-instance/{instance}/variables/letter/data")
    assert (file.content.decode(), file.headers["Content-Type"]) == ("hällo", "text/plain;charset=utf-8")
    assert change(**first)["changed"] is False
    assert len(change.requests) == 2  # the content of the file
    assert change(**wanted("2026-01-31 13:00+01:00", "hällo", "a.txt"))["changed"] is False
    assert change(**wanted("2026-01-31T12:00:00Z", "hällo", "b.txt"))["updated"] == ["letter"]
    assert change(check=True, **wanted("2026-02-28", "bye", "b.txt"))["updated"] == ["when", "raw", "letter"]
    assert change(**wanted("2026-02-28", "bye", "b.txt"))["updated"] == ["when", "raw", "letter"]
    assert api.call("GET", f"/process-instance/{instance}/variables/letter/data").content == b"bye"
    # The name and the kind of a file stay with it.
    kept: Row = {"process_instance_id": instance, "variables": {"letter": encoded("again")}}
    assert change(**kept)["updated"] == ["letter"] and change(**kept)["changed"] is False
    assert api.get(f"/process-instance/{instance}/variables/letter")["valueInfo"]["filename"] == "b.txt"


@pytest.mark.parametrize("name", ["with blank", "ünï", "50%", "a+b", "a/b", "a\\b", "a.b", "..", "a;b", "a?b#c"])
def test_names_that_addresses_can_hardly_carry(change: Module, api: Camunda7, instance: str, name: str) -> None:
    here: Row = {"process_instance_id": instance}
    assert change(**here, variables={name: 1})["created"] == [name]
    assert _of(api, instance)[name] == ("Integer", 1)
    assert change(**here, variables={name: 1})["changed"] is False
    assert change(**here, names=[name], state="absent")["deleted"] == [name]
    assert name not in _of(api, instance)


def test_all_changes_are_made_or_none(change: Module, api: Camunda7, instance: str) -> None:
    """Without the Spin plugin the engine refuses one of the two."""
    made = change(process_instance_id=instance, variables={"note": "new", "json": {"value": {"a": 1}, "type": "Json"}})
    assert made["failed"] is True and made["error"]["status"] == 400
    assert "Unsupported value type 'Json' The engine needs the Spin plugin" in made["msg"]
    assert _of(api, instance)["note"] == ("String", "old")


def test_a_lost_answer_is_asked_for_again(change: Module, api: Camunda7, instance: str, proxied: Proxy) -> None:
    fault = proxied.fail(method="POST", path=".*/variables", drop="after")
    assert change(process_instance_id=instance, variables={"note": "new", "more": 1})["changed"] is True
    assert fault.hits and _of(api, instance)["note"] == ("String", "new")


def test_a_suspended_instance_can_be_corrected(change: Module, api: Camunda7, instance: str) -> None:
    api.send("PUT", f"/process-instance/{instance}/suspended", {"suspended": True})
    assert change(process_instance_id=instance, variables={"note": "new"})["changed"] is True
    assert _of(api, instance)["note"] == ("String", "new")


# What is not there


@pytest.mark.parametrize(
    ("option", "one"),
    [("process_instance_id", "process instance"), ("execution_id", "execution"), ("task_id", "task")],
)
def test_unknown_objects(change: Module, option: str, one: str) -> None:
    here: Row = {option: "nobody"}
    message = f"There is no {one} nobody. Nothing was changed."
    assert change.failed(**here, variables={"a": 1}) == message
    assert change.failed(**here, names=["a"], state="absent") == message
    announced = change(check=True, **here, variables={"a": 1})
    assert (announced["changed"], announced["warnings"]) == (True, [message])


@pytest.mark.parametrize("names", [["note"], ["note", "amount"]])
def test_an_object_that_ends_meanwhile(
    change: Module, api: Camunda7, instance: str, proxied: Proxy, names: list[str]
) -> None:
    cancel = partial(api.send, "DELETE", f"/process-instance/{instance}")
    for method in ("PUT", "POST", "DELETE"):
        proxied.fail(method=method, path=f"/process-instance/{instance}/variables.*", first=cancel)
    message = f"The process instance {instance} ended meanwhile. Nothing was changed."
    made = change(process_instance_id=instance, names=names, state="absent")
    assert (made["failed"], made["changed"], made["msg"]) == (True, False, message)


def test_without_permission(change: Module, api: Camunda7, instance: str, unique: Callable[[str], str]) -> None:
    user = unique("reader")
    api.create_user(user, "Reader.1234")
    change.connection = {"username": user, "password": "Reader.1234"}
    options: Row = {"process_instance_id": instance, "variables": {"note": "new"}}
    try:
        assert change.failed(**options).startswith(f"There is no process instance {instance}.")
        api.authorize(["READ"], 8, user=user)
        refused = change(**options)
        assert refused["failed"] is True and refused["error"]["status"] == 403
        assert f"The caller {user} needs" in refused["msg"]
        assert _of(api, instance)["note"] == ("String", "old")
    finally:
        api.delete_user(user)


# Options

A: Row = {"a": 1}
WRONG: dict[str, tuple[Row, str]] = {
    "nothing to set": ({"names": ["a"]}, "names: belongs to state: absent. State present needs variables."),
    "empty": ({"variables": {}}, "variables: given but empty."),
    "empty exact": ({"variables": {}, "state": "exact"}, "variables: given but empty."),
    "blank": ({"names": [" "], "state": "absent"}, "names[0]: it must not be blank."),
    "number": ({"names": [5], "state": "absent"}, "names[0]: it must be a string, not an integer"),
    "type": ({"variables": {"a": {"value": 1, "type": "Int"}}}, "variables.a.type: 'Int' is none of Boolean,"),
    "value": ({"variables": {"a": {"value": "x", "type": "Double"}}}, "variables.a: 'x' is not a number."),
    "list": ({"variables": {"a": [1]}}, "variables.a: a mapping or list needs a type, for example Json."),
    "mapping": ({"variables": {"a": {"b": 1}}}, "variables.a: 'b' is none of value, type, value_info, no_log."),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_options_are_refused_before_the_first_request(change: Module, name: str) -> None:
    options, message = WRONG[name]
    assert change.misused(process_instance_id="x", **options).startswith(message)


def test_wrong_ids_are_refused_before_the_first_request(change: Module) -> None:
    assert "process_instance_id: given but empty" in change.misused(process_instance_id="", variables=A)
    assert "execution_id: 'a/b' cannot be used" in change.misused(execution_id="a/b", variables=A)
    assert "task_id: it must be a string" in change.misused(task_id=5, variables=A)
    assert "process_instance_id: given but empty" in change.misused(process_instance_id=None, variables=A)


# A play


def test_secrets_are_in_nothing_that_a_play_puts_out(play: Play, api: Camunda7, instance: str) -> None:
    old, new = secret(), secret()
    variables = {"old_secret": old, "new_secret": new}
    options: Row = {"process_instance_id": instance, "in_process": False}
    marked = {"value": "{{ new_secret }}", "no_log": True}
    first = {"pin": {"value": "{{ old_secret }}", "no_log": True}}
    run = play(
        [
            task("c7_variable", {**options, "variables": first}, diff=True),
            task("c7_variable", {**options, "variables": {"pin": marked, "open": 1}}, diff=True, check=True),
            task("c7_variable", {**options, "in_process": True, "variables": {"pin": marked, "open": 1}}, diff=True),
            task("c7_variable", {**options, "variables": {"pin": marked, "open": 1}}, diff=True),
            task("c7_variable", {**options, "variables": {"pin": {**marked, "type": "Long"}}}),
            task("c7_variable", {**options, "variables": {"pin": marked}, "state": "absent"}, diff=True),
        ],
        variables=variables,
        arguments=["-vvv"],
    )
    assert [each.result.get("changed") for each in run] == [True, True, True, False, False, True]
    assert [len(each.requests.writes) for each in run] == [1, 0, 1, 0, 0, 1]
    assert run[4].failure["msg"] == "variables.pin: the value does not fit the type Long."
    assert run[2].ok["diff"][0]["after"] == {"type": "String", "value": "********"}
    assert json.loads(json.dumps(run[2].ok["created"])) == ["open"]
    assert_no_secret(run, [old, new])
