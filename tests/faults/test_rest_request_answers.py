# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``rest_request`` makes of answers: success and failure, changes, check mode, redirects, pages, waiting."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.certificates import Authority
from ansible_collections.bpmops.camunda.tests.support.fault_server import (
    Behaviour,
    FaultServer,
    Received,
    answer,
    close,
    stall,
)
from ansible_collections.bpmops.camunda.tests.support.rest_request import fails, send
from ansible_collections.bpmops.camunda.tests.support.token_server import TokenServer

HOSTILE = "{{ lookup('pipe', 'id') }} {% for x in range(9) %}{{ x }}{% endfor %} ${jndi:x}"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script(answer(200, {"ok": True}))
        yield server


@pytest.fixture
def other() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script(answer(200, {"ok": "other"}))
        yield server


def sent(server: FaultServer) -> list[str]:
    return [f"{request.method} {request.target.decode()}" for request in server.requests]


# Statuses and errors


@pytest.mark.parametrize(
    ("status", "expect", "succeeds"),
    [
        (200, None, True),
        (299, None, True),
        (304, None, False),
        (404, None, False),
        (404, [200, 404], True),
        (304, [304], True),
        (302, [302], True),
        (503, [503], True),
        (200, [201], False),
    ],
)
def test_expected_statuses(server: FaultServer, status: int, expect: list[int] | None, succeeds: bool) -> None:
    server.script(answer(status, headers={"Content-Length": "0", "Location": "/elsewhere"}))
    options = {} if expect is None else {"expect": expect}
    result = (send if succeeds else fails)(server, **options)
    assert (result if succeeds else result["error"])["status"] == status
    assert len(server.requests) == 1
    if status == 200 and not succeeds:
        assert result["msg"] == "GET / answered 200, which is not in expect."


@pytest.mark.parametrize(
    ("body", "words", "code"),
    [
        ({"code": "E17", "message": "closed"}, "409 closed.", "E17"),
        ({"error": {"code": "E18", "message": "open"}}, "409 open.", "E18"),
        ({"error": "locked", "error_description": "by mary"}, "409 by mary.", "locked"),
        ({"errors": [{"detail": "no name"}]}, "409 no name.", "409"),
        ({"type": "about:conflict", "title": "Conflicts"}, "409 Conflicts.", "about:conflict"),
        ({"code": 0, "message": "zero"}, "409 zero.", "0"),
        ({}, "409 Conflict.", "409"),
        ([1], "409 Conflict.", "409"),
    ],
)
def test_an_error_answer_says_what_the_server_said(server: FaultServer, body: Any, words: str, code: str) -> None:
    server.script(answer(409, body, headers={"X-Request-Id": "7"}))
    result = fails(server, "/orders/42?x=1", method="POST", body={})
    assert result["msg"] == f"POST /orders/42: {words}"
    error = result["error"]
    assert (error["status"], error["method"], error["path"], error["code"]) == (409, "POST", "/orders/42", code)
    assert (error["body"], error["headers"]["x-request-id"]) == (body, "7")
    assert result["changed"] is False


def test_an_error_page_keeps_its_text(server: FaultServer) -> None:
    server.script(answer(502, b"<html>down</html>", content_type="text/html"))
    result = fails(server, request_retries=0)
    assert (result["error"]["code"], result["error"]["body"]) == ("502", "<html>down</html>")


def test_retries_follow_the_policy_and_a_post_is_never_repeated_blindly(server: FaultServer) -> None:
    for options, attempts in (
        ({}, 2),
        ({"method": "PUT", "body": {}}, 2),
        ({"method": "DELETE"}, 2),
        ({"method": "POST", "body": {}}, 1),
        ({"method": "PATCH", "body": {}}, 1),
        ({"method": "POST", "body": {}, "safe": True}, 2),
    ):
        server.requests.clear()
        server.script(close(), answer(200, {}))
        result = (send if attempts == 2 else fails)(server, **options)
        assert len(server.requests) == attempts, options
        if attempts == 1:
            assert "The server may have carried it out" in result["msg"]
    server.requests.clear()
    server.script(answer(429, headers={"Retry-After": "0"}), answer(200, {}))
    send(server, method="POST", body={})
    assert len(server.requests) == 2


