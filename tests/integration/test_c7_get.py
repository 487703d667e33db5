# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_get on engines with objects of every kind: single objects and all views of them."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import catalog, traits
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.views import VIEWS
from ansible_collections.bpmops.camunda.tests.support.camunda7_processes import MODELS
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module

Row = dict[str, Any]
Get = Callable[..., Row]

ONLY_SEARCHED = {
    "schema/log",
    "history/identity-link-log",
    "history/user-operation",
    "process-definition/statistics",
}
GETTABLE = [name for name in traits.NAMES if name not in ONLY_SEARCHED]


@pytest.fixture(scope="module")
def get(searched: Engine, through: Proxy) -> Get:
    """Runs c7_get, and returns the result of the task."""

    def run(entity: str, **options: Any) -> Row:
        return run_module("c7_get", searched.connection(through.url), {"entity": entity, **options})

    return run


@pytest.fixture(scope="module")
def find(searched: Engine) -> Callable[..., str]:
    """Returns the id of an object that an entity's list has, the first that fits."""

    def first(entity: str, fits: Callable[[Row], bool] = lambda row: True, **query: Any) -> str:
        return next(str(row["id"]) for row in searched.api.get(f"/{entity}", **query) if fits(row))

    return first


@pytest.mark.parametrize("name", GETTABLE)
def test_an_object_by_its_id_and_one_that_is_not_there(get: Get, searched: Engine, name: str) -> None:
    trait = traits.TRAITS[name]
    raw = {"deserializeValues": "false"} if trait.in_url else {}
    row = searched.api.get(f"/{name}", **raw)[-1]
    found = get(name, ids=[row["id"], "nobody-4711"])
    assert found["missing"] == ["nobody-4711"]
    more = {"inputs", "outputs"} if name == "history/decision-instance" else set()
    assert [{key: value for key, value in each.items() if key not in more} for each in found["objects"]] == [
        {key: value for key, value in trait.show(row).items() if key not in more}
    ]
    assert get(name, id="nobody-4711") == {"changed": False, "missing": ["nobody-4711"], "object": None, "warnings": []}
    refused = get(name, id="nobody-4711", required=True)
    assert refused["msg"] == f"There is no {catalog.load(name).one} nobody-4711 (required: true)."


@pytest.mark.parametrize("name", sorted(ONLY_SEARCHED))
def test_some_entities_have_no_single_objects(get: Get, through: Proxy, name: str) -> None:
    seen = len(through.requests)
    assert get(name, id="x")["msg"].startswith(f"entity: {name} can only be searched; ")
    assert len(through.requests) == seen


def _view(get: Get, entity: str, id: str, view: str, **options: Any) -> Any:
    found = get(entity, id=id, view=view, **options)
    assert "failed" not in found, found
    assert found["missing"] == []
    return found["object"]


def test_views_of_process_definitions(get: Get, find: Callable[..., str], tmp_path: Path) -> None:
    key = find("process-definition", key="approve", latestVersion="true", withoutTenantId="true")
    model = (MODELS / "processes.bpmn").read_text(encoding="utf-8")
    assert _view(get, "process-definition", key, "xml") == model
    assert _view(get, "process-definition", key, "diagram") == ""
    assert _view(get, "process-definition", key, "start_form")["key"] == "embedded:app:forms/start.html"
    assert _view(get, "process-definition", key, "form_variables") == {}
    assert _view(get, "process-definition", key, "called_process_definitions") == []
    statistics = _view(get, "process-definition", key, "statistics")
    assert [(row["id"], row["failedJobs"]) for row in statistics] == [("check", 0)]
    assert "@class" not in json.dumps(statistics)
    assert {row["id"] for row in _view(get, "process-definition", key, "history_statistics")} == {"check"}
    formed = find("process-definition", key="formed")
    assert '<form name="generatedForm"' in _view(get, "process-definition", formed, "rendered_form")
    assert _view(get, "process-definition", formed, "form_variables")["customer"]["type"] == "String"
    deployed = find("process-definition", key="deployed")
    assert _view(get, "process-definition", deployed, "deployed_form") == "<p>Start</p>\n"
    dest = tmp_path / "model.bpmn"
    options: Row = {"id": key, "view": "xml", "dest": str(dest)}
    assert get("process-definition", **options)["changed"] is True
    assert dest.read_text(encoding="utf-8") == model
    assert get("process-definition", **options)["changed"] is False


def test_views_of_decisions(get: Get, find: Callable[..., str]) -> None:
    model = (MODELS / "decisions.dmn").read_text(encoding="utf-8")
    for entity in ("decision-definition", "decision-requirements-definition"):
        assert _view(get, entity, find(entity), "xml") == model
        assert _view(get, entity, find(entity), "diagram") == ""


