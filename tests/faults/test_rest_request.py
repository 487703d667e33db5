# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``rest_request`` sends, byte for byte, and what it refuses to send."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator, Mapping
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.fault_server import FaultServer, Received, answer
from ansible_collections.bpmops.camunda.tests.support.rest_request import fails, send
from ansible_collections.bpmops.camunda.tests.support.token_server import TokenServer


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script(answer(200, {"ok": True}))
        yield server


def only(server: FaultServer) -> Received:
    (request,) = server.requests
    return request


# Address and query


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("", b"/"),
        ("/a b/%C3%A4\u00f6/%252F", b"/a%20b/%C3%A4%C3%B6/%252F"),
        ("/a;v=1/jane%40example.com?$top=5&x=a b&y=%20", b"/a;v=1/jane%40example.com?$top=5&x=a%20b&y=%20"),
        ("/../a/./b?mail=a@b.c#part", b"/../a/./b?mail=a@b.c"),
    ],
)
def test_the_url_is_sent_as_it_is_given(server: FaultServer, path: str, target: bytes) -> None:
    send(server, path)
    assert only(server).target == target


def test_query_parameters(server: FaultServer) -> None:
    query = {
        "$filter": "name eq 'a&b'",
        "n": 5,
        "f": 1.5,
        "yes": True,
        "none": None,
        "list": ["x", 2, False],
        "\u00e4": "+ %",
    }
    send(server, "/x?n=1&keep=%20&$filter=old", query=query)
    assert only(server).target == (
        b"/x?keep=%20&$filter=name%20eq%20'a%26b'&n=5&f=1.5&yes=true&list=x&list=2&list=false&%C3%A4=%2B%20%25"
    )


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])
def test_every_method(server: FaultServer, method: str) -> None:
    server.script(answer(200, headers={"Content-Length": "0"}))
    result = send(server, method=method)
    assert only(server).method == method
    assert (result["status"], result["body"], result["sent"]) == (200, None, True)
    assert result["changed"] is (method in ("POST", "PUT", "PATCH", "DELETE"))


# Headers


def test_headers(server: FaultServer) -> None:
    send(server, headers={"x-number": 5, "X-Yes": True, "accept": "text/csv", "User-Agent": "mine"})
    headers = only(server).headers
    assert (headers["x-number"], headers["x-yes"], headers["accept"], headers["user-agent"]) == (
        "5",
        "true",
        "text/csv",
        "mine",
    )
    assert "content-type" not in headers


def test_the_content_type_is_json_unless_given(server: FaultServer) -> None:
    send(server, method="POST", body={"a": 1})
    send(server, method="POST", body={"a": 1}, headers={"content-type": "application/vnd.x+json"})
    types = [request.headers["content-type"] for request in server.requests]
    assert types == ["application/json", "application/vnd.x+json"]
    assert server.requests[0].headers["accept"] == "application/json, */*;q=0.8"


# Bodies


@pytest.mark.parametrize(
    ("options", "kind", "body"),
    [
        ({"body": {"a": [1, None, "\u00e4"]}}, "application/json", b'{"a":[1,null,"\\u00e4"]}'),
        ({"body": [1, 2]}, "application/json", b"[1,2]"),
        ({"body": "[1, 2]"}, "application/json", b"[1, 2]"),
        ({"body": True}, "application/json", b"true"),
        (
            {"body": {"a b": "x&y", "n": [1, 2], "yes": True, "no": None}, "body_format": "form"},
            "application/x-www-form-urlencoded",
            b"a+b=x%26y&n=1&n=2&yes=true",
        ),
        ({"body": "gr\u00fc\u00df", "body_format": "text"}, "text/plain; charset=utf-8", "gr\u00fc\u00df".encode()),
    ],
)
def test_bodies(server: FaultServer, options: Mapping[str, Any], kind: str, body: bytes) -> None:
    send(server, method="POST", **options)
    request = only(server)
    assert (request.headers["content-type"], request.body) == (kind, body)
    assert request.headers["content-length"] == str(len(body))


