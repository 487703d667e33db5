# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is checked before a module's work begins, and what is shown of its result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import CREATE, Change, Kind
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import CamundaError
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.client import Client
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.connection import Connection
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import MASK, Redactor, invocation
from ansible_collections.bpmops.camunda.plugins.module_utils.task import Context, Outcome, Product, Spec, execute
from ansible_collections.bpmops.camunda.plugins.modules import c7_authorization

SPEC = Spec(
    Product("probe", (), lambda _params, _redactor, _read_only: None),
    {
        "age": {},
        "filter": {"type": "dict"},
        "note": {},
    },
    rules={"required_one_of": [("age", "filter")]},
    not_empty=("age", "filter"),
)


def ran(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Context]]:
    """Run a task that gives these options; returns its result and the contexts that the work got."""
    seen: list[Context] = []

    def work(context: Context) -> Outcome:
        seen.append(context)
        return Outcome()

    params = {**dict.fromkeys(("age", "filter", "note")), **given}
    return execute(SPEC, work, params, given=given).result, seen


@pytest.mark.parametrize("value", [None, "", " \t", {}, []])
def test_an_option_that_is_given_empty_is_refused_before_the_work(value: Any) -> None:
    result, seen = ran({"filter": {"a": 1}, "age": value})
    assert result["failed"] and "age: given but empty" in result["msg"]
    assert seen == []


@pytest.mark.parametrize("value", [0, False, "0", {"a": None}])
def test_other_values_are_not_empty(value: Any) -> None:
    result, seen = ran({"filter": {"a": 1}, "age": value})
    assert "failed" not in result and len(seen) == 1


@pytest.mark.parametrize("value", [None, []])
def test_permissions_that_are_given_empty_do_not_empty_an_authorization(value: Any) -> None:
    params = {name: argument.get("default") for name, argument in c7_authorization.SPEC.options.items()}
    given = {"user": "jdoe", "resource": "user", "permissions": value}
    result = execute(c7_authorization.SPEC, c7_authorization.work, {**params, **given}, given=given).result
    assert "permissions: given but empty" in result["msg"]


def test_an_omitted_option_and_other_options_are_not_looked_at() -> None:
    result, seen = ran({"age": "90d", "note": ""})
    assert "failed" not in result and len(seen) == 1


def test_of_required_options_one_must_have_a_value() -> None:
    result, seen = ran({"note": "x"})
    assert "One of these options is required: age, filter" in result["msg"]
    assert seen == []


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("concurrency", 0, "concurrency: 0 is not between 1 and 16"),
        ("concurrency", 17, "between 1 and 16"),
        ("wait_interval", -1.0, "wait_interval: -1 is not 0.01 or more"),
        ("wait_interval", 0.0, "0.01 or more"),
        ("wait_interval", float("nan"), "wait_interval: nan is not 0.01 or more"),
        ("wait_timeout", -0.5, "wait_timeout: -0.5 is not 0 or more"),
        ("wait_timeout", float("inf"), "wait_timeout: inf is not 0 or more"),
    ],
)
def test_a_number_out_of_range_is_refused_before_the_work(option: str, value: float, words: str) -> None:
    result, seen = ran({"age": "90d", option: value})
    assert result["failed"] and words in result["msg"]
    assert seen == []


@pytest.mark.parametrize(
    ("option", "value"), [("concurrency", 1), ("concurrency", 16), ("wait_interval", 0.01), ("wait_timeout", 0)]
)
def test_the_ends_of_a_range_belong_to_it(option: str, value: float) -> None:
    result, seen = ran({"age": "90d", option: value})
    assert "failed" not in result and len(seen) == 1


def test_an_invocation_shows_no_secret_no_unknown_option_and_no_login() -> None:
    arguments = {"url": {}, "password": {"no_log": True}, "names": {"type": "list"}, "id": {}}
    params = {
        "url": "https://adm:s3cret@host/x",
        "password": "s3cret",
        "pasword": "s3cret",
        "names": ["a", "b"],
        "id": None,
    }
    shown = invocation(params, arguments, Redactor.for_task(params, []))
    assert shown == {"module_args": {"url": MASK, "names": "(2 entries)"}}


# What is shown