def test_files_of_deployments(get: Get, find: Callable[..., str], tmp_path: Path) -> None:
    deployment = find("deployment", name="first")
    resources = {row["name"]: row["id"] for row in _view(get, "deployment", deployment, "resources")}
    assert set(resources) == {"processes.bpmn", "decisions.dmn", "pixel.png"}
    text = _view(get, "deployment", deployment, "resource", name=resources["decisions.dmn"])
    assert text == (MODELS / "decisions.dmn").read_text(encoding="utf-8")
    image = (MODELS / "pixel.png").read_bytes()
    assert _view(get, "deployment", deployment, "resource", name=resources["pixel.png"]) == base64.b64encode(
        image
    ).decode("ascii")
    dest = tmp_path / "pixel.png"
    get("deployment", id=deployment, view="resource", name=resources["pixel.png"], dest=str(dest))
    assert dest.read_bytes() == image
    refused = get("deployment", id=deployment, view="resource", name="nobody-4711")
    assert refused["error"]["status"] == 500 and "nobody-4711" in refused["msg"]


def test_views_of_process_instances(get: Get, find: Callable[..., str]) -> None:
    key = find("process-instance", businessKey="order 3")
    variables = _view(get, "process-instance", key, "variables")
    assert variables["amount"] == {"type": "Integer", "value": 3, "valueInfo": {}}
    assert _view(get, "process-instance", key, "variable", name="amount") == variables["amount"]
    missing = get("process-instance", id=key, view="variable", name="nothing")
    assert (missing["object"], missing["missing"]) == (None, [key])
    tree = _view(get, "process-instance", key, "activity_instances")
    assert [child["activityId"] for child in tree["childActivityInstances"]] == ["check"]
    assert _view(get, "process-instance", key, "comments") == []


def test_views_of_executions(get: Get, searched: Engine) -> None:
    row = searched.api.get("/event-subscription", eventName="paid")[0]
    subscription = _view(get, "execution", row["executionId"], "message_subscription", name="paid")
    assert (subscription["id"], subscription["activityId"]) == (row["id"], "pay")
    assert get("execution", id=row["executionId"], view="message_subscription", name="x")["object"] is None
    instance = row["processInstanceId"]
    date = _view(get, "execution", instance, "local_variable", name="when")
    assert date == {"type": "Date", "value": "2026-01-01T09:00:00.000+0000", "valueInfo": {}}
    assert _view(get, "execution", instance, "local_variables") == {"when": date}


def test_views_of_tasks(get: Get, searched: Engine, find: Callable[..., str]) -> None:
    commented = find("task", taskVariables="local_eq_here")
    assert [row["message"] for row in _view(get, "task", commented, "comments")] == ["seen"]
    assert _view(get, "task", commented, "local_variable", name="local")["value"] == "here"
    assert set(_view(get, "task", commented, "local_variables")) == {"local"}
    assert {"local", "amount"} <= set(_view(get, "task", commented, "variables"))
    assert _view(get, "task", commented, "variable", name="local")["value"] == "here"
    assert _view(get, "task", commented, "form")["key"] == "embedded:app:forms/check.html"
    assert "amount" in _view(get, "task", commented, "form_variables")
    assert _view(get, "task", commented, "attachments") == []
    links = _view(get, "task", commented, "identity_links")
    assert {"userId": None, "groupId": "sales", "type": "candidate"} in links
    formed = find("task", processDefinitionKey="formed")
    assert '<form name="generatedForm"' in _view(get, "task", formed, "rendered_form")
    deployed = find("task", processDefinitionKey="deployed")
    assert _view(get, "task", deployed, "deployed_form") == "<p>Work</p>\n"


def test_what_went_wrong(get: Get, find: Callable[..., str]) -> None:
    failed = find("job", noRetriesLeft="true")
    assert "Cannot resolve identifier 'nothing'" in _view(get, "job", failed, "stacktrace")
    assert _view(get, "job", find("job", timers="true"), "stacktrace") == ""
    logged = find("history/job-log", failureLog="true")
    assert "Cannot resolve identifier 'nothing'" in _view(get, "history/job-log", logged, "stacktrace")
    external = find("external-task", noRetriesLeft="true")
    assert _view(get, "external-task", external, "error_details") == "line 1\nline 2"
    logged = find("history/external-task-log", failureLog="true")
    assert _view(get, "history/external-task-log", logged, "error_details") == "line 1\nline 2"


@pytest.mark.parametrize("entity", ["variable-instance", "history/variable-instance", "history/detail"])
def test_the_bytes_of_variables(get: Get, find: Callable[..., str], entity: str) -> None:
    key = find(entity, lambda row: row.get("variableName", row.get("name")) == "file")
    assert _view(get, entity, key, "data") == base64.b64encode(bytes(range(256))).decode("ascii")


def test_values_of_variables_are_as_they_are_stored(get: Get, searched: Engine, find: Callable[..., str]) -> None:
    """A Java object in Base64: to deserialize one, the engine needs its class."""
    instance = find("process-instance", businessKey="formed")
    deserialized = searched.api.get(f"/process-instance/{instance}/variables/object")
    assert deserialized["value"] == {"a": 1}
    stored = _view(get, "process-instance", instance, "variable", name="object")["value"]
    assert stored.startswith("rO0AB")
    assert _view(get, "process-instance", instance, "variables")["object"]["value"] == stored
    for entity in ("variable-instance", "history/variable-instance"):
        assert get(entity, id=find(entity, variableName="object"))["object"]["value"] == stored
        rows = run_module(
            "c7_search", searched.connection(searched.url), {"entity": entity, "filter": {"variableName": "object"}}
        )["objects"]
        assert [row["value"] for row in rows] == [stored]


