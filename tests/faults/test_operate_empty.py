# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is given but empty never selects more than was meant: modules, in and out of process, lookups and the role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import RefusedError
from ansible_collections.bpmops.camunda.plugins.module_utils.options import TIME_RANGE as TIMES
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor
from ansible_collections.bpmops.camunda.plugins.module_utils.task import Context
from ansible_collections.bpmops.camunda.plugins.modules import operate_delete_instance
from ansible_collections.bpmops.camunda.tests.support.fake_operate import FakeOperate, Generated
from ansible_collections.bpmops.camunda.tests.support.operate_tasks import Tasks
from ansible_collections.bpmops.camunda.tests.support.plays import CORES, Play, task

Row = dict[str, Any]
ROOT = Path(__file__).resolve().parents[2]
KEY = str(Generated.BASE)


@pytest.fixture
def fake() -> Iterator[FakeOperate]:
    definitions = [{"key": Generated(1)[0]["processDefinitionKey"]}]
    with FakeOperate({"process-instances": Generated(14), "process-definitions": definitions}, lag=0) as fake:
        yield fake


@pytest.fixture
def tasks(fake: FakeOperate) -> Tasks:
    return Tasks(fake.parameters)


@pytest.mark.parametrize("value", [None, "", " "], ids=repr)
@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize("others", [{}, {"filter": {"bpmnProcessId": "process-0"}}, {"ended_after": "1d"}], ids=str)
def test_an_empty_time_is_refused(tasks: Tasks, fake: FakeOperate, name: str, value: Any, others: Row) -> None:
    given = {**others, name: value}
    for result in (tasks.delete(**given), tasks.delete(**given, _check=True), tasks.search(**given)):
        assert result["failed"] and f"{name}: given but empty" in result["msg"]
    assert not fake.requests and not fake.logins


@pytest.mark.parametrize("value", [None, "", " ", [], {}], ids=repr)
def test_an_empty_value_of_a_filter_is_refused(tasks: Tasks, fake: FakeOperate, value: Any) -> None:
    for name in ("bpmnProcessId", "tenantId", "key", "startDate", "state", "incident"):
        given = {"filter": {name: value, "processVersion": 1}}
        for result in (tasks.delete(**given), tasks.search(**given)):
            assert result["failed"] and f"filter.{name}: " in result["msg"]
    assert not fake.requests


def test_two_names_of_one_field_are_refused(tasks: Tasks, fake: FakeOperate) -> None:
    both = {"parentKey": 9, "parentProcessInstanceKey": 7}
    for given in (both, dict(reversed(both.items()))):
        for result in (tasks.delete(filter=given), tasks.search(filter=given)):
            assert result["failed"] and "another name of parentKey" in result["msg"]
    assert not fake.requests


@pytest.mark.parametrize(
    "given", [{"filter": None}, {"filter": {}}, {"key": None}, {"key": ""}, {"keys": None}], ids=str
)
def test_a_deletion_without_a_target_is_refused(tasks: Tasks, fake: FakeOperate, given: Row) -> None:
    assert tasks.delete(**given)["failed"]
    assert not fake.requests


def test_the_shared_code_refuses_a_deletion_without_a_target_too() -> None:
    arguments = operate_delete_instance.SPEC.options
    params = {name: argument.get("default") for name, argument in arguments.items()}
    client: Any = None
    context = Context(params, client, check_mode=False, redactor=Redactor(), warn=print)
    with pytest.raises(RefusedError, match="neither a filter nor a time range"):
        operate_delete_instance.work(context)


def test_an_empty_list_of_keys_selects_nothing(tasks: Tasks, fake: FakeOperate) -> None:
    for check in (True, False):
        result = tasks.delete(keys=[], _check=check)
        assert result["changed"] is False and result["instances"] == []
        assert result["counts"] == {"deleted": 0, "absent": 0, "canceled": 0}
    assert not fake.requests


