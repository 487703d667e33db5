# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a server that misbehaves: retries, time, answers that are none."""

from __future__ import annotations

import base64
import gzip
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AnswerError,
    AuthenticationError,
    DeadlineError,
    InvalidAnswerError,
    NotFoundError,
    ReadOnlyError,
    TransportError,
    UsageError,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import MASK
from ansible_collections.bpmops.camunda.tests.support.fault_server import (
    Behaviour,
    FaultServer,
    answer,
    close,
    drip,
    flood,
    half,
    raw,
    reset,
    single,
    stall,
    trickle,
)
from ansible_collections.bpmops.camunda.tests.support.rest import setup

OK = answer(200, {"ok": True})


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as made:
        yield made


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


# What is sent


def test_paths_arrive_byte_for_byte_and_queries_are_encoded(server: FaultServer) -> None:
    client = setup(server.url + "/engine-rest/").client
    for path in ("/user/a%252Fb", "/user/%2520", "/user/a%3Bb", "/user/%7Etilde~", "/user/%2E%2E", "/a//b/./c"):
        client.read("GET", path)
        assert server.requests[-1].target == b"/engine-rest" + path.encode()
    client.read("GET", "/u", query={"a b": "x&y=z+\u00fc/%", "yes": True, "no": False, "n": 5, "none": None})
    assert server.requests[-1].target == b"/engine-rest/u?a%20b=x%26y%3Dz%2B%C3%BC%2F%25&yes=true&no=false&n=5"
    client.read("GET", "/u", query=[("id", "1"), ("id", "2")])
    assert server.requests[-1].query == "id=1&id=2"


@pytest.mark.parametrize("path", ["user", "", "/a b", "/a?b=c", "/a#b", "/\u00fc", "/a\r\nX-Evil: 1", "@evil/"])
def test_a_path_that_is_not_encoded_is_refused(server: FaultServer, path: str) -> None:
    with pytest.raises(UsageError):
        setup(server.url).client.read("GET", path)
    assert server.requests == []


def test_bodies_and_headers(server: FaultServer) -> None:
    client = setup(server.url).client
    for _number in range(2):
        client.read("GET", "/warm")  # so that it is known that connections can be used again
    client.write("POST", "/json", body={"name": "\u540d"})
    client.write("POST", "/text", body=b"--x--", headers={"content-type": "multipart/form-data; boundary=x"})
    client.write("POST", "/none")
    client.read("GET", "/xml", headers={"Accept": "text/xml"})
    json, text, none, xml = server.requests[2:]
    assert json.json == {"name": "\u540d"} and json.headers["content-type"] == "application/json"
    assert text.body == b"--x--" and text.headers["content-type"] == "multipart/form-data; boundary=x"
    assert none.headers["content-length"] == "0" and "content-type" not in none.headers
    assert (xml.headers["accept"], json.headers["accept"]) == ("text/xml", "application/json")
    assert xml.headers["host"] == f"127.0.0.1:{server.port}"
    assert server.connections == 1
    with pytest.raises(UsageError, match="JSON"):
        client.write("POST", "/json", body={"number": float("nan")})


def test_a_read_only_client_sends_no_write(server: FaultServer) -> None:
    client = setup(server.url, read_only=True).client
    for method in ("POST", "PUT", "PATCH", "DELETE", "GET"):
        with pytest.raises(ReadOnlyError):
            client.write(method, "/x")
    assert server.requests == []
    assert client.read("POST", "/search", body={}).status == 200


# Retries


@pytest.mark.parametrize(
    "fault", [close(), reset(), half(b'{"a": 1}'), half(b'{"a": 1}', chunked=True), answer(502), answer(504)]
)
def test_an_unclear_failure_is_repeated_for_what_may_be_repeated_only(server: FaultServer, fault: Behaviour) -> None:
    made = setup(server.url)
    repeatable: list[Callable[[], Response]] = [
        lambda: made.client.read("GET", "/x"),
        lambda: made.client.read("POST", "/search", body={}),
        lambda: made.client.write("PUT", "/x", body={}),
        lambda: made.client.write("DELETE", "/x"),
        lambda: made.client.write("POST", "/x", body={}, repeatable=True),
    ]
    others: list[Callable[[], Response]] = [
        lambda: made.client.write("POST", "/x", body={}),
        lambda: made.client.write("PATCH", "/x", body={}),
        lambda: made.client.write("DELETE", "/x", repeatable=False),
    ]
    for number, send in enumerate(repeatable, start=1):
        server.script(fault, OK)
        assert send().data == {"ok": True}
        assert len(server.requests) == 2 * number
    server.requests.clear()
    for send in others:
        server.script(fault, OK)
        with pytest.raises((TransportError, AnswerError)):
            send()
    assert len(server.requests) == 3


