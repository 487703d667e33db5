# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules in the process of Ansible, on every supported ansible-core: when, and that nothing else is different.

Most tests use a module of their own (tests/support/probe_module.py) in a collection that is this one otherwise. All
other integration tests run twice, in process and not (./dev test integration processes), and results are compared.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.bpmops.camunda.tests.support.fault_server import FaultServer, answer
from ansible_collections.bpmops.camunda.tests.support.plays import (
    CORES,
    Play,
    Run,
    assert_no_secret,
    plain_secret,
    secret,
    task,
)
from ansible_collections.bpmops.camunda.tests.support.token_server import TokenServer
from ansible_collections.bpmops.camunda.tests.tools.same_results import SWITCH, differences, steady

ROOT = Path(__file__).resolve().parents[2]
PROBE = ROOT / "tests" / "support" / "probe_module.py"
OFF = {"BPMOPS_CAMUNDA_IN_PROCESS": "0"}
TRACE = re.compile(r'(\s+File "|\s{4,})')
PLACES = ("here", "process", "client")  # what the probe says about where it ran


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collections path where the collection has one module more."""
    path = tmp_path_factory.mktemp("collections")
    copy = path / "ansible_collections" / "bpmops" / "camunda"
    (copy / "plugins" / "modules").mkdir(parents=True)
    (copy / "meta").mkdir()
    for name in ("action", "module_utils", "plugin_utils"):
        (copy / "plugins" / name).symlink_to(ROOT / "plugins" / name)
    (copy / "galaxy.yml").symlink_to(ROOT / "galaxy.yml")
    (copy / "plugins" / "modules" / "probe.py").write_text(f"#!/usr/bin/python\n{PROBE.read_text()}")
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    runtime["action_groups"]["camunda"].append("probe")
    runtime["plugin_routing"]["modules"]["probe"] = {"action_plugin": "bpmops.camunda.in_process"}
    (copy / "meta" / "runtime.yml").write_text(yaml.safe_dump(runtime))
    return path


@pytest.fixture(params=CORES)
def plays(request: pytest.FixtureRequest, tmp_path: Path, collections: Path) -> Play:
    return Play(tmp_path, core=request.param, environment={"ANSIBLE_COLLECTIONS_PATH": str(collections)})


def probe(**arguments: Any) -> dict[str, Any]:
    """A task; arguments with a leading underscore are keywords of the task."""
    keywords = {name[1:]: value for name, value in arguments.items() if name.startswith("_")}
    options = {name: value for name, value in arguments.items() if not name.startswith("_")}
    return {"bpmops.camunda.probe": options, **keywords}


def results(run: Run) -> Iterator[Any]:
    """All results, without what says where the task ran."""

    def shared(value: Any) -> Any:
        if isinstance(value, dict):
            # ansible-core before 2.19 returns tracebacks, with the places of the files.
            return {
                name: text(item)[-1] if name == "exception" else shared(item)
                for name, item in value.items()
                if name not in PLACES
            }
        return [shared(item) for item in value] if isinstance(value, list) else value

    for each in run:
        for outcome in (*each.items, *each.outcomes):
            yield steady(shared({"task": each.name, "status": outcome.status, "result": outcome.result}))


def text(output: str) -> list[str]:
    """The lines of an output, without what says where tasks ran."""
    plain = re.sub(rf'"({"|".join((*PLACES, SWITCH))})": ("\w*"|\w+)', "", output)
    return [line for line in steady(re.sub(r"/play-\d/", "/play/", plain)).splitlines() if not TRACE.match(line)]


SITUATIONS = [
    probe(value={"a": [1, 2.5, None, True, "\u540d\u524d \u00fc"]}, text="J\u00f6rg \U0001f600"),
    probe(change=True, secret="{{ canary }}", _diff=True),
    probe(change=True, _check_mode=True, _diff=True),
    probe(text="{{ canary }} is a secret of another option", secret="{{ canary }}"),
    probe(rows=[{"name": "x", "secret": "{{ canary }}"}], value="{{ canary }}"),
    probe(value="{{ '2026-01-31' | to_datetime('%Y-%m-%d') }}", text="{{ 1.50 }}", number="7"),
    probe(value="{{ vaulted }}", secret="{{ vaulted }}", text=12),
    probe(value="{{ '{{' }} not a template }}"),
    probe(value="{{ omit }}", text="{{ omit }}"),
    # Arguments that are refused
    probe(nonsense=1),
    probe(rows=[{"name": "x", "nonsense": 1}]),
    probe(rows=[{}]),
    probe(kind="c", secret="{{ canary }}"),
    probe(number="seven", secret="{{ canary }}"),
    probe(text="x", number=1),
    probe(kind="b"),
    # Failures
    probe(fail="refused", secret="{{ canary }}"),
    probe(fail="crash", secret="{{ canary }}"),
    probe(fail="exit"),
    probe(fail="library"),
    probe(fail="refused", secret="x", _ignore_errors=True, _register="refused"),
    probe(value="{{ refused.msg }} {{ refused is failed }}"),
    probe(value=1, _failed_when="result.value == 1", _register="result"),
    probe(fail="refused", _failed_when=False, _changed_when=True),
    probe(secret="{{ canary }}", value="{{ canary }}", _no_log=True),
    probe(fail="crash", _no_log=True),
    # Warnings
    probe(warnings=["Mind the gap", "It is \u00fc", "Mind the gap"]),
    probe(text="x", words="y"),
    probe(old="x"),
    probe(fail="refused", warnings=["before it failed {{ canary }}"], secret="{{ canary }}"),
    # Keywords
    probe(
        value="{{ thing }} {{ number }} {{ ansible_loop.last }}",
        warnings=["{{ thing }}"],
        _loop=["a", "b", "c"],
        _loop_control={"loop_var": "thing", "index_var": "number", "label": "<{{ thing }}>", "extended": True},
        _register="looped",
    ),
    probe(value="{{ looped.results | map(attribute='value') | list }}"),
    probe(fail="{{ item or omit }}", _loop=["", "refused", "crash", ""]),
    probe(value=1, _loop=[1, 2], _when="item > 1"),
    probe(value=1, _loop=[]),
    probe(
        value="{{ tries.attempts | default(0) }}",
        _until="tries.value | int > 0",
        _retries=2,
        _delay=0,
        _register="tries",
    ),
    probe(fail="refused", _until="false", _retries=1, _delay=0),
    probe(value=1, _delegate_to="localhost", _run_once=True),
    probe(value=1, _when=False),
    {"block": [probe(fail="crash")], "rescue": [probe(value="{{ ansible_failed_result.msg }}")]},
]


def test_nothing_else_is_different(plays: Play) -> None:
    canary = secret()
    vaulted = VaultLib([(None, VaultSecret(b"x"))]).encrypt("it was vaulted").decode()
    (plays.directory / "password").write_text("x")
    runs = [
        plays(
            SITUATIONS,
            variables={"canary": canary, "vaulted": {"__ansible_vault": vaulted}},
            arguments=["--vault-password-file", str(plays.directory / "password")],
            keywords={"ignore_errors": True},
            environment=environment,
        )
        for environment in ({}, OFF)
    ]
    here, there = (list(results(run)) for run in runs)
    assert list(differences(there, here)) == []
    places = [{each.result["here"] for each in run if "here" in each.result} for run in runs]
    assert places == [{True}, {False}]
    for left, right in zip(*([text(run.stdout), text(run.stderr)] for run in runs)):
        assert left == right
    for run in runs:
        assert run[0].ok["value"] == {"a": [1, 2.5, None, True, "\u540d\u524d \u00fc"]}
        assert run[6].ok["seen"][0] == "12"
        assert "Mind the gap" in run.stderr or "Mind the gap" in run.stdout
        assert_no_secret(run, [canary])


@pytest.mark.parametrize("value", ["0", "no", "off", "false"])
def test_the_environment_switches_it_off(tmp_path: Path, collections: Path, value: str) -> None:
    variables = {"ANSIBLE_COLLECTIONS_PATH": str(collections), "BPMOPS_CAMUNDA_IN_PROCESS": value}
    run = Play(tmp_path, environment=variables)([probe(), probe(in_process=True)])
    assert [each.ok["here"] for each in run] == [False, True]


def test_a_task_that_means_something_else_runs_as_a_module(plays: Play) -> None:
    # ansible-core takes HOME for one part of the default and the user's home directory for the other.
    background = {"ansible_async_dir": str(plays.directory / "async")}
    wanted: list[tuple[bool | None, str, dict[str, Any]]] = [
        (True, "ran in the process of Ansible", probe()),
        (True, "ran in the process of Ansible", probe(_environment={}, _delegate_to="localhost")),
        (True, "ran in the process of Ansible", probe(_delegate_to="near")),
        (True, "ran in the process of Ansible", {"probe": {}, "collections": ["bpmops.camunda"]}),
        (True, "ran in the process of Ansible", {"action": "{{ module }}", "args": {"value": 1}}),
        (True, "ran in the process of Ansible", {"local_action": {"module": "bpmops.camunda.probe"}}),
        (False, "runs as a process: environment", probe(_environment={"PROBE": "seen"})),
        (False, "runs as a process: environment", probe(_environment=[{}, "{{ variables }}"])),
        (False, "runs as a process: async", probe(_async=30, _poll=1, _vars=background)),
        (False, "runs as a process: the option in_process", probe(in_process=False)),
        (False, "runs as a process: its files are to be kept", probe()),
        (None, "runs as a process: become", probe(_become=True, _become_user="nobody-of-this-name")),
        (None, "runs as a process: its connection is not local", probe(_connection="ssh")),
        (None, "runs as a process: its connection is not local", probe(_delegate_to="far")),
        (None, "runs as a process: There is no library of that name", probe(fail="library")),
    ]
    nowhere = {"ansible_host": "127.0.0.1", "ansible_port": 1}
    inventory = {
        "all": {
            "hosts": {
                "localhost": nowhere,
                "near": {"ansible_connection": "local"},
                "far": {"ansible_connection": "ssh", **nowhere},
            }
        }
    }
    path = plays.directory / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory))
    variables = {"module": "bpmops.camunda.probe", "variables": {"PROBE": "seen"}}
    tasks = [each for _here, _text, each in wanted]
    keywords = {"hosts": "localhost", "ignore_unreachable": True}
    kept = next(number for number, (_here, text, _task) in enumerate(wanted) if "kept" in text)
    run = plays(tasks, variables=variables, keywords=keywords, arguments=["-i", str(path), "-vvv"])
    keeping = plays(
        [tasks[kept]],
        environment={"ANSIBLE_KEEP_REMOTE_FILES": "1"},
        arguments=["-vvv"],
    )
    outputs = list(run.stdout.split("\nTASK [")[1:])
    assert len(outputs) == len(wanted)
    for number, (here, text, _task) in enumerate(wanted):
        output, result = (
            (keeping.stdout, keeping[0].result) if number == kept else (outputs[number], run[number].result)
        )
        assert f"probe {text}" in output, output
        assert result.get("here") is here, (text, json.dumps(result, indent=1))
    assert [run[number].ok["variable"] for number in (0, 6, 7)] == [None, "seen", "seen"]
    assert run[12].outcome.status == run[13].outcome.status == "unreachable"
    assert run[14].failure["msg"] == "There is no library of that name."
    quiet = plays(tasks[:8], variables=variables, keywords=keywords, arguments=["-i", str(path), "-vv"])
    assert "process" not in quiet.stdout.replace('"process":', "") + quiet.stderr


def test_a_name_that_is_no_module(plays: Play) -> None:
    run = plays([{"bpmops.camunda.in_process": {}}])
    assert "in_process" in run[0].failure["msg"]


def test_a_crash_fails_the_task_and_not_the_play(plays: Play) -> None:
    run = plays([probe(fail="crash"), probe(fail="exit"), probe()], keywords={"ignore_errors": True})
    assert run.rc == 0
    assert "ValueError('It breaks: None')" in run[0].failure["msg"]
    assert "SystemExit(3)" in run[1].failure["msg"]
    assert run[2].ok["here"]


def test_items_of_a_loop_share_a_client_while_all_goes_well(plays: Play) -> None:
    items: list[Mapping[str, Any]] = [
        {"url": "http://a"},
        {"url": "http://a"},
        {"url": "http://b"},
        {"url": "http://b", "username": "u", "password": "p"},
        {"url": "http://b", "username": "u", "password": "p"},
        {"url": "http://b", "username": "u", "password": "q"},
        {"url": "http://b", "username": "u", "password": "q", "fail": "refused"},
        {"url": "http://b", "username": "u", "password": "q"},
    ]
    looped = {"action": "bpmops.camunda.probe", "args": "{{ item }}", "loop": items}
    run = plays([looped, probe(_loop=[1, 2], _check_mode="{{ item == 2 }}"), probe(url="http://a")])
    clients = [each.result.get("client") for each in run[0].items]
    assert clients[0] == clients[1] and clients[3] == clients[4]
    assert len({each for each in clients if each}) == 5
    one, other = (each.result for each in run[1].items)
    assert one["client"] != other["client"] and one["process"] == other["process"]
    assert run[2].ok["client"] not in clients


def test_a_loop_has_one_connection_and_one_token_and_tasks_share_a_token(tmp_path: Path) -> None:
    user = {"id": "jdoe", "firstName": "Jane", "lastName": "", "email": ""}
    step = task("c7_user", {"id": "jdoe", "first_name": "Jane"})
    word = plain_secret()
    with TokenServer({"ops": word}) as tokens, FaultServer() as server:
        # The second request of a task looks for authorizations that an interrupted creation left aside.
        server.route(lambda request: answer(200, [user] if "/user" in request.path else []))
        login = {"client_id": "ops", "client_secret": word, "token_url": tokens.token_url}
        play = Play(tmp_path, {"url": f"{server.url}/engine-rest", **login})
        run = play([{**step, "loop": list(range(200))}], parameters={"token_cache": "none"})
        assert [(item.status, item.result["changed"]) for item in run[0].items] == [("ok", False)] * 200
        assert (len(server.requests), server.connections, len(tokens.requests)) == (400, 1, 1)
        assert not any(play([step] * 21).changed)
        assert (len(server.requests), server.connections, len(tokens.requests)) == (442, 22, 2)
        assert not any(play([step] * 2, environment=OFF).changed)
        assert (server.connections, len(tokens.requests)) == (24, 2)


def test_fifty_hosts_with_twenty_forks(plays: Play) -> None:
    hosts = [f"host{number}" for number in range(50)]
    tasks = [probe(value="{{ inventory_hostname }}", _loop=[1, 2]), probe(change=True, _run_once=True)]
    for keywords in ({"strategy": "free"}, {"serial": 25}):
        run = plays(tasks, hosts=hosts, keywords=keywords, arguments=["--forks", "20"])
        assert run.rc == 0
        rows = [event for event in map(json.loads, run.record.splitlines()) if event["event"] == "item"]
        assert sorted(row["result"]["value"] for row in rows) == sorted(hosts * 2)
        assert all(row["result"]["here"] and row["result"]["value"] == row["host"] for row in rows)
        by_host = {host: {row["result"]["client"] for row in rows if row["host"] == host} for host in hosts}
        assert all(len(clients) == 1 for clients in by_host.values())
        assert len({client for clients in by_host.values() for client in clients}) == 50


def test_what_the_parent_imports_is_there_in_the_workers(plays: Play) -> None:
    """Otherwise every task pays for the import of requests."""
    script = plays.directory / "callbacks"
    script.mkdir()
    (script / "look.py").write_text(
        "import sys\n"
        "from ansible.plugins.callback import CallbackBase\n"
        "class CallbackModule(CallbackBase):\n"
        "    CALLBACK_VERSION = 2.0\n"
        "    CALLBACK_NAME = 'look'\n"
        "    def v2_playbook_on_stats(self, stats):\n"
        "        print('imported', 'requests' in sys.modules)\n"
    )
    environment = {
        "ANSIBLE_CALLBACK_PLUGINS": os.pathsep.join([str(script), str(ROOT / "tests/support/callback_plugins")])
    }
    run = plays([probe()], environment={**environment, "ANSIBLE_CALLBACKS_ENABLED": "recorder,look"})
    assert "imported True" in run.stdout
