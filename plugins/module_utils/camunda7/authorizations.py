# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorizations: their identity, how permission sets are compared and merged, how they are read and written.

A row is kept as ``{"id"?, "type", "userId", "groupId", "resourceType", "resourceId", "permissions"}`` with the
permissions sorted. GRANT and REVOKE for the same grantee and resource are two rows; the engine has at most one of each.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Optional

from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import Camunda7
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.permissions import (
    ALL,
    ALL_RESOURCES,
    NONE,
    TYPE_NAMES,
    TYPES,
    VOLATILE,
    Resource,
    resource_of,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change, Kind, Object
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import AnswerError

EVERYBODY = "*"


class Key(NamedTuple):
    """What identifies an authorization. ``grantee`` is ``user``, ``group``, or an empty text for type global."""

    type: int
    grantee: str
    name: str
    resource: int
    resource_id: str

    @classmethod
    def grant(cls, grantee: str, name: str, resource: Resource, resource_id: str) -> Key:
        return cls(TYPES["grant"], grantee, name, resource.number, resource_id)

    def __str__(self) -> str:
        grantee = f" {self.grantee} {self.name}" if self.grantee else ""
        resource = resource_of(self.resource).name
        return f"{TYPE_NAMES.get(self.type, self.type)}{grantee} on {resource} {self.resource_id}"


def key_of(row: Mapping[str, Any]) -> Key:
    """Return the identity of a row."""
    if row["type"] == TYPES["global"]:
        grantee, name = "", EVERYBODY
    elif row.get("groupId"):
        grantee, name = "group", row["groupId"]
    else:
        grantee, name = "user", row.get("userId") or ""
    return Key(row["type"], grantee, name, row["resourceType"], row.get("resourceId") or "")


def normal(permissions: Iterable[str]) -> list[str]:
    """Return a permission set in one form: ALL swallows the others, NONE is the empty set."""
    return list(_normal(tuple(permissions)))


@lru_cache(maxsize=1024)  # thousands of rows have few different sets, and share their strings so
def _normal(permissions: tuple[str, ...]) -> tuple[str, ...]:
    names = set(permissions) - {NONE}
    return (ALL,) if ALL in names else tuple(sorted(names))


def stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the engine without what only the server sets."""
    return {
        "id": row["id"],
        "type": row["type"],
        "userId": row.get("userId"),
        "groupId": row.get("groupId"),
        "resourceType": row["resourceType"],
        "resourceId": row.get("resourceId"),
        "permissions": normal(row.get("permissions") or ()),
    }


def desired(key: Key, permissions: Iterable[str]) -> dict[str, Any]:
    """Return the row that a declaration asks for."""
    return {
        "type": key.type,
        "userId": EVERYBODY if not key.grantee else (key.name if key.grantee == "user" else None),
        "groupId": key.name if key.grantee == "group" else None,
        "resourceType": key.resource,
        "resourceId": key.resource_id,
        "permissions": normal(permissions),
    }


def _exact(resource: Resource, current: list[str], wanted: list[str]) -> list[str]:
    return wanted


def _add(resource: Resource, current: list[str], wanted: list[str]) -> list[str]:
    return normal([*current, *wanted])


def _remove(resource: Resource, current: list[str], unwanted: list[str]) -> list[str]:
    if ALL in unwanted:
        return []
    # ALL also covers the permissions of later versions; taking one away leaves those that are known today.
    names = resource.permissions if ALL in current and unwanted else current
    return normal(set(names) - set(unwanted))


MODES: dict[str, Callable[[Resource, list[str], list[str]], list[str]]] = {
    "exact": _exact,
    "add": _add,
    "remove": _remove,
}


def kind(mode: str = "exact") -> Kind:
    """Return the kind for plans; ``mode`` says how the declared permissions meet those that are there."""

    def merge(current: Optional[Object], item: Object) -> Object:
        have = list(current["permissions"]) if current else []
        permissions = MODES[mode](resource_of(item["resourceType"]), have, list(item["permissions"]))
        return {**(current or item), "permissions": permissions}

    return Kind("authorization", key=key_of, merge=merge, perform=_perform, show=show)


def show(row: Object) -> dict[str, Any]:
    """Return a row in the words of the desired-state document."""
    key = key_of(row)
    return {
        "type": TYPE_NAMES.get(key.type, str(key.type)),
        **({key.grantee: key.name} if key.grantee else {}),
        "resource": resource_of(key.resource).name,
        "id": key.resource_id,
        "permissions": list(row["permissions"]),
    }


def find_types(client: Camunda7, key: Key) -> dict[Hashable, Object]:
    """Return the rows that have this identity apart from the type (at most a grant and a revoke), by their identity."""
    query: dict[str, Any] = {"resourceType": key.resource, "resourceId": key.resource_id}
    if key.grantee and "," not in key.name:
        query[f"{key.grantee}IdIn"] = key.name
    rows = {key_of(row): stored(row) for row in client.list("authorization", query=query)}
    return {found: row for found, row in rows.items() if found[1:] == key[1:]}


def find(client: Camunda7, key: Key) -> Optional[Object]:
    """Return the row with this identity, or None."""
    return find_types(client, key).get(key)


def find_all(client: Camunda7, resources: Iterable[int], *, everything: bool) -> dict[Hashable, Object]:
    """Return the rows on these resource types, by their identity.

    Rows on single tasks, deployments and history can be many thousands. When the table is larger than a page, only
    what is asked for is read.

    Args:
        resources: numbers of resource types.
        everything: also the rows on all other types, except those on single tasks and the like.
    """
    page = client.page("authorization")
    rows = page.rows
    if page.is_full:
        queries: list[dict[str, Any]] = [{"resourceType": number} for number in sorted(set(resources))]
        if everything:
            for number in sorted(ALL_RESOURCES.difference(resources)):
                queries.append({"resourceType": number, **({"resourceId": "*"} if number in VOLATILE else {})})
        rows = [row for query in queries for row in client.list("authorization", query=query)]
    return {key_of(row): stored(row) for row in rows if row.get("resourceId") is not None}


def _perform(client: Camunda7, change: Change) -> Optional[dict[str, Any]]:
    """Carry out a change of an authorization; return the row as it is afterwards."""
    if change.action == "delete":
        try:
            client.write("DELETE", "authorization", (change.before or {})["id"])
        except AnswerError as error:
            if error.status != 404:
                raise
        return None
    after = dict(change.after or {})
    if "id" in after:
        return put(client, after)
    try:
        return stored(client.write("POST", "authorization", "create", body=after).data)
    except AnswerError as error:
        if error.status == 404:
            error.message += (
                " It was created all the same: the engine answers so when the caller may not read it. "
                "Grant READ on the resource authorization, id *, to the caller."
            )
        # A row with this identity appeared in between: the engine made it together with a user or a membership,
        # or somebody else did. The engine says no more than 500.
        there = find(client, key_of(after)) if error.status == 500 else None
        if there is None:
            raise
        if there["permissions"] == after["permissions"]:
            return dict(there)
        return put(client, {**there, "permissions": after["permissions"]})


def put(client: Camunda7, row: dict[str, Any]) -> dict[str, Any]:
    """Write a row that exists. The engine clears what is left out, so that all fields are sent; it ignores the type."""
    client.write("PUT", "authorization", row["id"], body=row)
    return row