def test_an_empty_filter_of_a_search_means_all(tasks: Tasks) -> None:
    assert tasks.search(filter={})["total"] == tasks.search()["total"] == 14


@pytest.mark.parametrize("in_process", [True, False])
def test_plays(fake: FakeOperate, tmp_path: Path, in_process: bool) -> None:
    completed = {"filter": {"state": "COMPLETED"}}
    cases: list[tuple[str, Row, str]] = [
        ("operate_delete_instance", {"older_than": ""}, "older_than: given but empty"),
        ("operate_delete_instance", {"older_than": "{{ none }}"}, "older_than: given but empty"),
        ("operate_delete_instance", {**completed, "older_than": "{{ retention | default('') }}"}, "given but empty"),
        ("operate_delete_instance", {"older_than": "1d", "keys": None}, "mutually exclusive: keys|older_than"),
        ("operate_delete_instance", {"older_than": "1d", "key": KEY}, "mutually exclusive: key|older_than"),
        ("operate_delete_instance", {"keys": None}, "One of these options is required"),
        ("operate_delete_instance", {"filter": {"bpmnProcessId": "{{ none }}"}}, "filter.bpmnProcessId: "),
        ("operate_search", {"entity": "process-instances", "ended_before": ""}, "ended_before: given but empty"),
        ("operate_search", {"entity": "process-instances", "filter": None}, "argument 'filter' is of type"),
    ]
    play = Play(tmp_path, {**fake.parameters, "in_process": in_process})
    cases.append(("operate_delete_instance", {"keys": []}, ""))
    run = play([task(module, given) for module, given, _message in cases])
    for each, (_module, _given, message) in zip(run, cases[:-1]):
        assert message in each.failure["msg"] and each.failure["changed"] is False
    assert run[-1].changed is False
    assert not fake.requests


def test_lookups(fake: FakeOperate, tmp_path: Path) -> None:
    start = "query('bpmops.camunda.operate_search', "
    cases = [
        (start + "'process-instances', older_than='')", "older_than: given but empty"),
        (start + "'process-instances', older_than=none)", "older_than: given but empty"),
        (start + "{'entity': 'process-instances', 'older_than': ''})", "older_than: "),
        (start + "{'entity': 'process-instances', 'ended_before': none})", "gives no value to ended_before"),
        (start + "{'entity': 'process-instances', 'filter': none})", "gives no value to filter"),
        (start + "{'entity': 'process-instances', 'filter': []})", "A term is wrong"),
        (start + "{'entity': 'process-instances', 'limit': 'x'})", "A term is wrong"),
        (start + "{'entity': 'process-instances', 'filter': {'bpmnProcessId': ''}})", "filter.bpmnProcessId: "),
    ]
    shown = [task("ansible.builtin.debug", {"msg": "{{ " + each + " }}"}) for each, _message in cases]
    good = task("ansible.builtin.debug", {"msg": "{{ " + start + "{'entity': 'process-instances', 'limit': '20'}) }}"})
    variables = {f"bpmops_camunda_c8_{name}": value for name, value in fake.parameters.items()}
    run = Play(tmp_path)([*shown, good], variables=variables)
    for each, (_expression, message) in zip(run, cases):
        assert message in each.failure["msg"]
    assert len(fake.requests) == 1 and len(run[-1].ok["msg"]) == 14


# The role


def role(case: str, variables: Row) -> Row:
    """The role, and what became of it."""
    included = {"name": "bpmops.camunda.operate_cleanup"}
    wrong = task("ansible.builtin.debug", {"msg": "{{ ansible_failed_result.msg }}"}, name=case)
    return {"block": [task("ansible.builtin.include_role", included, vars=variables)], "rescue": [wrong]}