# Timeouts


def test_the_timeouts_are_those_of_the_connector() -> None:
    from ansible_collections.bpmops.camunda.plugins.module_utils.rest_request.product import REST

    defaults = {option.name: option.default for option in REST.options}
    names = ("connect_timeout", "read_timeout", "write_timeout")
    assert tuple(defaults[name] for name in names) == (20.0, 20.0, 0.0)


def test_read_timeout_and_deadline(server: FaultServer) -> None:
    server.script(stall(30))
    begun = time.monotonic()
    assert "(option read_timeout)" in fails(server, read_timeout=0.2, request_retries=0)["msg"]
    assert "(option deadline)" in fails(server, read_timeout=0, deadline=0.3)["msg"]
    assert time.monotonic() - begun < 5


# Expressions


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("body.items", [{"id": 1}, {"id": 2}]),
        ("body.items | map(attribute='id') | list", [1, 2]),
        ("body.items | selectattr('id', 'gt', 1)", [{"id": 2}]),
        ("{'n': body.items | length, 'etag': headers.etag, 's': status}", {"n": 2, "etag": '"7"', "s": 200}),
        ("body.text", HOSTILE),
        ("body.text ~ body.text", HOSTILE * 2),
        ("[body.text, body['keys']]", [HOSTILE, 5]),
        ("body.missing.deeper is defined", False),
        ("body.missing | default('none')", "none"),
        ("body.items[1].id == 2 and headers['x-count'] | int == 2", True),
        ("5 if body.missing is defined", None),
    ],
)
def test_result(server: FaultServer, expression: str, value: Any) -> None:
    body = {"items": [{"id": 1}, {"id": 2}], "text": HOSTILE, "keys": 5}
    server.script(answer(200, body, headers={"ETag": '"7"', "X-Count": "2"}))
    result = send(server, result=expression)
    assert result["result"] == value
    assert "body" not in result


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("body.missing", "has no attribute 'missing'"),
        ("body.missing.deeper", "has no attribute 'missing'"),
        ("body.text.__class__.__mro__", "unsafe"),
        ("body.items.append(1)", "unsafe"),
        ("body.text + 5", "result: the expression has no value for the answer with status 200"),
        ("range(999999999) | list", "Range too big"),
        ("headers.get", "is no data"),
    ],
)
def test_a_result_that_cannot_be_had_fails_the_task(server: FaultServer, expression: str, words: str) -> None:
    server.script(answer(200, {"items": [], "text": HOSTILE}))
    result = fails(server, result=expression)
    assert words in result["msg"]
    # A write was carried out all the same.
    for option in ("result", "error_when"):
        assert fails(server, method="POST", **{option: expression})["changed"] is True


@pytest.mark.parametrize(
    ("expression", "words", "code"),
    [
        ("body.error is defined", "GET /: 200 no such order.", "E17"),
        ("body.error.text if body.error is defined", "GET /: 200 no such order, said the API.", "E17"),
        ("{'code': 9, 'message': body.error.message} if body.error is defined", "GET /: 200 no such order.", "9"),
        ("{'code': 'X'}", "GET /: 200 no such order.", "X"),
        ("status == 200", "GET /: 200 no such order.", "E17"),
    ],
)
def test_an_error_of_the_api_becomes_the_message(server: FaultServer, expression: str, words: str, code: str) -> None:
    error = {"code": "E17", "message": "no such order", "text": "no such order, said the API."}
    server.script(answer(200, {"error": error}, headers={"X-A": "b"}))
    result = fails(server, error_when=expression)
    assert (result["msg"], result["error"]["code"], result["error"]["status"]) == (words, code, 200)
    assert (result["error"]["body"]["error"], result["error"]["headers"]["x-a"]) == (error, "b")
    server.script(answer(200, {}))
    if "status" not in expression and "'X'" not in expression:
        send(server, error_when=expression)


