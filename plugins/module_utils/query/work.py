# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operate_search and operate_get, the modules and the lookups, do with a task's parameters."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import partial
from typing import Any

from .. import files
from ..camunda8 import filters
from ..camunda8 import v1_catalog as entities
from ..camunda8.done import Done, Params
from ..camunda8.v1 import Operate
from ..errors import RefusedError, UsageError
from ..parallel import read_all
from . import lines
from .search import Query, Search


def search(client: Operate, params: Params, *, check_mode: bool) -> Done:
    """Search; the result has the objects, their number, or the name of the file with them."""
    query = Query.from_parameters(params, datetime.now(timezone.utc))
    found = Search(client, query)
    if params["count_only"]:
        found.tally()
        return Done(result=found.summary())
    dest = params.get("dest")
    if dest is None:
        objects = [row for page in found.pages() for row in page]
        return Done(result={"objects": objects, **found.summary()}, warnings=found.warnings)
    files.check_dest(dest)
    changed = lines.write_lines(dest, found.pages(), check_mode=check_mode)
    return Done(changed, {"dest": dest, "count": found.count, **found.summary()}, warnings=found.warnings)


def get(client: Operate, params: Params, *, check_mode: bool) -> Done:
    """Get objects or views of them by their keys."""
    entity, view, dest = entities.find(params["entity"]), params["view"], params.get("dest")
    _check_view(entity, view)
    if dest is not None and (view != "xml" or params["key"] is None):
        raise UsageError("dest: only the document of one object can be written: give key and view: xml.")
    single = params["key"] is not None
    keys = [filters.check_key(entity, key) for key in ([params["key"]] if single else params["keys"])]
    if dest is not None:
        files.check_dest(dest)
    rows = read_all(keys, partial(_one, client, entity, view), params["concurrency"])
    missing = [key for key, row in zip(keys, rows) if row is None]
    if missing and params["required"]:
        raise RefusedError(f"There is no {entity.one} {', '.join(missing)} (required: true).", missing=missing)
    result: dict[str, Any] = {"missing": missing}
    if dest is not None and not missing:
        changed = files.write_text(dest, rows[0], check_mode=check_mode)
        return Done(changed, {**result, "dest": dest})
    if single:
        return Done(result={**result, "object": rows[0]})
    return Done(result={**result, "objects": [row for row in rows if row is not None]})


def _check_view(entity: entities.Entity, view: str) -> None:
    if view != "object" and view not in entity.views:
        having = [each.name for each in entities.ENTITIES if view in each.views]
        raise UsageError(f"view: {entity.name} have no {view}; it exists for {' and '.join(having)}.")


def _one(client: Operate, entity: entities.Entity, view: str, key: str) -> Any:
    if view != "object":
        return client.view(entity, key, view)
    row = client.get(entity, key)
    return None if row is None else filters.present(entity, row)
