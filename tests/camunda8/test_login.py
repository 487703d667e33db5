# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in to a simulated Camunda 8.6 that prevents CSRF and verifies tokens: cookie, OAuth2, bearer.

The simulator checks the signature, audience and cluster of a token as a running 8.6.0 did.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from ansible_collections.bpmops.camunda.tests.support.camunda8 import Camunda8, eventually
from ansible_collections.bpmops.camunda.tests.support.fake_camunda8 import FakeCamunda8
from ansible_collections.bpmops.camunda.tests.support.operate_tasks import Tasks
from ansible_collections.bpmops.camunda.tests.support.plays import Play, assert_no_secret, plain_secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy
from ansible_collections.bpmops.camunda.tests.support.token_server import TokenServer

pytestmark = pytest.mark.simulator

AUDIENCE, CLUSTER = "operate-api", "cluster-1"
CLIENT, SECRET = "operate-tests", plain_secret()


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenServer]:
    with TokenServer({CLIENT: SECRET}, claims={"https://camunda.com/clusterId": CLUSTER}) as server:
        yield server


@pytest.fixture(scope="module")
def guarded(tokens: TokenServer) -> Iterator[FakeCamunda8]:
    """A cluster with CSRF prevention that takes tokens of the token server."""
    key = jwt.PyJWK(tokens.keys()["keys"][0])

    def accepts(token: str) -> bool:
        try:
            claims = jwt.decode(token, key, algorithms=["RS256"], audience=AUDIENCE, issuer=tokens.url)
        except jwt.InvalidTokenError:
            return False
        return bool(claims["https://camunda.com/clusterId"] == CLUSTER)

    with FakeCamunda8(csrf=True, accepts=accepts) as fake:
        yield fake


def oauth2(tokens: TokenServer, url: str, tmp_path: Path, **more: str) -> dict[str, Any]:
    given = {"client_id": CLIENT, "client_secret": SECRET, "token_url": tokens.token_url, "audience": AUDIENCE}
    return {"url": url, "token_cache": str(tmp_path / "tokens"), **given, **more}


def test_a_session_with_csrf_prevention_reads_and_deletes(guarded: FakeCamunda8) -> None:
    with Proxy(guarded.url) as proxy:
        tasks = Tasks({"url": proxy.url, "username": guarded.username, "password": guarded.password})
        assert tasks.search(entity="process-definitions")["objects"] == []
        assert tasks.delete(key=1)["counts"]["absent"] == 1
        answer = tasks.delete(key=1)
        assert not answer["changed"]
        assert len(proxy.requests.to("/api/login")) == 3
    wrong = Tasks({"url": guarded.url, "username": guarded.username, "password": "wrong"}).search()
    assert wrong["failed"] and "Check username" in wrong["msg"]


def test_an_active_instance_is_canceled_and_deleted_with_csrf_prevention(guarded: FakeCamunda8) -> None:
    api = Camunda8(guarded.url, guarded.username, guarded.password)
    api.deploy("login", "dish.dmn", "order.bpmn")
    key = api.start("login-order", season="winter")
    eventually(lambda: api.state(key) == "ACTIVE", "the instance")
    with Proxy(guarded.url) as proxy:
        tasks = Tasks({"url": proxy.url, "username": guarded.username, "password": guarded.password})
        result = tasks.delete(key=key, cancel_first=True)
        assert result["changed"] and result["counts"] == {"deleted": 1, "canceled": 1, "absent": 0}, result
        assert all("x-csrf-token" in str(exchange.headers).lower() for exchange in proxy.requests.writes)


def test_a_session_that_is_over_is_renewed_once(guarded: FakeCamunda8) -> None:
    with Proxy(guarded.url) as proxy:
        fault = proxy.fail(path="/v1/.*", skip=1, status=401, body='{"message": ""}')
        tasks = Tasks({"url": proxy.url, "username": guarded.username, "password": guarded.password})
        assert "objects" in tasks.get(keys=[1, 2], concurrency=1)
        assert len(fault.hits) == 1
        assert len(proxy.requests.to("/api/login")) == 2


@pytest.mark.parametrize("way", ["body", "header"])
def test_oauth2(guarded: FakeCamunda8, tokens: TokenServer, tmp_path: Path, way: str) -> None:
    tasks = Tasks(oauth2(tokens, guarded.url, tmp_path, client_authentication=way))
    seen = len(tokens.requests)
    assert "objects" in tasks.search()
    assert [request.authentication for request in list(tokens.requests)[seen:]] == [way]


def test_tokens_that_the_server_does_not_accept(guarded: FakeCamunda8, tokens: TokenServer, tmp_path: Path) -> None:
    for audience in ("zeebe-api", "operate"):
        result = Tasks(oauth2(tokens, guarded.url, tmp_path, audience=audience)).search()
        assert result["failed"] and result["error"]["status"] == 401
    result = Tasks(oauth2(tokens, guarded.url, tmp_path, client_secret="wrong")).search()
    assert result["failed"] and "wrong" not in result["msg"]


def test_a_bearer_token_reads_and_says_why_it_may_not_delete(guarded: FakeCamunda8, tokens: TokenServer) -> None:
    api = Camunda8(guarded.url, guarded.username, guarded.password)
    api.deploy("login", "greeting.bpmn")
    key = api.start("login-greeting")
    eventually(lambda: api.state(key) == "COMPLETED", "the instance")
    tasks = Tasks({"url": guarded.url, "token": tokens.token(AUDIENCE)})
    assert tasks.get(key=key)["object"]["state"] == "COMPLETED"
    assert "log in with auth_type: cookie" in tasks.delete(key=key)["msg"]


def test_saas_by_region_and_cluster(guarded: FakeCamunda8, tokens: TokenServer, tmp_path: Path) -> None:
    """URL and token URL are given, because nobody answers for camunda.io here; the audience is derived."""
    located = {"cluster_id": CLUSTER, "region": "bru-2", "token_url": tokens.token_url, "url": guarded.url}
    parameters = {**oauth2(tokens, guarded.url, tmp_path), **located}
    del parameters["audience"]
    seen = len(tokens.requests)
    result = Tasks(parameters).search()
    assert [request.form["audience"] for request in list(tokens.requests)[seen:]][:1] == ["operate.camunda.io"]
    assert result["error"]["status"] == 401  # this server wants operate-api


def test_21_tasks_make_one_token_request(guarded: FakeCamunda8, tokens: TokenServer, tmp_path: Path) -> None:
    seen = len(tokens.requests)
    counting = task("operate_search", {"entity": "process-instances", "count_only": True})
    run = Play(tmp_path, oauth2(tokens, guarded.url, tmp_path))([counting] * 21)
    assert run.changed == [False] * 21
    assert len(tokens.requests) - seen == 1
    assert_no_secret(run, [SECRET])