def test_error_when_also_reads_error_answers_and_may_be_about_successes_only(server: FaultServer) -> None:
    server.script(answer(422, {"fault": {"nr": 5, "why": HOSTILE}}))
    result = fails(server, error_when="{'code': body.fault.nr, 'message': body.fault.why} if body.fault is defined")
    assert (result["msg"], result["error"]["code"]) == (f"GET /: 422 {HOSTILE}.", "5")
    result = fails(server, error_when="body.rows | length == 0")
    assert result["msg"] == "GET /: 422 Unprocessable Entity."


# Changes and check mode


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_check_mode_sends_no_write(server: FaultServer, method: str) -> None:
    body = {} if method == "DELETE" else {"body": {"name": "x", "password": "pass-word-1"}}
    result = send(server, "/x", method=method, check=True, diff=True, **body)
    assert server.connections == 0
    assert (result["changed"], result["sent"]) == (True, False)
    assert "status" not in result
    (change,) = result["diff"]
    if body:
        assert (change["before"], change["after"]) == ("", {"name": "x", "password": "********"})
        assert change["after_header"] == f"request {method} /x"


@pytest.mark.parametrize("options", [{}, {"method": "HEAD"}, {"method": "OPTIONS"}, {"method": "POST", "safe": True}])
def test_check_mode_sends_what_changes_nothing(server: FaultServer, options: Mapping[str, Any]) -> None:
    server.script(answer(200, headers={"Content-Length": "0"}))
    for check in (True, False):
        result = send(server, check=check, **options)
        assert (result["changed"], result["sent"], result["status"]) == (False, True, 200)
    assert len(server.requests) == 2


def test_the_status_can_say_whether_something_changed(server: FaultServer) -> None:
    server.script(answer(201, {}), answer(200, {}), answer(201, {}))
    changes = [send(server, method="PUT", body={}, changed_when_status=[201])["changed"] for _number in range(2)]
    assert changes == [True, False]
    assert send(server, changed_when_status=[201])["changed"] is True
    assert send(server, method="POST", changed_when_status=[201], check=True)["changed"] is True


# Idempotence


class Store(FaultServer):
    """A resource: GET, PUT, PATCH, DELETE; other fields of it than those of the client."""

    def __init__(self) -> None:
        super().__init__()
        self.item: dict[str, Any] | None = None
        self.route(self._answer)

    def _answer(self, request: Received) -> Behaviour:
        if request.method == "DELETE":
            there, self.item = self.item is not None, None
            return answer(204 if there else 404)
        if request.method in ("PUT", "PATCH", "POST"):
            self.item = {**(self.item or {"created": "now"}), **request.json}
            return answer(200, self.item)
        return answer(404, {"message": "none"}) if self.item is None else answer(200, self.item)


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as store:
        yield store


def test_a_put_that_changes_nothing_is_not_sent(store: Store) -> None:
    wanted = {"name": "Jane", "address": {"city": "Ulm"}, "tags": ["a", {"b": 1}]}

    def put(body: Mapping[str, Any] | str, **more: Any) -> tuple[bool, bool, list[str], list[Any]]:
        store.requests.clear()
        result = send(store, "/jane", method="PUT", body=body, idempotent={}, diff=True, **more)
        shown = [(change["before"], change["after"]) for change in result.get("diff", [])]
        return result["changed"], result["sent"], [request.method for request in store.requests], shown

    assert put(wanted, check=True) == (True, False, ["GET"], [("", wanted)])
    assert put(wanted) == (True, True, ["GET", "PUT"], [("", wanted)])
    assert put(wanted) == (False, False, ["GET"], [])
    assert put({"tags": ["a", {"b": 1}], "address": {"city": "Ulm"}}) == (False, False, ["GET"], [])
    assert store.item is not None
    store.item["address"]["zip"] = "89073"
    assert put(wanted) == (False, False, ["GET"], [])
    longer = {**wanted, "tags": ["a", {"b": 1}, "c"]}
    shown = [({**wanted, "address": {"city": "Ulm"}}, longer)]
    assert put(longer, check=True) == (True, False, ["GET"], shown)
    assert put(longer) == (True, True, ["GET", "PUT"], shown)
    assert put(json.dumps({"new": 1}), check=True) == (True, False, ["GET"], [({}, {"new": 1})])
    assert put(json.dumps({"name": "Jane"})) == (False, False, ["GET"], [])
    city = {"address": "Ulm"}
    assert put(city, check=True) == (True, False, ["GET"], [({"address": {"city": "Ulm"}}, city)])
    assert put({"new": None}) == (True, True, ["GET", "PUT"], [({}, {"new": None})])
    assert put({"new": None}) == (False, False, ["GET"], [])


