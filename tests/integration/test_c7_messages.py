# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read when something is wrong: each message says what it is and what to do, and costs no second try."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.engines import camunda7 as settings
from ansible_collections.bpmops.camunda.tests.engines.launch import free_port
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7, User
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, plain_secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

Variant = Callable[[Mapping[str, Any]], Engine]
STRICT = {
    **settings.MAX_RESULTS,
    **settings.PASSWORD_POLICY,
    **settings.DEFAULT_ID_PATTERN,
    **settings.SECOND_ENGINE,
}
LOOK = task("c7_user", {"id": "somebody"})


@pytest.fixture
def strict(variant: Variant, tmp_path: Path) -> tuple[Engine, Play]:
    """An engine with limited answers, a password policy, the default pattern of ids, and a second engine beside it."""
    engine = variant(STRICT)
    return engine, Play(tmp_path, engine.connection(engine.url))


def test_addresses_that_lead_elsewhere(play: Play, proxied: Proxy) -> None:
    wrong = proxied.origin
    page = {"headers": {"Content-Type": "text/html"}, "body": "<!doctype html><html><title>Login</title></html>"}
    run = play(
        [
            task("c7_user", {"id": "x", "url": f"{wrong}/wrong-rest"}),
            task("c7_user", {"id": "x", "url": f"{wrong}/"}),
            task("c7_user", {"id": "x", "engine": "nowhere"}),
            task("c7_user", {"id": "x"}),
            task("c7_user", {"id": "x"}),
            task("c7_user", {"id": "x"}),
            task("c7_user", {"id": "x"}),
            task("c7_user", {"id": "x", "url": f"http://127.0.0.1:{free_port()}/engine-rest", "request_retries": 0}),
            task("c7_user", {"id": "x", "url": "127.0.0.1/engine-rest"}),
            task("c7_user", {"id": "x", "url": "http://me:word@127.0.0.1/engine-rest"}),
        ],
        meanwhile={
            3: lambda: proxied.fail(status=404, **page),
            4: lambda: proxied.fail(status=200, **page),
            5: lambda: proxied.fail(status=302, headers={"Location": f"{wrong}/login?next=secret-place"}),
            6: lambda: proxied.fail(status=200, body='{"rows": []}'),
        },
    )
    expected: list[tuple[str, ...]] = [
        ("404", "url"),
        ("404", "url"),
        ("nowhere", "engine"),
        ("404", "web page", "url"),
        ("web page", "url"),
        ("302", "redirect", "/login"),
        ("/engine-rest",),
        ("refused",),
        ("url", "http"),
        ("url",),
    ]
    for step, words in zip(run, expected):
        for word in words:
            assert word in step.failure["msg"], (word, step.failure["msg"])
    assert "secret-place" not in run[5].failure["msg"]
    assert "word@" not in run.stdout
    assert [len(step.requests) for step in run] == [1, 1, 1, 1, 1, 1, 1, 0, 0, 0]
    assert run[2].failure["error"]["status"] == 404


def test_a_server_that_is_starting_is_waited_for(play: Play, proxied: Proxy, api: Camunda7) -> None:
    """Reads are repeated after 503 and dropped connections; a create is not repeated when it may have happened."""
    name = "patience"
    api.delete_user(name)
    run = play(
        [LOOK | {"check_mode": True}, LOOK | {"check_mode": True}, task("c7_user", {"id": name})],
        meanwhile={
            0: lambda: proxied.fail(path="/user", status=503, body=""),
            1: lambda: proxied.fail(path="/user", drop="before"),
            2: lambda: proxied.fail(path="/user/create", status=504, body=""),
        },
    )
    assert run[0].changed
    assert run[1].changed
    assert [each.status for each in run[0].requests.to("/user")] == [503, 200]
    assert [each.status for each in run[1].requests.to("/user")] == [None, 200]
    assert "504" in run[2].failure["msg"]
    assert len(run[2].requests.writes) == 1
    assert api.user(name) is None


def test_permissions_that_are_missing_are_named(play: Play, api: Camunda7, unique: Callable[[str], str]) -> None:
    name, password = unique("reader"), plain_secret()
    api.create_user(name, password)
    for resource in (1, 2, 4, 11):
        api.authorize(["READ"], resource, user=name)
    run = play(
        [
            task("c7_user", {"id": "x"}),
            task("c7_group", {"id": "x"}),
            task("c7_tenant", {"id": "x"}),
            task("c7_authorization", {"group": "x", "resource": "application", "permissions": ["ACCESS"]}),
            task("c7_user", {"id": name, "user_password": "{{ word }}", "update_password": "always"}),
        ],
        parameters={"username": name, "password": password},
        variables={"word": plain_secret()},
    )
    for step, resource in zip(run.tasks[:4], ("User", "Group", "Tenant", "Authorization")):
        failure = step.failure
        assert failure["error"]["status"] == 403
        assert "CREATE" in failure["msg"]
        assert resource in failure["msg"]
        assert name in failure["msg"]
    assert run[4].changed  # every user may do this to itself, with its own password