WRONG: list[tuple[Row, str]] = [
    ({}, "Set either operate_cleanup_processes"),
    ({"operate_cleanup_processes": None}, "Set either operate_cleanup_processes"),
    ({"operate_cleanup_processes": [], "operate_cleanup_all_processes": True}, "Set either operate_cleanup_processes"),
    ({"operate_cleanup_all_processes": "no"}, "Set either operate_cleanup_processes"),
    ({"operate_cleanup_all_processes": "true", "operate_cleanup_older_than": ""}, "must not be empty"),
    ({"operate_cleanup_all_processes": True, "operate_cleanup_older_than": None}, "must not be empty"),
    ({"operate_cleanup_all_processes": True, "operate_cleanup_older_than": "{{ none }}"}, "must not be empty"),
    ({"operate_cleanup_all_processes": True, "operate_cleanup_older_than": " "}, "must not be empty"),
    ({"operate_cleanup_all_processes": True, "operate_cleanup_dry_run": None}, "argument 'operate_cleanup_dry_run'"),
    *(
        ({"operate_cleanup_processes": [{"bpmn_process_id": "process-0"}, wrong]}, "must not be empty")
        for wrong in (
            {"bpmn_process_id": "process-1", "older_than": ""},
            {"bpmn_process_id": "process-1", "older_than": None},
            {"bpmn_process_id": "", "older_than": "0s"},
            {"bpmn_process_id": None, "older_than": "0s"},
        )
    ),
    ({"operate_cleanup_processes": "process-0", "operate_cleanup_older_than": "0s"}, "argument"),
]


def test_the_role_refuses_what_is_empty_before_it_deletes(fake: FakeOperate, tmp_path: Path) -> None:
    cases = [role(f"case {number}", variables) for number, (variables, _message) in enumerate(WRONG)]
    run = Play(tmp_path, fake.parameters)(cases, keywords={"ignore_errors": False})
    told = {each.name: each.result.get("msg") for each in run if each.name.startswith("case ")}
    for number, (variables, message) in enumerate(WRONG):
        assert message in str(told.get(f"case {number}")), variables
    assert not fake.requests


@pytest.mark.parametrize("core", CORES)
def test_the_role_deletes_what_is_named_and_nothing_for_an_empty_list(
    fake: FakeOperate, tmp_path: Path, core: str
) -> None:
    report = tmp_path / "report.json"
    play = Play(tmp_path, core=core)
    environment = {
        "CAMUNDA_OPERATE_BASE_URL": fake.url,
        "CAMUNDA_BASIC_AUTH_USERNAME": fake.username,
        "CAMUNDA_BASIC_AUTH_PASSWORD": fake.password,
    }

    def clean_up(**variables: Any) -> Row:
        given = json.dumps({"operate_cleanup_report": str(report), **variables})
        playbook = str(ROOT / "playbooks" / "operate_cleanup.yml")
        run = play.run_playbook([playbook, "-e", given], environment=environment)
        assert run.rc == 0, run.stdout + run.stderr
        result: Row = json.loads(report.read_text(encoding="utf-8"))
        return result

    nothing = clean_up(operate_cleanup_processes=[], operate_cleanup_older_than="0s")
    assert (nothing["deleted"], nothing["processes"]) == (0, []) and not fake.requests
    some = [{"bpmn_process_id": "process-0", "older_than": "0s"}, {"bpmn_process_id": "process-1"}]
    named = clean_up(operate_cleanup_processes=some, operate_cleanup_older_than="9999d")
    assert named["deleted"] == 2 and [each["deleted"] for each in named["processes"]] == [2, 0]
    # Answers of a survey are strings.
    survey = {"operate_cleanup_all_processes": "true", "operate_cleanup_older_than": "0s"}
    assert clean_up(**survey, operate_cleanup_dry_run="true")["deleted"] == 12
    assert len(fake.sent("DELETE")) == 2
    rest = clean_up(**survey, operate_cleanup_max_instances="100")
    assert rest["deleted"] == 12 and rest["processes"][0]["bpmn_process_id"] is None
    assert len(fake.sent("DELETE")) == 14