def test_the_groups_of_a_user(get: Get) -> None:
    assert _view(get, "user", "anna", "groups")["groups"] == [{"id": "sales", "name": "Sales"}]


def test_every_view_is_tested() -> None:
    """A view that is added needs a test here."""
    source = Path(__file__).read_text(encoding="utf-8")
    for views in VIEWS.values():
        for view in views:
            assert f'"{view}"' in source


@pytest.mark.parametrize("entity", sorted(VIEWS))
def test_views_of_objects_that_are_not_there(get: Get, entity: str) -> None:
    for name, view in VIEWS[entity].items():
        found = get(entity, id="nobody-4711", view=name, **({"name": "x"} if view.named else {}))
        assert (found.get("object", ""), found.get("missing")) == (None, ["nobody-4711"]), (name, found)


WRONG: list[tuple[Mapping[str, Any], str]] = [
    ({"entity": "tsk", "id": "x"}, "entity: 'tsk' is none of "),
    ({"entity": "task", "id": " "}, "id: ' ' is not an id."),
    ({"entity": "task", "id": "a/b"}, "id: 'a/b' cannot be used: no web address can carry it."),
    ({"entity": "task", "ids": ["x", ".."]}, "ids: '..' cannot be used: no web address can carry it."),
    ({"entity": "task", "id": "x", "view": "xml"}, "view: task have no view 'xml'."),
    ({"entity": "task", "id": "x", "view": "variable"}, "name: the view variable of task needs the option name."),
    (
        {"entity": "task", "id": "x", "view": "variables", "name": "y"},
        "name: the view variables of task ",
    ),
    ({"entity": "task", "id": "x", "view": "variable", "name": "a/b"}, "name: 'a/b' cannot be used: "),
    (
        {"entity": "task", "id": "x", "view": "form", "dest": "/tmp/x"},
        "dest: only a document of one ",
    ),
    (
        {"entity": "job", "ids": ["x"], "view": "stacktrace", "dest": "/tmp/x"},
        "dest: only a document of one ",
    ),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=[str(options) for options, _message in WRONG])
def test_mistakes_are_errors_before_the_first_request(
    get: Get, through: Proxy, options: Mapping[str, Any], message: str
) -> None:
    seen = len(through.requests)
    failed = get(**options)
    assert failed["failed"] is True
    assert failed["msg"].startswith(message)
    assert len(through.requests) == seen


def test_a_wrong_engine_or_address_is_no_missing_object(get: Get, searched: Engine, through: Proxy) -> None:
    assert "Check the option engine" in get("task", id="x", engine="nowhere")["msg"]
    wrong = run_module("c7_get", searched.connection(through.url + "/nothing"), {"entity": "task", "id": "x"})
    assert wrong["error"]["status"] == 404


def test_how_many_requests_it_makes(get: Get, through: Proxy, find: Callable[..., str]) -> None:
    key = find("process-instance", businessKey="order 3")
    seen = len(through.requests)
    get("process-instance", ids=[key, key])
    get("process-instance", id=key, view="variables")
    get("process-instance", id="nobody-4711", view="variables")  # and whether the instance is there
    assert [each.path.replace(key, "KEY") for each in through.requests[seen:]] == [
        "/process-instance/KEY",
        "/process-instance/KEY",
        "/process-instance/KEY/variables",
        "/process-instance/nobody-4711/variables",
        "/process-instance/nobody-4711",
    ]


def test_the_module_and_the_lookup(searched: Engine, through: Proxy, find: Callable[..., str], tmp_path: Path) -> None:
    play = Play(tmp_path, searched.connection(through.url), through)
    variables = {f"bpmops_camunda_c7_{name}": value for name, value in play.parameters.items()}
    key = find("process-instance", businessKey="order 3")
    lookups = (
        f"lookup('bpmops.camunda.c7_get', '{key}').businessKey",
        f"lookup('bpmops.camunda.c7_get', '{key}', view='variable', name='amount').value",
        "lookup('bpmops.camunda.c7_get', 'nobody-4711')",
    )
    run = play(
        [
            task("c7_get", {"entity": "process_instance", "id": key}),
            task("c7_get", {"entity": "process-instance", "id": key, "in_process": False}, check=True),
            *(task("ansible.builtin.debug", {"msg": f"{{{{ {each} }}}}"}) for each in lookups),
        ],
        variables=variables,
    )
    assert run[0].ok["object"] == run[1].ok["object"]
    assert run[0].ok["object"]["businessKey"] == run[2].ok["msg"] == "order 3"
    assert int(run[3].ok["msg"]) == 3
    assert "There is no process instance nobody-4711" in run[4].failure["msg"]
