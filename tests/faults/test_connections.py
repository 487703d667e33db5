# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where plays and roles take the connection from: no product gets the address or credentials of another."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.fake_operate import FakeOperate, Generated
from ansible_collections.bpmops.camunda.tests.support.fault_server import FaultServer, answer
from ansible_collections.bpmops.camunda.tests.support.plays import CORES, Play, assert_no_secret, secret, task

CAMUNDA7, CAMUNDA8, ALL = (f"group/bpmops.camunda.{group}" for group in ("camunda7", "camunda8", "camunda"))


@pytest.fixture
def camunda7() -> Iterator[FaultServer]:
    """An engine that contains nothing."""
    with FaultServer() as server:
        server.route(lambda request: answer(200, {"authorized": True} if request.path.endswith("check") else []))
        yield server


@pytest.fixture
def camunda8() -> Iterator[FakeOperate]:
    with FakeOperate({"process-instances": Generated(14), "incidents": []}, password=secret(), lag=0) as fake:
        yield fake


def defaults(values: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Keywords of a play: ``module_defaults`` whose values are variables, as those of users are."""
    return {
        "module_defaults": {
            entry: {name: f"{{{{ given['{entry}'].{name} }}}}" for name in options} for entry, options in values.items()
        },
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "given": values},
    }


def logins(server: FaultServer) -> set[str]:
    """The user names and passwords that arrived."""
    headers = {request.headers["authorization"].removeprefix("Basic ") for request in server.requests}
    return {base64.b64decode(header).decode() for header in headers}


@pytest.mark.parametrize("core", CORES)
def test_each_product_gets_its_own_address_and_credentials(
    camunda7: FaultServer, camunda8: FakeOperate, tmp_path: Path, core: str
) -> None:
    other = {"url": camunda7.url, "engine": "default", "username": "engine", "password": secret()}
    groups = {ALL: {"request_retries": 7}, CAMUNDA7: other, CAMUNDA8: camunda8.parameters}
    tasks = [
        task("c7_identity_info", {"kinds": ["tenants"]}),
        task("operate_search", {"entity": "process-instances"}),
    ]
    # ansible-core 2.21 leaves the invocation out by default.
    play = Play(tmp_path, core=core, environment={"ANSIBLE_INJECT_INVOCATION": "1"})
    run = play(tasks, keywords=defaults(groups), arguments=["-vvv"])
    assert run.changed == [False, False] and run[1].ok["total"] == 14
    assert logins(camunda7) == {f"engine:{other['password']}"}
    assert camunda8.logins == 1
    for each, url in zip(run, (camunda7.url, camunda8.url)):
        used = each.ok["invocation"]["module_args"]
        assert (used["url"], used["request_retries"]) == (url, 7)
    assert_no_secret(run, [other["password"], camunda8.password])


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("status", [200, 401])
def test_the_role_c7_identity(camunda7: FaultServer, tmp_path: Path, core: str, status: int) -> None:
    """Its mapping takes precedence over defaults of the play, option by option, and leaves the others in force."""
    if status != 200:
        camunda7.script(answer(status))
    (tmp_path / "state.yml").write_text("users: []\n")
    ours, theirs = secret(), secret()
    groups = {CAMUNDA7: {"url": camunda7.url, "username": "play", "password": theirs}, ALL: {"request_retries": 0}}
    connection: dict[str, Any] = {"username": "role", "password": ours}

    def run_role(**variables: Any) -> Any:
        included = {"name": "bpmops.camunda.c7_identity"}
        step = task("ansible.builtin.include_role", included)
        given = {"c7_identity_src": str(tmp_path / "state.yml"), **variables}
        play = Play(tmp_path / str(len(variables)), core=core)
        run = play([step], keywords=defaults(groups), variables=given, arguments=["-vvv"])
        assert_no_secret(run, [ours, theirs])
        return next(each for each in run if each.action.endswith(".c7_identity")).outcome.status

    expected = "ok" if status == 200 else "failed"
    assert run_role(c7_identity_connection=connection) == expected
    assert logins(camunda7) == {f"role:{ours}"}
    camunda7.requests.clear()
    assert run_role() == expected
    assert logins(camunda7) == {f"play:{theirs}"}


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("correct", [True, False])
def test_the_role_operate_cleanup(camunda8: FakeOperate, tmp_path: Path, core: str, correct: bool) -> None:
    password, wrong = camunda8.password, secret()
    variables = {
        "operate_cleanup_connection": {**camunda8.parameters, "password": password if correct else wrong},
        "operate_cleanup_processes": [{"bpmn_process_id": "process-0"}],
        "operate_cleanup_older_than": "0s",
    }
    groups = {CAMUNDA8: {"url": "http://127.0.0.1:1", "password": wrong}, CAMUNDA7: {"url": "http://127.0.0.1:2"}}
    step = task("ansible.builtin.include_role", {"name": "bpmops.camunda.operate_cleanup"})
    run = Play(tmp_path, core=core)([step], keywords=defaults(groups), variables=variables, arguments=["-vvv"])
    assert_no_secret(run, [password, wrong])
    modules = [each.outcome.status for each in run if ".operate_" in each.action]
    assert set(modules) == ({"ok"} if correct else {"failed"})
    assert len(camunda8.sent("DELETE")) == (2 if correct else 0)


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({"passwrd": "x"}, "Unsupported parameters for (bpmops.camunda.c7_identity) module: passwrd"),
        (None, "c7_identity_connection"),
        (["x"], "c7_identity_connection"),
    ],
)
def test_a_wrong_mapping_is_an_error_before_the_first_request(
    camunda7: FaultServer, tmp_path: Path, connection: Any, message: str
) -> None:
    (tmp_path / "state.yml").write_text("users: []\n")
    variables = {"c7_identity_src": str(tmp_path / "state.yml"), "c7_identity_connection": connection}
    step = task("ansible.builtin.include_role", {"name": "bpmops.camunda.c7_identity"})
    run = Play(tmp_path)([step], keywords=defaults({CAMUNDA7: {"url": camunda7.url}}), variables=variables)
    failed = [each.failure["msg"] for each in run if each.outcomes and each.outcome.status == "failed"]
    assert message in failed[0]
    assert not camunda7.requests


def run_playbook(folder: Path, name: str, variables: dict[str, Any]) -> None:
    (folder / "variables.json").write_text(json.dumps(variables))
    run = Play(folder).run_playbook([f"bpmops.camunda.{name}", "-e", f"@{folder / 'variables.json'}", "-vvv"])
    assert run.rc == 0, run.stdout + run.stderr
    assert_no_secret(run, [each["password"] for key, each in variables.items() if key.endswith("_connection")])


def test_the_playbook_identity_export(camunda7: FaultServer, tmp_path: Path) -> None:
    connection = {"url": camunda7.url, "username": "exporter", "password": secret()}
    dest = tmp_path / "identity.yml"
    run_playbook(tmp_path, "identity_export", {"c7_identity_connection": connection, "c7_identity_dest": str(dest)})
    assert logins(camunda7) == {f"exporter:{connection['password']}"} and dest.exists()


@pytest.mark.parametrize("name", ["operate_export", "incident_report"])
def test_the_playbooks_of_operate(camunda8: FakeOperate, tmp_path: Path, name: str) -> None:
    dest = tmp_path / "made"
    run_playbook(tmp_path, name, {f"{name}_connection": camunda8.parameters, f"{name}_dest": str(dest)})
    assert camunda8.logins and [path for path in tmp_path.iterdir() if path.name.startswith("made")]
