# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error answers: what they are called and what to do about them."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AnswerError,
    AuthenticationError,
    ForbiddenError,
    NotFoundError,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.connection import Connection
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.problems import explain, status_error
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response

URL = "https://camunda.example.com/engine-rest"
BASIC = Connection(URL, auth_type="basic")


def error(
    status: int,
    content: bytes = b"",
    content_type: str = "application/json",
    attempts: int = 1,
    connection: Connection = BASIC,
    **headers: str,
) -> AnswerError:
    response = Response("GET", "/user/x", status, {"Content-Type": content_type, **headers}, content)
    return status_error(response, connection, explain, "Check your password", attempts)


@pytest.mark.parametrize(
    ("status", "kind"), [(401, AuthenticationError), (403, ForbiddenError), (404, NotFoundError), (500, AnswerError)]
)
def test_the_class_follows_the_status(status: int, kind: type[AnswerError]) -> None:
    made = error(status)
    assert made.__class__ is kind
    assert made.facts == {"status": status, "type": None, "method": "GET", "path": "/user/x", "instance": None}


@pytest.mark.parametrize("key", ["message", "detail", "title", "error_description", "error"])
def test_the_servers_own_words(key: str) -> None:
    assert error(400, b'{"%s": "No such thing."}' % key.encode()).message == "GET /user/x: 400 No such thing."


@pytest.mark.parametrize("content", [b"", b"[]", b'{"message": ""}', b'{"message": 5}', b"null", b"\xff"])
def test_without_words_the_status_is_named(content: bytes) -> None:
    assert error(400, content).message == "GET /user/x: 400 Bad Request."


def test_an_empty_401_says_what_to_check() -> None:
    assert error(401).message == "GET /user/x: 401 Unauthorized. Check your password."
    assert error(403).message == "GET /user/x: 403 Forbidden."
    assert error(403, connection=Connection(URL)).message == "GET /user/x: 403 Forbidden. Check your password."


def test_a_web_page_is_not_quoted() -> None:
    message = error(404, b"<html>Tomcat</html>", "text/html").message
    assert "Tomcat" not in message and URL in message and "web page" in message
    assert "proxy or gateway" in error(500, b"<html>", "text/html").message
    assert "not the API" in error(200, b"<html>", "text/html").message


def test_a_redirect_names_where_it_leads_and_no_more() -> None:
    secret = secrets.token_hex(8)
    message = error(302, Location=f"https://u:{secret}@login.example.com/realms/x?state={secret}#{secret}").message
    assert "https://login.example.com/realms/x;" in message
    assert secret not in message and "auth_type" in message
    assert "https://camunda.example.com/login;" in error(302, Location="/login?a=b").message
    assert "invalid address" in error(302, Location="http://[::1").message


def test_the_wrong_scheme_is_named() -> None:
    message = error(308, Location="http://camunda.example.com/engine-rest/user/x").message
    assert "use http:// in url" in message
    said = b"This combination of host and port requires TLS."
    plainly = Connection(URL.replace("https:", "http:"))
    assert "try https:// in url" in error(400, said, "text/plain", connection=plainly).message
    assert "https" not in error(400, said, "text/plain").message


def test_attempts_are_counted_and_long_texts_cut() -> None:
    made: Any = error(503, b'{"message": "%s"}' % (b"x" * 100_000), attempts=5)
    assert len(made.message) < 2500
    assert "overloaded" in made.message and made.message.endswith("Sent 5 times.")