SECRET = "p4ss-Word"
SPELLINGS = [
    f"http://adm:{SECRET}@h/e",
    f" http://adm:{SECRET}@h/e",
    f"adm:{SECRET}@h/e",
    f"https:/adm:{SECRET}@h",
    f"adm:{SECRET}@h:1",
    f"http://h/e?pw={SECRET}",
    f"http://h/e#{SECRET}",
    f"http://h/e;pw={SECRET}",
    "http://h/e?pw=short",
]


@pytest.mark.parametrize("option", ["url", "token_url", "zeebe_url", "proxy"])
@pytest.mark.parametrize("value", SPELLINGS)
def test_a_url_with_a_secret_is_refused_and_shown_nowhere(option: str, value: str) -> None:
    spec = Spec(Product("probe", (), client_of), {option: {}})
    params = {"url": "http://127.0.0.1:1", option: value, "client_id": "ops", "client_secret": "x"}
    result = execute(spec, lambda _context: Outcome(), params).result
    if option != "zeebe_url" and not (option == "token_url" and "?" in value):
        assert result["failed"] and f"The option {option} " in result["msg"]
    assert SECRET not in json.dumps(result) and "short" not in json.dumps(result)
    assert result["invocation"]["module_args"][option]


def client_of(params: Mapping[str, Any], redactor: Redactor, read_only: bool) -> Client:
    return Client(Connection.from_parameters({"token_cache": "none", **params}), read_only=read_only, redactor=redactor)


def test_a_url_without_a_secret_is_shown() -> None:
    params = {"url": "https://camunda.example.com:8443/engine-rest", "proxy": "none"}
    spec = Spec(Product("probe", (), client_of), {"url": {}, "proxy": {}})
    assert execute(spec, lambda _context: Outcome(), params).result["invocation"]["module_args"] == params


SAID = "no\r\n\x1b[2JPLAY RECAP \x9b1m\u202e\u2028end\x00"
SHOWN = "no \ufffd[2JPLAY RECAP \ufffd1m\ufffd end\ufffd"


def test_control_characters_reach_no_terminal() -> None:
    def work(context: Context) -> Outcome:
        context.warn(SAID)
        raise CamundaError(SAID, done=[{"msg": SAID}], type=SAID)

    done = execute(SPEC, work, {"age": "1d", "filter": None, "note": None})
    assert done.result["msg"] == SHOWN
    assert done.result["error"] == {"done": [{"msg": SHOWN}], "type": SHOWN}
    assert done.warnings == [SHOWN]


def test_a_defect_is_one_line_too() -> None:
    def work(_context: Context) -> Outcome:
        raise ValueError("a\n\x1b[1mb")

    message = execute(SPEC, work, {"age": "1d", "filter": None, "note": None}).result["msg"]
    assert "This is a defect of the collection" in message and message.isprintable()


@pytest.mark.parametrize("fails", [False, True])
def test_warnings_of_the_connection_are_shown(fails: bool) -> None:
    def work(_context: Context) -> Outcome:
        if fails:
            raise CamundaError("no")
        return Outcome()

    client = SimpleNamespace(rest=SimpleNamespace(warnings=("The cache is\nno good.",)))
    done = execute(SPEC, work, {"age": "1d"}, connect=lambda _params, _redactor, _read_only: client)
    assert done.warnings == ["The cache is no good."]


@pytest.mark.parametrize("error", [CamundaError("no"), ValueError("no")])
def test_an_error_after_a_change_says_changed(error: Exception) -> None:
    kind = Kind("thing", key=lambda row: row["id"], merge=lambda _current, wanted: wanted, perform=lambda *_: None)

    def work(context: Context) -> Outcome:
        if context.params["note"]:
            context.apply([[Change(CREATE, kind, "a", None, {"id": "a"})]])
        raise error

    for note in ("", "write"):
        result = execute(SPEC, work, {"age": "1d", "note": note}).result
        assert result["failed"] is True and result["changed"] is bool(note)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_missing_object_is_a_warning_in_check_mode_only(check_mode: bool) -> None:
    def work(context: Context) -> Outcome:
        context.missing("There is no group ops. Create it first.")
        return Outcome(changed=True)

    done = execute(SPEC, work, {"age": 1, "filter": None, "note": None}, check_mode=check_mode)
    if check_mode:
        assert done.result["changed"] is True
        assert done.warnings == ["There is no group ops. Create it first."]
    else:
        assert done.result["failed"] is True
        assert done.result["msg"] == "There is no group ops. Create it first."
