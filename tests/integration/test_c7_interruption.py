# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that break at every request of a run: the report is true, and the next run completes the work."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.camunda7 import REVOKE, Authorization, Camunda7, State
from ansible_collections.bpmops.camunda.tests.support.documents import GROUP, RESOURCES, TENANT, TYPES, USER
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module

EVERYTHING = ["users", "groups", "tenants", "memberships", "authorizations"]
PROCESS_DEFINITION = 6


@dataclass(frozen=True)
class Case:
    """What is there before, and the task that is interrupted."""

    before: Callable[[Camunda7], None]
    options: Mapping[str, Any]


def _people(api: Camunda7) -> None:
    """Three users, two groups, two tenants, with members and rows."""
    for user in ("ada", "ben", "cleo"):
        api.create_user(user, firstName=user.title())
    for name in ("ops", "dev"):
        api.create_group(name, name.title())
        api.create_tenant(f"t-{name}")
    for group, user in (("ops", "ada"), ("ops", "ben"), ("dev", "cleo")):
        api.add_member(group, user)
        api.add_tenant_member(f"t-{group}", user=user)
    api.add_tenant_member("t-ops", group="ops")


def _before_purge(api: Camunda7) -> None:
    _people(api)
    api.authorize(["READ"], USER, "ben", group="ops")
    api.authorize(["READ"], PROCESS_DEFINITION, "invoice", user="ben")
    api.authorize(["READ"], PROCESS_DEFINITION, "invoice", group="dev")
    api.authorize(["READ"], TENANT, "t-dev", group="ops")
    api.authorize(["UPDATE"], USER, "ben", user="ben", kind=REVOKE)


def _before_rows(api: Camunda7) -> None:
    api.authorize(["READ"], USER, "dora", user="dora")
    api.authorize(["UPDATE"], USER, "emil", user="emil")
    api.authorize(["READ", "UPDATE"], GROUP, "staff", group="staff")
    api.authorize(["READ", "UPDATE"], TENANT, "emea", user="dora")
    api.authorize(["ALL"], TENANT, "emea", group="staff")


def _before_moves(api: Camunda7) -> None:
    _people(api)
    (row,) = api.rows("/authorization", resourceType=TENANT, resourceId="t-ops", userIdIn="ada")
    api.send("PUT", f"/authorization/{row['id']}", {**row, "permissions": ["READ", "UPDATE"]})
    api.authorize(["READ", "UPDATE"], TENANT, "t-dev", user="ben")


CASES: dict[str, Case] = {
    "create": Case(
        lambda api: api.create_user("ada", firstName="Ada"),
        {
            "users": [{"id": "ada", "last_name": "Abel"}, {"id": "ben", "first_name": "Ben"}, {"id": "cleo"}],
            "groups": [{"id": "ops", "name": "Operations", "members": ["ada", "ben"]}, {"id": "dev"}],
            "tenants": [{"id": "emea", "users": ["ben"], "groups": ["ops"]}],
            "authorizations": [
                {"group": "ops", "resource": "process_definition", "ids": ["a", "b"], "permissions": ["READ"]},
                {"user": "cleo", "resource": "user", "id": "cleo", "permissions": ["READ"]},
            ],
        },
    ),
    "purge": Case(
        _before_purge,
        {
            "users": [{"id": "ada", "first_name": "Ada"}],
            "groups": [{"id": "ops", "members": ["ada"]}],
            "tenants": [{"id": "t-ops", "users": [], "groups": ["ops"]}],
            "authorizations": [{"group": "ops", "resource": "user", "id": "ada", "permissions": ["READ"]}],
            "purge": EVERYTHING,
        },
    ),
    "rows before objects": Case(
        _before_rows,
        {
            "users": [{"id": "dora"}, {"id": "emil"}],
            "groups": [{"id": "staff", "members": ["dora"]}],
            "tenants": [{"id": "emea", "users": ["dora"], "groups": ["staff"]}],
            "authorizations": [
                {"user": "dora", "resource": "user", "id": "dora", "permissions": ["READ"]},
                {"user": "dora", "resource": "tenant", "id": "emea", "permissions": ["READ", "DELETE"]},
            ],
        },
    ),
    "rows before objects, none declared": Case(
        _before_rows,
        {
            "users": [{"id": "dora"}],
            "groups": [{"id": "staff"}],
            "tenants": [{"id": "emea", "users": ["dora"], "groups": ["staff"]}],
        },
    ),
    "moves": Case(
        _before_moves,
        {
            "groups": [{"id": "ops", "members": ["cleo"]}, {"id": "dev", "members": ["ada", "ben"]}],
            "tenants": [
                {"id": "t-ops", "users": ["cleo"], "groups": ["dev"]},
                {"id": "t-dev", "users": ["ada", "ben"], "groups": ["ops"]},
            ],
            "authorizations": [
                {"user": "ada", "resource": "tenant", "id": "t-dev", "permissions": ["READ", "UPDATE"]},
                {"user": "cleo", "resource": "tenant", "id": "t-dev", "permissions": ["UPDATE"]},
            ],
            "purge": ["memberships", "authorizations"],
        },
    ),
}


