# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How users, groups, tenants and their members are written, also where the engine refuses because of its own grants."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import Camunda7
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import (
    ASIDE_ID,
    AuthorizationId,
    desired,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.memberships import (
    GROUP_USERS,
    TENANT_GROUPS,
    TENANT_USERS,
    IdentityMembership,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.objects import (
    GROUP,
    TENANT,
    USER,
    IdentityResource,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import CREATE, DELETE, UPDATE, Action, Change
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.resource import MembershipId
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import AnswerError, answer_error
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response

Row = dict[str, Any]


class Engine:
    """Stands for the REST client of an engine: answers lists from tables, and takes or refuses writes.

    ``refuse`` has the status with which creations and new members are refused; the number says how often.
    """

    def __init__(self, refuse: tuple[int, int] = (0, 0), **lists: list[Row]) -> None:
        self.lists: dict[str, list[Row]] = lists
        self.status, self.refusals = refuse
        self.writes: list[tuple[str, str, Any]] = []
        self.reads: list[str] = []

    def read(self, method: str, path: str, *, query: Any = None, body: Any = None) -> Response:
        assert (method, body) == ("GET", None)
        self.reads.append(path)
        rows = [row for row in self.lists.get(path[1:], []) if self._matches(row, query)]
        return Response("GET", path, 200, {}, json.dumps(rows).encode())

    @staticmethod
    def _matches(row: Row, query: dict[str, Any]) -> bool:
        return all(str(row[name]) == str(query[name]) for name in row.keys() & query.keys())

    def write(self, method: str, path: str, *, body: Any = None) -> Response:
        self.writes.append((method, unquote(path), body))
        creates = path.endswith("/create") or "members/" in path
        if creates and method != "DELETE" and self.refusals:
            self.refusals -= 1
            raise self._error(path, self.status)
        if path.startswith("/authorization/"):
            rows = {row["id"]: row for row in self.lists["authorization"]}
            name = path.rpartition("/")[2]
            rows.update({name: body} if method == "PUT" else {})
            self.lists["authorization"] = [row for key, row in rows.items() if method == "PUT" or key != name]
        return Response(method, path, 204, {}, b"")

    @staticmethod
    def _error(path: str, status: int) -> AnswerError:
        return answer_error("refused", Response("", path, status, {}, b""))


def perform(engine: Any, kind: Any, action: Action, key: Any, before: Any = None, after: Any = None) -> list[Any]:
    """Apply a change; return what was written."""
    kind.perform(Camunda7(engine, password="own"), Change(action, kind, key, before, after))
    written: list[Any] = engine.writes
    return written


def user(**fields: str) -> Row:
    return {"id": "jo", "firstName": "", "lastName": "", "email": "", **fields}


NULLS = {"firstName": None, "lastName": None, "email": None}


# Objects


def test_a_user_is_created_with_nulls_for_empty_fields() -> None:
    after = user(firstName="Jo")
    body = {"profile": {"id": "jo", **NULLS, "firstName": "Jo"}}
    assert perform(Engine(), USER.kind, CREATE, "jo", None, after) == [("POST", "/user/create", body)]
    body["credentials"] = {"password": "pw"}
    after["password"] = "pw"
    assert perform(Engine(), USER.kind, CREATE, "jo", None, after) == [("POST", "/user/create", body)]


def test_a_user_is_replaced_and_its_password_written_apart() -> None:
    before, after = user(firstName="Jo"), user(lastName="Do")
    profile = ("PUT", "/user/jo/profile", {"id": "jo", **NULLS, "lastName": "Do"})
    password = ("PUT", "/user/jo/credentials", {"password": "pw", "authenticatedUserPassword": "own"})
    assert perform(Engine(), USER.kind, UPDATE, "jo", before, after) == [profile]
    assert perform(Engine(), USER.kind, UPDATE, "jo", before, {**before, "password": "pw"}) == [password]
    assert perform(Engine(), USER.kind, UPDATE, "jo", before, {**after, "password": "pw"}) == [profile, password]


@pytest.mark.parametrize("resource", [GROUP, TENANT])
def test_groups_and_tenants_are_created_replaced_and_deleted(resource: IdentityResource) -> None:
    name = resource.name
    before, after = {"id": "a/b", "name": ""}, {"id": "a/b", "name": "x"}
    assert perform(Engine(), resource.kind, CREATE, "a/b", None, before) == [
        ("POST", f"/{name}/create", {"id": "a/b", "name": None})
    ]
    assert perform(Engine(), resource.kind, UPDATE, "a/b", before, after) == [("PUT", f"/{name}/a%2Fb", after)]
    assert perform(Engine(), resource.kind, DELETE, "a/b", before) == [("DELETE", f"/{name}/a%2Fb", None)]


def test_an_object_that_appeared_in_the_meantime_gets_its_fields_and_keeps_its_password() -> None:
    engine = Engine((400, 1), user=[{"id": "jo", "firstName": "Al"}])
    writes = perform(engine, USER.kind, CREATE, "jo", None, user(firstName="Jo", password="pw"))
    assert [write[:2] for write in writes] == [("POST", "/user/create"), ("PUT", "/user/jo/profile")]
    assert writes[1][2] == {"id": "jo", **NULLS, "firstName": "Jo"}
    engine = Engine((400, 1), user=[{"id": "jo", "firstName": "Jo"}])
    writes = perform(engine, USER.kind, CREATE, "jo", None, user(firstName="Jo", password="pw"))
    assert [write[:2] for write in writes] == [("POST", "/user/create")]


@pytest.mark.parametrize("status", [400, 403, 500])
@pytest.mark.parametrize("resource", [USER, GROUP, TENANT])
def test_other_refusals_of_a_creation_are_errors(resource: IdentityResource, status: int) -> None:
    engine = Engine((status, 1))
    with pytest.raises(AnswerError):
        perform(engine, resource.kind, CREATE, "jo", None, {"id": "jo"})
    assert len(engine.writes) == 1


# The engine's own grants


def _grant(grantee: str, name: str, number: int, resource_id: str, row_id: str = "7") -> Row:
    return {**desired(AuthorizationId(1, grantee, name, number, resource_id), ["READ"]), "id": row_id}


@pytest.mark.parametrize("status", [400, 500])
@pytest.mark.parametrize(("resource", "number"), [(USER, 1), (GROUP, 2)])
def test_an_object_is_created_despite_a_grant_on_itself(resource: IdentityResource, number: int, status: int) -> None:
    grant = _grant(resource.name, "jo", number, "jo")
    engine = Engine((status, 1), authorization=[grant])
    writes = perform(engine, resource.kind, CREATE, "jo", None, {"id": "jo"})
    create = ("POST", f"/{resource.name}/create")
    assert [write[:2] for write in writes] == [create, ("PUT", "/authorization/7"), create, ("PUT", "/authorization/7")]
    aside = writes[1][2]
    assert (aside["resourceId"], aside[f"{resource.name}Id"]) == (ASIDE_ID, '["jo", "jo"]')
    assert engine.lists["authorization"] == [grant]


def test_a_grant_is_moved_back_when_the_object_is_refused_again() -> None:
    grant = _grant("user", "jo", 1, "jo")
    engine = Engine((500, 2), authorization=[grant])
    with pytest.raises(AnswerError):
        perform(engine, USER.kind, CREATE, "jo", None, {"id": "jo"})
    assert engine.lists["authorization"] == [grant]


def test_a_tenant_has_no_grant_of_its_own() -> None:
    engine = Engine((400, 1), authorization=[_grant("user", "jo", 11, "jo")])
    with pytest.raises(AnswerError):
        perform(engine, TENANT.kind, CREATE, "jo", None, {"id": "jo"})
    assert len(engine.writes) == 1 and "/authorization" not in engine.reads


# Members

PATHS = [
    (GROUP_USERS, "/group/a%2Fb/members/c d"),
    (TENANT_USERS, "/tenant/a%2Fb/user-members/c d"),
    (TENANT_GROUPS, "/tenant/a%2Fb/group-members/c d"),
]


@pytest.mark.parametrize(("membership", "path"), PATHS)
def test_members_are_added_and_removed(membership: IdentityMembership, path: str) -> None:
    key = MembershipId(membership.option, "a/b", "c d")
    assert perform(Engine(), membership.kind, CREATE, key) == [("PUT", path, None)]
    assert perform(Engine(), membership.kind, DELETE, key) == [("DELETE", path, None)]


@pytest.mark.parametrize("membership", [GROUP_USERS, TENANT_USERS, TENANT_GROUPS])
def test_a_member_that_was_added_in_the_meantime_is_one(membership: IdentityMembership) -> None:
    engine = Engine((500, 1), **{membership.member.name: [{"id": "jo"}]})
    assert len(perform(engine, membership.kind, CREATE, MembershipId(membership.option, "t", "jo"))) == 1


@pytest.mark.parametrize("status", [400, 403, 500])
def test_other_refusals_of_a_member_are_errors(status: int) -> None:
    for membership in (GROUP_USERS, TENANT_USERS):
        engine = Engine((status, 1))
        with pytest.raises(AnswerError):
            perform(engine, membership.kind, CREATE, MembershipId(membership.option, "t", "jo"))
        assert len(engine.writes) == 1


@pytest.mark.parametrize("membership", [TENANT_USERS, TENANT_GROUPS])
def test_a_member_of_a_tenant_is_added_despite_its_grant(membership: IdentityMembership) -> None:
    grant = _grant(membership.member.name, "jo", 11, "t")
    engine = Engine((500, 1), authorization=[grant])
    writes = perform(engine, membership.kind, CREATE, MembershipId(membership.option, "t", "jo"))
    assert [write[0] for write in writes] == ["PUT"] * 4
    assert writes[1][2]["resourceId"] == ASIDE_ID
    assert engine.lists["authorization"] == [grant]


def test_a_member_of_a_group_has_no_grant_of_its_own() -> None:
    engine = Engine((500, 1), authorization=[_grant("user", "jo", 2, "t"), _grant("user", "jo", 3, "t", "8")])
    with pytest.raises(AnswerError):
        perform(engine, GROUP_USERS.kind, CREATE, MembershipId("members", "t", "jo"))
    assert len(engine.writes) == 1
