# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of resources give options, schemas, plans and results; the work of modules, on a product in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.ensure import (
    EXACT,
    ensure,
    ensure_members,
    member_arguments,
    member_rules,
    object_arguments,
    object_rules,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import CREATE, DELETE, UPDATE, Change
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.resource import (
    Field,
    Membership,
    MembershipId,
    Resource,
    arguments,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import HiddenError, RefusedError, UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor
from ansible_collections.bpmops.camunda.plugins.module_utils.task import Context, Outcome


@dataclass
class Store:
    """A server in memory, and the client of it. ``log`` has the reads and writes."""

    objects: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    members: set[tuple[str, str, str]] = field(default_factory=set)
    hidden: bool = False
    log: list[str] = field(default_factory=list)


class Thing(Resource[Store]):
    def check_id(self, name: str) -> None:
        if "/" in name:
            raise UsageError(f"bad id {name}")

    def find(self, client: Store, ids: Iterable[str]) -> dict[str, Any]:
        client.log.append(f"find {self.name} {' '.join(ids)}")
        there = client.objects.get(self.name, {})
        return {name: self.stored(there[name]) for name in ids if name in there}

    def check_readable(self, client: Store, unseen: Collection[str], *, everything: bool = False) -> None:
        if unseen and client.hidden:
            raise HiddenError(f"hidden {' '.join(sorted(unseen))}")

    def perform(self, client: Store, change: Change) -> None:
        client.log.append(str(change))
        there = client.objects.setdefault(self.name, {})
        if change.after is None:
            del there[change.key]
        else:
            there[change.key] = dict(change.after)


class Members(Membership[Store]):
    def find(
        self, client: Store, container: str, members: Optional[Collection[str]] = None
    ) -> dict[MembershipId, MembershipId]:
        client.log.append(f"find {self.option} {container} {'all' if members is None else ' '.join(members)}")
        there = sorted(name for option, each, name in client.members if (option, each) == (self.option, container))
        # As the engines do: one member is asked for by its id, several are found among all.
        return self.ids(container, (name for name in there if not members or len(members) > 1 or name in members))

    def perform(self, client: Store, change: Change) -> None:
        client.log.append(str(change))
        (client.members.remove if change.action == DELETE else client.members.add)(tuple(change.key))


ID = {"type": "string", "minLength": 1}
TEXT = {"type": "string"}
SECRET = {"type": "string", "writeOnly": True}
PERSON = Thing(
    "person",
    "people",
    Field("username", "userName", ID),
    (
        Field("full_name", "fullName", TEXT),
        Field("email", "email", TEXT),
        Field("pin", "pin", SECRET, option="person_pin"),
    ),
)
TEAM = Thing("team", "teams", Field("id", "id", ID), (Field("name", "name", TEXT),))
PEOPLE = Members("people", "person", TEAM, PERSON)
TEAMS = Members("subteams", "subteam", TEAM, TEAM)


# Rows


def test_the_schema_of_a_field_gives_its_option() -> None:
    schemas = {"a": TEXT, "b": SECRET, "c": {"type": "array", "items": ID}, "d": {"enum": ["x"]}}
    assert arguments(schemas, ["a", "c"]) == {
        "a": {"type": "str", "required": True},
        "b": {"type": "str", "no_log": True},
        "c": {"type": "list", "elements": "str", "required": True},
        "d": {"type": "str"},
    }


def test_a_row_gives_options_rules_and_schema() -> None:
    assert object_arguments(PERSON) == {
        "username": {"type": "str", "required": True},
        "full_name": {"type": "str"},
        "email": {"type": "str"},
        "person_pin": {"type": "str", "no_log": True},
    }
    assert object_rules(PERSON) == {"username": ID, "full_name": TEXT, "email": TEXT, "person_pin": SECRET}
    assert PERSON.properties() == {"username": ID, "full_name": TEXT, "email": TEXT, "pin": SECRET}


def test_lists_of_members_give_options_rules_and_schema() -> None:
    one = {"type": "list", "elements": "str", "aliases": ["person"]}
    assert member_arguments(PEOPLE) == {
        "team": {"type": "str", "required": True},
        "people": {**one, "required": True},
    }
    assert member_arguments(PEOPLE, TEAMS) == {
        "team": {"type": "str", "required": True},
        "people": one,
        "subteams": {"type": "list", "elements": "str", "aliases": ["subteam"]},
    }
    assert member_rules(PEOPLE, TEAMS) == {"team": ID, "people": ID, "subteams": ID}
    assert PEOPLE.rule == {"type": "array", "items": ID, "uniqueItems": True}


def test_what_is_declared_is_spelled_as_the_api_does() -> None:
    values = {"username": "jo", "full_name": "Jo", "email": None, "pin": "1", "person_pin": "2", "other": "x"}
    assert PERSON.desired(values) == {"userName": "jo", "fullName": "Jo", "pin": "1"}
    assert PERSON.desired(values, options=True) == {"userName": "jo", "fullName": "Jo", "pin": "2"}


def test_rows_of_the_server_are_compared_without_null_and_without_secrets() -> None:
    row = {"userName": "jo", "fullName": None, "pin": "1", "more": 1}
    assert PERSON.stored(row) == {"userName": "jo", "fullName": "", "email": ""}
    assert PERSON.exported({"userName": "jo", "fullName": "Jo", "email": ""}) == {"username": "jo", "full_name": "Jo"}
    assert PERSON.result({"userName": "jo", "pin": "1"}) == {"userName": "jo"}
    assert PERSON.kind.show({"userName": "jo", "pin": "1"}) == {"userName": "jo", "pin": "(set)"}
    assert PERSON.kind.show({"userName": "jo"}) == {"userName": "jo"}


@pytest.mark.parametrize(
    ("there", "update", "written"), [(False, "on_create", True), (True, "on_create", False), (True, "always", True)]
)
def test_what_cannot_be_compared_is_written_on_creation_or_always(there: bool, update: str, written: bool) -> None:
    item = {"userName": "jo", "pin": "1"}
    current = {"jo": {"userName": "jo"}} if there else {"al": {"userName": "al"}}
    assert ("pin" in PERSON.to_write(item, current, {"update_pin": update})) is written


def test_kinds_are_constants_and_merge_into_what_is_there() -> None:
    assert PERSON.kind is PERSON.kind and PEOPLE.kind is PEOPLE.kind
    assert PEOPLE.kind != TEAMS.kind
    assert (PERSON.kind.name, PERSON.kind.plural) == ("person", "people")
    assert PERSON.kind.key({"userName": "jo"}) == "jo"
    current, desired = {"userName": "jo", "fullName": "Jo", "email": "x"}, {"userName": "jo", "email": ""}
    assert PERSON.kind.merge(current, desired) == {"userName": "jo", "fullName": "Jo", "email": ""}
    assert PERSON.kind.merge(None, desired) == {"userName": "jo", "fullName": "", "email": ""}


def test_a_kind_finds_its_changes() -> None:
    changes = [Change(CREATE, PERSON.kind, "a"), Change(DELETE, TEAM.kind, "a"), Change(UPDATE, PERSON.kind, "b")]
    assert [key for key, _change in PERSON.kind.of(changes)] == ["a", "b"]
    assert list(PERSON.kind.of(changes, UPDATE, DELETE)) == [("b", changes[2])]


def test_a_membership_is_its_identity() -> None:
    key = MembershipId("people", "t", "jo")
    assert PEOPLE.ids("t", ["jo", "jo"]) == {key: key}
    assert str(Change(CREATE, PEOPLE.kind, key)) == "create membership person jo of team t"
    assert PEOPLE.kind.show(key) == {"team": "t", "person": "jo"}
    assert PEOPLE.kind.key(key) == PEOPLE.kind.merge(None, key) == key
    assert PEOPLE.kind.plural == "memberships"


# The work of modules


def done(work: Any, store: Store, *, check: bool = False, **params: Any) -> tuple[Outcome, list[str]]:
    """Return the outcome, and the warnings."""
    warnings: list[str] = []
    given = {"state": "present", "update_pin": "on_create", "exact": False, "max_deletions": "100%", **params}
    names = {"full_name", "email", "person_pin", "name", "people", "subteams"}
    context = Context({**dict.fromkeys(names), **given}, store, check, Redactor(), warnings.append)
    return work(context), warnings


person = ensure(PERSON, lambda _client, changes, _params: [changes])


def test_an_object_is_created_changed_and_deleted() -> None:
    store = Store()
    steps: list[tuple[dict[str, Any], list[str], Any]] = [
        ({"state": "absent"}, [], None),
        (
            {"full_name": "Jo", "person_pin": "1"},
            ["create person jo"],
            {"userName": "jo", "fullName": "Jo", "email": ""},
        ),
        ({"full_name": "Jo", "person_pin": "2"}, [], {"userName": "jo", "fullName": "Jo", "email": ""}),
        ({"email": "x"}, ["update person jo"], {"userName": "jo", "fullName": "Jo", "email": "x"}),
        (
            {"person_pin": "3", "update_pin": "always"},
            ["update person jo"],
            {"userName": "jo", "fullName": "Jo", "email": "x"},
        ),
        ({"state": "absent"}, ["delete person jo"], None),
    ]
    for options, writes, result in steps:
        before = {kind: dict(rows) for kind, rows in store.objects.items()}
        for check in (True, False):
            store.log.clear()
            outcome, _warnings = done(person, store, check=check, username="jo", **options)
            assert outcome.changed is bool(writes) and outcome.result == {"person": result}
            assert store.log == ["find person jo", *(() if check else writes)]
            assert not check or store.objects == before
    assert store.objects == {"person": {}}


def test_a_bad_id_is_refused_before_the_first_request() -> None:
    store = Store()
    with pytest.raises(UsageError, match="bad id a/b"):
        done(person, store, username="a/b")
    members = ensure_members([PEOPLE], lambda *_plan: [])
    for options in ({"team": "a/b", "people": []}, {"team": "t", "people": ["jo", "a/b"]}):
        with pytest.raises(UsageError, match="bad id a/b"):
            done(members, store, **options)
    with pytest.raises(UsageError, match="max_deletions"):
        done(members, store, team="t", people=[], max_deletions="many")
    assert store.log == []


@pytest.mark.parametrize("state", ["present", "absent"])
def test_what_is_hidden_is_not_taken_for_absent(state: str) -> None:
    store = Store(hidden=True)
    with pytest.raises(HiddenError, match="hidden jo"):
        done(person, store, username="jo", state=state)
    with pytest.raises(HiddenError, match="hidden jo" if state == "absent" else "hidden t"):
        done(members_of_team, store, team="t", people=["jo"], state=state)
    store.objects["person"] = {"jo": {"userName": "jo"}}
    assert done(person, store, username="jo")[0].changed is False


def test_a_product_completes_the_plan_or_refuses_it() -> None:
    seen: list[Any] = []

    def stages(client: Store, changes: list[Change], params: Any) -> list[list[Change]]:
        seen.append((client, list(map(str, changes)), params["username"]))
        if params["email"] == "bad":
            raise RefusedError("no")
        return [[Change(CREATE, TEAM.kind, "first", None, {"id": "first"})], changes]

    store, work = Store(), ensure(PERSON, stages)
    with pytest.raises(RefusedError):
        done(work, store, username="jo", email="bad")
    assert store.log == ["find person jo"]
    assert done(work, store, username="jo")[0].result["person"]["userName"] == "jo"
    assert store.log[2:] == ["create team first", "create person jo"]
    assert seen == [(store, ["create person jo"], "jo")] * 2


members_of_team = ensure_members([PEOPLE, TEAMS], lambda _client, _name, creates, deletes, _params: [creates, deletes])


def _team(*people: str, subteams: tuple[str, ...] = ()) -> Store:
    objects = {
        "team": {name: {"id": name} for name in ("t", "s", "r")},
        "person": {name: {"userName": name} for name in ("al", "bo", "jo")},
    }
    return Store(
        objects, {*(("people", "t", name) for name in people), *(("subteams", "t", name) for name in subteams)}
    )


def test_members_are_added_and_others_stay() -> None:
    store = _team("al", "bo", subteams=("s",))
    outcome, _warnings = done(members_of_team, store, team="t", people=["jo", "al", "jo"])
    assert store.members == {*(("people", "t", name) for name in ("al", "bo", "jo")), ("subteams", "t", "s")}
    assert outcome.result["counts"] == {"created": 1, "updated": 0, "deleted": 0}
    assert [each["name"] for each in outcome.result["changes"]] == ["person jo of team t"]
    writes = ["create membership person jo of team t"]
    assert store.log == ["find people t jo al jo", "find team t", "find person jo", *writes]


def test_exact_removes_the_others_of_the_lists_that_are_given() -> None:
    store = _team("al", "bo", subteams=("s",))
    done(members_of_team, store, team="t", people=["jo"], exact=True, check=True)
    assert len(store.members) == 3
    done(members_of_team, store, team="t", people=["jo"], exact=True)
    assert store.members == {("people", "t", "jo"), ("subteams", "t", "s")}
    done(members_of_team, store, team="t", people=["bo"], subteams=[], exact=True)
    assert store.members == {("people", "t", "bo")}
    store.log.clear()
    assert done(members_of_team, store, team="t", people=["bo"], subteams=[], exact=True)[0].changed is False
    assert store.log == ["find people t all", "find subteams t all"]


def test_absent_removes_only_those_that_are_named() -> None:
    store = _team("al", "bo", subteams=("s",))
    outcome, _warnings = done(members_of_team, store, team="t", people=["al", "jo"], state="absent", exact=True)
    assert store.members == {("people", "t", "bo"), ("subteams", "t", "s")}
    assert store.log == ["find people t al jo", "delete membership person al of team t"]
    assert outcome.result["counts"] == {"created": 0, "updated": 0, "deleted": 1}
    assert done(members_of_team, store, team="t", people=["al"], state="absent", max_deletions="0")[0].changed is False
    done(members_of_team, store, team="t", people=["bo"], state="absent", max_deletions="0")
    assert store.members == {("subteams", "t", "s")}


def test_more_removals_than_allowed_are_refused() -> None:
    store = _team("al", "bo", subteams=("s", "r"))
    with pytest.raises(RefusedError, match=r"3 of 4 memberships would be deleted, and the limit is 2\."):
        done(members_of_team, store, team="t", people=["al"], subteams=[], exact=True, max_deletions="50%")
    assert len(store.members) == 4
    done(members_of_team, store, team="t", people=["al"], exact=True, max_deletions="50%")
    assert store.members == {("people", "t", "al"), ("subteams", "t", "s"), ("subteams", "t", "r")}


def test_who_does_not_exist_cannot_become_a_member() -> None:
    store = _team()
    with pytest.raises(UsageError, match=r"^There is no person xy, zz\. Create it first\.$"):
        done(members_of_team, store, team="t", people=["zz", "jo", "xy"])
    with pytest.raises(UsageError, match=r"^There is no team u\. Create it first\.$"):
        done(members_of_team, store, team="u", people=["jo"])
    assert store.members == set()
    outcome, warnings = done(members_of_team, store, team="u", people=["zz"], check=True)
    assert warnings == ["There is no team u. Create it first.", "There is no person zz. Create it first."]
    assert outcome.changed and store.members == set()


def test_the_options_of_exact_lists_have_no_limit_by_default() -> None:
    assert {name: option["default"] for name, option in EXACT.items()} == {"exact": False, "max_deletions": "100%"}
