# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Authorizations that are set aside while their object is created (see ``automatic_grants``).

All of them have the resource id ``authorizations.ASIDE_ID``, so that one request finds them. The grantee of such a row
is the list of the grantee's name and the resource id that it had, as JSON, so the row contains its own identity.
"""

from __future__ import annotations

import json
from typing import Any

from ...desired.plan import Object
from .authorizations import ASIDE, ASIDE_ID


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