@pytest.mark.parametrize(("name", "kind"), [("x.json", "application/json"), ("x.bin9", "application/octet-stream")])
def test_the_bytes_of_a_file(server: FaultServer, tmp_path: Path, name: str, kind: str) -> None:
    content = secrets.token_bytes(3_000_000)
    (tmp_path / name).write_bytes(content)
    send(server, method="PUT", src=str(tmp_path / name))
    request = only(server)
    assert request.body == content
    assert request.headers["content-type"] == kind


def test_a_form_with_files(server: FaultServer, tmp_path: Path) -> None:
    content = secrets.token_bytes(200_000)
    (tmp_path / 'a"b.bpmn').write_bytes(content)
    fields = {
        "deployment-name": "orders",
        "n": [1, True],
        "file": {"src": str(tmp_path / 'a"b.bpmn'), "content_type": "application/xml"},
        "text": {"content": "gr\u00fc\u00df", "filename": "note.txt"},
    }
    send(server, method="POST", body_format="multipart", body=fields)
    request = only(server)
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    parsed: Message = BytesParser().parsebytes(head + request.body)
    parts: Any = parsed.get_payload()
    assert [
        (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_payload(decode=True))
        for part in parts
    ] == [
        ("deployment-name", None, b"orders"),
        ("n", None, b"1"),
        ("n", None, b"true"),
        ("file", "a%22b.bpmn", content),
        ("text", "note.txt", "gr\u00fc\u00df".encode()),
    ]
    assert [part.get_content_type() for part in parts[3:]] == ["application/xml", "text/plain"]


# Credentials


def test_fixed_credentials(server: FaultServer) -> None:
    send(server)
    send(server, username="mary", password="p\u00e4ss word")
    send(server, token="a.b-c")
    send(server, api_key="key-in-header", api_key_name="X-Own")
    send(server, "/?x=1", api_key="key+in/query", api_key_name="appid", api_key_location="query")
    none, basic, bearer, header, query = server.requests
    assert "authorization" not in none.headers
    assert base64.b64decode(basic.headers["authorization"].removeprefix("Basic ")).decode() == "mary:p\u00e4ss word"
    assert bearer.headers["authorization"] == "Bearer a.b-c"
    assert header.headers["x-own"] == "key-in-header"
    assert query.target == b"/?x=1&appid=key%2Bin%2Fquery"


@pytest.mark.parametrize("where", ["header", "body"])
def test_oauth2(server: FaultServer, tmp_path: Path, where: str) -> None:
    secret = secrets.token_urlsafe(16)
    login = {
        "client_id": "ops",
        "client_secret": secret,
        "client_authentication": where,
        "scope": "a b",
        "audience": "x",
    }
    with TokenServer({"ops": secret}, authentication=where) as tokens:
        options = {**login, "token_url": tokens.token_url, "token_cache": str(tmp_path / "tokens")}
        for _number in range(3):
            send(server, **options)
        (request,) = tokens.requests
        assert (request.form["scope"], request.form["audience"], request.authentication) == ("a b", "x", where)
        assert {each.headers["authorization"] for each in server.requests} == {f"Bearer {tokens.issued[0]}"}


def test_a_token_that_is_refused_is_replaced_once(server: FaultServer) -> None:
    with TokenServer({"ops": "secret"}) as tokens:
        server.script(answer(401), answer(200, {"ok": True}))
        send(server, client_id="ops", client_secret="secret", token_url=tokens.token_url)
        assert [each.headers["authorization"] for each in server.requests] == [
            f"Bearer {each}" for each in tokens.issued
        ]
        assert len(tokens.issued) == 2


def test_a_wrong_password_is_sent_once(server: FaultServer) -> None:
    server.script(answer(401, {"message": "who?"}))
    result = fails(server, username="mary", password="wrong")
    assert len(server.requests) == 1
    assert "401 who?" in result["msg"] and "Check username (mary) and password" in result["msg"]