def test_where_to_read_and_what_to_compare(store: Store) -> None:
    store.item = {"data": {"name": "Jane"}, "version": 5}
    options = {"method": "PATCH", "body": {"op": "set", "name": "Jane"}}
    read = {"url": "/other/jane", "query": {"full": True}, "headers": {"X-A": "b"}}
    compared = {"read": read, "subset": {"name": "Jane"}, "result": "body.data"}
    result = send(store, "/jane?x=1", idempotent=compared, **options)
    assert (result["changed"], sent(store)) == (False, ["GET /other/jane?full=true"])
    assert store.requests[0].headers["x-a"] == "b" and "content-type" not in store.requests[0].headers
    send(store, "/a/jane", idempotent={"read": "joe?y=1", "subset": {"version": 6}}, **options)
    assert sent(store)[1:] == ["GET /a/joe?y=1", "PATCH /a/jane"]


def test_a_delete_of_what_is_not_there_is_not_sent(store: Store) -> None:
    store.item = {}
    for check, changed, methods in (
        (True, True, ["GET"]),
        (False, True, ["GET", "DELETE"]),
        (True, False, ["GET"]),
        (False, False, ["GET"]),
    ):
        store.requests.clear()
        result = send(store, method="DELETE", idempotent={}, check=check)
        assert (result["changed"], [request.method for request in store.requests]) == (changed, methods)


def test_an_absent_resource_is_no_error_of_the_api(server: FaultServer) -> None:
    server.script(answer(404, {"error": "none"}), answer(200, {}))
    result = send(server, method="PUT", body={"a": 1}, idempotent={}, error_when="body.error is defined")
    assert (result["changed"], sent(server)) == (True, ["GET /", "PUT /"])


def test_a_read_that_fails_sends_nothing(server: FaultServer) -> None:
    server.script(answer(403, {"message": "no"}))
    result = fails(server, method="PUT", body={}, idempotent={})
    assert (result["error"]["method"], sent(server)) == ("GET", ["GET /"])
    server.script(answer(200, {"error": "maintenance"}))
    result = fails(server, method="PUT", body={}, idempotent={}, error_when="body.error is defined")
    assert sent(server)[1:] == ["GET /"]


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_of_a_read_are_followed(server: FaultServer, status: int) -> None:
    server.script(answer(status, headers={"Location": "../b?y=2"}), answer(200, {"ok": 1}))
    assert send(server, "/x/a?x=1", token="t0ken-of-mine", headers={"X-Own": "1"})["body"] == {"ok": 1}
    assert sent(server) == ["GET /x/a?x=1", "GET /b?y=2"]
    assert server.requests[1].headers["authorization"] == "Bearer t0ken-of-mine"
    assert server.requests[1].headers["x-own"] == "1"


