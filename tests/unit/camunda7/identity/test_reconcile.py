# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a whole desired state, without an engine: the order of its stages, and what is refused before a write."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import (
    authorizations,
    guards,
    purge,
    reconcile,
    work,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.current import State
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.document import (
    Document,
    Source,
    load_documents,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.memberships import MEMBERSHIPS
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import RefusedError, UsageError

FULL: dict[str, Any] = {
    "users": [{"id": "u", "password": "first"}, {"id": "admin", "password": "new"}],
    "groups": [{"id": "g", "members": ["u"]}],
    "tenants": [{"id": "t", "users": ["u"], "groups": ["g"]}],
    "authorizations": [{"user": "u", "resource": "tenant", "id": "t", "permissions": ["READ", "UPDATE"]}],
}
EVERYTHING = work.PURGE


def _document(data: dict[str, Any]) -> Document:
    return load_documents([Source("test", data)])


def _state(document: Document) -> State:
    """The state in which a document is exactly what is there."""
    objects: Any = {
        name: {key: {k: v for k, v in item.items() if k != "password"} for key, item in items.items()}
        for name, items in document.objects.items()
    }
    for items in objects.values():
        for key, item in items.items():
            items[key] = {"firstName": "", "lastName": "", "email": "", "name": "", "type": "", **item}
    members: Any = {
        membership.option: {
            key: key
            for container, names in document.members[membership.option].items()
            for key in membership.ids(container, names)
        }
        for membership in MEMBERSHIPS
    }
    rows: Any = {key: {**row, "id": str(key)} for key, row in document.authorizations.items()}
    return State(objects, members, rows)


def _stages(document: Document, state: State, **options: Any) -> list[list[str]]:
    return [[str(change) for change in stage] for stage in _plan(document, state, **options)]


def _plan(document: Document, state: State, **options: Any) -> list[list[Change]]:
    given: Any = {"purge": (), "protect": (), "update_password": "on_create", **options}
    return purge.create_again(reconcile.reconcile(document, state, given, "admin"), document, state)


EMPTY = State({"user": {}, "group": {}, "tenant": {}}, {}, {})


def test_objects_come_before_memberships_and_these_before_authorizations() -> None:
    assert _stages(_document(FULL), EMPTY) == [
        ["create tenant t", "create group g", "create user u", "create user admin"],
        [
            "create membership user u of group g",
            "create membership user u of tenant t",
            "create membership group g of tenant t",
        ],
        ["create authorization grant user u on tenant t"],
        [],
        [],
        [],
        [],
        [],
    ]


def test_removal_goes_the_other_way_round() -> None:
    state = _state(_document(FULL))
    state.members.clear()  # only the lists that a document declares are read
    stages = _stages(_document({}), state, purge=EVERYTHING)
    assert stages[3:6] == [
        ["delete authorization grant user u on tenant t"],
        [],
        ["delete tenant t", "delete group g", "delete user u", "delete user admin"],
    ]
    assert stages[:3] + stages[6:] == [[]] * 5


def test_what_is_there_already_needs_nothing() -> None:
    document = _document(FULL)
    assert _stages(document, _state(document), purge=EVERYTHING) == [[]] * 8


def test_the_callers_new_password_comes_last() -> None:
    document = _document(FULL)
    stages = _stages(document, _state(document), update_password="always")
    assert stages[0] == ["update user u"] and stages[-1] == ["update user admin"]


def test_a_row_that_the_engine_drops_with_a_membership_is_made_again() -> None:
    """The engine removes all rows of a member on the tenant when the member leaves; this one is declared."""
    left = {**FULL, "tenants": [{"id": "t", "users": [], "groups": ["g"]}]}
    stages = _plan(_document(left), _state(_document(FULL)), purge=["memberships"])
    assert [str(change) for change in stages[4]] == ["delete membership user u of tenant t"]
    (again,) = stages[6]
    assert str(again) == "update authorization grant user u on tenant t"
    assert again.before and again.before["permissions"] == ["READ", "UPDATE"]
    assert again.after == {name: value for name, value in again.before.items() if name != "id"}
    assert stages[2] == []


def test_protected_ids_stay_with_their_memberships_and_grants() -> None:
    document, state = _document({"groups": [{"id": "g", "members": []}]}), _state(_document(FULL))
    state.members = {"members": state.members["members"]}
    assert _stages(document, state, purge=EVERYTHING)[4] == ["delete membership user u of group g"]
    assert _stages(document, state, purge=EVERYTHING, protect=["u", "adm*", "t"]) == [[]] * 8


class Client:
    """Stands for an engine whose lists are empty."""

    caller = "admin"
    authenticated = False

    def list(self, *segments: str, fields: Any = None, query: Any = None) -> list[Any]:
        return []


def _guarded(document: Document, state: State, *allow: str) -> Any:
    params = {"purge": EVERYTHING, "protect": (), "update_password": "on_create"}
    stages = reconcile.reconcile(document, state, params, "admin")
    client: Any = Client()
    return guards.keep_refused(client, stages, document.authorizations, allow)


def test_purge_leaves_the_caller_alone_and_says_so() -> None:
    stages, kept = _guarded(_document({}), _state(_document({"users": [{"id": "admin"}, {"id": "u"}]})))
    assert [str(change) for stage in stages for change in stage] == ["delete user u"]
    assert [(refusal.guard, refusal.change.name) for refusal in kept] == [("remove_caller", "admin")]
    stages, kept = _guarded(_document({}), _state(_document({"users": [{"id": "admin"}]})), "remove_caller")
    assert len(stages[5]) == 1 and kept == []


def test_a_declaration_that_takes_a_grant_from_the_administrators_ends_the_task() -> None:
    row = {"group": "camunda-admin", "resource": "user", "permissions": ["ALL"]}
    before, less = _document({"authorizations": [row]}), {**row, "permissions": ["READ"]}
    with pytest.raises(RefusedError, match="remove_admin_grants"):
        _guarded(_document({"authorizations": [less]}), _state(before))
    stages, _kept = _guarded(_document({"authorizations": [less]}), _state(before), "remove_admin_grants")
    assert authorizations.show(stages[2][0].after)["permissions"] == ["READ"]


def test_an_id_that_no_address_can_carry_stops_a_purge_before_the_first_write() -> None:
    state = _state(_document({"users": [{"id": "u"}]}))
    state.objects["user"]["a%2Fb"] = {**state.objects["user"]["u"], "id": "a%2Fb"}
    with pytest.raises(UsageError, match="protect"):
        _guarded(_document({}), state)
