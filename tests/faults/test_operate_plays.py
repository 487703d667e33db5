# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules and lookups in real plays, against the fake server: options from everywhere, plain data, no secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.fake_operate import FakeOperate, Generated
from ansible_collections.bpmops.camunda.tests.support.plays import Play, assert_no_secret, secret, task

KEY = str(Generated.BASE + 3)


@pytest.fixture
def fake() -> Iterator[FakeOperate]:
    variables = [
        {"key": 11, "processInstanceKey": int(KEY), "scopeKey": int(KEY), "name": "a", "value": '"{{ 1 + 1 }}"'},
        {"key": 12, "processInstanceKey": int(KEY), "scopeKey": int(KEY), "name": "b", "value": '{"n": 1}'},
    ]
    with FakeOperate({"process-instances": Generated(1500), "variables": variables}, password=secret()) as fake:
        yield fake


@pytest.fixture
def play(fake: FakeOperate, tmp_path: Path) -> Play:
    return Play(tmp_path, fake.parameters)


def connection_variables(fake: FakeOperate) -> dict[str, Any]:
    return {f"bpmops_camunda_c8_{name}": value for name, value in fake.parameters.items()}


def show(expression: str) -> dict[str, Any]:
    return task("ansible.builtin.debug", {"msg": "{{ " + expression + " }}"})


SEARCH = "query('bpmops.camunda.operate_search', "
GET = "query('bpmops.camunda.operate_get', "


def test_lookups(play: Play, fake: FakeOperate) -> None:
    run = play(
        [
            show(SEARCH + "'process-instances', filter={'bpmnProcessId': 'process-0'}) | length"),
            show(SEARCH + "'process-instances')"),
            show(SEARCH + "'process-instances', {'entity': 'variables'}, count_only=true)"),
            show(
                SEARCH
                + "{'entity': 'variables', 'filter': {'name': 'b'}}, 'variables', fields=['name', 'decodedValue'])"
            ),
            show(GET + f"'{KEY}', {KEY}) | map(attribute='key')"),
            show(GET + "5)"),
            show(GET + "5, required=false)"),
            show(SEARCH + "'process-instances', filter={'stat': 1})"),
            show(SEARCH + "'process-instances', started_before='2026-01-01T00:00:10Z', fields=['key']) | length"),
            show(SEARCH + "'variables', filters={})"),
            show(SEARCH + "7)"),
        ],
        variables=connection_variables(fake),
        parameters={"url": "http://127.0.0.1:1"},  # lookups do not use the defaults of modules
    )
    assert run[0].ok["msg"] == 215
    assert "More than 1000 process-instances match" in run[1].failure["msg"]
    assert run[2].ok["msg"] == [1500, 2]
    assert run[3].ok["msg"] == [
        {"name": "b", "decodedValue": {"n": 1}},
        {"name": "a", "decodedValue": "{{ 1 + 1 }}"},
        {"name": "b", "decodedValue": {"n": 1}},
    ]
    assert run[4].ok["msg"] == [KEY, KEY]
    assert "There is no process instance 5" in run[5].failure["msg"]
    assert run[6].ok["msg"] == []
    assert "Did you mean state?" in run[7].failure["msg"]
    assert run[8].ok["msg"] == 10
    assert "no option filters. Did you mean filter?" in run[9].failure["msg"]
    assert "A term is a string or a mapping" in run[10].failure["msg"]
    assert_no_secret(run, [fake.password])


def test_several_terms_share_one_login(play: Play, fake: FakeOperate) -> None:
    run = play([show(GET + f"{KEY}, {KEY}, {KEY}) | length")], variables=connection_variables(fake))
    assert run[0].ok["msg"] == 3
    assert fake.logins == 1


def test_lookup_options_from_the_environment_and_ini(play: Play, fake: FakeOperate) -> None:
    environment = {
        "CAMUNDA_OPERATE_BASE_URL": fake.url + "/v1",
        "CAMUNDA_REST_ADDRESS": "http://127.0.0.1:1",
        "CAMUNDA_BASIC_AUTH_USERNAME": fake.username,
        "CAMUNDA_BASIC_AUTH_PASSWORD": fake.password,
        "CAMUNDA_AUTH_STRATEGY": "cookie",
    }
    tasks = [show(SEARCH + "'variables') | length"), task("operate_search", {"entity": "variables"})]
    run = play(tasks, environment=environment, parameters=dict.fromkeys(fake.parameters))
    assert run[0].ok["msg"] == 2 and run[1].ok["total"] == 2
    # CI systems set what they do not know to an empty string.
    environment |= {"CAMUNDA_OPERATE_BASE_URL": "", "CAMUNDA_REST_ADDRESS": fake.url}
    run = play(tasks, environment=environment, parameters=dict.fromkeys(fake.parameters))
    assert run[0].ok["msg"] == 2 and run[1].ok["total"] == 2
    ini = play.directory / "own.cfg"
    ini.write_text(f"[bpmops_camunda_c8]\nurl = {fake.url}\nusername = {fake.username}\n")
    variables = {"bpmops_camunda_c8_password": fake.password}
    run = play(tasks[:1], variables=variables, environment={"ANSIBLE_CONFIG": str(ini)})
    assert run[0].ok["msg"] == 2


@pytest.mark.parametrize("failing", [False, True])
def test_no_secret_in_any_output(play: Play, fake: FakeOperate, failing: bool, tmp_path: Path) -> None:
    if failing:
        fake.username = "somebody else"
    run = play(
        [
            task("operate_search", {"entity": "process-instances"}),
            task("operate_search", {"entity": "process-instances", "dest": str(tmp_path / "x")}, check=True, diff=True),
            task("operate_get", {"entity": "process-instances", "key": KEY}),
            task("operate_delete_instance", {"key": KEY}, diff=True),
            show(GET + "5)"),
        ],
        arguments=["-vvvvv"],
        variables=connection_variables(fake) | {"bpmops_camunda_c8_username": play.parameters["username"]},
    )
    assert [each.outcome.status for each in run] == (["failed"] * 5 if failing else ["ok"] * 4 + ["failed"])
    assert_no_secret(run, [fake.password])


def test_results_are_data_and_not_templates(play: Play) -> None:
    run = play(
        [
            task("operate_search", {"entity": "variables", "filter": {"name": "a"}}, register="found"),
            show("found.objects[0].decodedValue ~ found.objects[0].value"),
        ]
    )
    assert run[0].ok["objects"][0]["decodedValue"] == "{{ 1 + 1 }}"
    assert run[1].ok["msg"] == '{{ 1 + 1 }}"{{ 1 + 1 }}"'


def test_check_mode_deletes_nothing_and_says_the_same(play: Play, fake: FakeOperate) -> None:
    options = {"filter": {"bpmnProcessId": "process-1"}, "ended_before": "2026-01-01T00:02:00Z", "wait": False}
    run = play(
        [
            task("operate_delete_instance", options, check=True, diff=True),
            task("operate_delete_instance", options, diff=True),
        ]
    )
    assert run.changed == [True, True]
    assert run[0].ok["instances"] == run[1].ok["instances"] and len(run[0].ok["instances"]) == 9
    assert run[0].ok["diff"] == run[1].ok["diff"]
    assert len(fake.sent("DELETE")) == 9
