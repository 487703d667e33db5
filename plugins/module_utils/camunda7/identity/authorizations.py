# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorizations: their identity, how permission sets are compared and merged, how they are read and written.

A row is kept as ``{"id"?, "type", "userId", "groupId", "resourceType", "resourceId", "permissions"}`` with the
permissions sorted. GRANT and REVOKE for the same grantee and resource are two rows; the engine has at most one of each.

A row that an interrupted creation left aside (see ``own_rows``) is returned under its own identity, with the mark of
``aside``; a change of it also removes what took its place.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple, Optional

from ...desired.plan import Change, Kind, Object
from ...errors import AnswerError, InvalidAnswerError, NotFoundError
from ..client import ROWS, Camunda7
from . import aside
from .permissions import ALL_RESOURCES, TYPE_NAMES, TYPES, VOLATILE, Resource, normal, resource_of

EVERYBODY = "*"
Merge = Callable[[Resource, list[str], list[str]], list[str]]


class Key(NamedTuple):
    """What identifies an authorization. ``grantee`` is ``user``, ``group``, or an empty string for type global."""

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


def stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the engine without what only the server sets; one that was set aside under its own identity."""
    kept = {
        "id": row["id"],
        "type": row["type"],
        "userId": row.get("userId"),
        "groupId": row.get("groupId"),
        "resourceType": row["resourceType"],
        "resourceId": row.get("resourceId"),
        "permissions": normal(row.get("permissions") or ()),
    }
    return aside.under_own_identity(kept)


def _by_key(rows: Iterable[Mapping[str, Any]]) -> dict[Hashable, Object]:
    """Return rows of the engine by their identity. A row that was set aside takes precedence."""
    found = sorted(map(stored, rows), key=lambda row: aside.MARK in row)
    return {key_of(row): row for row in found}


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


def exact(resource: Resource, current: list[str], wanted: list[str]) -> list[str]:
    """The permissions are those that are declared."""
    return wanted


def kind(merge_permissions: Merge = exact) -> Kind:
    """Return the kind for plans.

    Args:
        merge_permissions: what becomes of the permissions on a resource that are there when others are declared.
    """

    def merge(current: Optional[Object], item: Object) -> Object:
        have = list(current["permissions"]) if current else []
        permissions = merge_permissions(resource_of(item["resourceType"]), have, list(item["permissions"]))
        row = {name: value for name, value in (current or item).items() if name != aside.MARK}
        return {**row, "permissions": permissions}

    return Kind("authorization", key=key_of, merge=merge, perform=_perform, show=show)


def show(row: Object) -> dict[str, Any]:
    """Return a row as it is written in the desired-state document."""
    key = key_of(row)
    return {
        "type": TYPE_NAMES.get(key.type, str(key.type)),
        **({key.grantee: key.name} if key.grantee else {}),
        "resource": resource_of(key.resource).name,
        "id": key.resource_id,
        "permissions": list(row["permissions"]),
        **({"set_aside": True} if aside.MARK in row else {}),
    }


def find_types(client: Camunda7, key: Key) -> dict[Hashable, Object]:
    """Return the rows that have this identity apart from the type (at most a grant and a revoke), by their identity."""
    query: dict[str, Any] = {"resourceType": key.resource, "resourceId": key.resource_id}
    if key.grantee and "," not in key.name:
        query[f"{key.grantee}IdIn"] = key.name
    rows = client.list("authorization", query=query)
    return {found: row for found, row in _by_key(rows).items() if isinstance(found, Key) and found[1:] == key[1:]}


def find(client: Camunda7, key: Key) -> Optional[Object]:
    """Return the row with this identity, or None."""
    return find_types(client, key).get(key)


def find_set_aside(client: Camunda7) -> dict[Hashable, Object]:
    """Return the rows that are set aside because a creation was interrupted, by their own identity."""
    rows = client.list("authorization", query={"resourceId": aside.RESOURCE_ID})
    return {key: row for key, row in _by_key(rows).items() if aside.MARK in row}


def find_all(client: Camunda7, resources: Iterable[int], *, everything: bool) -> dict[Hashable, Object]:
    """Return the rows on these resource types and those that are set aside, by their identity.

    Rows on single tasks, deployments and history can be many thousands. When the table is larger than a page, only
    what is asked for is read.

    Args:
        resources: numbers of resource types.
        everything: also the rows on all other types, except those on single tasks and the like.
    """
    page = client.page("authorization")
    rows: Iterable[dict[str, Any]] = page.rows
    if page.is_full:
        queries: list[dict[str, Any]] = [{"resourceType": number} for number in sorted(set(resources))]
        if everything:
            for number in sorted(ALL_RESOURCES.difference(resources)):
                queries.append({"resourceType": number, **({"resourceId": "*"} if number in VOLATILE else {})})
        else:
            queries.append({"resourceId": aside.RESOURCE_ID})
        # One list after the other, so that not all rows are in memory twice.
        rows = (row for query in queries for row in client.list("authorization", query=query))
    return _by_key(row for row in rows if row.get("resourceId") is not None)


def _perform(client: Camunda7, change: Change) -> Optional[dict[str, Any]]:
    """Carry out a change of an authorization; return the row as it is afterwards."""
    before, after = change.before or {}, dict(change.after or {})
    if aside.MARK in before:
        free(client, before)
    if "id" in after:
        return _update(client, after)
    if change.action == "delete" or aside.MARK in before:
        _remove(client, before)
    return _create(client, after) if after else None


def free(client: Camunda7, row: Object) -> None:
    """Delete the row that the engine created with the object while this one was set aside."""
    there = find(client, key_of(row))
    if there is not None and there["id"] != row["id"]:
        client.delete("authorization", there["id"])


def _remove(client: Camunda7, row: Object) -> None:
    """Remove the row with this identity, also where another has taken its place since it was read."""
    there = None if client.delete("authorization", row["id"]) else find(client, key_of(row))
    if there is not None:
        client.delete("authorization", there["id"])


def _update(client: Camunda7, row: dict[str, Any]) -> dict[str, Any]:
    """Write a row that was there when the plan was made, and may have been removed or made anew since."""
    try:
        return put(client, row)
    except NotFoundError:
        there = find(client, key_of(row))
        if there is None:
            return _create(client, {name: value for name, value in row.items() if name != "id"})
        return put(client, {**there, "permissions": row["permissions"]})


def _create(client: Camunda7, row: dict[str, Any]) -> dict[str, Any]:
    try:
        return stored(client.write("POST", "authorization", "create", body=row).object(ROWS["authorization"]))
    except InvalidAnswerError as error:
        error.message += " The authorization may have been created all the same: run the task again to complete it."
        raise
    except AnswerError as error:
        if error.status == 404:
            error.message += (
                " It was created all the same: the engine answers so when the caller may not read it. "
                "Grant READ on the resource authorization, id *, to the caller."
            )
        # A row with this identity appeared in between: the engine made it together with a user or a membership,
        # or somebody else did. The engine says no more than 500.
        there = find(client, key_of(row)) if error.status == 500 else None
        if there is None:
            raise
        if there["permissions"] == row["permissions"]:
            return dict(there)
        return put(client, {**there, "permissions": row["permissions"]})


def put(client: Camunda7, row: Object) -> dict[str, Any]:
    """Write a row that exists. The engine clears omitted fields, so all are sent; it ignores the type."""
    body = {name: value for name, value in row.items() if name != aside.MARK}
    client.write("PUT", "authorization", row["id"], body=body)
    return body
