# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``rest_request`` in playbooks: the module in process and as a process, and the lookup."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bpmops.camunda.tests.support.fault_server import Behaviour, FaultServer, Received, answer
from ansible_collections.bpmops.camunda.tests.support.plays import (
    CORES,
    Play,
    assert_no_secret,
    plain_secret,
    secret,
    task,
)
from ansible_collections.bpmops.camunda.tests.support.token_server import TokenServer

PLUGINS = "ansible_collections.bpmops.camunda.plugins"
OFF = {"BPMOPS_CAMUNDA_IN_PROCESS": "0"}
LOOKUP = "query('bpmops.camunda.rest_request', "


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script(answer(200, {"ok": True}))
        yield server


def request(options: Mapping[str, Any] | None = None, **keywords: Any) -> dict[str, Any]:
    return task("rest_request", options, **keywords)


def show(expression: str, **keywords: Any) -> dict[str, Any]:
    return task("ansible.builtin.debug", {"msg": "{{ " + expression + " }}"}, **keywords)


@pytest.mark.parametrize("core", CORES)
def test_what_a_server_sends_is_never_evaluated(server: FaultServer, tmp_path: Path, core: str) -> None:
    """In expressions and in what is registered; in process and as a process the results are the same."""
    marker = tmp_path / "evaluated"
    command = f"touch {marker}"
    hostile = "{{ lookup('pipe', '" + command + "') }}{% set x = lookup('pipe', '" + command + "') %}"
    body = {
        "text": hostile,
        "error": {"code": hostile, "message": hostile},
        "items": [{"id": hostile}],
        hostile: hostile,
    }
    server.script(answer(200, body, headers={"X-Text": hostile}))
    found: dict[str, Any] = {}
    for way, environment in (("in process", {}), ("process", OFF)):
        run = Play(tmp_path / way, {"url": server.url}, core=core)(
            [
                request({"result": "body.items[0].id ~ headers['x-text']"}, register="first"),
                show("first.result"),
                request({"result": "[status, body.text, {'a': {'b': 1}}]"}),
                request({"error_when": "body.text if body.error is defined"}),
                request({"error_when": "{'code': body.error.code, 'message': 'a' ~ body.error.message} if body.error"}),
                request({"paginate": {"by": "link", "items": "body.items", "next": "body.absent"}}, register="pages"),
                show("pages.objects[0].id"),
                request({"until": {"condition": "body.text is string", "interval": 0.1}}),
                request(register="whole"),
                show("whole.body"),
                show(f"{LOOKUP}url, result='body.text')[0]"),
            ],
            environment=environment,
            arguments=["-vvv", "--diff"],
            variables={"url": server.url},
        )
        assert run[0].ok["result"] == hostile * 2
        assert run[1].ok["msg"] == hostile * 2
        assert run[2].ok["result"] == [200, hostile, {"a": {"b": 1}}]
        assert run[3].failure["msg"] == f"GET /: 200 {hostile}."
        assert run[4].failure["msg"] == f"GET /: 200 a{hostile}." and run[4].failure["error"]["code"] == hostile
        assert run[5].ok["objects"] == [{"id": hostile}]
        assert run[6].ok["msg"] == hostile
        assert run[7].ok["body"] == body
        assert run[9].ok["msg"] == body
        assert run[10].ok["msg"] == hostile
        found[way] = [each.result for each in run]
    assert found["in process"] == found["process"]
    assert not marker.exists()


@pytest.mark.parametrize("core", CORES)
def test_variables_of_the_play_in_expressions_and_bodies(server: FaultServer, tmp_path: Path, core: str) -> None:
    server.script(answer(200, {"items": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]}))
    run = Play(tmp_path, {"url": server.url}, core=core)(
        [
            request({"result": "(body.items | selectattr('name', 'equalto', '{{ wanted }}') | first).id"}),
            request({"method": "POST", "body": {"n": "{{ number }}", "l": "{{ list }}", "t": "a{{ wanted }}"}}),
        ],
        variables={"wanted": "b", "number": 5, "list": [1, True, None]},
    )
    assert run[0].ok["result"] == 2
    sent = server.requests[1].json
    assert (sent["l"], sent["t"]) == ([1, True, None], "ab") and int(sent["n"]) == 5