@pytest.mark.parametrize(
    "login",
    [
        {"username": "mary", "password": "s3cr3t-word"},
        {"token": "s3cr3t-word"},
        {"api_key": "s3cr3t-word"},
        {"api_key": "s3cr3t-word", "api_key_location": "query", "api_key_name": "k"},
        {"headers": {"Authorization": "s3cr3t-word", "X-Own": "s3cr3t-word", "Cookie": "a=s3cr3t-word"}},
        {"query": {"access_token": "s3cr3t-word"}},
    ],
)
def test_no_credentials_go_to_another_host(server: FaultServer, other: FaultServer, login: Mapping[str, Any]) -> None:
    server.script(answer(302, headers={"Location": f"{other.url}/there"}))
    assert send(
        server,
        "/here",
        headers={"Accept-Language": "de", **login.get("headers", {})},
        **{name: value for name, value in login.items() if name != "headers"},
    )["body"] == {"ok": "other"}
    (request,) = other.requests
    assert request.target == b"/there"
    assert set(request.headers) == {"host", "accept", "accept-encoding", "accept-language", "user-agent"}
    # Nor after a way back: the other host chose where to.
    other.script(answer(302, headers={"Location": f"{server.url}/back"}))
    server.script(answer(302, headers={"Location": f"{other.url}/there"}), answer(200, {}))
    server.requests.clear()
    send(server, "/here", **login)
    assert [request.path for request in server.requests] == ["/here", "/back"]
    assert "s3cr3t-word" in str(server.requests[0]) or "authorization" in server.requests[0].headers
    assert "s3cr3t-word" not in str(server.requests[1]) and "authorization" not in server.requests[1].headers


def test_a_token_of_oauth2_stays_at_home(server: FaultServer, other: FaultServer) -> None:
    server.script(answer(302, headers={"Location": other.url}))
    with TokenServer({"ops": "secret"}) as tokens:
        send(server, client_id="ops", client_secret="secret", token_url=tokens.token_url)
    assert "authorization" in server.requests[0].headers and "authorization" not in other.requests[0].headers


