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
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.deadline import Deadline
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
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
    """Has a login form, sessions, and a CSRF token in a cookie that writes repeat in a header, as Operate 8.6 has it.

    The token in the header looks different each time: it is masked with random characters.
    """

    def __init__(self, login: str = "/api/login", csrf: str = "OPERATE-X-CSRF-TOKEN") -> None:
        super().__init__()
        self.login = login
        self.csrf = csrf
        self.sessions: set[str] = set()
        self.route(self._answer)

    @property
    def logins(self) -> list[Received]:
        return [request for request in self.requests if "login" in request.path]

    def _answer(self, request: Received) -> Behaviour:
        if request.path == self.login:
            return self._log_in(request)
        if "login" in request.path:
            return answer(404, b"<html>", content_type="text/html")
        cookie = dict(part.split("=", 1) for part in request.headers.get("cookie", "").split("; ") if part)
        token = cookie.get("CSRF", "")
        given = request.headers.get(self.csrf.lower(), "").partition(".")[2]
        if request.method != "GET" and not (token and token == given):
            return answer(403, {"status": 403, "error": "Forbidden"})
        if cookie.get("OPERATE-SESSION") not in self.sessions:
            return answer(401, {"message": ""})
        if request.path == "/rotate":
            return self._with_token(200, secrets.token_hex(16))
        return answer(200, {}, headers={self.csrf: self._masked(token)} if request.method == "GET" else {})

    def _log_in(self, request: Received) -> Behaviour:
        if request.method != "POST":
            return answer(405)
        if dict(parse_qsl(request.body.decode())) != {"username": "mary", "password": PASSWORD}:
            return answer(401, {"message": "Bad credentials"})
        session = secrets.token_hex(16)
        self.sessions.add(session)
        return self._with_token(204, secrets.token_hex(16), f"OPERATE-SESSION={session}")

    def _with_token(self, status: int, token: str, *cookies: str) -> Behaviour:
        end = "; Path=/; HttpOnly; Expires=Sun, 01 Mar 2037 12:00:00 GMT"
        lines = [f"Set-Cookie: {cookie}{end}" for cookie in (*cookies, f"CSRF={token}")]
        # Several headers of one name: they stand in the value of another.
        return answer(status, headers={self.csrf: "\r\n".join([self._masked(token), *lines])})

    @staticmethod
    def _masked(token: str) -> str:
        return f"{secrets.token_hex(16)}.{token}"


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
    assert [request.path for request in operate.requests[-2:]] == ["/v1/search", "/v1/x"]


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
    assert len(operate.logins) == 1


@pytest.mark.parametrize(
    ("refusal", "refused", "words"),
    [
        (answer(401), True, "Check username"),
        (answer(302, headers={"Location": "/login?error"}), True, "Check username"),
        (answer(407), False, "The proxy requires a login"),
        (answer(429, headers={"Retry-After": "3600"}), False, "The server asks to wait 3600 s"),
    ],
)
def test_a_refused_login_is_told_from_other_failures(refusal: Behaviour, refused: bool, words: str) -> None:
    with FaultServer() as server:
        server.script(refusal)
        with pytest.raises(AnswerError, match=words) as caught:
            log_in(server).client.read("GET", "/x")
        assert isinstance(caught.value, AuthenticationError) is refused
        assert len(server.requests) == 1


def test_a_token_that_only_looks_new_is_not_collected(operate: Operate) -> None:
    made = log_in(operate)
    made.client.read("GET", "/x")
    known = len(made.redactor.values)
    for _number in range(20):
        made.client.read("GET", "/x")
    assert len(made.redactor.values) == known
    assert made.client.write("POST", "/v1/x").status == 200


def test_a_late_answer_of_an_old_session_does_not_spoil_the_new_one(operate: Operate) -> None:
    client = log_in(operate).client
    client.read("GET", "/v1/x")
    old = client._auth.credentials(Deadline(1))
    operate.sessions.clear()
    client.read("GET", "/v1/x")
    client._auth.learn(Response("GET", "/v1/x", 200, {}, b"", {"OPERATE-SESSION": "old"}), old)
    assert client.write("POST", "/v1/x").status == 200
    assert len(operate.logins) == 2


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
            log_in(server, request_retries=0).client.write("POST", "/x")
        assert not caught.value.sent and "/api/login" in caught.value.message
