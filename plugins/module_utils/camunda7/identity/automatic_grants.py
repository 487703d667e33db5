# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorizations that the engine creates by itself, and how they interfere with declared ones.

With authorizations enabled the engine gives a new user ALL on itself, a new group READ on itself, a member of a tenant
READ on the tenant; it adds rows for tasks, filters, deployments and history.
Source: ``DefaultAuthorizationProvider`` of 7.24.

The engine inserts such a row in the transaction that creates the user, group or membership, and has at most one row of
an identity. So a row that is there before its object makes the creation fail ("The user already exists", status 400;
memberships: 500), and has to be set aside until the object exists. It is not deleted for that: PUT moves it, with its
id and its permissions, to another grantee and resource id. What is interrupted then can be completed by the next run,
because the row remains in the list of authorizations and contains its own identity. Seen on 7.24.0 and Operaton 1.0.3.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from contextlib import suppress
from typing import Any, Optional

from ...desired.plan import UPDATE, Change, Object
from ...errors import CamundaError
from ..client import Camunda7
from . import aside, authorizations
from .authorizations import Key
from .permissions import ALL, RESOURCES, TYPES, VOLATILE

_GRANT = TYPES["grant"]
_USER, _GROUP, _TENANT = (RESOURCES[name].number for name in ("user", "group", "tenant"))


def default(key: Key) -> Optional[list[str]]:
    """Return the permissions that the engine gives to a row of a user, group or tenant member; None if it makes none.

    A row has this identity if it grants to a user on itself, to a group on itself, or to anybody on a tenant.
    """
    if key.type != _GRANT or key.resource_id == "*":
        return None
    if key.resource == _TENANT:
        return ["READ"]
    own = {(_USER, "user"): [ALL], (_GROUP, "group"): ["READ"]}
    return own.get((key.resource, key.grantee)) if key.name == key.resource_id else None


def is_own(row: Mapping[str, Any]) -> bool:
    """Whether the engine made the row by itself, as far as its content tells."""
    key = authorizations.key_of(row)
    if key.resource in VOLATILE:
        return key.resource_id != "*"
    return list(row["permissions"]) == default(key)


def create_past(client: Camunda7, key: Key, create: Callable[[], None]) -> bool:
    """Create an object whose own row exists before the object does, which the engine refuses.

    The row is set aside, the object is created, the row that the engine created with it is deleted, and the first one
    is moved back. ``recovery`` completes what was interrupted in between.

    Returns:
        False when there is no such row, so that the refusal has another reason.
    """
    row = authorizations.find(client, key)
    if row is None:
        return False
    # Where an interrupted run left a row aside, that one counts.
    row = authorizations.find_set_aside(client).get(key, row)
    authorizations.free(client, row)
    authorizations.put(client, aside.set_aside(row))
    try:
        create()
    except CamundaError:
        with suppress(CamundaError):
            _move_back(client, row)
        raise
    _move_back(client, row)
    return True


def _move_back(client: Camunda7, row: Object) -> None:
    authorizations.free(client, row)
    authorizations.put(client, row)


def recovery(rows: Mapping[Hashable, Object], changed: Collection[Hashable] = ()) -> list[Change]:
    """Return the changes that move back the rows which an interrupted creation left aside.

    Args:
        rows: rows by their identity, as ``authorizations`` reads them.
        changed: identities of rows that the plan changes anyway; changing such a row moves it back too.
    """
    kind = authorizations.kind()
    left = {key: row for key, row in rows.items() if aside.MARK in row and key not in changed}
    return [Change(UPDATE, kind, key, row, kind.merge(row, row)) for key, row in left.items()]
