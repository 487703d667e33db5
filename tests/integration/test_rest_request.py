# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``rest_request`` alone, module and lookup, against the REST API of a real engine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.plays import CORES, Play, TaskRun, assert_no_secret, secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

BPMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
  targetNamespace="tests">
  <process id="{id}" isExecutable="true" camunda:historyTimeToLive="5">
    <startEvent id="start"/>
  </process>
</definitions>
"""


def shown(run: TaskRun) -> list[tuple[Any, Any]]:
    return [(change["before"], change["after"]) for change in run.ok["diff"]]


@pytest.mark.parametrize("core", CORES)
def test_a_user_from_absent_to_absent(
    play: Play, proxied: Proxy, api: Camunda7, unique: Callable[[str], str], core: str
) -> None:
    """Every step, with the requests counted at the door; the user is created, updated and deleted by three requests."""
    play.core = core
    user, word = unique("jane"), secret()
    profile = {"id": user, "firstName": "Jane", "lastName": "Doe", "email": "jane@example.com"}
    read, base = f"/engine-rest/user/{user}/profile", proxied.url
    assert base.endswith("/engine-rest")
    create = {
        "url": f"{base}/user/create",
        "method": "POST",
        "body": {"profile": profile, "credentials": {"password": "{{ word }}"}},
        "idempotent": {"read": read, "subset": {"id": user}},
        "expect": [204],
    }
    update = {
        "url": f"{base}/user/{user}/profile",
        "method": "PUT",
        "body": {**profile, "lastName": "Roe"},
        "idempotent": {},
    }
    reordered = {**update, "body": dict(reversed(update["body"].items()))}
    delete = {"url": f"{base}/user/{user}", "method": "DELETE", "idempotent": {"read": read}}

    def step(options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
        return task("rest_request", options, diff=True, **keywords)

    run = play(
        [
            step(delete),
            step(create, check=True),
            step(create),
            step(create),
            step(update, check=True),
            step(update),
            step(update),
            step(reordered),
            step(delete, check=True),
            step(delete),
            step(delete),
        ],
        variables={"word": word},
        watch=lambda: api.user(user) and api.user(user).last_name,
    )
    changed = [False, True, True, False, True, True, False, False, True, True, False]
    assert [each.ok["changed"] for each in run] == changed
    writes = [[f"{write.method} {write.path}" for write in each.requests.writes] for each in run]
    there = f"/user/{user}"
    assert writes == [
        [],
        [],
        ["POST /user/create"],
        [],
        [],
        [f"PUT {there}/profile"],
        [],
        [],
        [],
        [f"DELETE {there}"],
        [],
    ]
    assert [len(each.requests.reads) for each in run] == [1] * 11
    assert [each.after for each in run] == [None, None, "Doe", "Doe", "Doe", "Roe", "Roe", "Roe", "Roe", None, None]
    assert shown(run[1]) == shown(run[2]) == [("", {"id": user})]
    assert shown(run[4]) == shown(run[5]) == [(profile, update["body"])]
    assert [len(each.ok.get("diff", [])) for each in run] == [0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0]
    assert_no_secret(run, [word])


def test_a_deployment_its_model_and_pages_of_the_list(
    play: Play, proxied: Proxy, unique: Callable[[str], str], tmp_path: Path
) -> None:
    """A form with files, a download, pages by offset, results and errors of the API."""
    names = [unique(f"order{number}") for number in range(5)]
    for name in names:
        (tmp_path / f"{name}.bpmn").write_text(BPMN.format(id=name))
    base, dest = proxied.url, tmp_path / "model.json"
    run = play(
        [
            task(
                "rest_request",
                {
                    "url": f"{base}/deployment/create",
                    "method": "POST",
                    "body_format": "multipart",
                    "body": {
                        "deployment-name": "{{ item }}",
                        "enable-duplicate-filtering": True,
                        "model": {"src": f"{tmp_path}/{{{{ item }}}}.bpmn"},
                    },
                    "result": "{'key': body.deployedProcessDefinitions.values() | map(attribute='key') | first}"
                    " if body.deployedProcessDefinitions else 'there already'",
                },
                loop=[*names, names[0]],
            ),
            task(
                "rest_request",
                {
                    "url": f"{base}/process-definition?sortBy=key&sortOrder=asc",
                    "query": {"keysIn": ",".join(names)},
                    "paginate": {
                        "by": "offset",
                        "parameter": "firstResult",
                        "page_size": 2,
                        "size_parameter": "maxResults",
                    },
                },
                register="found",
            ),
            task("rest_request", {"url": f"{base}/process-definition/key/{names[0]}/xml", "dest": str(dest)}),
            task("rest_request", {"url": f"{base}/process-definition/key/{names[0]}/xml", "dest": str(dest)}),
            task("rest_request", {"url": f"{base}/process-definition/key/nothing"}),
            task(
                "rest_request",
                {
                    "url": f"{base}/deployment/{{{{ item.deploymentId }}}}",
                    "method": "DELETE",
                    "idempotent": {},
                    "query": {"cascade": True},
                },
                loop="{{ found.objects }}",
                loop_control={"label": "{{ item.key }}"},
            ),
        ]
    )
    assert [item.result["result"] for item in run[0].items] == [*({"key": name} for name in names), "there already"]
    assert [row["key"] for row in run[1].ok["objects"]] == names
    assert [each.target.partition("&keysIn")[0] for each in run[1].requests.reads] == [
        "/process-definition?sortBy=key&sortOrder=asc"
    ] * 3
    assert (run[2].ok["changed"], run[3].ok["changed"]) == (True, False)
    assert BPMN.format(id=names[0]) == json.loads(dest.read_text())["bpmn20Xml"]
    error = run[4].failure["error"]
    assert (error["status"], error["code"]) == (404, "RestException")
    assert "No matching process definition with key: nothing" in run[4].failure["msg"]
    assert [item.result["changed"] for item in run[5].items] == [True] * 5


def test_the_lookup(play: Play, proxied: Proxy) -> None:
    login = "username=connection_of_the_test.username, password=connection_of_the_test.password"
    found = f"query('bpmops.camunda.rest_request', '{proxied.url}/engine', {login}, result='body[0].name')"
    run = play([task("ansible.builtin.debug", {"msg": "{{ " + found + " }}"})])
    assert run[0].ok["msg"] == ["default"]
    assert len(run[0].requests) == 1