@pytest.mark.parametrize(
    "options",
    [
        {"password": "SECRET", "username": "mary"},
        {"token": "SECRET"},
        {"api_key": "SECRET"},
        {"headers": {"Authorization": "Token SECRET"}},
        {"headers": {"X-Api-Key": "SECRET"}},
        {"query": {"access_token": "SECRET"}},
        {"method": "POST", "body": {"credentials": [{"password": "SECRET"}]}},
    ],
)
@pytest.mark.parametrize("status", [200, 400])
def test_what_came_in_as_a_secret_never_comes_back(
    server: FaultServer, options: Mapping[str, Any], status: int
) -> None:
    # A token, a key and a header are visible ASCII.
    secret = secrets.token_urlsafe(12) + ("+/ \u00fc" if {"password", "query", "body"} & set(options) else "")
    given = json.loads(json.dumps(options).replace("SECRET", json.dumps(secret)[1:-1]))

    def echo(request: Received) -> Any:
        seen = {
            "target": request.target.decode(),
            "headers": dict(request.headers),
            "body": request.body.decode(),
            "s": secret,
        }
        return answer(
            status,
            seen,
            headers={
                "X-Echo": request.headers.get("authorization", "none"),
                "WWW-Authenticate": "Basic " + request.query,
            },
        )

    server.route(echo)
    text = json.dumps(send(server, **given) if status == 200 else fails(server, **given), ensure_ascii=False)
    assert only(server) is not None
    assert secret not in text
    assert secret.split("+")[0] not in text
    assert base64.b64encode(f"mary:{secret}".encode()).decode() not in text
    assert "********" in text


def test_sessions_in_headers_are_masked(server: FaultServer) -> None:
    headers = {"Set-Cookie": "JSESSIONID=abcdef", "Authentication-Info": "nextnonce=abcdef", "X-Other": "seen"}
    server.script(answer(200, {}, headers=headers))
    found = send(server)["headers"]
    assert (found["set-cookie"], found["authentication-info"], found["x-other"]) == ("********", "********", "seen")


# Bad input: nothing is sent


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "ftp://h/x"}, "url: the scheme ftp is not supported. Use a URL that begins with http:// or https://."),
        ({"url": "/x"}, "url: it has no scheme"),
        ({"url": "http://"}, "no valid host"),
        ({"url": "http://h:0/"}, "no valid host"),
        ({"url": "http://h:99999/"}, "not valid"),
        ({"url": "http://a\nb/"}, "line break"),
        ({"url": "http://mary:s3cr3t-word@h/"}, "contains credentials"),
        ({"url": "http:/mary:s3cr3t-word@h/"}, "begins with http://"),
        ({"url": ""}, "url is missing"),
        ({"body": {}}, "body: a GET request has no body"),
        ({"method": "HEAD", "body": []}, "body: a HEAD request has no body"),
        ({"src": "/nowhere", "method": "PUT"}, "src: /nowhere cannot be read: no such file or directory"),
        ({"src": "/", "method": "PUT"}, "src: / cannot be read: is a directory"),
        ({"method": "POST", "body": "{'a'}"}, "body: the text is not JSON"),
        ({"method": "POST", "body": {"a": float("nan")}}, "body: it cannot be written as JSON"),
        ({"method": "POST", "body": "a=b", "body_format": "form"}, "form takes a mapping"),
        ({"method": "POST", "body": {"a": {"b": 1}}, "body_format": "form"}, "body: a must be a string"),
        ({"method": "POST", "body": {"a": {"b": 1}}, "body_format": "multipart"}, "the field a must be"),
        (
            {"method": "POST", "body": {"a": {"src": "/nowhere"}}, "body_format": "multipart"},
            "body: a: /nowhere cannot",
        ),
        ({"method": "POST", "body": {"a": 1}, "body_format": "text"}, "text takes a string"),
        ({"headers": {"X": "a\r\nY: b"}}, "headers: X holds a line break"),
        ({"headers": {"X\r\nY": "b"}}, "headers: a name is not valid"),
        ({"headers": {"X": "\u4e2d"}}, "headers: X holds"),
        ({"headers": {"X": None}}, "headers: X must be a string"),
        ({"headers": {"Content-Length": 5}}, "headers: Content-Length is set by the connection"),
        ({"headers": {"Authorization": "x"}, "token": "y"}, "headers: Authorization is given, and credentials"),
        ({"query": {"a": {"b": 1}}}, "query: a must be a string, a number, a boolean or a list of them"),
        (
            {"auth_type": "cookie", "username": "a", "password": "s3cr3t-word"},
            "auth_type: cookie is the login of Operate",
        ),
        ({"username": "a"}, "needs password"),
        ({"dest": "/nowhere/x"}, "dest: the directory /nowhere does not exist"),
        ({"result": "body."}, "result: the expression is not valid"),
        ({"result": "body | no_filter"}, "No filter named 'no_filter'"),
        ({"error_when": "staus == 5"}, "error_when: there is no staus in an answer. Did you mean status?"),
        ({"result": "{{ body }}"}, "result: the expression is not valid"),
        ({"result": ""}, "result: it must not be empty"),
        (
            {"method": "POST", "paginate": {"by": "link"}},
            "paginate reads a list. A POST that only reads needs safe: true",
        ),
        ({"paginate": {"by": "cursor"}}, "by: cursor needs next"),
        ({"paginate": {"by": "offset", "page_size": 5}}, "page_size and size_parameter belong together"),
        ({"paginate": {"by": "offset", "limit": 0}}, "paginate.limit: 0 is not 1 or more"),
        ({"paginate": {"by": "offset", "location": "body"}}, "needs a body that is a mapping"),
        ({"idempotent": {}}, "idempotent is for requests that change something"),
        ({"method": "PUT", "idempotent": {}}, "idempotent: give subset"),
        (
            {"method": "PUT", "body": {}, "idempotent": {"read": {"uri": "x"}}},
            "idempotent.read is a URL, or a mapping with",
        ),
        (
            {"method": "PUT", "body": {}, "idempotent": {"read": "http://other/"}},
            "idempotent.read: the address is on another host",
        ),
        ({"until": {"condition": "true", "interval": 0}}, "until.interval: 0 is too small"),
        ({"until": {"condition": "true", "url": "'/x'"}}, "until.url: a GET is itself repeated"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(
    server: FaultServer, options: Mapping[str, Any], words: str
) -> None:
    result = fails(server, **options)
    assert words in result["msg"], result["msg"]
    assert "s3cr3t-word" not in json.dumps(result)
    assert result["changed"] is False
    assert server.requests == [] and server.connections == 0


# Bad answers


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"a": ', "truncated JSON"),
        (b"<html>", "is not JSON"),
        (b"[\xff]", "is not UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b"1" * 5000, "a number that is too long"),
    ],
)
def test_json_that_is_none_is_an_error(server: FaultServer, body: bytes, words: str) -> None:
    server.script(answer(200, body))
    result = fails(server)
    assert words in result["msg"] and "answered 200, but not with JSON" in result["msg"]
    assert result["changed"] is False
    # A write was carried out all the same.
    result = fails(server, method="POST", body={})
    assert words in result["msg"] and result["changed"] is True


