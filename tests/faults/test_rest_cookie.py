# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Session login as Operate has it: cookies, CSRF tokens, sessions that end."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qsl

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AnswerError,
    AuthenticationError,
    NotFoundError,
    TransportError,
)
from ansible_collections.bpmops.camunda.tests.support.fault_server import (
    Behaviour,
    FaultServer,
    Received,
    answer,
    close,
)
from ansible_collections.bpmops.camunda.tests.support.rest import Setup, setup

PASSWORD = secrets.token_urlsafe(16) + " &+%"


class Operate(FaultServer):
    """Has a login form, and wants its session and, for what is not a GET, its CSRF token."""

    def __init__(self, login: str = "/api/login", csrf: str = "OPERATE-X-CSRF-TOKEN") -> None:
        super().__init__()
        self.login = login
        self.csrf = csrf
        self.sessions: dict[str, str] = {}
        self.route(self._answer)

    @property
    def logins(self) -> list[Received]:
        return [request for request in self.requests if "login" in request.path]

    def _answer(self, request: Received) -> Behaviour:
        if request.path == self.login:
            return self._log_in(request)
        cookie = dict(part.split("=", 1) for part in request.headers.get("cookie", "").split("; ") if part)
        session = cookie.get("OPERATE-SESSION", "")
        if "login" in request.path:
            return answer(404, b"<html>", content_type="text/html")
        if session not in self.sessions:
            return answer(401, {"message": "Full authentication is required"})
        if request.method != "GET" and request.headers.get(self.csrf.lower()) != self.sessions[session]:
            return answer(403)
        if request.path == "/rotate":
            self.sessions[session] = secrets.token_hex(16)
        return answer(200, {"csrf": self.sessions[session]}, headers={self.csrf: self.sessions[session]})

    def _log_in(self, request: Received) -> Behaviour:
        if request.method != "POST":
            return answer(405)
        if dict(parse_qsl(request.body.decode())) != {"username": "mary", "password": PASSWORD}:
            return answer(401, {"message": "Bad credentials"})
        session, token = secrets.token_hex(16), secrets.token_hex(16)
        self.sessions[session] = token
        expires = "Expires=Sun, 01 Mar 2037 12:00:00 GMT"
        return answer(
            204, headers={"Set-Cookie": f"OPERATE-SESSION={session}; Path=/; HttpOnly; {expires}", self.csrf: token}
        )


@pytest.fixture
def operate() -> Iterator[Operate]:
    with Operate() as made:
        yield made


def log_in(server: FaultServer, **params: Any) -> Setup:
    return setup(server.url, **{"username": "mary", "password": PASSWORD, "auth_type": "cookie", **params})


def test_one_login_for_many_requests(operate: Operate) -> None:
    made = log_in(operate)
    made.client.read("POST", "/v1/search", body={})
    made.client.write("DELETE", "/v1/x")
    (login,) = operate.logins
    assert login.query == "" and login.headers["content-type"] == "application/x-www-form-urlencoded"
    assert PASSWORD not in str(operate.requests[1:])
    assert made.client.requests == 2


@pytest.mark.parametrize(("login", "csrf"), [("/login", "X-CSRF-TOKEN"), ("/api/login", "X-CSRF-TOKEN")])
def test_newer_servers(login: str, csrf: str) -> None:
    with Operate(login, csrf) as server:
        client = log_in(server).client
        assert client.write("POST", "/v2/x").status == 200
        assert len(server.logins) == (2 if login == "/login" else 1)


def test_a_read_only_client_logs_in_too(operate: Operate) -> None:
    assert log_in(operate, read_only=True).client.read("GET", "/v1/x").status == 200


def test_a_session_that_ended_is_renewed_once(operate: Operate) -> None:
    client = log_in(operate).client
    client.read("GET", "/v1/x")
    operate.sessions.clear()
    assert client.write("DELETE", "/v1/x").status == 200
    assert len(operate.logins) == 2


def test_the_csrf_token_follows_the_answers(operate: Operate) -> None:
    client = log_in(operate).client
    client.read("GET", "/rotate")
    assert client.write("POST", "/v1/x").status == 200


def test_a_wrong_password_is_tried_once_whoever_asks(operate: Operate) -> None:
    client = log_in(operate, password=secrets.token_hex(8)).client

    def work(_number: int) -> str:
        with pytest.raises(AuthenticationError) as caught:
            client.read("GET", "/v1/x")
        return caught.value.message

    with ThreadPoolExecutor(4) as pool:
        (message,) = set(pool.map(work, range(8)))
    assert len(operate.requests) == 1
    assert message.startswith("POST /api/login: 401 the login failed. Bad credentials")
    assert "username (mary)" in message


def test_threads_share_a_session_and_renew_it_once(operate: Operate) -> None:
    client = log_in(operate).client
    client.read("GET", "/v1/x")
    operate.sessions.clear()
    with ThreadPoolExecutor(4) as pool:
        assert {response.status for response in pool.map(lambda _n: client.write("POST", "/v1/x"), range(20))} == {200}
    assert len(operate.logins) == 2


def test_no_login_anywhere() -> None:
    with FaultServer() as server:
        server.script(answer(404))
        with pytest.raises(NotFoundError, match="no login with user name and password"):
            log_in(server).client.read("GET", "/x")
        assert [request.path for request in server.requests] == ["/api/login", "/login"]
        server.script(answer(200, b"<html>", content_type="text/html"))
        with pytest.raises(AnswerError, match="no login with user name and password"):
            log_in(server).client.read("GET", "/x")


def test_a_form_that_redirects() -> None:
    session = {"Set-Cookie": f"camunda-session={secrets.token_hex(8)}; Path=/"}
    with FaultServer() as server:
        server.script(answer(404), answer(302, headers={"Location": "/", **session}), answer(200, {"ok": True}))
        assert log_in(server).client.read("GET", "/x").data == {"ok": True}
        server.script(answer(404), answer(302, headers={"Location": "/login?error", **session}))
        with pytest.raises(AnswerError, match="the login failed"):
            log_in(server).client.read("GET", "/x")


def test_a_login_that_is_interrupted() -> None:
    with FaultServer() as server:
        server.script(close(), answer(503), answer(401))
        with pytest.raises(AuthenticationError):
            log_in(server).client.read("GET", "/x")
        assert len(server.requests) == 3
        server.script(close())
        with pytest.raises(TransportError) as caught:
            log_in(server, retries=0).client.write("POST", "/x")
        assert not caught.value.sent and "/api/login" in caught.value.message
