# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No secret in any error, whatever the server sends back."""

from __future__ import annotations

import base64
import secrets
import traceback
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus, unquote

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import CamundaError
from ansible_collections.bpmops.camunda.tests.support.fault_server import (
    Behaviour,
    FaultServer,
    Received,
    answer,
    close,
    half,
    raw,
)
from ansible_collections.bpmops.camunda.tests.support.rest import setup
from ansible_collections.bpmops.camunda.tests.support.token_server import TokenServer

# Characters that each encoding treats in its own way.
SECRET = secrets.token_urlsafe(9) + '"+/&:%~' + secrets.token_urlsafe(9)
VISIBLE = secrets.token_urlsafe(9) + "+/&%=~" + secrets.token_urlsafe(9)


def echo(status: int) -> Any:
    """A server that sends back all that it got, in several forms."""

    def behave(request: Received) -> Behaviour:
        seen = request.target.decode("latin-1"), str(dict(request.headers)), request.body.decode("latin-1")
        return answer(status, {"message": " ".join((*seen, *map(unquote, seen))), "error": seen[2]})

    return behave


WAYS: dict[str, dict[str, Any]] = {
    "basic": {"username": "mary", "password": SECRET},
    "bearer": {"token": VISIBLE},
    "header": {"api_key": VISIBLE},
    "query": {"api_key": VISIBLE, "api_key_location": "query"},
    "cookie": {"username": "mary", "password": SECRET, "auth_type": "cookie"},
    "body": {"client_id": "ops", "client_secret": SECRET},
    "oauth2": {"client_id": "ops", "client_secret": SECRET, "client_authentication": "header"},
}


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as made:
        yield made


def leaks(error: BaseException, *more: str) -> list[str]:
    """The forms of the secrets that an error shows, its notes, facts and causes included."""
    text = "".join(traceback.format_exception(error)) + repr(error) + str(getattr(error, "facts", ""))
    forms = {base64.b64encode(f"mary:{SECRET}".encode()).decode()}
    for secret in (SECRET, VISIBLE, *more):
        forms |= {secret, quote(secret), quote(secret, safe=""), quote_plus(secret)}
        forms.add(base64.b64encode(secret.encode()).decode())
        forms.add(secret.replace('"', '\\"'))
    forms.add(base64.b64encode(f"ops:{quote_plus(SECRET)}".encode()).decode())
    return [form for form in forms if form in text]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 500, 503])
def test_a_server_that_echoes(server: FaultServer, way: str, status: int) -> None:
    with FaultServer() as issuer:
        issuer.route(echo(status))
        server.route(echo(status))
        params = {**WAYS[way], **({"token_url": f"{issuer.url}/token"} if "client_id" in WAYS[way] else {})}
        with pytest.raises(CamundaError) as caught:
            setup(server.url, request_retries=0, **params).client.write("POST", "/x", body={"password": "x"})
    assert leaks(caught.value) == []
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("way", [way for way in WAYS if way not in ("body", "oauth2")])
@pytest.mark.parametrize("fault", [close(), half(b"[1, 2]"), raw(b"nonsense\r\n\r\n")])
def test_a_broken_connection(server: FaultServer, way: str, fault: Behaviour) -> None:
    server.script(fault)
    with pytest.raises(CamundaError) as caught:
        setup(server.url, request_retries=0, **WAYS[way]).client.write("POST", "/x")
    assert leaks(caught.value) == []


@pytest.mark.parametrize("way", WAYS)
def test_no_connection(way: str) -> None:
    params = {**WAYS[way], **({"token_url": "http://127.0.0.1:1/token"} if "client_id" in WAYS[way] else {})}
    with pytest.raises(CamundaError) as caught:
        setup("http://127.0.0.1:1", request_retries=0, **params).client.write("POST", "/x")
    assert leaks(caught.value) == []


def test_tokens_and_sessions_are_secrets_as_soon_as_they_are_known(server: FaultServer) -> None:
    with TokenServer({"ops": SECRET}) as issuer:
        server.route(echo(400))
        params: dict[str, Any] = {"client_id": "ops", "client_secret": SECRET, "token_url": issuer.token_url}
        made = setup(server.url, **params)
        with pytest.raises(CamundaError) as caught:
            made.client.read("GET", "/x")
        assert leaks(caught.value, *issuer.issued) == []
        assert set(issuer.issued) <= set(made.redactor.values)
    session, csrf, cookie, later = (secrets.token_hex(16) for _number in range(4))
    headers = {"Set-Cookie": f"OPERATE-SESSION={session}", "X-CSRF-TOKEN": csrf}
    server.script(
        answer(204, headers=headers), answer(200, {}, headers={"Set-Cookie": f"a={cookie}", "X-CSRF-TOKEN": later})
    )
    made = setup(server.url, **WAYS["cookie"])
    made.client.read("GET", "/x")
    server.route(echo(400))
    with pytest.raises(CamundaError) as caught:
        made.client.write("POST", "/x")
    assert leaks(caught.value, session, csrf, cookie, later) == []
    assert {session, csrf, cookie, later} <= set(made.redactor.values)
