# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What check mode announces is what a real engine shows afterwards, for random pairs of a state and a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

from ansible_collections.bpmops.camunda.tests.support.camunda7 import (
    GLOBAL,
    GRANT,
    Authorization,
    Camunda7,
    Group,
    State,
    Tenant,
    User,
)
from ansible_collections.bpmops.camunda.tests.support.documents import GROUP, RESOURCES, TENANT, TYPES, USER
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

PAIRS = 110  # on each of the two engines
KINDS = ("users", "groups", "tenants", "memberships", "authorizations")
PURGES = [purge for size in range(len(KINDS) + 1) for purge in combinations(KINDS, size)]
# Few, so that users, groups, tenants and resources meet under the same id; each is awkward in its own way.
IDS = ("same", "ü名", "a/b%", 'o\'x, "y" *')
PROTECT = ("same", "a*", "[*ü]*")
# What documents may grant on, and the permissions of it that are tried.
RESOURCE_IDS = {"user": IDS, "group": IDS, "tenant": IDS, "process_definition": ("same", "*"), "application": ("*",)}
PERMISSIONS = {"application": (["ACCESS"], ["ALL"])}
ANY = (["READ"], ["ALL"], ["READ", "UPDATE"], ["DELETE"])

ids = st.sampled_from(IDS)


def _some(values: Sequence[Any]) -> st.SearchStrategy[list[Any]]:
    """Each value with the same chance."""
    chosen = st.tuples(*[st.booleans()] * len(values))
    return chosen.map(lambda picks: [value for value, picked in zip(values, picks) if picked])


@st.composite
def _row(draw: st.DrawFn) -> dict[str, Any]:
    """An authorization as documents hold it; often one that the engine would make by itself."""
    resource = draw(st.sampled_from(["user", "group", "tenant", "tenant", *RESOURCE_IDS]))
    kind = draw(st.sampled_from(["grant", "grant", "grant", "revoke", "global"]))
    grantee = draw(st.sampled_from(["user", "group"]))
    name, where = draw(ids), draw(st.sampled_from(RESOURCE_IDS[resource]))
    if resource == grantee and kind == "grant":
        where = name
    return {
        "type": kind,
        **({} if kind == "global" else {grantee: name}),
        "resource": resource,
        "id": where,
        "permissions": draw(_permissions({"resource": resource})),
    }


def _permissions(row: Mapping[str, Any]) -> st.SearchStrategy[list[str]]:
    return st.sampled_from(PERMISSIONS.get(row["resource"], ANY))


def _row_key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["type"], row.get("user"), row.get("group"), row["resource"], row["id"]


rows = st.lists(_row(), min_size=2, max_size=5, unique_by=_row_key)


@st.composite
def _before(draw: st.DrawFn) -> dict[str, Any]:
    """What is on the engine: a document in which every list is given."""
    users, groups, tenants = draw(st.tuples(_some(IDS), _some(IDS), _some(IDS)))
    return {
        "users": [{"id": name, "first_name": draw(st.sampled_from([None, "Ada"]))} for name in users],
        "groups": [
            {"id": name, "name": draw(st.sampled_from([None, "Ops"])), "members": draw(_some(users))} for name in groups
        ],
        "tenants": [{"id": name, "users": draw(_some(users)), "groups": draw(_some(groups))} for name in tenants],
        "authorizations": draw(rows),
    }


@st.composite
def _task(draw: st.DrawFn, before: Mapping[str, Any]) -> dict[str, Any]:
    """Options of c7_identity that are valid on this engine: lists name what is declared, or there and not purged."""
    purge, protect = list(draw(st.sampled_from(PURGES))), draw(st.sampled_from(([], [], *([each] for each in PROTECT))))
    declared = {kind: draw(_some(IDS)) for kind in ("users", "groups", "tenants")}
    there = {kind: [each["id"] for each in before[kind]] if kind not in purge else [] for kind in ("users", "groups")}
    names = {kind: sorted({*declared[kind], *there[kind]}) for kind in there}

    def lists(**options: str) -> dict[str, list[str]]:
        """Some of the lists, each left out now and then."""
        return {option: draw(_some(names[kind])) for option, kind in options.items() if draw(st.integers(0, 3))}

    def fields(*options: str) -> dict[str, str]:
        return {option: draw(st.sampled_from(["Ada", "Ops"])) for option in options if draw(st.booleans())}

    # Some of the rows that are there, maybe with other permissions, and others.
    again = [{**row, "permissions": draw(_permissions(row))} for row in draw(_some(before["authorizations"]))]
    known = [_row_key(row) for row in again]
    return {
        "users": [{"id": name, **fields("first_name", "email")} for name in declared["users"]],
        "groups": [{"id": name, **fields("name"), **lists(members="users")} for name in declared["groups"]],
        "tenants": [
            {"id": name, **fields("name"), **lists(users="users", groups="groups")} for name in declared["tenants"]
        ],
        "authorizations": [*again, *(row for row in draw(rows) if _row_key(row) not in known)],
        "purge": purge,
        "protect": protect,
    }


