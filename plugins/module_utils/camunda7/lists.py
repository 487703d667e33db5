# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a list of Camunda 7 is asked for: GET or POST, its order, its count, filters that older engines do not know.

Source of the facts: running engines (Camunda 7.20.0 to 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import AnswerError, UsageError
from ..rest import shapes
from ..rest.response import Response
from .client import Camunda7
from .client import Page as Rows

if TYPE_CHECKING:
    from .catalog import Camunda7Entity

Order = Sequence[Mapping[str, str]]
Where = Mapping[str, Any]

ROW = {"id": shapes.TEXT}
"""What every object of a list has."""

_NOBODY = "bpmops-4711-is-nobody"


def has_ties(entity: Camunda7Entity, order: Order) -> bool:
    """Return whether objects can be equal in this order, because the engine cannot sort by their ids too."""
    by_id = any(row["field"] == entity.id_sort for row in order)
    return bool(order) and not by_id and not (entity.id_sort and "post" in entity.reads)


def _sorting(entity: Camunda7Entity, order: Order) -> dict[str, Any]:
    """Return the parameters of a sort order, the id last. Without an order the engine sorts by the id."""
    rows: list[dict[str, Any]] = []
    for row in order:
        rows.append({"sortBy": row["field"], "sortOrder": row["order"].lower()})
        if "variable" in row:
            rows[-1]["parameters"] = {"variable": row["variable"], "type": row["type"]}
    if not rows or "post" not in entity.reads:
        return rows[0] if rows else {}
    if entity.id_sort and all(row["sortBy"] != entity.id_sort for row in rows):
        rows.append({"sortBy": entity.id_sort, "sortOrder": "asc"})
    return {"sorting": rows}


def read(client: Camunda7, entity: Camunda7Entity, where: Where, order: Order, size: int, first: int) -> Rows:
    """Return ``size`` objects from the offset ``first`` on; the size is smaller where the engine limits it."""

    def ask(size: int) -> Response:
        paging = {"firstResult": first, "maxResults": size} if "paging" in entity.reads else {}
        query = {**paging, **entity.in_url}
        return _ask(client, entity, "post" in entity.reads, entity.name, {**where, **_sorting(entity, order)}, query)

    if "paging" not in entity.reads:
        return Rows(ask(0).rows(ROW), size)
    return client.limited(ask, size, ROW)


def count(client: Camunda7, entity: Camunda7Entity, where: Where) -> int:
    """Return how many objects there are, from the count endpoint."""
    return _ask(client, entity, "count-post" in entity.reads, f"{entity.name}/count", where, {}).number("count")


def _ask(
    client: Camunda7, entity: Camunda7Entity, post: bool, path: str, where: Where, query: Mapping[str, Any]
) -> Response:
    if post:
        return client.read("POST", path, query=query, body=dict(where))
    texts = {name: ",".join(value) if isinstance(value, list) else value for name, value in where.items()}
    try:
        return client.read("GET", path, query={**texts, **query})
    except AnswerError as error:
        if error.status == 400 and error.response.is_html:
            error.message += f" The engine takes filters of {entity.name} in the address only: shorten their lists."
        raise


def check_known(client: Camunda7, entity: Camunda7Entity, where: Where) -> None:
    """Check that the engine knows those filters that not all versions know; it is asked once for each.

    Raises:
        UsageError: it does not know one: it would ignore it, and return everything.
    """
    for part in (where, *where.get(entity.alternatives, ())):
        for name in part:
            known = (entity.name, name) in client.known_filters
            if name in entity.since and not known:
                _check_one(client, entity, name)


def _check_one(client: Camunda7, entity: Camunda7Entity, name: str) -> None:
    if "post" in entity.reads:
        try:  # a value of the wrong type is an error only if there is such a filter
            _ask(client, entity, True, entity.name, {name: {}}, {"maxResults": 1})
            known = False
        except AnswerError as error:
            if error.status != 400:
                raise
            known = True
    else:
        known = count(client, entity, {name: _NOBODY}) == 0
        if known and count(client, entity, {}) == 0:
            return  # in an empty list nobody can tell, and nothing can be returned wrongly
    if not known:
        raise UsageError(
            f"filter.{name}: this engine does not know it, would ignore it and return everything. Camunda has it since "
            f"version {entity.since[name]}."
        )
    client.known_filters.add((entity.name, name))
