# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules and lookups of Operate do with a task's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from typing import Any

from ansible_collections.bpmops.camunda.plugins.module_utils.desired.apply import read_all
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import RefusedError, UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.operate import deletion, entities, export, filters
from ansible_collections.bpmops.camunda.plugins.module_utils.operate.client import Operate
from ansible_collections.bpmops.camunda.plugins.module_utils.operate.query import Query, Search
from ansible_collections.bpmops.camunda.plugins.module_utils.operate.windows import TIME_ARGUMENTS

Params = Mapping[str, Any]

_ORPHANS = (
    "process instances that were called by deleted ones stay behind as orphans; "
    "include_children: true deletes them too."
)

TARGETS: tuple[str, ...] = ("key", "keys", "filter", *TIME_ARGUMENTS)
"""The options that name the instances to delete; one of them is needed."""


@dataclass(frozen=True)
class Done:
    """What a task did, or would do in check mode: its result, the changes behind it, and what to warn about."""

    changed: bool = False
    result: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


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
        return Done(result={"objects": objects, **found.summary()})
    export.check_dest(dest)
    changed = export.write_lines(dest, found.pages(), check_mode=check_mode)
    return Done(changed, {"dest": dest, "count": found.count, **found.summary()})


def get(client: Operate, params: Params, *, check_mode: bool) -> Done:
    """Get objects or views of them by their keys."""
    entity, view, dest = entities.find(params["entity"]), params["view"], params.get("dest")
    _check_view(entity, view)
    if dest is not None and (view != "xml" or params["key"] is None):
        raise UsageError("dest: only the document of one object can be written: give key and view: xml.")
    single = params["key"] is not None
    keys = [filters.check_key(entity, key) for key in ([params["key"]] if single else params["keys"])]
    workers = check_workers(params["concurrency"])
    if dest is not None:
        export.check_dest(dest)
    rows = read_all(keys, partial(_one, client, entity, view), workers)
    missing = [key for key, row in zip(keys, rows) if row is None]
    if missing and params["required"]:
        raise RefusedError(f"There is no {entity.one} {', '.join(missing)} (required: true).", missing=missing)
    result: dict[str, Any] = {"missing": missing}
    if dest is not None and not missing:
        changed = export.write_text(dest, rows[0], check_mode=check_mode)
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


def check_workers(value: int) -> int:
    """Return the number of requests at a time, checked."""
    if not 1 <= value <= 16:
        raise UsageError(f"concurrency: {value} is not between 1 and 16.")
    return value


def delete(client: Operate, params: Params, *, check_mode: bool) -> Done:
    """Delete process instances, called ones first; the deletions are the changes."""
    settings = deletion.Settings(
        cancel_first=params["cancel_first"],
        include_children=params["include_children"],
        max_instances=params["max_instances"],
        concurrency=check_workers(params["concurrency"]),
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        wait_interval=params["wait_interval"],
    )
    frozen = _freeze(client, params, settings)
    stages = deletion.plan(frozen, settings)
    done = None if check_mode else deletion.carry_out(client, stages, settings)
    instances = deletion.report(frozen, done)
    counts = {action: sum(row["action"] == action for row in instances) for action in ("deleted", "absent")}
    counts["canceled"] = sum(row["canceled"] for row in instances)
    return Done(
        bool(frozen.rows) if done is None else any(done.values()),
        {"instances": instances, "counts": counts, "orphans": frozen.orphans},
        [change for stage in stages for change in stage if change.action == "delete"],
        [f"{len(frozen.orphans)} {_ORPHANS}"] if frozen.orphans else [],
    )


def _freeze(client: Operate, params: Params, settings: deletion.Settings) -> deletion.Frozen:
    timed = [name for name in TIME_ARGUMENTS if params[name]]
    if settings.max_instances < 1:
        raise UsageError("max_instances: give 1 or more.")
    if params["key"] is not None or params["keys"] is not None:
        if timed:
            raise UsageError(f"{timed[0]}: belongs to filter; instances that are named by key go whatever their age.")
        given = [params["key"]] if params["keys"] is None else params["keys"]
        entity = entities.find(entities.PROCESS_INSTANCES)
        return deletion.by_keys(client, [filters.check_key(entity, key) for key in given], settings)
    if params["filter"] is not None and not params["filter"]:
        raise RefusedError(
            "filter: an empty filter matches everything, so nothing was deleted. "
            "Leave it out where limits of time alone are meant."
        )
    query = Query.from_parameters(
        {**params, "entity": entities.PROCESS_INSTANCES, "limit": settings.max_instances}, datetime.now(timezone.utc)
    )
    return deletion.by_query(client, query, settings)
