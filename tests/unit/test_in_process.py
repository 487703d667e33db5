# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All modules are bound to the action plugin, and clients go only where they belong."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import CREATE, Change, Kind
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AnswerError,
    CamundaError,
    MissingLibraryError,
    UsageError,
    answer_error,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.options import Option
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import MASK, Redactor
from ansible_collections.bpmops.camunda.plugins.module_utils.task import (
    Context,
    Execution,
    Outcome,
    Product,
    Spec,
    Work,
    execute,
)
from ansible_collections.bpmops.camunda.plugins.plugin_utils import clients as module
from ansible_collections.bpmops.camunda.plugins.plugin_utils.clients import Clients

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))


def test_every_module_is_bound_to_the_action_plugin_and_nothing_else_is() -> None:
    routing = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["plugin_routing"]
    bound = {name: {"action_plugin": "bpmops.camunda.in_process"} for name in MODULES}
    assert routing["modules"] == bound


class Client:
    """Stands in for a client."""


def connect(params: Mapping[str, Any], redactor: Redactor, read_only: bool) -> Client:
    redactor.add(params.get("password"))
    return Client()


OPTIONS = (Option("url"), Option("password", secret=True))
SPEC = Spec(Product("probe", OPTIONS, connect), {"id": {}})
ONE: dict[str, Any] = {"url": "http://a", "password": "s3cr3t-of-a", "id": "x"}


def ran(clients: Clients, work: Work, params: Mapping[str, Any], spec: Spec = SPEC, **more: Any) -> Execution:
    """Run a task as the action plugin does."""
    return clients.execute(spec, work, params, **more)


def used(clients: Clients, params: Mapping[str, Any], *, check_mode: bool = False, spec: Spec = SPEC) -> Client:
    """The client that a task with these parameters works with."""
    seen: list[Client] = []

    def work(context: Context) -> Outcome:
        seen.append(context.client)
        return Outcome()

    assert "failed" not in ran(clients, work, params, spec, check_mode=check_mode).result
    return seen[0]


def test_a_client_goes_on_to_the_same_connection_options_only() -> None:
    clients = Clients()
    first = used(clients, ONE)
    assert used(clients, {**ONE, "id": "y"}) is first
    other = used(clients, {**ONE, "password": "another"})
    assert other is not first
    assert used(clients, ONE) is first


def test_only_the_latest_clients_are_kept() -> None:
    clients = Clients()
    made = [used(clients, {**ONE, "url": f"http://{number}"}) for number in range(module.MOST + 1)]
    again = [used(clients, {**ONE, "url": f"http://{number}"}) for number in range(module.MOST, -1, -1)]
    assert again[:-1] == made[:0:-1]
    assert again[-1] is not made[0]


def test_a_client_that_may_write_is_not_used_in_check_mode() -> None:
    clients = Clients()
    first = used(clients, ONE)
    assert used(clients, ONE, check_mode=True) is not first
    reading = Spec(SPEC.product, {}, reads_only=True)
    assert used(clients, ONE, spec=reading) is used(clients, ONE, check_mode=True)


def test_a_client_of_another_product_is_not_used() -> None:
    clients = Clients()
    first = used(clients, ONE)
    assert used(clients, ONE, spec=Spec(Product("other", OPTIONS, lambda *_arguments: Client()), {})) is not first


@pytest.mark.parametrize("error", [UsageError("no"), ValueError("no"), SystemExit(1)])
def test_after_a_failure_there_is_a_new_client(error: BaseException) -> None:
    clients = Clients()
    first = used(clients, ONE)

    def work(_context: Context) -> Outcome:
        raise error

    assert ran(clients, work, ONE).result["failed"]
    assert used(clients, ONE) is not first


def test_what_ends_the_process_is_not_caught_and_leaves_no_client() -> None:
    clients = Clients()
    first = used(clients, ONE)

    def work(_context: Context) -> Outcome:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ran(clients, work, ONE)
    assert used(clients, ONE) is not first


def test_a_client_is_not_kept_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = Clients()
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    first = used(clients, ONE)
    now[0] += 2
    assert used(clients, ONE) is first
    now[0] += 4
    assert used(clients, ONE) is not first


def test_a_fork_does_not_use_its_parents_client(monkeypatch: pytest.MonkeyPatch) -> None:
    clients = Clients()
    first = used(clients, ONE)
    monkeypatch.setattr(module.os, "getpid", lambda: -1)
    assert used(clients, ONE) is not first
    monkeypatch.undo()
    assert os.getpid() > 0


class TimeUpError(BaseException):
    """Stands for what the keyword timeout raises."""


