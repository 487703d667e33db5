# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorizations: their identity, and how they are compared.

A row is kept as ``{"id"?, "type", "userId", "groupId", "resourceType", "resourceId", "permissions"}`` with the
permissions sorted. GRANT and REVOKE for the same grantee and resource are two rows; the engine has at most one of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from ...desired.plan import Change, Kind, Object
from ..client import Camunda7
from .permissions import TYPE_NAMES, TYPES, normal, securable_of

EVERYBODY = "*"
ASIDE = "setAside"
ASIDE_ID = "set aside by bpmops.camunda"
"""The resource id of the rows that are set aside."""


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
