# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorizations that are set aside while their object is created (see ``automatic_grants``).

All of them have the resource id ``authorizations.ASIDE_ID``, so that one request finds them. The grantee of such a row
is the list of the grantee's name and the resource id that it had, as JSON, so the row contains its own identity.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from ...desired.plan import UPDATE, Change, Object
from .authorizations import ASIDE, ASIDE_ID, AUTHORIZATION, AuthorizationId


def _grantee(row: Object) -> str:
    return "groupId" if row["groupId"] else "userId"


def set_aside(row: Object) -> dict[str, Any]:
    """Return the row as it is stored while it is set aside."""
    grantee = _grantee(row)
    names = json.dumps([row[grantee], row["resourceId"]], ensure_ascii=False)
    return {**row, grantee: names, "resourceId": ASIDE_ID}


def under_own_identity(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row that was set aside under its own identity, with ``ASIDE``; a row with another grantee as it is."""
    grantee = _grantee(row)
    try:
        names = json.loads(row[grantee])
    except (TypeError, ValueError):
        return row
    if not isinstance(names, list) or [type(name) for name in names] != [str, str]:
        return row
    return {**row, grantee: names[0], "resourceId": names[1], ASIDE: True}


def recovery(rows: Mapping[AuthorizationId, Object], changed: Collection[AuthorizationId] = ()) -> list[Change]:
    """Return the changes that move back the rows which an interrupted creation left aside.

    Args:
        rows: rows by their identity.
        changed: identities of rows that the plan changes anyway; changing such a row moves it back too.
    """
    left = {key: row for key, row in rows.items() if ASIDE in row and key not in changed}
    return [Change(UPDATE, AUTHORIZATION, key, row, AUTHORIZATION.merge(row, row)) for key, row in left.items()]
