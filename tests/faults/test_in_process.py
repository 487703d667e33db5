# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the items of a loop share in process, in tasks and lookups: a client, its login, and that it was refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.fake_operate import FakeOperate, Generated
from ansible_collections.bpmops.camunda.tests.support.fault_server import FaultServer, answer
from ansible_collections.bpmops.camunda.tests.support.plays import (
    CORES,
    Play,
    Run,
    assert_no_secret,
    plain_secret,
    secret,
    task,
)
from ansible_collections.bpmops.camunda.tests.support.token_server import TokenServer

OFF = {"BPMOPS_CAMUNDA_IN_PROCESS": "0"}
USER = task("c7_user", {"id": "jdoe"})
SEARCH = "query('bpmops.camunda.operate_search', "
LOOP = [1, 2, 3, 4, 5]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as server:
        server.script(answer(401, {"message": "no"}))
        yield server


def show(expression: str, **keywords: Any) -> dict[str, Any]:
    return task("ansible.builtin.debug", {"msg": "{{ " + expression + " }}"}, **keywords)


def messages(run: Run, number: int = 0) -> list[str]:
    return [str(item.result["msg"]) for item in run[number].items]


@pytest.mark.parametrize("core", CORES)
def test_a_wrong_password_is_sent_once_by_a_task_with_all_its_items(
    server: FaultServer, tmp_path: Path, core: str
) -> None:
    word, other = secret(), secret()
    play = Play(tmp_path, {"url": server.url, "username": "ops", "password": word}, core=core)
    run = play(
        [
            {**USER, "loop": LOOP},
            {**USER, "until": "false", "retries": 2, "delay": 0},
            # Other credentials are others, and a failure of another kind says nothing about the password.
            task("c7_user", {"id": "jdoe", "password": "{{ vars[item] }}"}, loop=["one", "two", "one", "two"]),
        ],
        variables={"one": word, "two": other},
    )
    assert len(server.requests) == 1 + 1 + 2
    first, *others = messages(run)
    assert "Nothing was sent" not in first and "401" in first
    assert len(others) == 4 and all("Nothing was sent" in text and "locks" not in text for text in others)
    assert all("401" in text for text in others)
    assert_no_secret(run, [word, other])


def test_a_login_that_failed_is_not_tried_again(server: FaultServer, tmp_path: Path) -> None:
    word = secret()
    search = task("operate_search", {"entity": "incidents"})
    cookie = {"url": server.url, "username": "ops", "password": word}
    variables = {f"bpmops_camunda_c8_{name}": value for name, value in cookie.items()}
    run = Play(tmp_path / "cookie", cookie)(
        [{**search, "loop": LOOP}, show(SEARCH + "'incidents') ~ item", loop=LOOP)], variables=variables
    )
    assert [request.path for request in server.requests] == ["/api/login"] * 2
    assert all("Nothing was sent" in text for number in (0, 1) for text in messages(run, number)[1:])
    with TokenServer({"ops": "right"}) as tokens:
        oauth = {"url": server.url, "client_id": "ops", "client_secret": word, "token_url": tokens.token_url}
        run = Play(tmp_path / "oauth", oauth)([{**USER, "loop": LOOP}])
        assert len(tokens.requests) == 1 and len(server.requests) == 2
    assert all("Nothing was sent" in text for text in messages(run)[1:])


def test_another_failure_does_not_keep_the_next_item_from_trying(server: FaultServer, tmp_path: Path) -> None:
    server.script(answer(403, {"message": "no"}))
    Play(tmp_path, {"url": server.url, "username": "ops", "password": "x"})([{**USER, "loop": LOOP}])
    assert len(server.requests) == len(LOOP)


def test_lookups_of_a_loop_share_a_login_with_each_other(tmp_path: Path) -> None:
    with FakeOperate({"process-instances": Generated(3)}) as fake:
        variables = {f"bpmops_camunda_c8_{name}": value for name, value in fake.parameters.items()}
        found = SEARCH + "'process-instances', count_only=true)[0]"
        looped = task(
            "operate_search", {"entity": "process-instances", "limit": "{{ " + found + " + item }}"}, loop=LOOP
        )
        run = Play(tmp_path, fake.parameters)([show(found + " + item", loop=LOOP), looped], variables=variables)
    assert [int(text) for text in messages(run)] == [3 + item for item in LOOP]
    assert [item.result["total"] for item in run[1].items] == [3] * 5
    # One of each task; the second one's lookups and searches share it.
    assert fake.logins == 2


def test_the_options_of_a_term_are_checked_like_others(tmp_path: Path) -> None:
    terms: list[tuple[str, str | int]] = [
        ("{'entity': 'process-instances', 'limit': '3'}", 3),
        ("{'entity': 'process-instances', 'limit': 'many'}", "limit"),
        ("{'entity': 'process-instances', 'filter': 5}", "filter"),
        ("{'entity': 'process-instances', 'sort': [{'field': 'key', 'order': 'up'}]}", "order"),
        ("{'entity': 'process-instances', 'fields': 'key', 'limit': 2}", 2),
        ("{'entity': 'process-instances', 'url': 'http://127.0.0.1:1'}", "no option url"),
    ]
    with FakeOperate({"process-instances": Generated(3)}) as fake:
        variables = {f"bpmops_camunda_c8_{name}": value for name, value in fake.parameters.items()}
        run = Play(tmp_path)(
            [show(f"{SEARCH}{term}, limit=3) | length") for term, _found in terms], variables=variables
        )
    for each, (term, wanted) in zip(run, terms):
        if term.endswith("'limit': 2}"):
            assert "More than 2 process-instances match" in each.failure["msg"]
        elif isinstance(wanted, int):
            assert int(each.ok["msg"]) == wanted
        else:
            assert wanted in each.failure["msg"], term
    # The first search also looks whether more than its limit match.
    assert [body["size"] for _method, _path, body in fake.requests] == [3, 1, 2]


@pytest.mark.parametrize("environment", [{}, OFF])
def test_a_misspelt_option_shows_no_secret(server: FaultServer, tmp_path: Path, environment: dict[str, str]) -> None:
    word = plain_secret()
    run = Play(tmp_path, {"url": f"https://adm:{word}@127.0.0.1:1"})(
        [
            task("c7_user", {"id": "jdoe", "user_pasword": "{{ word }}", "first_name": 5}),
            task("c7_user", {"id": "jdoe", "state": "gone"}),
        ],
        arguments=["-vvv"],
        environment=environment,
        variables={"word": word},
    )
    assert "Unsupported parameters" in run[0].failure["msg"] and "user_pasword" in run[0].failure["msg"]
    assert "state" in run[1].failure["msg"]
    if "invocation" in run[0].failure:
        assert run[0].failure["invocation"]["module_args"]["id"] == "jdoe"
    assert_no_secret(run, [word])
    assert server.requests == []


def test_numbers_out_of_range_are_refused_before_the_first_request(server: FaultServer, tmp_path: Path) -> None:
    wrong = [
        task("operate_delete_instance", {"key": "1", "wait_interval": -1}),
        task("operate_delete_instance", {"key": "1", "wait_timeout": "nan"}),
        task("operate_get", {"entity": "incidents", "key": "1", "concurrency": 99}),
        task("c7_identity", {"users": [], "concurrency": 0}),
        task("c7_identity_info", {"concurrency": 17}),
    ]
    run = Play(tmp_path, {"url": server.url})(wrong)
    for each, option in zip(run, ["wait_interval: -1", "wait_timeout: nan", *["concurrency: "] * 3]):
        assert each.failure["msg"].startswith(option)
    assert server.requests == []