def test_a_write_that_may_have_been_done_says_so(server: FaultServer) -> None:
    server.script(close())
    with pytest.raises(TransportError) as caught:
        setup(server.url).client.write("POST", "/user/create", body={})
    assert caught.value.sent
    assert caught.value.message == (
        f"POST /user/create: 127.0.0.1:{server.port} did not complete the answer: it closed the connection. "
        "The server may have carried it out: look before you repeat it."
    )


@pytest.mark.parametrize("close_first", [0.0, 0.2])
def test_a_connection_that_the_server_closed_while_it_was_idle(server: FaultServer, close_first: float) -> None:
    # With a pause the end is seen before anything is sent, so even a POST is safe on a new connection.
    client = setup(server.url).client
    server.script(answer(200, {}, keep=False), OK)
    client.read("GET", "/x")
    time.sleep(close_first)
    assert client.read("GET", "/x").data == {"ok": True}
    if close_first:
        server.script(answer(200, {}, keep=False), OK)
        client.read("GET", "/x")
        time.sleep(close_first)
        assert client.write("POST", "/x", body={}).data == {"ok": True}
        assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("body", "instance"),
    [
        # Operate API v1, and problem details of API v2 (RFC 9457).
        (
            {
                "status": 409,
                "message": "No.",
                "instance": "35e74bd7-9ac8-4b0d-bcf8-5aae7d2a3f1e",
                "type": "Invalid state",
            },
            "35e74bd7-9ac8-4b0d-bcf8-5aae7d2a3f1e",
        ),
        ({"type": "about:blank", "title": "CONFLICT", "status": 409, "detail": "No.", "instance": "/v2/x"}, "/v2/x"),
        ({"message": "No."}, None),
        ({"message": "No.", "instance": 7}, None),
        ({"message": "No.", "instance": "x" * 501}, None),
        ([{"instance": "x"}], None),
    ],
)
def test_the_error_says_where_to_look_in_the_servers_log(
    server: FaultServer, body: dict[str, Any], instance: str | None
) -> None:
    server.script(answer(409, body))
    with pytest.raises(AnswerError) as caught:
        setup(server.url).client.write("POST", "/x", body={})
    expected = {"status": 409, "type": None, "method": "POST", "path": "/x", "instance": instance}
    assert caught.value.facts == expected


def test_a_field_of_that_name_in_a_success_is_something_else(server: FaultServer) -> None:
    server.script(answer(200, {"instance": "x"}))
    with pytest.raises(InvalidAnswerError) as caught:
        setup(server.url).client.read("GET", "/x").rows({})
    assert caught.value.facts["instance"] is None


def test_an_instance_that_repeats_a_password_is_masked(server: FaultServer) -> None:
    secret = secrets.token_urlsafe(12)
    server.script(answer(409, {"message": "No.", "instance": f"/x?password={secret}"}))
    with pytest.raises(AnswerError) as caught:
        setup(server.url, username="mary", password=secret).client.write("POST", "/x", body={})
    assert caught.value.facts["instance"] == f"/x?password={MASK}"


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_waited_for_even_before_a_post(server: FaultServer, status: int) -> None:
    made = setup(server.url)
    server.script(answer(status, headers={"Retry-After": "7"}), OK)
    assert made.client.write("POST", "/x", body={}).data == {"ok": True}
    assert len(made.pauses) == 1 and 7 <= made.pauses[0] <= 7.5


def test_a_503_without_retry_after_does_not_repeat_a_post(server: FaultServer) -> None:
    server.script(answer(503), OK)
    with pytest.raises(AnswerError, match="try again later"):
        setup(server.url).client.write("POST", "/x", body={})
    server.script(answer(503), OK)
    assert setup(server.url).client.read("POST", "/x", body={}).status == 200


def test_a_pause_beyond_the_deadline_is_not_begun(server: FaultServer) -> None:
    made = setup(server.url)
    server.script(answer(503, headers={"Retry-After": "3600"}))
    with pytest.raises(AnswerError, match=r"503.* The server asks to wait 3600 s .* the option deadline leaves"):
        made.client.read("GET", "/x")
    assert made.pauses == [] and len(server.requests) == 1


