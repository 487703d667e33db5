# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of authorizations: how they are read.

A row that an interrupted creation left aside (see ``aside``) is returned under its own identity, with the field
``ASIDE``; a change of it also deletes the row that took its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...rest import shapes
from ..client import Camunda7
from .authorizations import ASIDE, ASIDE_ID, AuthorizationId, Authorizations, key_of
from .permissions import ALL_NUMBERS, VOLATILE, normal

ROW: shapes.Fields = {
    "id": shapes.TEXT,
    "type": shapes.INTEGER,
    "permissions": shapes.TEXTS,
    "userId": shapes.TEXT_OR_NULL,
    "groupId": shapes.TEXT_OR_NULL,
    "resourceType": shapes.INTEGER,
    "resourceId": shapes.TEXT_OR_NULL,
}


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
