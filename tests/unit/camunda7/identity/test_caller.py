# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which changes concern the caller, and what is read about it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import authorizations, caller
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import AuthorizationId
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.caller import Caller
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.memberships import MEMBERSHIPS
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.objects import RESOURCES
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.resource import MembershipId
from ansible_collections.bpmops.camunda.tests.support.identity_model import Model

GRANT = 1
USER, FILTER, TENANT = 1, 5, 11
KINDS = {membership.option: membership.kind for membership in MEMBERSHIPS}
BOT = Caller("bot", frozenset({"robots"}), {})

OBJECTS = {resource.name: resource.kind for resource in RESOURCES}


def change(action: str, key: Any, kind: str = "") -> Change:
    if isinstance(key, MembershipId):
        return Change(action, KINDS[key.option], key)
    return Change(action, authorizations.AUTHORIZATION if isinstance(key, AuthorizationId) else OBJECTS[kind], key)


@pytest.mark.parametrize(
    ("change", "concerns"),
    [
        (change("create", AuthorizationId(GRANT, "user", "bot", USER, "x")), True),
        (change("create", AuthorizationId(GRANT, "user", "robots", USER, "x")), False),
        (change("create", AuthorizationId(GRANT, "group", "robots", USER, "x")), True),
        (change("create", AuthorizationId(GRANT, "group", "bot", USER, "x")), False),
        (change("create", AuthorizationId(0, "", "*", USER, "x")), True),
        (change("create", AuthorizationId(GRANT, "user", "bot", FILTER, "x")), False),
        (change("create", MembershipId("members", "g", "bot")), True),
        (change("delete", MembershipId("members", "robots", "jdoe")), False),
        (change("delete", MembershipId("users", "t", "bot")), True),
        (change("delete", MembershipId("users", "t", "robots")), False),
        (change("delete", MembershipId("groups", "t", "robots")), True),
        (change("delete", MembershipId("groups", "t", "bot")), False),
        (change("delete", "robots", "group"), True),
        (change("update", "robots", "group"), False),
        (change("delete", "robots", "user"), False),
        (change("delete", "ops", "group"), False),
    ],
)
def test_what_can_alter_the_callers_rights(change: Change, concerns: bool) -> None:
    assert BOT.concerns(change) is concerns


@pytest.mark.parametrize(
    ("change", "groups"),
    [
        (change("create", MembershipId("members", "g", "bot")), {"robots", "g"}),
        (change("delete", MembershipId("members", "robots", "bot")), set()),
        (change("create", MembershipId("users", "robots", "bot")), {"robots"}),
        (change("delete", MembershipId("groups", "t", "robots")), {"robots"}),
        (change("delete", "robots", "group"), set()),
    ],
)
def test_the_groups_after_a_change(change: Change, groups: set[str]) -> None:
    assert BOT.after(change) == Caller("bot", frozenset(groups), {})


def test_a_membership_of_a_tenant_takes_the_rights_on_it_along() -> None:
    for member in (MembershipId("users", "t", "bot"), MembershipId("groups", "t", "robots")):
        grantee = "user" if member.option == "users" else "group"
        key = AuthorizationId(GRANT, grantee, member.member, TENANT, "t")
        there = Caller("bot", frozenset({"robots"}), {key: authorizations.desired(key, ["READ"])})
        leaves = change("delete", member)
        assert there.after(leaves).rows == {}
        assert caller.losses(there, [leaves], []) == [(leaves, {("READ", TENANT, "t")})]
        assert caller.losses(there, [leaves], [member]) == []


def _model(*groups: str, name: str = "bot") -> Any:
    model = Model({"user": {name}, "group": set(groups), "tenant": set()}, {("members", each, name) for each in groups})
    for grantee, whose in [("user", name), *(("group", each) for each in (*groups, "other"))]:
        model.rows[(GRANT, grantee, whose, USER, "x")] = ["READ"]
        model.rows[(GRANT, grantee, whose, FILTER, "x")] = ["READ"]
    return model


def test_what_is_read_about_a_caller_without_groups() -> None:
    model = _model()
    found = caller.read_caller(model, "bot", [])
    assert found.groups == frozenset()
    assert set(found.rows) == {AuthorizationId(GRANT, "user", "bot", USER, "x")}
    assert model.reads == ["group {'member': 'bot'}", "authorization {'userIdIn': 'bot,*'}"]


def test_what_is_read_about_a_caller_with_groups() -> None:
    model = _model("g", "h")
    found = caller.read_caller(model, "bot", ["j", "g"])
    assert (found.name, found.groups) == ("bot", {"g", "h"})
    keys = [AuthorizationId(GRANT, *who, USER, "x") for who in (("user", "bot"), ("group", "g"), ("group", "h"))]
    assert set(found.rows) == set(keys)
    assert found.rows[keys[1]] == {**authorizations.desired(keys[1], ["READ"]), "id": "1 group g 1 x"}
    assert model.reads[1:] == ["authorization {'userIdIn': 'bot,*'}", "authorization {'groupIdIn': 'g,h,j'}"]


@pytest.mark.parametrize(
    ("name", "groups", "all_rows"),
    [
        ("b,t", [], True),
        ("bot", ["g", "h,i"], True),
        ("bot", ["g" * 1000, "h" * 1000], False),
        ("bot", ["g" * 1000, "h" * 1001], True),
    ],
)
def test_ids_that_no_list_of_ids_can_carry_are_looked_for_among_all_rows(
    name: str, groups: list[str], all_rows: bool
) -> None:
    model = _model(*groups, name=name)
    found = caller.read_caller(model, name, [])
    assert (model.reads[1:] == ["authorization "]) is all_rows
    assert {
        AuthorizationId(GRANT, *who, USER, "x") for who in [("user", name), *(("group", each) for each in groups)]
    } <= set(found.rows)


def test_among_all_rows_only_those_about_identity_are_asked_for() -> None:
    model = _model("g,h")
    model.page_size = 1
    found = caller.read_caller(model, "bot", [])
    assert AuthorizationId(GRANT, "group", "g,h", USER, "x") in found.rows
    assert [read for read in model.reads[2:] if "resourceType" in read] == [
        f"authorization {{'resourceType': {number}}}" for number in (1, 2, 3, 4, 11, 12)
    ]
    assert len(model.reads) == 9  # the groups, a page, six resources, and the rows that stand aside
