# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorizations: their identity, how they are compared and found.

A row is kept as ``{"id"?, "type", "userId", "groupId", "resourceType", "resourceId", "permissions"}`` with the
permissions sorted. GRANT and REVOKE for the same grantee and resource are two rows; the engine has at most one of each.

A row that an interrupted creation left aside (see ``aside``) is returned under its own identity, with the field
``ASIDE``; a change of it also deletes the row that took its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from ...desired.plan import Change, Kind, Object
from ...rest import shapes
from ..client import Camunda7
from .permissions import ALL_NUMBERS, TYPE_NAMES, TYPES, VOLATILE, normal, securable_of

EVERYBODY = "*"
ASIDE = "setAside"
ASIDE_ID = "set aside by bpmops.camunda"
"""The resource id of the rows that are set aside."""
ROW: shapes.Fields = {
    "id": shapes.TEXT,
    "type": shapes.INTEGER,
    "permissions": shapes.TEXTS,
    "userId": shapes.TEXT_OR_NULL,
    "groupId": shapes.TEXT_OR_NULL,
    "resourceType": shapes.INTEGER,
    "resourceId": shapes.TEXT_OR_NULL,
}


class AuthorizationId(NamedTuple):
    """The identity of an authorization. ``grantee`` is ``user``, ``group``, or an empty string for type global."""

    type: int
    grantee: str
    name: str
    resource: int
    resource_id: str

    def __str__(self) -> str:
        grantee = f" {self.grantee} {self.name}" if self.grantee else ""
        resource = securable_of(self.resource).name
        return f"{TYPE_NAMES.get(self.type, self.type)}{grantee} on {resource} {self.resource_id}"


Authorizations = dict[AuthorizationId, Object]


def key_of(row: Mapping[str, Any]) -> AuthorizationId:
    """Return the identity of a row."""
    if row["type"] == TYPES["global"]:
        grantee, name = "", EVERYBODY
    elif row.get("groupId"):
        grantee, name = "group", row["groupId"]
    else:
        grantee, name = "user", row.get("userId") or ""
    return AuthorizationId(row["type"], grantee, name, row["resourceType"], row.get("resourceId") or "")


def stored(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of the engine without what only the server sets; one that was set aside under its own identity."""
    found = {
        "id": row["id"],
        "type": row["type"],
        "userId": row.get("userId"),
        "groupId": row.get("groupId"),
        "resourceType": row["resourceType"],
        "resourceId": row.get("resourceId"),
        "permissions": normal(row.get("permissions") or ()),
    }
    if found["resourceId"] != ASIDE_ID:
        return found
    from . import aside  # only after an interruption

    return aside.under_own_identity(found)


def _by_key(rows: Iterable[Mapping[str, Any]]) -> Authorizations:
    """Return rows of the engine by their identity. A row that was set aside takes precedence."""
    found = sorted(map(stored, rows), key=lambda row: ASIDE in row)
    return {key_of(row): row for row in found}


def desired(key: AuthorizationId, permissions: Iterable[str]) -> dict[str, Any]:
    """Return the row that a declaration asks for."""
    return {
        "type": key.type,
        "userId": EVERYBODY if not key.grantee else (key.name if key.grantee == "user" else None),
        "groupId": key.name if key.grantee == "group" else None,
        "resourceType": key.resource,
        "resourceId": key.resource_id,
        "permissions": normal(permissions),
    }


def _merge(current: Optional[Object], item: Object) -> Object:
    row = {name: value for name, value in (current or item).items() if name != ASIDE}
    return {**row, "permissions": list(item["permissions"])}


def _perform(client: Camunda7, change: Change) -> Any:
    from . import writes  # most runs change nothing

    return writes.write_authorization(client, change)


def show(row: Object) -> dict[str, Any]:
    """Return a row as documents declare it."""
    key = key_of(row)
    return {
        "type": TYPE_NAMES.get(key.type, str(key.type)),
        **({key.grantee: key.name} if key.grantee else {}),
        "resource": securable_of(key.resource).name,
        "id": key.resource_id,
        "permissions": list(row["permissions"]),
        **({"set_aside": True} if ASIDE in row else {}),
    }


AUTHORIZATION = Kind("authorization", key_of, _merge, _perform, show=show, plural="authorizations")


def find_by(client: Camunda7, query: Mapping[str, Any]) -> Authorizations:
    """Return the rows that a query of the API finds, by their identity."""
    return _by_key(client.list("authorization", fields=ROW, query=query))


def find_types(client: Camunda7, key: AuthorizationId) -> Authorizations:
    """Return the rows that have this identity apart from the type (at most a grant and a revoke)."""
    query: dict[str, Any] = {"resourceType": key.resource, "resourceId": key.resource_id}
    if key.grantee and "," not in key.name:
        query[f"{key.grantee}IdIn"] = key.name
    return {found: row for found, row in find_by(client, query).items() if found[1:] == key[1:]}


def find_set_aside(client: Camunda7) -> Authorizations:
    """Return the rows that are set aside because a creation was interrupted, by their own identity."""
    return {key: row for key, row in find_by(client, {"resourceId": ASIDE_ID}).items() if ASIDE in row}


def find_all(client: Camunda7, resources: Iterable[int], *, everything: bool) -> Authorizations:
    """Return the rows on these resource types and those that are set aside, by their identity.

    Rows on single tasks, deployments and history can be many thousands. When the table is larger than a page, only
    what is asked for is read.

    Args:
        resources: numbers of resource types.
        everything: also the rows on all other types, except those on single tasks and the like.
    """
    page = client.page("authorization", fields=ROW)
    rows: Iterable[dict[str, Any]] = page.rows
    if page.is_full:
        queries: list[dict[str, Any]] = [{"resourceType": number} for number in sorted(set(resources))]
        if everything:
            for number in sorted(ALL_NUMBERS.difference(resources)):
                queries.append({"resourceType": number, **({"resourceId": "*"} if number in VOLATILE else {})})
        else:
            queries.append({"resourceId": ASIDE_ID})
        # One list after the other, so that not all rows are in memory twice.
        rows = (row for query in queries for row in client.list("authorization", fields=ROW, query=query))
    return _by_key(row for row in rows if row.get("resourceId") is not None)
