# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples in the documentation of the modules run as they stand."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bpmops.camunda.tests.support.c7_modules import deployed
from ansible_collections.bpmops.camunda.tests.support.camunda7_processes import start
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, plain_secret, task

READING = ["c7_get", "c7_search"]
FILES = Path(__file__).parents[2].joinpath("plugins", "modules").glob("c7_*.py")
MODULES = sorted({path.stem for path in FILES} - set(READING))
STATE = """
users: [{id: jdoe}, {id: mmiller}, {id: svc-robot}]
groups: [{id: ops, members: [jdoe]}]
tenants: [{id: emea, groups: [ops]}]
authorizations: [{group: ops, resource: task, permissions: [READ]}]
"""
SECRETS = ("jdoe_password", "jdoe_new_password")


@pytest.fixture
def running(engine: Engine) -> Iterator[dict[str, Any]]:
    """What examples call the objects of an engine with an instance, its task, and no failed job."""
    with deployed(engine.api, "processes.bpmn"):
        instance = start(engine.api, "approve", "order 4711", amount=1)
        [task] = engine.api.get("/task", processInstanceId=instance)
        yield {"instance_id": instance, "task_id": task["id"], "failed": {"objects": []}}


@pytest.mark.parametrize("name", MODULES)
def test_examples_run(play: Play, clean_engine: Engine, running: dict[str, Any], name: str) -> None:
    module = importlib.import_module(f"ansible_collections.bpmops.camunda.plugins.modules.{name}")
    examples = yaml.safe_load(module.EXAMPLES)
    folder = "{{ playbook_dir }}/identity"
    variables: dict[str, Any] = {word: plain_secret() for word in SECRETS}
    variables |= {
        "camunda7_url": play.parameters["url"],
        "camunda7_username": clean_engine.username,
        "camunda7_password": clean_engine.password,
        "camunda7_user_passwords": {"jdoe": plain_secret()},
        **running,
    }
    ground = [
        task("ansible.builtin.file", {"path": folder, "state": "directory", "mode": "0700"}),
        task("ansible.builtin.copy", {"dest": folder + "/state.yml", "content": STATE, "mode": "0600"}),
        task("c7_identity", {"src": folder}),
    ]
    run = play([*ground, *examples], variables=variables)
    assert len(run.tasks) == len(ground) + len(examples) >= len(ground) + 1
    for each in run:
        assert each.ok


@pytest.mark.parametrize("name", READING)
def test_examples_of_searching_and_reading_run(searched: Engine, tmp_path: Path, name: str) -> None:
    module = importlib.import_module(f"ansible_collections.bpmops.camunda.plugins.modules.{name}")
    (instance,) = searched.api.get("/process-instance", businessKey="order 3")
    variables = {
        "camunda7_url": searched.url,
        "camunda7_username": searched.username,
        "camunda7_password": searched.password,
        "instance_id": instance["id"],
        "failed": {"objects": searched.api.get("/job", noRetriesLeft="true")},
    }
    examples = yaml.safe_load(module.EXAMPLES.replace("/tmp/", f"{tmp_path}/"))
    for each in Play(tmp_path)(examples, variables=variables):
        assert each.ok