def test_items_of_a_loop_share_a_connection_and_a_token(server: FaultServer, tmp_path: Path) -> None:
    word = plain_secret()
    with TokenServer({"ops": word}) as tokens:
        login = {"client_id": "ops", "client_secret": word, "token_url": tokens.token_url, "token_cache": "none"}
        run = Play(tmp_path, login)(
            [
                request({"url": server.url + "/{{ item }}?n={{ item }}"}, loop=list(range(200))),
                request({"url": server.url + "/{{ item }}", "method": "POST", "body": {}}, loop=[1, 2, 3]),
            ]
        )
        assert len(run[0].items) == 200 and run.rc == 0
        assert len(tokens.requests) == 2  # one of each task: the cache is off
    assert [each.path for each in server.requests[:200]] == [f"/{number}" for number in range(200)]
    assert {each.connection for each in server.requests[:200]} == {0}


def test_a_password_is_refused_once_for_each_host_of_a_loop(server: FaultServer, tmp_path: Path) -> None:
    with FaultServer() as other:
        server.script(answer(401))
        other.script(answer(401))
        run = Play(tmp_path, {"username": "ops", "password": "wrong"})(
            [request({"url": "{{ item }}"}, loop=[server.url + "/a", server.url + "/b", other.url, other.url + "/c"])]
        )
        assert (len(server.requests), len(other.requests)) == (1, 1)
    assert ["Nothing was sent" in item.result["msg"] for item in run[0].items] == [False, True, False, True]


@pytest.mark.parametrize("environment", [{}, OFF])
def test_no_secret_is_shown(server: FaultServer, tmp_path: Path, environment: dict[str, str]) -> None:
    words = {name: plain_secret() for name in ("key", "header", "query", "field", "url", "form")} | {
        "password": secret()
    }

    def echo(received: Received) -> Behaviour:
        seen = {"headers": dict(received.headers), "target": received.target.decode(), "body": received.body.decode()}
        return answer(400 if b"fail" in received.target else 200, {"message": str(seen), "seen": seen})

    server.route(echo)
    tasks = [
        request({"url": f"{server.url}/{path}?access_token={{{{ url }}}}", **login, **more}, diff=True)
        for path in ("ok", "fail")
        for login in ({"username": "ops", "password": "{{ password }}"}, {"api_key": "{{ key }}"})
        for more in (
            {"headers": {"X-Auth-Token": "{{ header }}"}, "query": {"client_secret": "{{ query }}"}},
            {"method": "POST", "body": {"user": {"password": "{{ field }}"}}},
            {"method": "POST", "body": {"password": "{{ form }}"}, "body_format": "form"},
        )
    ]
    tasks += [{**each, "check_mode": True} for each in tasks[1:3]]
    tasks += [request({"url": "ftp://mary:{{ url }}@h/"}), request({"url": "http://mary:{{ url }}@h/"})]
    run = Play(tmp_path)(tasks, arguments=["-vvv"], environment=environment, variables=words)
    assert sum("seen" in str(each.result) for each in run) == 12
    assert_no_secret(run, list(words.values()))


def test_the_group_and_the_environment(server: FaultServer, tmp_path: Path) -> None:
    """The address and the credentials of Camunda in the environment are not for other servers."""
    environment = {
        "CAMUNDA_CLIENT_ID": "ops",
        "CAMUNDA_CLIENT_SECRET": "secret",
        "CAMUNDA_OAUTH_URL": "http://127.0.0.1:1/token",
        "CAMUNDA_BASIC_AUTH_USERNAME": "ops",
        "CAMUNDA_BASIC_AUTH_PASSWORD": "secret",
        "CAMUNDA_REST_ADDRESS": "http://127.0.0.1:1",
        "CAMUNDA_MTLS_CERT_PATH": "/nowhere",
    }
    group = {"group/bpmops.camunda.rest": {"url": server.url + "/group", "token": "{{ word }}"}}
    run = Play(tmp_path)(
        [
            request({"url": server.url + "/alone"}),
            request(),
            request({"url": server.url + "/own"}, module_defaults=group),
            request({}, module_defaults=group),
        ],
        environment=environment,
        variables={"word": "abc-def"},
    )
    assert "url is missing" in run[1].failure["msg"]
    seen = [(each.path, each.headers.get("authorization")) for each in server.requests]
    assert seen == [("/alone", None), ("/own", "Bearer abc-def"), ("/group", "Bearer abc-def")]