def test_the_number_of_attempts(server: FaultServer) -> None:
    made = setup(server.url, request_retries=2)
    server.script(answer(502))
    with pytest.raises(AnswerError, match="Sent 3 times") as caught:
        made.client.read("GET", "/x")
    assert caught.value.status == 502
    assert (len(server.requests), len(made.pauses)) == (3, 2)
    server.requests.clear()
    with pytest.raises(AnswerError):
        setup(server.url, request_retries=0).client.read("GET", "/x")
    assert len(server.requests) == 1


@pytest.mark.parametrize(("opinion", "requests"), [(True, 2), (False, 1), (None, 1)])
def test_a_product_may_have_an_opinion(server: FaultServer, opinion: bool | None, requests: int) -> None:
    def repeat_answer(response: Response) -> bool | None:
        return opinion if response.data == {"code": 1} else None

    server.script(answer(500, {"code": 1}), OK)
    client = setup(server.url, repeat_answer=repeat_answer).client
    if opinion:
        assert client.write("POST", "/x").status == 200
    else:
        with pytest.raises(AnswerError):
            client.write("POST", "/x")
    assert len(server.requests) == requests


def test_a_refused_connection_is_tried_again_whatever_it_is_for(closed_port: int) -> None:
    made = setup(f"http://127.0.0.1:{closed_port}")
    with pytest.raises(TransportError) as caught:
        made.client.write("POST", "/x", body={})
    assert not caught.value.sent
    assert caught.value.message == (
        f"POST /x: cannot connect to 127.0.0.1:{closed_port}: connection refused. Check url, and that the server runs."
    )
    assert len(made.pauses) == 4


def test_an_unknown_host_is_named() -> None:
    with pytest.raises(TransportError, match=r"cannot connect to no\.such\.host\.invalid") as caught:
        setup("http://no.such.host.invalid", request_retries=0).client.read("GET", "/x")
    assert not caught.value.sent


def test_a_gateway_that_closes_each_connection_after_one_answer_does_not_stop_writes(server: FaultServer) -> None:
    # It closes when the next request is there, so that nobody can know before it is sent.
    server.script(single(OK))
    client = setup(server.url).client
    client.read("GET", "/x")
    for _number in range(3):
        assert client.write("POST", "/x", body={}).data == {"ok": True}
        assert client.read("GET", "/x").data == {"ok": True}
    assert [request.method for request in server.requests].count("POST") == 3


def test_writes_use_connections_again_once_that_is_known_to_work(server: FaultServer) -> None:
    server.script(OK)
    client = setup(server.url).client
    for _number in range(2):
        client.read("GET", "/x")
        client.write("POST", "/x", body={})
    client.read("GET", "/x")
    client.write("POST", "/x", body={})
    client.write("POST", "/x", body={})
    # The first write does not know yet. By the second one a connection has carried two requests.
    assert server.connections == 2


def test_after_a_write_on_a_closed_connection_later_ones_get_connections_of_their_own(server: FaultServer) -> None:
    server.script(single(OK, OK, OK))
    client = setup(server.url).client
    for _number in range(3):
        client.read("GET", "/x")
    with pytest.raises(TransportError, match="it closed the connection"):
        client.write("POST", "/x", body={})
    for _number in range(3):
        client.write("POST", "/x", body={})
        client.read("GET", "/x")
    assert server.connections == 7


# Time


@pytest.mark.parametrize("close_header", [False, True])
def test_a_dripping_answer_cannot_outlast_the_deadline(server: FaultServer, close_header: bool) -> None:
    server.script(drip(0.05, close_header=close_header))
    begun = time.monotonic()
    with pytest.raises(DeadlineError, match=r"GET /x: not finished within 0\.6 s \(option deadline\)") as caught:
        setup(server.url, deadline=0.6).client.read("GET", "/x")
    assert caught.value.sent
    assert 0.5 < time.monotonic() - begun < 1.5
    assert len(server.requests) == 1


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"