@st.composite
def _pair(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    before = draw(_before())
    return before, draw(_task(before))


# The engine


def _write(api: Camunda7, state: Mapping[str, Any]) -> None:
    """Bring an empty engine to this state; rows that the engine made itself get the permissions that are wanted."""
    for user in state["users"]:
        api.create_user(user["id"], firstName=user["first_name"])
    for group in state["groups"]:
        api.create_group(group["id"], group["name"])
        for name in group["members"]:
            api.add_member(group["id"], name)
    for tenant in state["tenants"]:
        api.create_tenant(tenant["id"])
        for kind in ("user", "group"):
            for name in tenant[f"{kind}s"]:
                api.add_tenant_member(tenant["id"], **{kind: name})
    there = {
        (row["type"], row["userId"], row["groupId"], row["resourceType"], row["resourceId"]): row
        for row in api.rows("/authorization")
    }
    for each in state["authorizations"]:
        row = _authorization(each)
        own = there.get(row[:5])
        if own:
            api.send("PUT", f"/authorization/{own['id']}", {**own, "permissions": sorted(row.permissions)})
        else:
            api.authorize(row.permissions, row.resource, each["id"], user=row.user, group=row.group, kind=row.type)


def _authorization(shown: Mapping[str, Any]) -> Authorization:
    """An authorization as documents and diffs hold it."""
    kind = TYPES[shown["type"]]
    return Authorization(
        kind,
        "*" if kind == GLOBAL else shown.get("user"),
        shown.get("group"),
        RESOURCES[shown["resource"]],
        shown["id"],
        frozenset(shown["permissions"]),
    )


# What a diff announces, and what it makes of a state


class Model:
    """The tests' own picture of an engine: what was announced happens, and what the engine does with it by itself."""

    def __init__(self, state: State) -> None:
        self.users, self.groups, self.tenants = dict(state.users), dict(state.groups), dict(state.tenants)
        self.rows = {row[:5]: row for row in state.authorizations}
        self.first = dict(self.rows)

    @property
    def state(self) -> State:
        return State(self.users, self.groups, self.tenants, frozenset(self.rows.values()))

    def apply(self, changes: list[dict[str, Any]]) -> None:
        """Objects, then memberships, then what goes, and at last the rows as they are after all that was announced."""
        objects = [each for each in changes if each["kind"] in ("user", "group", "tenant")]
        members = [each for each in changes if each["kind"] == "membership"]
        for each in [each for each in objects if each["after"]]:
            self._write_object(each["kind"], each["before"], each["after"])
        for each in [each for each in members if each["after"]]:
            self._member(each["after"], joins=True)
        for each in [each for each in members if not each["after"]]:
            self._member(each["before"], joins=False)
        for each in [each for each in objects if not each["after"]]:
            self._remove_object(each["kind"], each["before"]["id"])
        touched: set[tuple[Any, ...]] = set()
        for each in [each for each in changes if each["kind"] == "authorization"]:
            old, new = (_authorization(each[side]) if each[side] else None for side in ("before", "after"))
            key = (old or new or Authorization(0, None, None, 0, None, frozenset()))[:5]
            if key not in touched:
                assert self.first.get(key) == old, f"announced as {old}, and it is {self.first.get(key)}"
            touched.add(key)
            self.rows.pop(key, None)
            if new:
                self.rows[key] = new

    def _own(self, permission: str, resource: int, name: str, **grantee: str) -> None:
        row = Authorization(GRANT, grantee.get("user"), grantee.get("group"), resource, name, frozenset({permission}))
        self.rows.setdefault(row[:5], row)

    def _drop(self, goes: Callable[[Authorization], bool]) -> None:
        self.rows = {key: row for key, row in self.rows.items() if not goes(row)}

    def _write_object(self, kind: str, before: Any, after: Mapping[str, Any]) -> None:
        name = after["id"]
        if kind == "user":
            found = self.users.get(name, User(None, None, None))
            old: Any = {"id": name, "firstName": found.first_name, "lastName": found.last_name, "email": found.email}
            self.users[name] = User(*(after[field] or None for field in ("firstName", "lastName", "email")))
            if not before:
                self._own("ALL", USER, name, user=name)
        elif kind == "group":
            team = self.groups.get(name, Group(None, None, frozenset()))
            old = {"id": name, "name": team.name, "type": team.type}
            self.groups[name] = Group(after["name"] or None, after["type"] or None, team.members)
            if not before:
                self._own("READ", GROUP, name, group=name)
        else:
            tenant = self.tenants.get(name, Tenant(None, frozenset(), frozenset()))
            old = {"id": name, "name": tenant.name}
            self.tenants[name] = Tenant(after["name"] or None, tenant.users, tenant.groups)
        if before:
            assert {field: value or None for field, value in before.items()} == old

    def _member(self, pair: Mapping[str, str], *, joins: bool) -> None:
        def change(names: frozenset[str], name: str) -> frozenset[str]:
            assert (name in names) != joins, f"{pair}: announced, and it is so already"
            return names | {name} if joins else names - {name}

        if "tenant" not in pair:
            group = self.groups[pair["group"]]
            self.groups[pair["group"]] = Group(group.name, group.type, change(group.members, pair["user"]))
            return
        tenant, where = self.tenants[pair["tenant"]], pair["tenant"]
        kind = "user" if "user" in pair else "group"
        name = pair[kind]
        users = change(tenant.users, name) if kind == "user" else tenant.users
        groups = change(tenant.groups, name) if kind == "group" else tenant.groups
        self.tenants[where] = Tenant(tenant.name, users, groups)
        if joins:
            self._own("READ", TENANT, where, **{kind: name})
        else:
            self._drop(lambda row: row[3:5] == (TENANT, where) and (row.user if kind == "user" else row.group) == name)

    def _remove_object(self, kind: str, name: str) -> None:
        if kind == "tenant":
            del self.tenants[name]
            self._drop(lambda row: row[3:5] == (TENANT, name))
            return
        for where, tenant in list(self.tenants.items()):
            if name in (tenant.users if kind == "user" else tenant.groups):
                self._member({kind: name, "tenant": where}, joins=False)
        if kind == "user":
            del self.users[name]
            for where, group in self.groups.items():
                self.groups[where] = Group(group.name, group.type, group.members - {name})
        else:
            del self.groups[name]
        self._drop(lambda row: row[3:5] == ({"user": USER, "group": GROUP}[kind], name))


def announced(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The changes with what they make of what; the diff has one entry for each."""
    assert len(result["changes"]) == len(result.get("diff", ()))
    return [
        {"kind": change["kind"], "before": shown["before"] or None, "after": shown["after"] or None}
        for change, shown in zip(result["changes"], result.get("diff", ()))
    ]


def _traits(before: Mapping[str, Any], options: Mapping[str, Any]) -> set[str]:
    """What is awkward about a pair; pytest counts it with --hypothesis-show-statistics."""
    purge, kinds = options["purge"], ("user", "group", "tenant")
    there = {kind: {each["id"] for each in before[f"{kind}s"]} for kind in kinds}
    declared = {kind: {each["id"] for each in options[f"{kind}s"]} for kind in kinds}
    purged = {(kind, name) for kind in kinds if f"{kind}s" in purge for name in there[kind] - declared[kind]}
    new = {(kind, name) for kind in kinds for name in declared[kind] - there[kind]}
    stored = {_row_key(row) for row in before["authorizations"]}
    wanted = {_row_key(row) for row in options["authorizations"]}
    objects = [*options["users"], *options["groups"], *options["tenants"]]
    traits = {
        "a row on a purged object": any(row[3:] in purged for row in stored),
        "a declared row on a purged object": any(row[3:] in purged for row in wanted),
        "a row before its object": any(row[3:] in new for row in stored),
        "an object's own row before it": any(
            row[0] == "grant" and (row[3], row[1 if row[3] == "user" else 2]) == row[3:] and row[3:] in new
            for row in stored
        ),
        "a member leaves a list": "memberships" in purge
        and any(
            set(old[option]) - set(each[option])
            for kind in ("groups", "tenants")
            for old in before[kind]
            for each in options[kind]
            for option in ("members", "users", "groups")
            if old["id"] == each["id"] and option in old and option in each
        ),
        "one id, several kinds": any(sum(name in declared[kind] for kind in kinds) > 1 for name in IDS),
        "an awkward id is written": any(each["id"] != "same" for each in objects),
        "protect": bool(options["protect"]),
        "protect and purge": bool(options["protect"] and purge),
        f"purge of {len(purge)} kinds": True,
        **{f"purge {kind}": True for kind in purge},
    }
    return {trait for trait, found in traits.items() if found}


@settings(
    max_examples=PAIRS,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pair=_pair())
def test_what_is_announced_is_what_happens(
    clean_engine: Engine, proxied: Proxy, pair: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    engine, (before, options) = clean_engine, pair
    api, connection = engine.api, engine.connection(proxied.url)
    # Nothing is refused here: what the module refuses has tests of its own.
    options = {**options, "max_deletions": "100%", "allow": ["purge_undeclared"]}
    for trait in _traits(before, options):
        event(trait)
    _write(api, before)
    try:
        first = api.state()
        proxied.reset()
        check = run_module("c7_identity", connection, options, check=True, diff=True)
        assert not proxied.writes
        assert "failed" not in check, check["msg"]
        model = Model(first)
        model.apply(announced(check))
        proxied.reset()
        done = run_module("c7_identity", connection, options)
        assert "failed" not in done, done["msg"]
        assert done["changes"] == check["changes"]
        for change in done["changes"]:
            event(f"{change['action']} {change['kind']}")
        assert done["changed"] is check["changed"] is bool(proxied.writes)
        assert api.state() == model.state
        proxied.reset()
        again = run_module("c7_identity", connection, options)
        assert again["changed"] is False, again["changes"]
        assert not proxied.writes
    finally:
        api.reset(engine.fresh)