@pytest.mark.parametrize("core", CORES)
def test_the_lookup(server: FaultServer, tmp_path: Path, core: str) -> None:
    def route(received: Received) -> Behaviour:
        if received.path == "/pages":
            start = int(dict(pair.split("=") for pair in received.query.split("&"))["offset"])
            return answer(200, list(range(7))[start : start + 3])
        if received.path == "/error":
            return answer(409, {"message": "closed"})
        return answer(200, {"path": received.path, "query": received.query, "items": [1, 2]})

    server.route(route)
    word = plain_secret()
    with TokenServer({"ops": word}) as tokens:
        login = {"client_id": "ops", "client_secret": word, "token_url": tokens.token_url, "token_cache": "none"}
        pages = "paginate={'by': 'offset', 'page_size': '3', 'size_parameter': 'max'"
        expressions: list[tuple[str, Any]] = [
            (
                "u ~ '/a', {'url': u ~ '/b', 'query': {'x': 1}, 'result': 'body.query'}",
                [{"path": "/a", "query": "", "items": [1, 2]}, "x=1"],
            ),
            ("u ~ '/a', u ~ '/b', result='body.path'", ["/a", "/b"]),
            ("u ~ '/a', result='body.items'", [[1, 2]]),
            (f"u ~ '/pages', {pages}}}", list(range(7))),
            (f"u ~ '/pages', {pages}, 'limit': 6}}", "There are more than 6 objects"),
            ("u ~ '/pages', paginate={'by': 'ofset'}", "value of by must be one of: link, cursor, offset"),
            ("u ~ '/error'", "GET /error: 409 closed."),
            ("u ~ '/error', expect=[409], result='body.message'", ["closed"]),
            ("u, method='POST'", "There is no option method"),
            ("{'url': u, 'method': 'POST'}", "A term has no option method"),
            ("u, error_when='body.path is defined'", "GET /: 200"),
            ("u, result='bdy.x'", "Did you mean body?"),
            ("'mailto:x'", "the scheme mailto is not supported"),
        ]
        run = Play(tmp_path, core=core)(
            [show(f"{LOOKUP}{expression})") for expression, _wanted in expressions],
            variables={"u": server.url, **{f"bpmops_camunda_rest_{name}": value for name, value in login.items()}},
        )
        for each, (expression, wanted) in zip(run, expressions):
            if isinstance(wanted, str):
                assert wanted in each.failure["msg"], expression
            else:
                assert each.ok["msg"] == wanted, expression
    assert {each.method for each in server.requests} == {"GET"}
    assert_no_secret(run, [word])


def test_the_examples_run(server: FaultServer, tmp_path: Path) -> None:
    """Those of the module and of the lookup, with the addresses and files of the test."""

    def route(received: Received) -> Behaviour:
        if received.method == "POST":
            return answer(202, {}, headers={"Location": "/imports/1"})
        if received.method == "PUT":
            return answer(204)
        found: dict[str, Any] = {
            "/orders/42": {"id": "42"},
            "/engine": [{"name": "default"}],
            "/customers": {"value": [1, 2]},
            "/imports/1": {"state": "done", "imported": 5},
        }
        if received.path == "/customers" and "offset" in received.query:
            return answer(200, [3])
        return answer(200, found[received.path]) if received.path in found else answer(404, {})

    server.route(route)
    (tmp_path / "orders.csv").write_text("1;2\n")
    with TokenServer({"ops": "secret"}) as tokens:
        replaced = {
            "https://api.example.com/reports/2026": f"{server.url}/orders/42",
            "https://api.example.com": server.url,
            "https://login.example.com/oauth/token": tokens.token_url,
            "/var/lib/orders": str(tmp_path),
            "/var/lib/reports": str(tmp_path),
        }
        variables = {"engine_username": "ops", "engine_password": "x", "engine_rest": server.url}
        variables |= {
            "api_client_id": "ops",
            "api_client_secret": "secret",
            "api_token": "abc-def",
            "api_key": "abc-def",
        }
        texts = []
        for plugin in ("modules", "lookup"):
            text = importlib.import_module(f"{PLUGINS}.{plugin}.rest_request").EXAMPLES
            for old, new in replaced.items():
                text = text.replace(old, new)
            texts += yaml.safe_load(text)
        run = Play(tmp_path, {"token_cache": "none"})(texts, variables=variables)
    read, profile, pages, job, report, engines, customers = run
    assert (read.ok["body"], profile.ok["changed"], pages.ok["objects"]) == ({"id": "42"}, True, [1, 2])
    assert (job.ok["result"], report.ok["dest"]) == (5, f"{tmp_path}/2026.zip")
    assert (engines.ok["msg"], customers.ok["msg"]) == (["default"], [3])
