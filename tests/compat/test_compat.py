# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short play that touches every module: on the oldest and the newest ansible-core, and on older Camunda 7."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import catalog, traits
from ansible_collections.bpmops.camunda.tests.engines import camunda7
from ansible_collections.bpmops.camunda.tests.support.c7_modules import deployed
from ansible_collections.bpmops.camunda.tests.support.camunda7_processes import populate, start
from ansible_collections.bpmops.camunda.tests.support.engines import Engine, running
from ansible_collections.bpmops.camunda.tests.support.fake_operate import FakeOperate, Generated
from ansible_collections.bpmops.camunda.tests.support.plays import Play, plain_secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module
from ansible_collections.bpmops.camunda.tests.tools import licences

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = [{"name": "amount", "operator": "eq", "value": 1}]
OLDER_ENGINES = ("7.20.0", "7.23.0")
CORES = [core for core in os.environ.get("BPMOPS_CAMUNDA_TEST_CORES", "2.16,2.21").split(",") if core != "2.19"]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running("camunda7") as engine:
        try:
            yield engine
        finally:
            engine.api.reset(engine.fresh)


def _tasks(password: str) -> list[dict[str, object]]:
    """Each module once, and then all again."""
    steps = [
        task("c7_user", {"id": "ünï/käse", "first_name": "Ünï", "user_password": password}, diff=True),
        task("c7_group", {"id": "compat", "name": "Compatibility"}),
        task("c7_group_member", {"group": "compat", "member": "ünï/käse"}),
        task("c7_tenant", {"id": "compat"}),
        task("c7_tenant_member", {"tenant": "compat", "groups": ["compat"]}),
        task(
            "c7_authorization",
            {"group": "compat", "resource": "process_definition", "resource_id": "x", "permissions": ["READ"]},
        ),
        task(
            "c7_identity",
            {"users": [{"id": "bulk", "password": password}], "groups": [{"id": "compat", "members": ["bulk"]}]},
            diff=True,
        ),
    ]
    return [*steps, *steps, task("c7_identity_info")]


def _operating(instance: str, url: str) -> list[dict[str, object]]:
    """Each module that operates processes once, and then all again."""
    steps = [
        task("c7_process_instance", {"definition_key": "approve", "business_key": "compat"}),
        task("c7_variable", {"process_instance_id": instance, "variables": {"amount": 5, "ünï": "käse"}}),
        task("c7_task", {"filter": {"processInstanceBusinessKey": "compat"}, "state": "assigned", "user": "mary"}),
        task("c7_job", {"filter": {"processInstanceId": instance}, "retries": 7}),
        task("c7_external_task", {"filter": {"topicName": "print"}, "priority": 7}),
        task("c7_incident", {"filter": {"incidentType": "compat"}, "state": "annotated", "annotation": "seen"}),
        task("c7_batch", {"id": "no-such-batch", "state": "absent"}),
        task("c7_search", {"entity": "task", "filter": {"assignee": "mary"}}),
        task("c7_get", {"entity": "process_instance", "id": instance, "view": "variables"}),
        task("rest_request", {"url": f"{url}/engine"}),
    ]
    return [*steps, *steps]


@pytest.mark.parametrize("way", ["1", "0"], ids=["in_process", "module"])
@pytest.mark.parametrize("core", CORES)
def test_every_module_works(engine: Engine, core: str, way: str, tmp_path: Path) -> None:
    engine.api.reset(engine.fresh)
    _touch_every_module(engine, tmp_path, core=core, environment={"BPMOPS_CAMUNDA_IN_PROCESS": way})


@pytest.mark.parametrize("version", OLDER_ENGINES)
def test_every_module_works_on_an_older_camunda_7(version: str, tmp_path: Path) -> None:
    with running("camunda7", version=version) as older:
        _touch_every_module(older, tmp_path)


def test_filters_that_an_older_camunda_7_does_not_know_are_errors() -> None:
    """It ignores them and returns everything, so that the engine is asked first whether it knows them."""
    with running("camunda7", version="7.20.0") as older, Proxy(older.url) as proxy:
        populate(older.api)

        def search(entity: str, **filter: Any) -> dict[str, Any]:
            return run_module("c7_search", older.connection(proxy.url), {"entity": entity, "filter": filter})

        for name in traits.NAMES:
            for filter, since in catalog.load(name).since.items():
                word = catalog.corrected(name, traits.TRAITS[name].rows())["filters"][filter]
                samples: dict[str, Any] = {"flag": True, "list": ["x"], "variables": VARIABLES}
                failed = search(name, **{filter: samples.get(word.kind, "x")})
                assert failed["msg"].startswith(f"filter.{filter}: this engine does not know it, "), (name, filter)
                assert f"since version {since}." in failed["msg"]
        assert search("history/process-instance", activeActivityIdIn=["check"])["total"] > 0
        assert not proxy.writes


