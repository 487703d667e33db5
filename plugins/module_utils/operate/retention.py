# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operate_delete_instance does with a task's parameters."""

from __future__ import annotations

from datetime import datetime, timezone

from ansible_collections.bpmops.camunda.plugins.module_utils.desired.apply import check_workers
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import RefusedError, UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.operate import deletion, entities, filters
from ansible_collections.bpmops.camunda.plugins.module_utils.operate.client import Operate
from ansible_collections.bpmops.camunda.plugins.module_utils.operate.done import Done, Params
from ansible_collections.bpmops.camunda.plugins.module_utils.operate.query import Query
from ansible_collections.bpmops.camunda.plugins.module_utils.operate.windows import TIME_ARGUMENTS

_ORPHANS = (
    "process instances that were called by deleted ones stay behind as orphans; "
    "include_children: true deletes them too."
)

TARGETS: tuple[str, ...] = ("key", "keys", "filter", *TIME_ARGUMENTS)
"""The options that name the instances to delete; one of them is needed."""


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
