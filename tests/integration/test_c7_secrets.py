# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are in no output, whatever happens: random ones are planted, and all that a run puts out is searched."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.engines.launch import free_port
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import (
    CORES,
    Play,
    assert_no_secret,
    plain_secret,
    secret,
    task,
)
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy


@pytest.mark.parametrize(
    ("engine", "core"), [("camunda7" if core == "2.19" else "operaton", core) for core in CORES], indirect=["engine"]
)
def test_canaries(
    play: Play, proxied: Proxy, engine: Engine, unique: Callable[[str], str], tmp_path: Path, core: str
) -> None:
    name, other = unique("canary"), unique("other")
    words = {word: secret() for word in ("first", "second", "inline", "from_option", "in_file", "wrong_type", "unused")}
    words["wrong_login"] = plain_secret()
    basic = base64.b64encode(f"{engine.username}:{engine.password}".encode()).decode()
    (tmp_path / "broken.yml").write_text(f"users:\n- {{id: a, password: '{words['in_file']}'\n- x: [\n")
    (tmp_path / "wrong.yml").write_text(json.dumps({"users": [{"id": "a", "password": {"x": words["in_file"]}}]}))
    (tmp_path / "right.yml").write_text(json.dumps({"users": [{"id": other, "password": words["in_file"]}]}))

    def echo(*known: str) -> str:
        """An answer that repeats what a task may have sent, as careless servers do."""
        return json.dumps({"message": " ".join([basic, engine.password, *known]), "type": basic, "code": 0})

    user = {"id": name, "user_password": "{{ first }}"}
    again = {**user, "update_password": "always", "user_password": "{{ second }}"}
    option = {"users": [{"id": other}], "passwords": {other: "{{ from_option }}"}, "update_password": "always"}
    inline = {"users": [{"id": other, "password": "{{ inline }}"}], "update_password": "always"}
    closed = f"http://127.0.0.1:{free_port()}/engine-rest"
    steps: list[tuple[str, dict[str, Any]]] = [
        ("changed", {**task("c7_user", user), "check_mode": True}),
        ("changed", task("c7_user", user)),
        ("ok", task("c7_user", user)),
        ("changed", {**task("c7_user", again), "check_mode": True}),
        ("changed", task("c7_user", again)),
        ("changed", task("c7_identity", inline)),
        ("changed", task("c7_identity", {"src": str(tmp_path / "right.yml"), "update_password": "always"})),
        (
            "changed",
            task("c7_identity", option),
        ),
        ("ok", task("c7_identity_info", {"ids": [name]})),
        ("failed", task("c7_identity", {"src": str(tmp_path / "broken.yml")})),
        ("failed", task("c7_identity", {"src": str(tmp_path / "wrong.yml")})),
        ("failed", task("c7_identity", {"users": [{"id": other, "password": ["{{ wrong_type }}"]}]})),
        ("failed", task("c7_identity", {"users": [{"password": "{{ unused }}"}]})),
        ("failed", task("c7_identity", {"users": [{"id": other}], "passwords": {"nobody": "{{ unused }}"}})),
        ("failed", task("c7_user", {**user, "first_name": ["x"], "nonsense": True})),
        ("failed", task("c7_user", {**again, "username": name, "password": "{{ wrong_login }}"})),
        ("failed", task("c7_user", {**again, "url": closed, "request_retries": 0})),
        ("failed", task("c7_user", {"id": name, "url": "http://me:{{ wrong_login }}@127.0.0.1/engine-rest"})),
        *[("failed", task("c7_user", again)) for _status in (400, 401, 403, 404, 500, 503)],
        ("failed", task("c7_user", again)),
        ("failed", task("c7_identity", inline)),
    ]
    first = len(steps) - 8

    def refuse(status: int, word: str) -> Callable[[], object]:
        answer = echo(words[word])
        return lambda: (proxied.reset(), proxied.fail(writes_only=True, status=status, body=answer, times=None))

    statuses = dict(enumerate((400, 401, 403, 404, 500, 503), first))
    run = Play(play.directory, {**play.parameters, "request_retries": 0}, proxied, core)(
        [step for _status, step in steps],
        variables=words,
        arguments=["-vvvvv", "--diff"],
        meanwhile={
            **{number: refuse(status, "second") for number, status in statuses.items()},
            len(steps) - 2: lambda: (proxied.reset(), proxied.fail(writes_only=True, drop="before", times=None)),
            len(steps) - 1: refuse(500, "inline"),
        },
    )
    outcomes = ["changed" if each.result.get("changed") else each.outcome.status for each in run]
    assert outcomes == [status for status, _step in steps], [each.result.get("msg") for each in run]
    # It is what was asked for, and not for want of output, that nothing is found.
    assert engine.username in run.stdout
    assert name in run.stdout
    assert_no_secret(run, [*words.values()])
    for where in (run.stdout, run.stderr, run.log, run.record):
        assert engine.password not in where
        assert basic not in where
