# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorizations that the engine creates by itself, and how they interfere with declared ones.

With authorizations enabled the engine gives a new user ALL on itself, a new group READ on itself, a member of a tenant
READ on the tenant; it adds rows for tasks, filters, deployments and history.
Source: ``DefaultAuthorizationProvider`` of 7.24.

The engine inserts such a row in the transaction that creates the user, group or membership, and has at most one row of
an identity. So a row that exists before its object makes the creation fail ("The user already exists", status 400;
memberships: 500), and has to be set aside until the object exists. It is not deleted for that: PUT moves it, with its
id and its permissions, to another grantee and resource id. If the run is interrupted then, the next one can complete
it, because the row remains in the list of authorizations and contains its own identity. Seen on 7.24.0 and Operaton
1.0.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from . import authorizations
from .authorizations import AuthorizationId
from .permissions import ALL, SECURABLES, TYPES, VOLATILE

_USER, _GROUP, _TENANT = (SECURABLES[name].number for name in ("user", "group", "tenant"))


def default(key: AuthorizationId) -> Optional[list[str]]:
    """Return the permissions that the engine gives to a row of a user, group or tenant member; None if it makes none.

    A row has this identity if it grants to a user on itself, to a group on itself, or to anybody on a tenant.
    """
    if key.type != TYPES["grant"] or key.resource_id == "*":
        return None
    if key.resource == _TENANT:
        return ["READ"]
    on_itself = {(_USER, "user"): [ALL], (_GROUP, "group"): ["READ"]}
    return on_itself.get((key.resource, key.grantee)) if key.name == key.resource_id else None


def is_automatic(row: Mapping[str, Any]) -> bool:
    """Whether the engine creates such a row by itself, as far as its content tells."""
    key = authorizations.key_of(row)
    if key.resource in VOLATILE:
        return key.resource_id != "*"
    return list(row["permissions"]) == default(key)
