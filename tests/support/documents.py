# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine must look like after a desired-state document was applied to it: the tests' own model of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .camunda7 import GLOBAL, GRANT, REVOKE, Authorization, Group, State, Tenant, User

TYPES = {"global": GLOBAL, "grant": GRANT, "revoke": REVOKE}
USER, GROUP, TENANT = 1, 2, 11
RESOURCES = {
    "application": 0,
    "user": USER,
    "group": GROUP,
    "authorization": 4,
    "filter": 5,
    "process_definition": 6,
    "process_instance": 8,
    "deployment": 9,
    "tenant": TENANT,
}

Document = Mapping[str, Any]


def applied(state: State, document: Document) -> State:
    """The state after the document was applied without purge.

    With authorizations enabled, the engine adds rows of its own: ALL on itself for a new user, READ on itself for a new
    group, READ on the tenant for a new member.
    """
    users, groups, tenants = dict(state.users), dict(state.groups), dict(state.tenants)
    rows = {row[:5]: row for row in state.authorizations}
    own: list[Authorization] = []
    for each in document["users"]:
        user = users.get(each["id"]) or User(None, None, None)
        if each["id"] not in users:
            own.append(Authorization(GRANT, each["id"], None, USER, each["id"], frozenset({"ALL"})))
        users[each["id"]] = User(
            each.get("first_name", user.first_name),
            each.get("last_name", user.last_name),
            each.get("email", user.email),
        )
    for each in document["groups"]:
        group = groups.get(each["id"]) or Group(None, None, frozenset())
        if each["id"] not in groups:
            own.append(Authorization(GRANT, None, each["id"], GROUP, each["id"], frozenset({"READ"})))
        groups[each["id"]] = Group(
            each.get("name", group.name), each.get("type", group.type), group.members.union(each.get("members", ()))
        )
    for each in document["tenants"]:
        tenant = tenants.get(each["id"]) or Tenant(None, frozenset(), frozenset())
        new_users = set(each.get("users", ())) - tenant.users
        new_groups = set(each.get("groups", ())) - tenant.groups
        own += (Authorization(GRANT, name, None, TENANT, each["id"], frozenset({"READ"})) for name in new_users)
        own += (Authorization(GRANT, None, name, TENANT, each["id"], frozenset({"READ"})) for name in new_groups)
        tenants[each["id"]] = Tenant(
            each.get("name", tenant.name), tenant.users | new_users, tenant.groups | new_groups
        )
    rows.update((row[:5], row) for row in own)
    rows.update((row[:5], row) for row in declared(document))
    return State(users, groups, tenants, frozenset(rows.values()))


def exactly(fresh: State, before: State, document: Document) -> State:
    """The state after the document was applied with everything else purged; `fresh` is what is never removed.

    Fields that a document does not mention keep what they were, also with purge.
    """
    users = {each["id"]: before.users[each["id"]] for each in document["users"] if each["id"] in before.users}
    groups = {each["id"]: before.groups[each["id"]] for each in document["groups"] if each["id"] in before.groups}
    tenants = {each["id"]: before.tenants[each["id"]] for each in document["tenants"] if each["id"] in before.tenants}
    rows = {
        *fresh.authorizations,
        *(Authorization(GRANT, name, None, USER, name, frozenset({"ALL"})) for name in users),
        *(Authorization(GRANT, None, name, GROUP, name, frozenset({"READ"})) for name in groups),
    }
    survivors = State(
        {**fresh.users, **users},
        {**fresh.groups, **{name: Group(each.name, each.type, frozenset()) for name, each in groups.items()}},
        {**fresh.tenants, **{name: Tenant(each.name, frozenset(), frozenset()) for name, each in tenants.items()}},
        frozenset(rows),
    )
    return applied(survivors, document)


def declared(document: Document) -> Iterable[Authorization]:
    """The rows that a document declares."""
    for each in document["authorizations"]:
        kind = TYPES[each.get("type", "grant")]
        for name in each.get("ids", [each.get("id", "*")]):
            yield Authorization(
                kind,
                "*" if kind == GLOBAL else each.get("user"),
                each.get("group"),
                RESOURCES[each["resource"]],
                name,
                frozenset(each["permissions"]),
            )