class Interrupter:
    """Runs one case again and again on one engine, through a proxy that breaks connections."""

    def __init__(self, engine: Engine, proxy: Proxy, case: Case) -> None:
        self.engine, self.proxy, self.case, self.api = engine, proxy, case, engine.api
        self.connection = {**engine.connection(proxy.url), "concurrency": 1, "request_retries": 0}
        self.prepare()
        self.before = self.api.state()
        self.plan: list[dict[str, str]] = self.run(check=True)["changes"]
        assert self.run()["changes"] == self.plan
        self.requests = list(proxy.requests)
        self.after = self.api.state()
        self.assert_silent("an uninterrupted run")

    def prepare(self) -> None:
        self.api.reset(self.engine.fresh)
        self.case.before(self.api)

    def run(self, **keywords: Any) -> dict[str, Any]:
        self.proxy.reset()
        return run_module("c7_identity", self.connection, self.case.options, **keywords)

    def assert_silent(self, after: str) -> None:
        again = self.run()
        assert again["changed"] is False, f"{after}: {again}"
        assert not self.proxy.writes, f"{after}: {self.proxy.writes}"

    def cut(self, number: int, answered: bool) -> None:
        """Interrupt a run at this request; check its report; complete the work with a second run.

        Args:
            answered: the engine carries out the request, only its answer is lost, and so is all that follows;
                otherwise the engine does not see this one request.
        """
        self.proxy.reset()
        fault = self.proxy.fail(skip=number, drop="after" if answered else "before")
        if answered:
            self.proxy.fail(skip=number + 1, times=None, drop="before")
        failed = run_module("c7_identity", self.connection, self.case.options)
        where = f"{'after' if answered else 'before'} request {number}, {fault.hits[0]}"
        assert failed.get("failed"), f"{where}: {failed}"
        if not self.proxy.writes:
            assert failed["changed"] is False
            assert "done" not in failed.get("error", {})
            return
        self._check_report(failed, where)
        second = self.run()
        assert "failed" not in second, f"{where}: {second['msg']}"
        assert self.api.state() == self.after, where
        self.assert_silent(where)
        self.prepare()

    def _check_report(self, failed: dict[str, Any], where: str) -> None:
        state, error = self.api.state(), failed["error"]
        done, broken, rest = error["done"], error["failed"], error["not_attempted"]
        reported = [_identity(each) for each in (*done, *broken, *rest)]
        assert Counter(reported) == Counter(map(_identity, self.plan)), where
        assert failed["changed"] is bool(done), where
        assert len(broken) == 1, where
        for change in done:
            assert _look(state, change) == _look(self.after, change), f"{where}: {change} is not done"
        happened = [_identity(each) for each in (*done, *broken)]
        for change in rest:
            assert _look(state, change) in (_look(self.before, change), *_meanwhile(change, happened)), (
                f"{where}: {change} is done"
            )