@pytest.mark.parametrize(
    ("content", "kind", "body"),
    [
        (b'{"a": 1}', "application/json; charset=utf-8", {"a": 1}),
        (b'{"a": 1}', "application/problem+json", {"a": 1}),
        (b'{"a": 1}', "text/plain", '{"a": 1}'),
        (b"gr\xfc\xdf", "text/plain; charset=ISO-8859-1", "gr\u00fc\u00df"),
        (b"gr\xfc", "text/plain", "gr\ufffd"),
        (b"<a/>", "application/xml", "<a/>"),
        (b"<html></html>", "text/html", "<html></html>"),
        (b"a,b", "application/octet-stream", "a,b"),
        (b"x", "text/plain; charset=no-such", "x"),
    ],
)
def test_the_body_is_decoded_by_its_content_type(server: FaultServer, content: bytes, kind: str, body: Any) -> None:
    server.script(answer(200, content, content_type=kind))
    result = send(server)
    assert result["body"] == body and result["warnings"] == []


def test_a_body_without_a_content_type_and_one_that_is_no_text(server: FaultServer) -> None:
    server.script(
        answer(200, b"[1]", content_type=""),
        answer(200, b"hi", content_type=""),
        answer(200, b"\x89PNG\xff", content_type="image/png"),
    )
    assert [send(server)["body"], send(server)["body"]] == [[1], "hi"]
    result = send(server)
    assert result["body"] is None
    assert result["warnings"] == [
        "GET /: the body has 5 bytes and is no text, so it is not returned. Write it to a file with dest."
    ]


def test_a_compressed_body(server: FaultServer) -> None:
    server.script(answer(200, {"a": 1}, compress=True))
    assert send(server)["body"] == {"a": 1}
