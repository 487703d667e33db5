# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instrument itself: what the other tests count must be what happens."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import CORES, Play, assert_no_secret, secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy


@pytest.fixture
def through(engine: Engine, proxied: Proxy) -> Camunda7:
    return Camunda7(proxied.url, engine.username, engine.password)


def test_paths_arrive_as_they_were_sent_and_connections_are_kept(through: Camunda7, proxied: Proxy, unique) -> None:
    user = unique("a/b\\c")
    through.create_user(user)
    through.update_user(user, firstName="Ada")
    assert through.user(user).first_name == "Ada"
    through.delete_user(user)
    assert through.user(user) is None
    assert [each.target.replace(user[5:], "") for each in proxied.writes] == [
        "/user/create",
        "/user/a%252Fb%255Cc/profile",
        "/user/a%252Fb%255Cc",
    ]
    assert proxied.connections == 1
    assert [each.status for each in proxied.requests] == [204, 204, 200, 204, 200]


def test_reads_and_writes_are_told_apart_by_operation(through: Camunda7, proxied: Proxy) -> None:
    for method, path in (
        ("POST", "/group"),
        ("POST", "/group/count"),
        ("POST", "/process-instance"),
        ("OPTIONS", "/user"),
    ):
        through.call(method, path, {})
    through.call("POST", "/identity/verify", {"username": "nobody", "password": "x"})
    assert len(proxied.reads) == 5
    assert not proxied.writes
    through.call("POST", "/group/create", {})
    through.call("POST", "/process-instance/suspended", {})
    assert len(proxied.writes) == 2


def test_faults_hit_the_chosen_requests_only(through: Camunda7, proxied: Proxy) -> None:
    fault = proxied.fail(path="/version", skip=1, times=2, status=503, body='{"message": "down"}')
    assert [through.call("GET", "/version").status_code for _each in range(4)] == [200, 503, 503, 200]
    assert not any(each.forwarded for each in fault.hits)
    proxied.fail(path="/engine", drop="after")
    with pytest.raises(requests.ConnectionError):
        through.call("GET", "/engine")
    assert proxied.requests[-1].forwarded
    assert proxied.requests[-1].status is None


@pytest.mark.parametrize("core", CORES)
def test_requests_and_results_belong_to_their_task(play: Play, proxied: Proxy, core: str, engine: Engine) -> None:
    def get(path: str) -> dict[str, object]:
        login = {"url_username": engine.username, "url_password": "{{ connection_of_the_test.password }}"}
        return task("ansible.builtin.uri", {"url": proxied.url + path, "force_basic_auth": True, **login})

    play.core = core
    value = secret()
    seen = []
    run = play(
        [
            get("/version"),
            get("/nothing"),
            {**get("/group"), "loop": [1, 2]},
            task("ansible.builtin.debug", {"msg": "{{ word }}"}),
            task("ansible.builtin.debug", {"msg": "no"}, when=False),
        ],
        variables={"word": value},
        watch=lambda: len(seen),
        meanwhile={2: lambda: seen.append(True)},
    )
    assert run.rc == 0
    assert [[each.path for each in step.requests] for step in run] == [
        ["/version"],
        ["/nothing"],
        ["/group"] * 2,
        [],
        [],
    ]
    assert [step.outcome.status for step in run] == ["ok", "failed", "ok", "ok", "skipped"]
    assert [len(step.items) for step in run] == [0, 0, 2, 0, 0]
    assert run[3].ok["msg"] == value
    assert [(step.before, step.after) for step in run] == [(0, 0), (0, 0), (1, 1), (1, 1), (1, 1)]
    with pytest.raises(AssertionError, match="a secret is in the stdout"):
        assert_no_secret(run, [value])