def test_a_client_certificate_stays_at_home(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    cert, key = authority.issue("client")
    seen: list[tuple[str, bool]] = []

    def serve(name: str, then: Behaviour) -> FaultServer:
        context = authority.server_context(name, clients=True)
        context.verify_mode = ssl.CERT_OPTIONAL

        def behave(client: socket.socket, request: Received) -> bool:
            assert isinstance(client, ssl.SSLSocket)
            seen.append((name, bool(client.getpeercert())))
            return then(client, request)

        made = FaultServer(context)
        made.script(behave)
        return made

    with serve("other", answer(200, {})) as other, serve("home", answer(302, headers={"Location": other.url})) as home:
        send(home, client_cert=str(cert), client_key=str(key), ca_path=str(authority.path))
    assert seen == [("home", True), ("other", False)]


def test_a_write_is_not_sent_to_another_address(server: FaultServer, other: FaultServer) -> None:
    for status in (301, 302, 307, 308):
        server.script(answer(status, headers={"Location": "/b"}))
        result = fails(server, "/a", method="POST", body={})
        assert "the server redirects to" in result["msg"] and "give that address as url" in result["msg"]
        assert result["error"]["status"] == status
    assert len(server.requests) == 4
    # See other: the answer to the request is elsewhere.
    server.requests.clear()
    server.script(answer(303, headers={"Location": "/b"}), answer(200, {"done": True}))
    result = send(server, "/a", method="POST", body={"a": 1})
    assert (result["body"], result["changed"], sent(server)) == ({"done": True}, True, ["POST /a", "GET /b"])
    assert (server.requests[1].body, "content-type" in server.requests[1].headers) == (b"", False)
    server.script(answer(303, headers={"Location": "/b"}), answer(404, {"message": "gone"}))
    result = fails(server, "/a", method="POST", body={"a": 1})
    assert (result["msg"], result["error"]["status"], result["changed"]) == ("GET /b: 404 gone.", 404, True)
    # A search takes its body along, but not to another host.
    server.requests.clear()
    server.script(answer(307, headers={"Location": "/b"}), answer(200, {}))
    send(server, "/a", method="POST", body={"a": 1}, safe=True)
    assert [request.body for request in server.requests] == [b'{"a":1}'] * 2
    server.script(answer(307, headers={"Location": other.url}))
    fails(server, "/a", method="POST", body={"a": 1}, safe=True)
    assert other.requests == []


def test_redirects_that_lead_nowhere(server: FaultServer) -> None:
    server.script(answer(302, headers={"Location": "/a"}))
    result = fails(server, "/a")
    assert "more than 10 redirects in a row" in result["msg"] and len(server.requests) == 11
    for location in ("ftp://h/x", "http://user:s3cr3t-word@h/", "http://[", "javascript:x"):
        server.script(answer(302, headers={"Location": location}))
        result = fails(server)
        assert "the Location of a redirect is not an address that can be followed" in result["msg"]
        assert "s3cr3t-word" not in json.dumps(result)
    server.requests.clear()
    server.script(answer(302, headers={"Location": "/b"}))
    assert "redirects are not followed" in fails(server, follow_redirects=False)["msg"]
    assert len(server.requests) == 1


# Pages


def paged(size: int, total: int, kind: str) -> Callable[[Received], Behaviour]:
    """A list of numbers in pages of this size."""

    def behave(request: Received) -> Behaviour:
        query = dict(pair.split("=") for pair in request.query.split("&") if pair)
        start = int(
            query.get("offset")
            or query.get("after")
            or (request.json if request.body else {}).get("page", {}).get("after")
            or 0
        )
        rows = list(range(total))[start : start + size]
        last = start + size >= total
        if kind == "link":
            link = (
                {}
                if last
                else {"Link": f'</x?a=1>; rel="prev", <?offset={start + size}&q=x>; rel="next"; title="a, b"'}
            )
            return answer(200, rows, headers=link)
        return answer(
            200,
            {
                "rows": rows,
                "cursor": None if last else str(start + size),
                "url": None if last else f"/x?offset={start + size}",
            },
        )

    return behave


PAGING: Mapping[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "the Link header": ("link", {"by": "link"}, {}),
    "a link in the body": ("", {"by": "link", "items": "body.rows", "next": "body.url"}, {}),
    "a cursor": ("", {"by": "cursor", "items": "body.rows", "next": "body.cursor", "parameter": "after"}, {}),
    "a cursor in the body": (
        "",
        {"by": "cursor", "items": "body.rows", "next": "body.cursor", "parameter": "page.after", "location": "body"},
        {"method": "POST", "safe": True, "body": {"filter": {}, "page": {"limit": 3}}},
    ),
    "an offset": ("", {"by": "offset", "items": "body.rows"}, {}),
    "an offset with a size": ("", {"by": "offset", "items": "body.rows", "page_size": 3, "size_parameter": "max"}, {}),
}


@pytest.mark.parametrize("name", PAGING)
@pytest.mark.parametrize("total", [0, 1, 3, 7])
def test_all_pages_are_one_list(server: FaultServer, name: str, total: int) -> None:
    kind, paginate, options = PAGING[name]
    server.route(paged(3, total, kind))
    result = send(server, "/x?q=x", paginate=paginate, check=True, **options)
    assert (result["objects"], result["truncated"], result["changed"]) == (list(range(total)), False, False)
    assert "body" not in result
    pages = max(1, -(-total // 3))
    # Without a size only an empty page says that an offset is the last one.
    extra = {"an offset": total > 0, "an offset with a size": total == 3}.get(name, False)
    assert len(server.requests) == pages + extra
    if options and total == 7:
        assert server.requests[2].json == {"filter": {}, "page": {"limit": 3, "after": "6"}}
    if name == "an offset with a size" and total == 7:
        assert sent(server)[2] == "GET /x?q=x&max=3&offset=6"


@pytest.mark.parametrize("name", PAGING)
def test_a_limit(server: FaultServer, name: str) -> None:
    kind, paginate, options = PAGING[name]
    server.route(paged(3, 9, kind))
    for limit, truncated, requests in ((4, True, 2), (6, True, 3), (9, False, None), (100, False, None)):
        server.requests.clear()
        result = send(server, "/x?q=x", paginate={**paginate, "limit": limit}, **options)
        assert (result["objects"], result["truncated"]) == (list(range(min(limit, 9))), truncated)
        assert requests is None or len(server.requests) == requests


def test_pages_of_a_hostile_server_end(server: FaultServer, other: FaultServer) -> None:
    link = {"by": "link", "items": "body.rows", "next": "body.next"}
    server.script(answer(200, {"rows": [1], "next": "/x"}))
    result = fails(server, "/x", paginate=link)
    assert "the pages do not end" in result["msg"] and len(server.requests) == 2
    server.requests.clear()
    count = iter(range(10_000))
    server.route(lambda _request: answer(200, {"rows": [], "next": f"/x?n={next(count)}"}))
    assert "the pages do not end" in fails(server, "/x", paginate=link)["msg"]
    assert len(server.requests) == 101
    server.script(answer(200, {"rows": [1], "next": f"{other.url}/x"}))
    result = fails(server, "/x", paginate=link, token="t0ken-of-mine")
    assert f"the next link leads to {other.url}" in result["msg"] and other.requests == []
    server.script(answer(200, {"rows": {"a": 1}}))
    assert "paginate.items leads to no list" in fails(server, "/x", paginate=link)["msg"]
    server.script(answer(200, {"rows": [1], "next": {"a": 1}}))
    assert "paginate.next leads to no string or number" in fails(server, "/x", paginate=link)["msg"]
    # The last cursor again, without objects: some APIs end so.
    cursor = {"by": "cursor", "items": "body.rows", "next": "body.next", "parameter": "c"}
    server.script(answer(200, {"rows": [1], "next": "z"}), answer(200, {"rows": [], "next": "z"}))
    assert send(server, "/x", paginate=cursor)["objects"] == [1]


# Waiting


def test_a_read_is_repeated_until_its_condition_is_true(server: FaultServer) -> None:
    server.script(answer(200, {"n": 1}), answer(404, {}), answer(200, {"n": 2}))
    until = {"condition": "body.n | default(0) == 2", "interval": 0.01}
    result = send(server, "/job", expect=[200, 404], until=until, result="body.n", check=True)
    assert (result["result"], result["changed"], sent(server)) == (2, False, ["GET /job"] * 3)


def test_an_operation_is_waited_for(server: FaultServer) -> None:
    running, done = answer(200, {"state": "running"}), answer(200, {"state": "done", "n": 5})
    until = {"condition": "body.state == 'done'", "interval": 0.02}
    server.script(answer(202, headers={"Location": "/jobs/7", "Content-Length": "0"}), running, running, done)
    result = send(
        server, "/jobs", method="POST", body={"a": 1}, expect=[202], until=until, result="body.n", token="t0ken-of-mine"
    )
    assert (result["result"], result["status"], result["changed"]) == (5, 200, True)
    assert sent(server) == ["POST /jobs", *["GET /jobs/7"] * 3]
    assert {request.headers["authorization"] for request in server.requests} == {"Bearer t0ken-of-mine"}
    server.requests.clear()
    server.script(answer(200, {"id": 8}), done)
    send(server, "/jobs", method="POST", until={**until, "url": "'/jobs/' ~ body.id ~ '/state'"})
    assert sent(server) == ["POST /jobs", "GET /jobs/8/state"]


def test_waiting_ends(server: FaultServer, other: FaultServer) -> None:
    until = {"condition": "body.state == 'done'", "interval": 0.02, "timeout": 0.1}
    started = answer(202, {}, headers={"Location": "/jobs/7"})
    server.script(started, answer(200, {"state": "running"}))
    result = fails(server, "/jobs", method="POST", until=until)
    assert result["msg"] == (
        "Timed out after 0.1 s waiting for until.condition on GET /jobs/7. Increase until.timeout or check the server."
    )
    assert result["changed"] is True
    server.script(started, answer(200, {"state": "failed", "why": "no disk"}))
    result = fails(server, "/jobs", method="POST", until=until, error_when="body.why if body.why is defined")
    assert (result["msg"], result["changed"]) == ("GET /jobs/7: 200 no disk.", True)
    server.script(answer(202, {}))
    assert (
        "neither until.url nor the header Location says where to look"
        in fails(server, method="POST", until=until)["msg"]
    )
    server.script(answer(202, {}, headers={"Location": other.url}))
    assert "the address is on another host" in fails(server, method="POST", until=until)["msg"]
    assert other.requests == []
    server.requests.clear()
    assert send(server, method="POST", until=until, check=True)["changed"] is True
    assert server.requests == []