def test_an_interruption_becomes_a_result_and_its_client_is_not_used_again() -> None:
    clients = Clients()
    first = used(clients, ONE)

    def work(_context: Context) -> Outcome:
        raise TimeUpError

    done = ran(clients, work, ONE, interruptions=(TimeUpError,))
    assert isinstance(done.error, TimeUpError)
    assert done.result["failed"] and done.result["changed"] is False and done.result["msg"] == "Nothing was changed."
    assert used(clients, ONE) is not first
    with pytest.raises(TimeUpError):
        ran(clients, work, ONE)


def refusal(status: int = 401) -> AnswerError:
    return answer_error("GET /x: 401 no.", Response("GET", "/x", status, {}, b""))


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's process as a worker process of ansible-core."""
    monkeypatch.setattr(module.multiprocessing, "parent_process", object)


def failing(error: CamundaError, calls: list[str]) -> Work:
    def work(_context: Context) -> Outcome:
        calls.append("sent")
        raise error

    return work


def applying(error: CamundaError, calls: list[str]) -> Work:
    def work(context: Context) -> Outcome:
        calls.append("sent")
        kind = Kind("thing", str, lambda _current, desired: desired, lambda _client, _change: _raise(error))
        context.apply([[Change(CREATE, kind, name) for name in "ab"]])
        return Outcome()

    return work


def _raise(error: CamundaError) -> None:
    raise error


@pytest.mark.parametrize("make", [failing, applying])
def test_refused_credentials_are_not_sent_again(worker: None, make: Any) -> None:
    clients, calls = Clients(), list[str]()
    work = make(refusal(), calls)
    first, second, third = (ran(clients, work, {**ONE, "id": name}) for name in "xyz")
    assert calls == ["sent"]
    for each in (second, third):
        assert each.result["failed"] and "Nothing was sent" in each.result["msg"]
        assert each.result["msg"].count("GET /x: 401 no.") == 1 and each.result["error"]["status"] == 401
    assert "Nothing was sent" not in first.result["msg"]
    # In check mode they are the same credentials, and others are others.
    assert "Nothing was sent" in ran(clients, work, ONE, check_mode=True).result["msg"]
    for other in ({"password": "another"}, {"url": "http://b"}):
        assert "Nothing was sent" not in ran(clients, work, {**ONE, **other}).result["msg"]
    assert calls == ["sent"] * 3


@pytest.mark.parametrize("error", [refusal(403), refusal(500), UsageError("no")])
def test_after_another_failure_the_next_item_is_tried(worker: None, error: CamundaError) -> None:
    clients, calls = Clients(), list[str]()
    for _item in range(2):
        ran(clients, failing(error, calls), ONE)
    assert calls == ["sent"] * 2


def test_the_main_process_remembers_no_refusal_because_it_outlives_the_task() -> None:
    clients, calls = Clients(), list[str]()
    for _task in range(2):
        ran(clients, failing(refusal(), calls), ONE)
    assert calls == ["sent"] * 2


def test_a_process_knows_no_refusal_of_another(worker: None, monkeypatch: pytest.MonkeyPatch) -> None:
    clients, calls = Clients(), list[str]()
    ran(clients, failing(refusal(), calls), ONE)
    monkeypatch.setattr(module.os, "getpid", lambda: -1)
    ran(clients, failing(refusal(), calls), ONE)
    assert calls == ["sent"] * 2


def test_secrets_of_one_task_are_no_secrets_of_the_next_but_those_of_the_connection_are() -> None:
    clients = Clients()

    def work(context: Context) -> Outcome:
        context.warn(f"{ONE['password']} {context.params['id']}")
        return Outcome()

    first = ran(clients, work, {**ONE, "id": "first-word"}, secrets=["first-word"])
    second = ran(clients, work, {**ONE, "id": "first-word"}, secrets=["other"])
    assert first.warnings == [f"{MASK} {MASK}"]
    assert second.warnings == [f"{MASK} first-word"]


def test_a_library_that_is_missing_is_told_apart() -> None:
    def work(_context: Context) -> Outcome:
        raise MissingLibraryError("Install it.")

    done = execute(SPEC, work, ONE)
    assert isinstance(done.error, MissingLibraryError) and done.result["msg"] == "Install it."
    assert execute(SPEC, lambda _context: Outcome(), ONE).error is None


def test_the_option_is_one_of_modules_only() -> None:
    assert "in_process" in SPEC.module_arguments()["argument_spec"]
    assert "in_process" not in SPEC.arguments()["argument_spec"]