@pytest.mark.parametrize(
    "behaviour",
    [
        trickle(HEAD, 0.05),
        trickle(b"HTTP/1.1 100 Continue\r\n\r\n" * 9, 0.05),
        flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
        flood(HEAD, b"X-More: 1\r\n", 0.1),
        flood(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 0.05),
        flood(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: 1\r\n", 0.05),
    ],
    ids=["head", "one interim answer", "interim answers", "headers", "chunks", "trailers"],
)
def test_no_part_of_an_answer_can_outlast_the_deadline(server: FaultServer, behaviour: Behaviour) -> None:
    server.script(behaviour)
    begun = time.monotonic()
    with pytest.raises(DeadlineError, match=r"GET /x: not finished within 0\.6 s \(option deadline\)") as caught:
        setup(server.url, deadline=0.6).client.read("GET", "/x")
    assert time.monotonic() - begun < 3
    assert caught.value.sent and len(server.requests) == 1


@pytest.mark.parametrize("behaviour", [trickle(HEAD, 0.05), flood(HEAD, b"X-More: 1\r\n", 0.05)])
def test_the_answer_of_a_proxy_cannot_outlast_the_deadline(server: FaultServer, behaviour: Behaviour) -> None:
    server.script(behaviour)
    begun = time.monotonic()
    with pytest.raises(DeadlineError) as caught:
        setup("https://camunda.invalid", proxy=server.url, deadline=0.6).client.read("GET", "/x")
    assert time.monotonic() - begun < 3
    assert not caught.value.sent and server.requests[0].method == "CONNECT"


def test_a_handshake_cannot_outlast_the_deadline(server: FaultServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        with pytest.raises(DeadlineError):
            setup(f"https://127.0.0.1:{silent.getsockname()[1]}", deadline=0.6).client.read("GET", "/x")
        assert time.monotonic() - begun < 3


def test_connecting_to_all_addresses_of_a_host_shares_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener, ExitStack() as stack:
        listener.bind(("0.0.0.0", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _number in range(4):  # a full backlog leaves those that come later without an answer
            each = stack.enter_context(socket.socket())
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        resolve = socket.getaddrinfo

        def six(host: str, *more: int) -> Any:
            places = [f"127.0.0.{number}" for number in range(1, 7)] if host == "six.invalid" else [host]
            return [entry for place in places for entry in resolve(place, *more)]

        monkeypatch.setattr(socket, "getaddrinfo", six)
        begun = time.monotonic()
        with pytest.raises(DeadlineError) as caught:
            setup(f"http://six.invalid:{port}", deadline=0.8, connect_timeout=0.7).client.read("GET", "/x")
        assert time.monotonic() - begun < 2.5
        assert not caught.value.sent


def test_silence_in_the_middle_does_not_begin_the_time_anew(server: FaultServer) -> None:
    server.script(drip(0.9, bytes_in_all=1))
    begun = time.monotonic()
    with pytest.raises(DeadlineError):
        setup(server.url, deadline=1.2).client.read("GET", "/x")
    assert time.monotonic() - begun < 1.9


def test_a_silent_server_is_left_after_read_timeout(server: FaultServer) -> None:
    server.script(stall(5), OK)
    made = setup(server.url, read_timeout=0.3)
    with pytest.raises(TransportError, match=r"sent nothing for 0\.3 s \(option read_timeout\)") as caught:
        made.client.write("POST", "/x")
    assert caught.value.sent and not isinstance(caught.value, DeadlineError)
    server.script(stall(5), OK)
    assert made.client.read("GET", "/x").status == 200


def test_a_silent_server_is_left_at_the_deadline(server: FaultServer) -> None:
    server.script(stall(5))
    begun = time.monotonic()
    with pytest.raises(DeadlineError):
        setup(server.url, read_timeout=0, deadline=0.5).client.read("GET", "/x")
    assert time.monotonic() - begun < 2


def test_attempts_and_pauses_share_one_deadline(server: FaultServer) -> None:
    server.script(answer(502))
    begun = time.monotonic()
    with pytest.raises(AnswerError):
        setup(server.url, deadline=1, request_retries=1000, sleep=time.sleep).client.read("GET", "/x")
    assert time.monotonic() - begun < 1.5


def test_zero_is_no_limit(server: FaultServer) -> None:
    server.script(stall(0.5, OK))
    assert setup(server.url, read_timeout=0, deadline=0, connect_timeout=0).client.read("GET", "/x").status == 200


def test_each_call_has_a_deadline_of_its_own(server: FaultServer) -> None:
    server.script(stall(0.4, OK))
    client = setup(server.url, deadline=1).client
    for _number in range(4):
        assert client.read("GET", "/x").status == 200


# Answers


def test_a_redirect_is_not_followed(server: FaultServer) -> None:
    secret = secrets.token_hex(8)
    with FaultServer() as other:
        location = f"{other.url}/login?token={secret}"
        server.script(answer(302, headers={"Location": location}))
        with pytest.raises(AnswerError) as caught:
            setup(server.url, username="mary", password=secret).client.read("GET", "/x")
        assert caught.value.status == 302
        assert f"redirects to {other.url}/login;" in caught.value.message and secret not in caught.value.message
        assert other.requests == [] and len(server.requests) == 1


def test_web_pages_are_errors_unless_asked_for(server: FaultServer) -> None:
    client = setup(server.url).client
    server.script(answer(404, b"<html>Tomcat</html>", content_type="text/html"))
    with pytest.raises(NotFoundError, match="web page"):
        client.read("GET", "/x")
    server.script(answer(200, b"<html>Log in</html>", content_type="text/html;charset=utf-8"))
    with pytest.raises(AnswerError, match="not the API"):
        client.read("GET", "/x")
    assert client.read("GET", "/form", headers={"Accept": "text/html"}).text == "<html>Log in</html>"


@pytest.mark.parametrize("content", [b'{"a": ', b"\xff\xfe{", b"", b"plain"])
def test_a_success_with_an_odd_body_is_left_to_the_caller(server: FaultServer, content: bytes) -> None:
    server.script(answer(200, content))
    response = setup(server.url).client.read("GET", "/x")
    assert response.data is None and response.content == content
    server.script(answer(400, content))
    with pytest.raises(AnswerError, match="GET /x: 400 Bad Request"):
        setup(server.url).client.read("GET", "/x")


def test_compressed_and_large_bodies(server: FaultServer) -> None:
    rows = [{"id": f"user-{number}", "text": "x" * 100} for number in range(20_000)]
    client = setup(server.url).client
    server.script(answer(200, rows, compress=True), answer(200, rows))
    assert client.read("GET", "/x").data == rows
    assert client.read("GET", "/x").data == rows
    assert "gzip" in server.requests[0].headers["accept-encoding"]
    assert server.connections == 1
    for damaged in (b"not gzip at all", gzip.compress(b"[1, 2, 3]")[:-5]):
        server.script(answer(200, damaged, headers={"Content-Encoding": "gzip"}))
        with pytest.raises(TransportError, match="compressed body is damaged"):
            setup(server.url, request_retries=0).client.read("GET", "/x")
    server.script(answer(204, headers={"Content-Encoding": "gzip"}))
    assert client.write("DELETE", "/x").content == b""


@pytest.mark.parametrize("compress", [False, True])
def test_an_answer_without_an_end_is_cut(server: FaultServer, monkeypatch: pytest.MonkeyPatch, compress: bool) -> None:
    monkeypatch.setattr("ansible_collections.bpmops.camunda.plugins.module_utils.rest.transport.MAX_BODY", 1 << 20)
    server.script(answer(200, b" " * (2 << 20), compress=compress))
    with pytest.raises(TransportError, match="larger than 1 MiB"):
        setup(server.url).client.read("GET", "/x")
    assert len(server.requests) == 1  # and not fetched again


def test_what_is_not_http_at_all(server: FaultServer) -> None:
    server.script(raw(b"\x15\x03\x01\x00\x02\x02\x46"), raw(b"220 mail.example.com ESMTP\r\n"))
    for _number in range(2):
        with pytest.raises(TransportError, match=r"did not complete the answer: what it sent is not HTTP .* https://"):
            setup(server.url, request_retries=0).client.read("GET", "/x")


# Logins that never change


def test_a_wrong_password_is_sent_once(server: FaultServer) -> None:
    password = secrets.token_urlsafe(12)
    server.script(answer(401))
    with pytest.raises(AuthenticationError) as caught:
        setup(server.url, username="mary", password=password).client.read("GET", "/x")
    assert len(server.requests) == 1
    assert "username (mary)" in caught.value.message and "lock the account" in caught.value.message


def test_without_a_login_401_asks_for_one(server: FaultServer) -> None:
    server.script(answer(401))
    with pytest.raises(AuthenticationError, match="give username and password"):
        setup(server.url).client.read("GET", "/x")


def test_bearer_and_api_key(server: FaultServer) -> None:
    secret = secrets.token_urlsafe(12)
    setup(server.url, token=secret).client.read("GET", "/x")
    assert server.requests[-1].headers["authorization"] == f"Bearer {secret}"
    setup(server.url, api_key=secret, api_key_name="X-Key").client.read("GET", "/x")
    assert server.requests[-1].headers["x-key"] == secret
    setup(server.url, api_key=secret, api_key_name="key", api_key_location="query").client.read(
        "GET", "/x", query={"a": 1}
    )
    assert server.requests[-1].query == f"a=1&key={secret}"


# Threads, proxies


def test_threads_share_a_client_and_not_a_connection(server: FaultServer) -> None:
    client = setup(server.url).client
    together = threading.Barrier(2)

    def work(_number: int) -> list[int]:
        together.wait(10)
        return [client.read("GET", "/x").status for _number in range(50)]

    with ThreadPoolExecutor(2) as pool:
        assert [set(statuses) for statuses in pool.map(work, range(2))] == [{200}, {200}]
    assert (len(server.requests), server.connections) == (100, 2)


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_a_proxy_of_the_environment_may_have_a_login_and_no_scheme(
    server: FaultServer, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    with FaultServer() as proxy:
        monkeypatch.setenv("http_proxy", f"{scheme}mary:p%40ss%3Aword@{proxy.url.partition('://')[2]}")
        monkeypatch.setenv("no_proxy", "")
        setup(server.url, proxy=None).client.read("GET", "/x", query={"a": "b c"})
        login = base64.b64encode(b"mary:p@ss:word").decode()
        assert proxy.requests[0].headers["proxy-authorization"] == f"Basic {login}"
        assert proxy.requests[0].target == f"{server.url}/x?a=b%20c".encode()
    assert server.requests == []


@pytest.mark.parametrize("proxy", ["ftp://mary:{}@127.0.0.1:1", "http://mary:{}@127.0.0.1:port"])
def test_a_proxy_of_the_environment_that_is_no_url(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    secret = secrets.token_urlsafe(12)
    monkeypatch.setenv("http_proxy", proxy.format(secret))
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(UsageError, match=r"The proxy in the environment .* is not a valid URL") as caught:
        setup("http://127.0.0.1:1", proxy=None)
    assert secret not in str(caught.value)


def test_proxies_from_the_option_and_the_environment(server: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer() as proxy:
        target = f"{server.url}/x".encode()
        setup(server.url, proxy=proxy.url).client.read("GET", "/x")
        assert proxy.requests[-1].target == target
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        client = setup(server.url, proxy=None).client
        monkeypatch.delenv("http_proxy")  # it was read once
        client.read("GET", "/x")
        assert len(proxy.requests) == 2 and server.requests == []
        monkeypatch.setenv("http_proxy", proxy.url)
        setup(server.url).client.read("GET", "/x")  # proxy: none
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        setup(server.url, proxy=None).client.read("GET", "/x")
        assert len(proxy.requests) == 2 and len(server.requests) == 2


def test_a_proxy_that_fails_is_blamed(closed_port: int) -> None:
    with pytest.raises(TransportError, match="through the proxy: connection refused") as caught:
        setup("http://camunda.invalid", proxy=f"http://127.0.0.1:{closed_port}", request_retries=0).client.read(
            "GET", "/x"
        )
    assert not caught.value.sent
    with FaultServer() as proxy:
        proxy.script(answer(407))
        with pytest.raises(TransportError, match="through the proxy: tunnel connection failed: 407"):
            setup("https://camunda.invalid", proxy=proxy.url, request_retries=0).client.read("GET", "/x")


def test_netrc_is_not_read(server: FaultServer, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    path = f"{tmp_path}/netrc"
    with open(path, "w") as file:
        file.write(f"machine 127.0.0.1 login mary password {secrets.token_hex(8)}\n")
    monkeypatch.setenv("NETRC", path)
    setup(server.url).client.read("GET", "/x")
    assert "authorization" not in server.requests[-1].headers


def test_cookies_are_not_kept_without_a_session_login(server: FaultServer) -> None:
    server.script(answer(200, {}, headers={"Set-Cookie": "id=1; Path=/"}))
    client = setup(server.url).client
    client.read("GET", "/x")
    client.read("GET", "/x")
    assert "cookie" not in server.requests[-1].headers
