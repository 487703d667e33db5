# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: their retries, due date, priority and suspension; executing and deleting them.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Union

from ..desired.plan import DELETE, Action
from ..desired.selection import Row, Selector
from ..desired.verbs import Act, Params, Verb, check_options
from ..errors import AnswerError, ApplyError, AuthenticationError, ForbiddenError, RefusedError, UsageError
from ..task import Context, Outcome
from . import settings
from .client import Camunda7
from .dates import when
from .ids import encode
from .settings import Setting
from .source import CATALOG

SELECTOR = Selector(CATALOG, "job", "change", oldest="jobDueDate")

STRAND = "strand_instance"
"""What ``allow`` names to delete a job."""

EXECUTE = Action("execute", "executed")

_ALONE = ("due_date", "priority", "suspended")  # what a batch does not set
_TAKES = {"present": ("retries", *_ALONE), "executed": (), "absent": ()}

# A job that is suspended first does not start in between; nor does one that gets its retries last.
_SETTINGS = (
    settings.same_name("suspended"),
    Setting(
        "due_date",
        lambda value: {"dueDate": when("due_date", value)},
        "duedate",
        lambda value: {"duedate": when("due_date", value)},
    ),
    settings.same_name("priority"),
    settings.same_name("retries"),
)


def _check(params: Params) -> None:
    check_options(params, "state", _TAKES)
    alone = [name for name in _ALONE if params[name] is not None]
    if params["via"] == "batch" and (params["state"] != "present" or alone):
        wrong = ", ".join(alone) or f"state: {params['state']}"
        raise UsageError(f"via: a batch sets the retries of jobs only; {wrong} needs via: direct.")


def _check_absent(params: Params) -> None:
    _check(params)
    if STRAND not in params["allow"]:
        raise RefusedError(
            "Refused to delete jobs: without its job a process instance waits for ever at that activity, and a timer "
            f"never starts. Nothing was changed. To proceed anyway, set allow: [{STRAND}]."
        )


def _execute(client: Camunda7, row: Row, _params: Params) -> Union[bool, dict[str, Any]]:
    """Execute a job within the request. A job that fails answers 404 or 500 with the text of its own error."""
    try:
        client.write("POST", "job", encode(row["id"]), "execute")
        return {"outcome": "succeeded"}
    except (AuthenticationError, ForbiddenError):
        raise
    except AnswerError as error:
        source, entity = CATALOG.source(client), CATALOG.find("job")
        now = source.one(entity, row["id"], "object", None)
        if now is None:
            return False
        if error.status not in (404, 500) or now["exceptionMessage"] is None:
            raise
        trace = source.one(entity, row["id"], "stacktrace", None)
        facts = {"retries": now["retries"], "message": now["exceptionMessage"], "stacktrace": trace}
        return {"outcome": "failed", **facts}


def _was_executed(client: Camunda7, key: str) -> bool:
    body = {"jobId": key, "successLog": True}
    return client.read("POST", "history", "job-log", "count", body=body).number("count") > 0


def _as_batch(client: Camunda7, rows: list[Row], params: Params) -> dict[str, Any]:
    from .batches import run  # only tasks that ask for a batch need it

    return run(
        client, ("job", "retries"), "jobIds", [row["id"] for row in rows], {"retries": params["retries"]}, params
    )


_PRESENT = settings.verb("job", _SETTINGS, _check)

VERBS: dict[str, Verb[Camunda7]] = {
    "present": replace(_PRESENT, batch=_as_batch),
    "executed": Verb(
        EXECUTE,
        done=lambda _row, _params: False,
        after=lambda _row, _params: None,
        perform=_execute,
        check=_check,
        wants_absent=True,
        reached=_was_executed,
    ),
    "absent": Verb(
        DELETE,
        done=lambda _row, _params: False,
        after=lambda _row, _params: None,
        perform=lambda client, row, _params: client.delete("job", encode(row["id"])),
        check=_check_absent,
        wants_absent=True,
    ),
}

ACT = Act(
    SELECTOR,
    lambda params: VERBS[params["state"]],
    shown=("processDefinitionKey", "processInstanceId", "failedActivityId", "retries", "exceptionMessage"),
)


def work(context: Context[Camunda7]) -> Outcome:
    """Do the work of the module.

    Raises:
        ApplyError: jobs failed, and ``on_failure`` is ``fail``.
    """
    outcome = ACT(context)
    rows = {row["id"]: row for row in outcome.result["objects"]}
    done, failed = [], []
    for change in outcome.changes:
        row = rows[change.key]
        if row.get("outcome") == "failed":
            failed.append({**change.summary(), "msg": row["message"], "stacktrace": row["stacktrace"]})
        else:
            done.append(change.summary())
    if failed and context.params["on_failure"] == "fail":
        raise ApplyError(
            f"{len(failed)} of {len(rows)} jobs failed when they were executed. The first: {failed[0]['name']}: "
            f"{failed[0]['msg']} Remove the cause and execute them again, or set on_failure: report.",
            done=done,
            failed=failed,
            objects=outcome.result["objects"],
        )
    return outcome