def test_a_read_only_provider_is_named(variant: Variant, tmp_path: Path) -> None:
    engine = variant(settings.READ_ONLY_IDENTITY)
    play = Play(tmp_path, engine.connection(engine.url))
    authorization = {"group": "ops", "resource": "application", "permissions": ["ACCESS"]}
    run = play(
        [
            task("c7_user", {"id": "new"}),
            task("c7_group", {"id": engine.admin_group, "name": "Other"}),
            task("c7_tenant", {"id": "new"}),
            task("c7_identity", {"users": [{"id": "new"}]}),
            task("c7_user", {"id": "admin"}),
            task("c7_authorization", authorization),
            task("c7_authorization", authorization),
        ]
    )
    for step in run.tasks[:4]:
        assert "read-only" in step.failure["msg"]
        assert "LDAP" in step.failure["msg"]
        assert step.failure["error"]["status"] == 403
    assert [each.changed for each in run.tasks[4:]] == [False, True, False]


def test_rules_of_the_engine_are_explained(strict: tuple[Engine, Play]) -> None:
    engine, play = strict
    run = play(
        [
            task("c7_user", {"id": "first.last"}),
            task("c7_group", {"id": "my-group"}),
            task("c7_user", {"id": "weak", "user_password": "{{ weak }}"}),
            task("c7_user", {"id": "strong", "user_password": "{{ strong }}"}),
            task("c7_user", {"id": "x" * 65}),
        ],
        variables={"weak": "short", "strong": f"{plain_secret()} X!"},
    )
    for step in run.tasks[:2]:
        assert "not a valid resource identifier" in step.failure["msg"]
        assert "whitelist" in step.failure["msg"].lower()
    assert "policy" in run[2].failure["msg"]
    assert run[3].changed
    assert "64" in run[4].failure["msg"]
    assert engine.api.user("weak") is None


def test_limited_answers_are_read_page_by_page(strict: tuple[Engine, Play], tmp_path: Path) -> None:
    engine, play = strict
    document = {
        "users": [{"id": f"u{number:03}"} for number in range(130)],
        "purge": ["users", "authorizations"],
        "max_deletions": "100%",
        "allow": ["purge_undeclared"],
    }
    run = play(
        [
            task("c7_identity", document),
            task("c7_identity", document),
            task("c7_identity_info"),
            task("c7_identity", {**document, "users": document["users"][:1]}),
        ]
    )
    assert run.changed == [True, False, False, True]
    assert run[0].ok["counts"]["created"] == 130
    assert len(run[2].ok["identity"]["users"]) == 131
    assert run[3].ok["counts"]["deleted"] == 129
    assert set(engine.api.state().users) == {"admin", "u000"}


def test_another_engine_behind_the_same_address(strict: tuple[Engine, Play]) -> None:
    engine, play = strict
    second = Camunda7(
        engine.url.replace("/engine-rest", "/engine-rest/engine/second"), engine.username, engine.password
    )
    run = play(
        [
            task("c7_user", {"id": "elsewhere", "first_name": "Ada", "engine": "second"}),
            task("c7_user", {"id": "elsewhere", "first_name": "Ada", "engine": "second"}),
            task("c7_user", {"id": "elsewhere", "engine": "third"}),
        ]
    )
    assert [each.result["changed"] for each in run] == [True, False, False]
    assert "third" in run[2].failure["msg"]
    assert second.user("elsewhere") == User("Ada", None, None)
    assert engine.api.user("elsewhere") is None


def test_errors_have_facts_and_an_unknown_500_is_not_repeated(play: Play, proxied: Proxy) -> None:
    body = {"type": "OptimisticLockingException", "message": "updated by another transaction", "code": 1}
    name = "again"
    run = play(
        [task("c7_user", {"id": name}), task("c7_user", {"id": name, "state": "absent"})],
        meanwhile={
            0: lambda: proxied.fail(path="/user/create", status=500, body=json.dumps({**body, "code": 1})),
            1: lambda: proxied.fail(method="DELETE", status=500, body=json.dumps({**body, "code": 0}), times=None),
        },
    )
    assert run[0].changed  # rolled back for a reason outside the request: sent again
    assert [each.status for each in run[0].requests.writes] == [500, 204]
    assert len(run[1].requests.writes) == 1
    assert run[1].failure["error"] == {
        "status": 500,
        "type": "OptimisticLockingException",
        "method": "DELETE",
        "path": f"/user/{name}",
        "instance": None,
    }
    assert "updated by another transaction" in run[1].failure["msg"]