def _identity(change: Mapping[str, str]) -> tuple[str, str, str]:
    return change["action"], change["kind"], change["name"]


def _look(state: State, change: Mapping[str, str]) -> Any:
    """What a state holds of the object that a change is about."""
    words = change["name"].split()
    if change["kind"] == "user":
        return state.users.get(words[0])
    if change["kind"] == "group":
        group = state.groups.get(words[0])
        return group and (group.name, group.type)
    if change["kind"] == "tenant":
        tenant = state.tenants.get(words[0])
        return tenant and tenant.name
    if change["kind"] == "membership":  # user ada of group ops
        kind, name, _of, container, where = words
        holder = state.groups.get(where) if container == "group" else state.tenants.get(where)
        lists = {("group", "user"): "members", ("tenant", "user"): "users", ("tenant", "group"): "groups"}
        return holder is not None and name in getattr(holder, lists[container, kind])
    kind, grantee, name, _on, resource, where = words  # grant user ada on tenant emea
    key = TYPES[kind], *((name, None) if grantee == "user" else (None, name)), RESOURCES[resource], where
    rows = {row[:5]: row for row in (*state.authorizations, *_aside(state))}
    return rows.get(key)


def _aside(state: State) -> Iterator[Authorization]:
    """The rows that stand aside, as what they are."""
    for row in state.authorizations:
        if row.resource_id == "set aside by bpmops.camunda":
            name, where = json.loads(row.user or row.group or "")
            user, group = (name, None) if row.user else (None, name)
            yield row._replace(user=user, group=group, resource_id=where)


def _meanwhile(change: Mapping[str, str], happened: Collection[tuple[str, str, str]]) -> list[Authorization | None]:
    """What the engine itself makes of an authorization: it creates rows with objects, and drops them with members."""
    if change["kind"] != "authorization":
        return []
    kind, grantee, name, _on, resource, where = change["name"].split()
    user, group = (name, None) if grantee == "user" else (None, name)
    permissions = {"ALL"} if resource == "user" else {"READ"}
    made = Authorization(TYPES[kind], user, group, RESOURCES[resource], where, frozenset(permissions))
    leaves = ("delete", "membership", f"{grantee} {name} of {resource} {where}") in happened
    return [made, None] if leaves else [made]


@pytest.fixture(params=CASES)
def interrupter(request: pytest.FixtureRequest, clean_engine: Engine, proxied: Proxy) -> Iterator[Interrupter]:
    yield Interrupter(clean_engine, proxied, CASES[request.param])


@pytest.mark.parametrize("answered", [False, True], ids=["request lost", "answer lost"])
def test_a_cut_at_every_request(interrupter: Interrupter, answered: bool) -> None:
    """At every request on one engine, at some on the other. To lose the answer to a read is to lose the read."""
    interrupter.prepare()
    every = {"camunda7": 1, "operaton": 7}[interrupter.engine.name]
    requests = enumerate(interrupter.requests)
    numbers = [number for number, request in requests if not answered or request.method != "GET"]
    for number in numbers[::every]:
        interrupter.cut(number, answered)


def test_a_lost_answer_is_no_failure_where_the_request_may_be_repeated(interrupter: Interrupter) -> None:
    """With retries, whatever is read, changed or removed twice: only the creation of an object must not be repeated."""
    interrupter.prepare()
    for drop in ("before", "after"):
        interrupter.proxy.reset()
        faults = [interrupter.proxy.fail(method=method, skip=3, drop=drop) for method in ("GET", "PUT", "DELETE")]
        result = run_module("c7_identity", {**interrupter.connection, "request_retries": 2}, interrupter.case.options)
        assert "failed" not in result, f"{drop}: {result['msg']}"
        assert interrupter.api.state() == interrupter.after
        assert any(fault.hits for fault in faults)
        interrupter.assert_silent(drop)
        interrupter.prepare()
