# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches: wait for them, suspend, activate and delete them, retry what failed of them.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Callable

from ..desired.plan import DELETE, Action
from ..desired.selection import Row, Selector
from ..desired.verbs import Act, Params, Verb, check_options
from ..errors import ApplyError, RefusedError, UsageError
from ..task import Context, Outcome
from . import batches
from .client import Camunda7
from .ids import encode
from .source import CATALOG

SELECTOR = Selector(CATALOG, batches.STATISTICS, "change", oldest="startTime")

SUSPEND = Action("suspend", "suspended")
ACTIVATE = Action("activate", "activated")
RETRY = Action("retry", "retried")

_TAKES = {"finished": (), "suspended": (), "active": (), "retried": ("retries",), "absent": ("delete_history",)}


def _check(params: Params) -> None:
    check_options(params, "state", _TAKES)
    if params["retries"] == 0:
        raise UsageError("retries: 0 lets nothing go on; give 1 or more.")


def _ended(client: Camunda7, key: str) -> bool:
    """Whether the history knows the batch."""
    return batches.look(client, key) is not None


def _suspended(action: Action, value: bool) -> Verb[Camunda7]:
    def perform(client: Camunda7, row: Row, _params: Params) -> None:
        client.write("PUT", "batch", encode(row["id"]), "suspended", body={"suspended": value})

    return Verb(
        action,
        done=lambda row, _params: row["suspended"] is value,
        after=lambda row, _params: {**row, "suspended": value},
        perform=perform,
        check=_check,
    )


def _retry(client: Camunda7, row: Row, params: Params) -> None:
    # The engine answers 204 whether there are failed jobs or not; the batch was just read with some.
    path = ("job-definition", encode(row["batchJobDefinitionId"]), "retries")
    client.write("PUT", *path, body={"retries": params["retries"] or 1})


def _delete(client: Camunda7, row: Row, params: Params) -> None:
    query = {"cascade": bool(params["delete_history"])}
    client.rest.write("DELETE", client.path("batch", encode(row["id"])), query=query)


VERBS: dict[str, Verb[Camunda7]] = {
    "suspended": _suspended(SUSPEND, True),
    "active": _suspended(ACTIVATE, False),
    "retried": Verb(
        RETRY,
        done=lambda row, _params: row["failedJobs"] == 0,
        after=lambda row, _params: {**row, "failedJobs": 0},
        perform=_retry,
        check=_check,
        wants_absent=True,
        reached=_ended,
    ),
    "absent": Verb(
        DELETE,
        done=lambda _row, _params: False,
        after=lambda _row, _params: None,
        perform=_delete,
        check=_check,
        wants_absent=True,
    ),
}

ACT: Callable[[Context[Camunda7]], Outcome] = Act(
    SELECTOR, lambda params: VERBS[params["state"]], shown=batches.SHOWN[1:]
)


def _finish(context: Context[Camunda7]) -> Outcome:
    """Wait for batches. Nothing is changed."""
    client, params = context.client, context.params
    _check(params)
    selection = SELECTOR.select(client, params)
    unknown = [key for key in selection.absent if not _ended(client, key)]
    if unknown:
        context.missing(f"There is no batch {', '.join(unknown)}.")
    suspended = [key for key, row in selection.rows.items() if row["suspended"] and not batches.is_done(row)]
    if suspended:
        raise RefusedError(f"Batch {suspended[0]} is suspended and does not finish. Activate it with state: active.")
    rows = batches.wait(client, [*selection.rows, *(key for key in selection.absent if key not in unknown)], params)
    failed = batches.failures(client, rows)
    if failed and params["on_failure"] == "fail":
        raise ApplyError(batches.failure(failed, len(rows)), failed=failed, objects=rows)
    messages = {row["id"]: row["messages"] for row in failed}
    objects = [{**row, "result": "unchanged", "messages": messages.get(row["id"], [])} for row in rows]
    counts = {"matched": len(rows), "changed": 0, "unchanged": len(rows), "gone": 0}
    return Outcome(False, {"objects": objects, "counts": counts, "truncated": selection.truncated})


def work(context: Context[Camunda7]) -> Outcome:
    """Do the work of the module.

    Raises:
        ApplyError: jobs of the awaited batches failed, and ``on_failure`` is ``fail``.
    """
    return (_finish if context.params["state"] == "finished" else ACT)(context)
