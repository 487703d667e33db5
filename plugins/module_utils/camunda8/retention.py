# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operate_delete_instance does with a task's parameters."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Optional

from ..desired.apply import Journal
from ..errors import RefusedError
from ..query.search import Query
from ..query.windows import TIME_ARGUMENTS
from . import deletion, filters
from . import v1_catalog as entities
from .done import Done, Params
from .v1 import Operate

_ORPHANS = (
    "process instances that were called by deleted ones stay behind as orphans; "
    "include_children: true deletes them too."
)

TARGETS: tuple[str, ...] = ("key", "keys", "filter", *TIME_ARGUMENTS)
"""The options that select the instances to delete; one of them is needed."""

EXCLUSIVE = [("key", "keys", "filter"), *((key, time) for key in ("key", "keys") for time in TIME_ARGUMENTS)]
"""Instances that are named by key are deleted whatever their age and their fields."""

NOT_EMPTY = tuple(name for name in TARGETS if name != "keys")
"""Targets that select more when they are empty. An empty list of keys selects nothing."""


def delete(client: Operate, params: Params, *, check_mode: bool, journal: Optional[Journal] = None) -> Done:
    """Delete process instances, called ones first; the deletions are the changes."""
    settings = deletion.Settings(
        cancel_first=params["cancel_first"],
        include_children=params["include_children"],
        max_instances=params["max_instances"],
        concurrency=params["concurrency"],
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        wait_interval=params["wait_interval"],
    )
    frozen = _freeze(client, params, settings)
    stages = deletion.plan(frozen, settings)
    done = None if check_mode else deletion.carry_out(client, stages, settings, journal)
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
    if params["key"] is not None or params["keys"] is not None:
        given = [params["key"]] if params["keys"] is None else params["keys"]
        entity = entities.find(entities.PROCESS_INSTANCES)
        return deletion.by_keys(client, [filters.check_key(entity, key) for key in given], settings)
    search = {**params, "entity": entities.PROCESS_INSTANCES, "limit": settings.max_instances}
    query = Query.from_parameters({**search, "filter": params["filter"] or {}}, datetime.now(timezone.utc))
    if not query.filter and not query.windows:
        raise RefusedError(
            "There is neither a filter nor a time range, which matches every process instance, so nothing was deleted."
        )
    return deletion.by_query(client, query, settings)