def test_the_list_of_licences_allows_exactly_the_jars_of_all_versions() -> None:
    fetched = [("operaton", ""), ("camunda7", ""), *(("camunda7", version) for version in OLDER_ENGINES)]
    jars = [jar for name, version in fetched for jar in camunda7.library(name, version).glob("*.jar")]
    assert {licences.artifact_of(jar) for jar in jars} == licences.jars(older=True)


def _touch_every_module(engine: Engine, folder: Path, **options: Any) -> None:
    """Run the play in check mode and twice for real; ``options`` are those of `Play`."""
    password = plain_secret()
    with Proxy(engine.url) as proxy:
        play = Play(folder, engine.connection(proxy.url), proxy, **options)
        check = play(_tasks(password)[:1], arguments=["--check"])
        assert check.changed == [True] and not check.requests.writes
        run = play(_tasks(password))
        with deployed(engine.api, "processes.bpmn"):
            instance = start(engine.api, "broken", "compat broken", good=False)
            start(engine.api, "outside", "compat outside")
            incident = {"incidentType": "compat", "message": "by hand"}
            answer = engine.api.call("POST", f"/execution/{instance}/create-incident", incident)
            assert answer.ok, answer.text
            operated = play(_operating(instance, proxy.url))
    assert operated.changed == [True] * 6 + [False] * 14
    assert not [each.name for each in operated.tasks[6:] if each.requests.writes]
    assert [len(operated[at].ok["objects"]) for at in (7, 17)] == [1, 1]
    assert operated[18].ok["object"]["amount"]["value"] == 5
    assert run.changed == [True] * 7 + [False] * 8
    assert not [each.name for each in run.tasks[7:] if each.requests.writes]
    users = {row["id"] for row in run[14].ok["identity"]["users"]}
    assert {"ünï/käse", "bulk", engine.username} == users
    assert password not in run.stdout + run.stderr + run.record + run.log


def _operate_tasks() -> list[dict[str, object]]:
    """Each module and lookup of Operate; the first instance is a finished one."""
    key = str(Generated.BASE)
    found = "{{ query('bpmops.camunda.operate_search', 'process-instances', fields=['key']) | length }}"
    one = "{{ query('bpmops.camunda.operate_get', '" + key + "')[0].key }}"
    return [
        task("operate_search", {"entity": "process-instances", "limit": 7}),
        task("operate_get", {"entity": "process-instances", "key": key}),
        task("operate_delete_instance", {"key": key}, check=True),
        task("operate_delete_instance", {"key": key}),
        task("operate_delete_instance", {"key": key}),
        task("ansible.builtin.debug", {"msg": found}),
        task("ansible.builtin.debug", {"msg": one.replace(key, str(Generated.BASE + 1))}),
    ]


@pytest.mark.parametrize("core", CORES)
def test_every_module_and_lookup_of_operate_works(core: str, tmp_path: Path) -> None:
    with FakeOperate({"process-instances": Generated(20)}) as fake:
        play = Play(tmp_path, fake.parameters, core=core)
        variables = {f"bpmops_camunda_c8_{name}": value for name, value in fake.parameters.items()}
        run = play(_operate_tasks(), variables=variables)
        deletions = [request for request in fake.requests if request[0] == "DELETE"]
    assert run.changed == [False, False, True, True, False, False, False]
    assert len(run[0].ok["objects"]) == 7
    assert run[1].ok["object"]["key"] == str(Generated.BASE)
    assert len(deletions) == 1
    assert str(run[5].ok["msg"]) == "19"
    assert run[6].ok["msg"] == str(Generated.BASE + 1)


def test_the_plays_touch_every_module() -> None:
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    steps = [*_tasks(""), *_operating("", ""), *_operate_tasks()]
    touched = {name.rsplit(".", 1)[-1] for step in steps for name in step if name.startswith("bpmops.")}
    assert touched == modules
