# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers, proxies and caches that send nonsense, or never stop: a table of answers and of what the user reads.

Every task ends soon, in little memory, with a message that says what came, on one line and without control characters;
or it succeeds with the right rows. None ends as a defect of the collection.
"""

from __future__ import annotations

import gzip
import json
import re
import socket
import time
import tracemalloc
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.certificates import Authority
from ansible_collections.bpmops.camunda.tests.support.fault_server import (
    Behaviour,
    FaultServer,
    Received,
    answer,
    close,
    drip,
    flood,
    half,
    raw,
    reset,
    stall,
    trickle,
)
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module

SECONDS = 8.0  # for tasks with a deadline of 1 s, on a busy machine
BYTES = 300 << 20


@dataclass
class Tasks:
    """Runs tasks of all modules, and looks at what every result must have in common."""

    parameters: dict[str, Any]

    def run(self, name: str, **options: Any) -> dict[str, Any]:
        begun = time.monotonic()
        result = run_module(name, self.parameters, options)
        assert time.monotonic() - begun < SECONDS
        message = result.get("msg", "")
        assert "defect of the collection" not in message
        assert not [char for char in message if unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cs")], repr(message)
        assert len(message) < 4000
        return result

    def search(self, **options: Any) -> dict[str, Any]:
        return self.run("operate_search", entity="process-instances", **options)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as made:
        yield made


def tasks(url: str, **options: Any) -> Tasks:
    limits = {"deadline": 1, "read_timeout": 0.5, "connect_timeout": 0.5, "request_retries": 0}
    return Tasks({"url": url, "proxy": "none", "token_cache": "none", **limits, **options})


def c7_users(url: str, **options: Any) -> dict[str, Any]:
    """One user as c7_user reads it first."""
    return tasks(url, **options).run("c7_user", id="jdoe", state="absent")


def operate_search(url: str, **options: Any) -> dict[str, Any]:
    return tasks(url, **options).search(limit=5)


FIRST: dict[str, Callable[..., dict[str, Any]]] = {"c7_user": c7_users, "operate_search": operate_search}


def head(*lines: str) -> bytes:
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def said(status: int, body: Any = b"", **headers: str) -> Behaviour:
    return answer(status, body, headers={name.replace("_", "-"): value for name, value in headers.items()})


HTML = answer(200, b"<html>Log in</html>", content_type="text/html")
ANSWER = head("HTTP/1.1 200 OK", "Content-Type: application/json")
CHUNKED = head("HTTP/1.1 200 OK", "Content-Type: application/json", "Transfer-Encoding: chunked")
ESCAPES = "\x1b[2J\x1b[1;1Hok: [localhost]\r\n\nPLAY RECAP \x9b31m \u202e\u2066 \u2028 \x00\x07 \ud800 end"
LATE = "not finished within 1 s .option deadline"

# What the first request of a task gets, whatever it asks for, and the message that it leads to.
ANSWERS: dict[str, tuple[Behaviour, str]] = {
    # The connection
    "closed": (close(), "did not complete the answer: it closed the connection"),
    "reset": (reset(), "did not complete the answer: (connection reset by peer|it closed the connection)"),
    "half": (half(b"[1, 2, 3, 4]"), "it closed the connection before the end"),
    "half, chunked": (half(b"[1, 2, 3, 4]", chunked=True), "it closed the connection before the end"),
    "half a head": (raw(b"HTTP/1.1 200 OK\r\nContent-Le"), "it closed the connection before the end"),
    # What is no HTTP
    "mail server": (raw(b"220 mail.example.com ESMTP\r\n"), "what it sent is not HTTP"),
    "TLS alert": (raw(b"\x15\x03\x01\x00\x02\x02\x46"), "what it sent is not HTTP"),
    "body without a head": (raw(b"[]"), "what it sent is not HTTP"),
    "zeros": (raw(b"\0" * 100_000), "not HTTP|headers are too long"),
    "status that is no number": (raw(head("HTTP/1.1 abc OK")), "what it sent is not HTTP"),
    "status 99": (raw(head("HTTP/1.1 99 Low")), "what it sent is not HTTP"),
    "HTTP 9": (raw(head("HTTP/9.9 200 OK")), "a version of HTTP that is not known"),
    "HTTP 2 preface": (raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "what it sent is not HTTP"),
    # Headers
    "200 headers": (raw(head("HTTP/1.1 200 OK", *["X-A: 1"] * 200)), "its headers are too long"),
    "long header": (raw(head("HTTP/1.1 200 OK", "X-A: " + "a" * 70_000)), "its headers are too long"),
    "long status line": (raw(b"HTTP/1.1 200 " + b"a" * 70_000), "its headers are too long"),
    "two lengths": (raw(head("HTTP/1.1 200 OK", "Content-Length: 5, 6")), "its headers contradict each other"),
    "length beyond the end": (said(200, b"[]", Content_Length="5"), "sent nothing for 0.5 s"),
    "chunk of no size": (raw(CHUNKED + b"zz\r\n[]\r\n0\r\n\r\n"), "it closed the connection before the end"),
    "chunk larger than what follows": (raw(CHUNKED + b"ffffffff\r\n[]"), "it closed the connection before the end"),
    # Time and size
    "silence": (stall(3), "sent nothing for 0.5 s"),
    "trickling head": (trickle(ANSWER, 0.05), LATE),
    "trickling body": (drip(0.1), LATE),
    "endless interim answers": (flood(b"", head("HTTP/1.1 100 Continue"), 0.01), LATE),
    "fast interim answers": (flood(b"", head("HTTP/1.1 100 Continue") * 500), f"{LATE}|larger than 64 MiB"),
    "endless headers": (flood(b"HTTP/1.1 200 OK\r\n", b"X-A: 1\r\n", 0.1), LATE),
    "endless body": (flood(ANSWER, b" " * (1 << 20)), "the answer is larger than 64 MiB"),
    "endless chunks": (flood(CHUNKED, b"100000\r\n" + b" " * (1 << 20) + b"\r\n"), "the answer is larger than 64 MiB"),
    "tiny chunks": (flood(CHUNKED, b"1\r\n \r\n", 0.02), LATE),
    "endless trailers": (flood(CHUNKED + b"0\r\n", b"X-A: 1\r\n", 0.02), LATE),
    "endless gzip": (flood(head("HTTP/1.1 200 OK", "Content-Encoding: gzip"), b"\0" * (1 << 20)), "larger than 64 MiB"),
    "gzip bomb": (answer(200, b" " * (200 << 20), compress=True), "the answer is larger than 64 MiB"),
    # Compression
    "no gzip": (said(200, b"[]", Content_Encoding="gzip"), "its compressed body is damaged"),
    "half gzip": (said(200, gzip.compress(b"[]" * 99)[:-9], Content_Encoding="gzip"), "its compressed body is damaged"),
    "damaged gzip": (
        said(200, gzip.compress(bytes(range(256)))[:99] + gzip.compress(b"x")[9:], Content_Encoding="gzip"),
        "its compressed body is damaged",
    ),
    # Status
    "101": (raw(head("HTTP/1.1 101 Switching Protocols", "Upgrade: h2c")), "an interim answer .status 1xx."),
    "103": (raw(head("HTTP/1.1 103 Early Hints") + ANSWER + b"[]"), "an interim answer .status 1xx."),
    "300": (said(300), ": 300 Multiple Choices. The API does not answer like this: a proxy"),
    "301": (said(301, Location="https://example.com/a?b=c"), "redirects to https://example.com/a;"),
    "302": (said(302, Location="http://[::1"), "redirects to an invalid address"),
    "302 nowhere": (said(302, Location=""), "The server redirects to"),
    "304": (said(304), ": 304 Not Modified. The API does not answer like this"),
    "307 to itself": (said(307, Location="/user"), "redirects to http://127.0.0.1"),
    "308 with escapes": (raw(head("HTTP/1.1 308 X", "Location: http://a/\x1b[31m\x9b")), "redirects to http://a/"),
    "400 without words": (said(400), ": 400 "),
    "400 with escapes": (said(400, {"message": ESCAPES}), r"400 .*\[2J.*PLAY RECAP .*end"),
    "400 with a long message": (said(400, {"message": "a\n" * 500_000}), ": 400 a a a"),
    "400 of another shape": (said(400, {"message": ["x"], "type": 5, "code": {}, "detail": None}), ": 400 "),
    "401": (said(401), ": 401 Unauthorized. "),
    "401 page": (answer(401, b"<html>", content_type="text/html"), ": 401 Unauthorized. "),
    "403 page": (answer(403, b"<html>", content_type="text/html"), ": 403 Forbidden"),
    "403 of null": (said(403, {"missingAuthorizations": [None], "message": "No."}), ": 403 No"),
    "403 of text": (said(403, {"missingAuthorizations": "x", "message": "No."}), ": 403 No"),
    "403 of numbers": (said(403, {"missingAuthorizations": [1, {"permissionName": []}], "userId": {}}), ": 403 "),
    "404 page": (answer(404, b"<html>", content_type="text/html"), "web page|no Operate API"),
    "405 page": (answer(405, b"<html>", content_type="text/html"), "web page"),
    "407": (said(407, Proxy_Authenticate="Basic"), "407 Proxy Authentication Required. The proxy requires a login"),
    "413": (said(413), ": 413 "),
    "429": (said(429), ": 429 Too Many Requests"),
    "500 page": (answer(500, b"<html>", content_type="text/html"), "a proxy or gateway in between sent it"),
    "500 of numbers": (said(500, {"type": 1, "message": 2, "code": "x", "title": []}), ": 500 "),
    "500 list": (said(500, [["x"]]), ": 500 Internal Server Error"),
    "500 deep": (said(500, b"[" * 100_000), ": 500 Internal Server Error"),
    "500 huge code": (said(500, b'{"code": 1e999, "message": "x"}'), ": 500 x"),
    "502": (said(502), "502 Bad Gateway. The server is starting, overloaded or down"),
    "503": (said(503), "503 Service Unavailable. The server is starting, overloaded or down"),
    "504": (said(504), "504 Gateway Timeout. The server is starting, overloaded or down"),
    "599": (said(599), ": 599"),
    "999": (said(999, b"\xff\x00"), ": 999"),
    # Web pages
    "login page": (HTML, "This is a web page, not the API"),
    "page as XHTML": (answer(200, b"<html/>", content_type="application/xhtml+xml"), "This is a web page, not the API"),
}


@pytest.mark.parametrize("module", FIRST)
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none(server: FaultServer, name: str, module: str) -> None:
    behaviour, words = ANSWERS[name]
    server.script(behaviour)
    result = FIRST[module](server.url)
    assert result["failed"] and result["changed"] is False
    assert re.search(words, result["msg"]), result["msg"]
    assert len(server.requests) == 1


BOMBS = ("endless body", "endless chunks", "endless gzip", "gzip bomb", "fast interim answers")


@pytest.mark.parametrize("name", BOMBS)
def test_memory_is_bounded(server: FaultServer, name: str) -> None:
    server.script(ANSWERS[name][0])
    tracemalloc.start()
    try:
        c7_users(server.url, request_retries=4, deadline=2)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()
    assert len(server.requests) == 1  # nobody fetches that again


# Successes that are no list of users, and what is said of them.
LISTS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "the body is empty"),
    "null": (b"null", "the body is null"),
    "object": (b'{"some": "thing"}', "the body is an object"),
    "string": (b'"x"', "the body is a string"),
    "number": (b"1e999", "the body is a number"),
    "words": (b"OK", r"the body \(2 bytes\) is not JSON"),
    "cut": (b'[{"id": "jd', "is truncated JSON"),
    "cut between rows": (b'[{"id": "jdoe"},', "is truncated JSON"),
    "two documents": (b"[][]", "is not JSON"),
    "Latin-1": (b'[{"id": "j\xfc"}]', "is not UTF-8"),
    "zeros": (b"\0" * 50, "is not JSON|not UTF-8"),
    "UTF-16 cut": ('[{"id": "jdoe"}]'.encode("utf-16")[:-1], "is not UTF-8"),
    "deep": (b"[" * 200_000, "is nested too deeply"),
    "deep objects": (b'{"a":' * 200_000, "is nested too deeply"),
    "long number": (b"[" + b"9" * 100_000 + b"]", "a number that is too long"),
    "objects without an end": (b"[" + b"{}," * 5_000_000 + b"{}]", "too many objects"),
    "strings without an end": (b"[" + b'"ab",' * 9_000_000 + b'""]', "too many objects"),
    "row of text": (b'["a"]', "row 1 is a string, not an object"),
    "row of null": (b"[null]", "row 1 is null, not an object"),
    "row of a list": (b"[[]]", "row 1 is a list, not an object"),
    "row of NaN": (b"[NaN]", "row 1 is a number, not an object"),
    "no id": (b'[{"x": 1}]', "id of row 1 is missing, not a string"),
    "id of null": (b'[{"id": null}]', "id of row 1 is null, not a string"),
    "id of a number": (b'[{"id": "a"}, {"id": 7}]', "id of row 2 is a number, not a string"),
    "id of a list": (b'[{"id": ["jdoe"]}]', "id of row 1 is a list, not a string"),
    "name of a number": (b'[{"id": "jdoe", "firstName": 7}]', "firstName of row 1 is a number"),
    "more than a page": (json.dumps([{"id": f"u{n}"} for n in range(501)]).encode(), "501 rows came where at most 500"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_none(server: FaultServer, name: str) -> None:
    body, words = LISTS[name]
    server.script(answer(200, body))
    tracemalloc.start()
    try:
        result = c7_users(server.url)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()
    assert result["failed"] and re.search(f"^GET /user.*: .*{words}", result["msg"]), result["msg"]
    assert "Check the option url" in result["msg"] and len(server.requests) == 1


# Unusual, but right: the task goes on.
RIGHT: dict[str, Behaviour] = {
    "plain": answer(200, []),
    "after an interim answer": raw(head("HTTP/1.1 100 Continue") * 3 + ANSWER + b"[]"),
    "length that is no number": raw(head("HTTP/1.1 200 OK", "Content-Length: abc") + b"[]"),
    "negative length": raw(head("HTTP/1.1 200 OK", "Content-Length: -5") + b"[]"),
    "twice the same length": raw(head("HTTP/1.1 200 OK", "Content-Length: 2, 2") + b"[]"),
    "HTTP 1.0": raw(head("HTTP/1.0 200 OK") + b"[]"),
    "no reason": raw(head("HTTP/1.1 200") + b"[]"),
    "line ends of one character": raw(b"HTTP/1.1 200 OK\nContent-Length: 2\n\n[]"),
    "broken header": raw(head("HTTP/1.1 200 OK", "no colon", "X-\xff: \xfe") + b"[]"),
    "broken cookie": said(200, [], Set_Cookie="=;;,\x01 =; Expires=never; Domain=[::"),
    "byte order mark": answer(200, b"\xef\xbb\xbf[]"),
    "UTF-16": answer(200, "[]".encode("utf-16")),
    "no type": said(200, b"[]", Content_Type=""),
    "type of text": answer(200, b"[]", content_type="text/plain"),
    "gzip": answer(200, [], compress=True),
    "chunks with extensions": raw(CHUNKED + b"1;a=b\r\n[\r\n1\r\n]\r\n0\r\nX-A: 1\r\n\r\n"),
    "more than its length": raw(head("HTTP/1.1 200 OK", "Content-Length: 2") + b"[]garbage"),
    "unknown fields": answer(200, b'[{"id": "other", "id": "another", "x": {"y": [1e999, NaN]}}]'),
    "byte by byte": trickle(head("HTTP/1.1 200 OK", "Content-Length: 2") + b"[]", 0.001),
}


@pytest.mark.parametrize("name", RIGHT)
def test_an_answer_that_is_odd_but_right(server: FaultServer, name: str) -> None:
    server.script(RIGHT[name])
    result = c7_users(server.url)
    assert "failed" not in result, result["msg"]
    assert result["changed"] is False


# Lists over several pages


def users(count: int, begin: int = 0) -> list[dict[str, str]]:
    return [{"id": f"user{number:05}"} for number in range(begin, begin + count)]


def place(request: Received) -> tuple[int, int]:
    found = re.findall(r"firstResult=(\d+)&maxResults=(\d+)", request.query)
    return int(found[0][0]), int(found[0][1])


def all_of(rows: Callable[[int, int, int], list[dict[str, str]]]) -> Callable[[Received], Behaviour]:
    """A server that gives these rows for the place, the size and the number of the request for a page."""
    asked = iter(range(1_000_000))

    def route(request: Received) -> Behaviour:
        if request.path.endswith("/count"):
            return answer(200, {"count": 10**6})
        if "check" in request.path:
            return answer(200, {"authorized": True})
        return answer(200, rows(*place(request), next(asked)))

    return route


PAGES: dict[str, tuple[Callable[[int, int, int], list[dict[str, str]]], str, int]] = {
    "always the first page": (lambda _first, size, _n: users(size), "ignores firstResult or maxResults", 2),
    "everything at once": (lambda _first, _size, _n: users(1500), "1500 rows came where at most 500", 1),
    "one row too many": (lambda first, size, _n: users(size + 1, first), "501 rows came where at most 500", 1),
    "two pages in turn": (lambda _first, size, n: users(size, n % 2 * size), "ignores firstResult or maxResults", 3),
    "the first page again later": (
        lambda first, size, n: users(size, first if n < 3 else 0),
        "the page from row 1500 on has only rows of pages before it",
        4,
    ),
    "one row again and again": (lambda _first, size, _n: users(1) * size, "ignores firstResult or maxResults", 2),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_end(server: FaultServer, name: str) -> None:
    rows, words, requests = PAGES[name]
    server.route(all_of(rows))
    result = tasks(server.url).run("c7_identity", users=[{"id": "user00001"}], purge=["users"])
    assert result["failed"] and words in result["msg"] and "GET /user" in result["msg"], result["msg"]
    assert len(server.requests) == requests


def test_rows_that_move_meanwhile_are_neither_lost_nor_doubled(server: FaultServer) -> None:
    # A row that came while the list was read pushes the last one of a page to the next one.
    server.route(all_of(lambda first, size, _n: users(1200)[max(first - 1, 0) :][:size]))
    result = tasks(server.url).run("c7_identity_info", kinds=["users"])
    assert [user["id"] for user in result["identity"]["users"]] == [user["id"] for user in users(1200)]


# Camunda 7: one answer of a task is of another shape than it should be


def create(module: str, **options: Any) -> Callable[[str], dict[str, Any]]:
    return lambda url: tasks(url, username="admin", password="s3cr3t-Pass").run(module, **options)


USER = create("c7_user", id="jdoe", first_name="John")
MEMBER = create("c7_group_member", group="ops", members=["mary"])
GRANT = create("c7_authorization", user="jdoe", resource="user", resource_id="*", permissions=["READ"])
MANY = create("c7_identity", users=[{"id": f"user-{number:050}"} for number in range(200)])
PURGE = create(
    "c7_identity", users=[{"id": "admin"}], authorizations=[], purge=["authorizations"], allow=["purge_undeclared"]
)

GRANTS, NEW_GRANT = "GET /authorization", "POST /authorization/create"
ROW: dict[str, Any] = {
    "id": "1", "type": 1, "permissions": ["READ"], "userId": "jdoe", "groupId": None, "resourceType": 1,
    "resourceId": "*",
}  # fmt: skip

# What is asked for in which task, the answer in place of the right one, and what is said of it.
SHAPES: dict[str, tuple[Callable[[str], dict[str, Any]], str, Behaviour, str]] = {
    "check of null": (USER, "GET /authorization/check", answer(200, b"null"), "the body is null"),
    "check of text": (
        USER,
        "GET /authorization/check",
        answer(200, {"authorized": "no"}),
        "authorized of the object",
    ),
    "check of a list": (USER, "GET /authorization/check", answer(200, []), "the body is a list"),
    "check page": (USER, "GET /authorization/check", HTML, "This is a web page"),
    "count of null": (MANY, "GET /user/count", answer(200, {"count": None}), "count"),
    "count of text": (MANY, "GET /user/count", answer(200, {"count": "many"}), "count"),
    "count of infinity": (MANY, "GET /user/count", answer(200, b'{"count": 1e999}'), "count"),
    "count below 0": (MANY, "GET /user/count", answer(200, {"count": -1}), "count"),
    "count page": (MANY, "GET /user/count", HTML, "This is a web page"),
    "member of null": (MEMBER, "GET /user", answer(200, [None]), "row 1 is null"),
    "member of a number": (MEMBER, "GET /user", answer(200, [{"id": 1}]), "id of row 1 is a number"),
    "group of a list": (MEMBER, "GET /group", answer(200, [[]]), "row 1 is a list"),
    "group of an object": (MEMBER, "GET /group", answer(200, {"id": "ops"}), "the body is an object"),
    "grant of null": (GRANT, GRANTS, answer(200, [None]), "row 1 is null"),
    "grant without an id": (GRANT, GRANTS, answer(200, [{**ROW, "id": None}]), "id of row 1 is null"),
    "type of text": (GRANT, GRANTS, answer(200, [{**ROW, "type": "1"}]), "type of row 1 is a string"),
    "type of a list": (GRANT, GRANTS, answer(200, [{**ROW, "type": [1]}]), "type of row 1 is a list"),
    "type of true": (GRANT, GRANTS, answer(200, [{**ROW, "type": True}]), "type of row 1 is true"),
    "resource of text": (
        GRANT,
        GRANTS,
        answer(200, [{**ROW, "resourceType": "x"}]),
        "resourceType of row",
    ),
    "resource of null": (
        GRANT,
        GRANTS,
        answer(200, [{**ROW, "resourceType": None}]),
        "resourceType of row",
    ),
    "resource id of a number": (
        GRANT,
        GRANTS,
        answer(200, [{**ROW, "resourceId": 5}]),
        "resourceId of row",
    ),
    "grantee of an object": (GRANT, GRANTS, answer(200, [{**ROW, "userId": {}}]), "userId of row 1"),
    "permissions of text": (
        GRANT,
        GRANTS,
        answer(200, [{**ROW, "permissions": "ALL"}]),
        "permissions of row",
    ),
    "permissions of null": (
        GRANT,
        GRANTS,
        answer(200, [{**ROW, "permissions": [None]}]),
        "permissions of",
    ),
    "purge of numbers": (PURGE, GRANTS, answer(200, [{**ROW, "type": 1.5}]), "type of row 1 is a number"),
    "created grant of nothing": (GRANT, NEW_GRANT, answer(204), NEW_GRANT),
    "created grant of null": (GRANT, NEW_GRANT, answer(200, b"null"), NEW_GRANT),
    "created grant of text": (
        GRANT,
        NEW_GRANT,
        answer(200, {"id": 5}),
        NEW_GRANT,
    ),
    "creation lost": (USER, "POST /user/create", close(), "look before you repeat it"),
    "creation cut": (USER, "POST /user/create", half(b"[1, 2]"), "look before you repeat it"),
    "creation refused oddly": (USER, "POST /user/create", said(500, {"message": {}, "code": [1]}), ": 500 "),
    "creation page": (USER, "POST /user/create", HTML, "This is a web page"),
    "echoed password": (
        USER,
        "POST /user/create",
        said(400, {"message": "user admin with s3cr3t%2dPass and s3cr3t&#45;Pass and s3cr3t-Pass"}),
        r"user admin with \*{8} and \*{8} and \*{8}\.",
    ),
}


def engine(fault: str, behaviour: Behaviour) -> Callable[[Received], Behaviour]:
    """An engine that has the group ops, the user mary, and one fault."""

    def route(request: Received) -> Behaviour:
        if f"{request.method} {request.path}" == fault:
            return behaviour
        if request.path.endswith("/count"):
            return answer(200, {"count": 10})
        if request.path.endswith("/check"):
            return answer(200, {"authorized": True})
        if request.method != "GET":
            return answer(200, ROW) if "authorization" in request.path else answer(204)
        if request.path == "/group" and "id=ops" in request.query:
            return answer(200, [{"id": "ops"}])
        if request.path == "/user" and "id=mary" in request.query and "memberOf" not in request.query:
            return answer(200, [{"id": "mary"}])
        return answer(200, [])

    return route


@pytest.mark.parametrize("name", SHAPES)
def test_one_answer_of_camunda_7_has_another_shape(server: FaultServer, name: str) -> None:
    run, fault, behaviour, words = SHAPES[name]
    server.route(engine(fault, behaviour))
    result = run(server.url)
    assert any(f"{request.method} {request.path}" == fault for request in server.requests), "it was not asked for"
    assert result["failed"] and re.search(words, result["msg"]), result
    assert "s3cr3t" not in json.dumps(result)


# TLS, addresses and proxies


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


TLS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "unknown authority": ({}, {}, "signed by an authority that is not trusted here"),
    "another host": ({"host": "camunda.example.com"}, {"ca_path": "own"}, "is for another host name"),
    "expired": ({"days": -1}, {"ca_path": "own"}, "is not valid now"),
    "client certificate": (
        {"clients": True},
        {"ca_path": "own"},
        "requires a client certificate|did not complete the answer",
    ),
}


@pytest.mark.parametrize("module", FIRST)
@pytest.mark.parametrize("name", TLS)
def test_a_certificate_that_is_wrong(authority: Authority, name: str, module: str) -> None:
    made, options, words = TLS[name]
    with FaultServer(authority.server_context(**made)) as server:
        result = FIRST[module](server.url, **{name: str(authority.path) for name in options})
        assert result["failed"] and re.search(words, result["msg"]), result["msg"]
        assert server.requests == []


@pytest.mark.parametrize("module", FIRST)
def test_addresses_that_lead_nowhere(authority: Authority, module: str) -> None:
    run = FIRST[module]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = listener.getsockname()[1]
        assert "the connection timed out (option connect_timeout)" in run(f"https://127.0.0.1:{silent}")["msg"]
    assert "connection refused" in run(f"http://127.0.0.1:{silent}")["msg"]
    assert "cannot connect to no.such.host.invalid" in run("http://no.such.host.invalid")["msg"]
    assert "the host name is not valid" in run(f"http://{'a' * 70}.invalid")["msg"]
    with FaultServer(authority.server_context()) as secure:
        assert re.search(
            "speak TLS there|closed the connection|reset", run(secure.url.replace("https:", "http:"))["msg"]
        )


PROXIES: dict[str, tuple[Behaviour, str]] = {
    "requires a login": (said(407, Proxy_Authenticate="Basic"), "407.* The proxy requires a login"),
    "refuses": (said(403), "through the proxy: tunnel connection failed: 403"),
    "closes": (close(), "through the proxy|closed the connection"),
    "speaks no HTTP": (raw(b"220 hello\r\n"), "through the proxy|not HTTP"),
    "trickles": (trickle(ANSWER, 0.05), LATE),
    "is silent": (stall(3), f"{LATE}|through the proxy|the connection timed out|sent nothing"),
}


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_that_fails_is_blamed(server: FaultServer, name: str) -> None:
    behaviour, words = PROXIES[name]
    server.script(behaviour)
    result = c7_users("https://camunda.invalid", proxy=server.url)
    assert result["failed"] and re.search(words, result["msg"]), result["msg"]
    assert [request.method for request in server.requests] == ["CONNECT"]


def test_a_server_that_wants_a_long_pause_is_quoted(server: FaultServer) -> None:
    server.script(answer(429, headers={"Retry-After": "3600"}))
    for run in FIRST.values():
        message = run(server.url, request_retries=4)["msg"]
        assert "429 Too Many Requests" in message and "asks to wait 3600 s" in message
    assert len(server.requests) == 2


# Operate

LOGIN = {"username": "operate", "password": "s3cr3t-Pass"}
LOGINS: dict[str, tuple[Behaviour, str]] = {
    "wrong password": (said(401), "401 the login failed. Check username .operate. and password"),
    "login form again": (said(302, Location="/login?error"), "302 the login failed. Check username .operate."),
    "proxy": (said(407), "407 the login failed. The proxy requires a login"),
    "slow down": (said(429, Retry_After="3600"), "429 the login failed. .* asks to wait 3600 s"),
    "overloaded": (said(503), "503 the login failed. The server is starting, overloaded or down"),
    "no such page": (said(404), "[Tt]here is no (login with user name|Operate API v1)"),
    "no session": (said(204), "there is no login with user name and password"),
    "closed": (close(), "it closed the connection"),
    "escapes": (said(401, {"message": ESCAPES}), r"the login failed\. .*\[2J.*PLAY RECAP"),
    "echo": (said(401, {"message": "no s3cr3t%2dPass"}), r"no \*{8}"),
}


@pytest.mark.parametrize("name", LOGINS)
def test_a_login_that_fails(server: FaultServer, name: str) -> None:
    behaviour, words = LOGINS[name]
    server.script(behaviour)
    result = operate_search(server.url, **LOGIN)
    assert result["failed"] and re.search(words, result["msg"]), result["msg"]
    assert not [request for request in server.requests if request.path.startswith("/v1")]


INSTANCE: dict[str, Any] = {"key": 5, "state": "COMPLETED", "startDate": "2026-01-01T00:00:00.000+0000"}
SEARCHES: dict[str, bytes] = {
    "nothing": b"",
    "null": b"null",
    "list": b"[]",
    "no items": b"{}",
    "items of null": b'{"items": null}',
    "items of text": b'{"items": "x"}',
    "item of null": b'{"items": [null], "total": 1}',
    "item of text": b'{"items": ["x"], "total": 1}',
    "total of text": b'{"items": [], "total": "many"}',
    "total of infinity": b'{"items": [], "total": 1e999}',
    "total of a list": b'{"items": [], "total": [1]}',
    "total below 0": b'{"items": [], "total": -5}',
    "cut": b'{"items": [{"key": 5}',
    "Latin-1": b'{"items": [{"name": "\xfc"}]}',
    "deep": b"[" * 200_000,
    "more than asked for": json.dumps({"items": [{**INSTANCE, "key": n} for n in range(6)], "total": 6}).encode(),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_a_search_of_operate_that_is_none(server: FaultServer, name: str) -> None:
    server.script(answer(200, SEARCHES[name]))
    result = operate_search(server.url)
    if name == "more than asked for" and "failed" not in result:
        assert len(result["objects"]) == 5
    else:
        assert result["failed"] and "POST /v1/process-instances/search" in result["msg"], result
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["nothing", "null", "list", "item of null", "total of infinity", "cut", "deep"])
def test_a_deletion_that_finds_nonsense_deletes_nothing(server: FaultServer, name: str) -> None:
    server.script(answer(200, SEARCHES[name]))
    result = tasks(server.url).run("operate_delete_instance", filter={"bpmnProcessId": "p"})
    assert result["failed"] and "POST /v1/process-instances/search" in result["msg"], result
    assert not [request for request in server.requests if request.method == "DELETE"]


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b'"x"', b"7", b'{"key": 5', b"\xff", b"[" * 200_000])
def test_an_object_of_operate_that_is_none(server: FaultServer, body: bytes) -> None:
    server.script(answer(200, body))
    result = tasks(server.url).run("operate_get", entity="process-instances", key="5")
    assert result["failed"] and "GET /v1/process-instances/5" in result["msg"], result


OPERATE_PAGES: dict[str, Callable[[int, int], tuple[int, int, Any, int]]] = {
    # By the number of the request and the size: the first key, how many rows, the sort values, the total.
    "always the first page": lambda _n, size: (0, size, [size], 5000),
    "a place that does not move": lambda n, size: (n * size, size, [7], 5000),
    "pages that overlap": lambda n, size: (n * (size - 3), size, [n * (size - 3) + size], 5000),
    "a full page without a place": lambda _n, size: (0, size, None, 5000),
    "a short page in the middle": lambda n, size: (n * size, size // 2, [n * size + size // 2], 5000),
    "a total below the rows": lambda n, size: (n * size, size if n < 2 else 0, [n * size + size], 7),
}


@pytest.mark.parametrize("name", OPERATE_PAGES)
def test_pages_of_operate_end_and_lose_nothing(server: FaultServer, name: str) -> None:
    asked = iter(range(10**6))

    def route(request: Received) -> Behaviour:
        begin, count, values, total = OPERATE_PAGES[name](next(asked), request.json["size"])
        rows = [{**INSTANCE, "key": begin + number} for number in range(count)]
        return answer(200, {"items": rows, "sortValues": values, "total": total})

    server.route(route)
    result = tasks(server.url).search(limit=3000)
    assert result.get("failed") and "/v1/process-instances/search" in result["msg"], {**result, "objects": "..."}
    assert len(server.requests) <= 4
