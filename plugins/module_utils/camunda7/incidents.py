# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Incidents: retry what failed, annotate, resolve those that people created; a report by cause.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3). An incident of a called instance is also one of
each instance above it: there ``configuration`` is null, and ``rootCauseIncidentId`` names the first one. Resolving one
of several custom incidents of an execution that have the same configuration removes all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ..desired.plan import UPDATE, Action
from ..desired.selection import Row, Selector
from ..desired.verbs import Act, Params, Verb, check_options
from ..errors import UsageError
from ..task import Context, Outcome
from .client import Camunda7
from .ids import encode
from .source import CATALOG

SELECTOR = Selector(CATALOG, "incident", "change", oldest="incidentTimestamp")

RETRY = Action("retry", "retried")
RESOLVE = Action("resolve", "resolved")

_TAKES = {"retried": ("retries",), "annotated": ("annotation",), "resolved": ()}
# What an incident's configuration is the id of.
_WORK = {"failedJob": "job", "failedExternalTask": "external-task"}
# The requests that create batches for them, and what their lists of ids are called.
_BATCHES = {
    "failedJob": (("job", "retries"), "jobIds"),
    "failedExternalTask": (("external-task", "retries-async"), "externalTaskIds"),
}
_VARYING = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\d+")


def _check(params: Params) -> None:
    check_options(params, "state", _TAKES)
    if params["retries"] == 0:
        raise UsageError("retries: 0 leaves the incidents open; give 1 or more.")
    if params["state"] == "annotated" and params["annotation"] is None:
        raise UsageError("annotation: required with state: annotated.")
    if params["via"] == "batch" and params["state"] != "retried":
        raise UsageError(f"via: a batch only retries; state: {params['state']} needs via: direct.")


def _more(client: Camunda7, row: Row, _params: Params) -> Row:
    """Return the job or external task behind an incident as ``behind``; None if there is none."""
    root = row
    if row["configuration"] is None and row["rootCauseIncidentId"] not in (None, row["id"]):
        root = CATALOG.source(client).one(CATALOG.find("incident"), row["rootCauseIncidentId"], "object", None) or row
    return {"behind": root["configuration"]}


def _no_retries(row: Row, _params: Params) -> str:
    if row["incidentType"] not in _WORK:
        return f"it is of type {row['incidentType']}, and only failed jobs and external tasks have retries"
    return "" if row["behind"] else "its root cause cannot be read"


def _retry(client: Camunda7, row: Row, params: Params) -> None:
    path = (_WORK[row["incidentType"]], encode(row["behind"]), "retries")
    client.write("PUT", *path, body={"retries": params["retries"] or 1})


def _retry_all(client: Camunda7, rows: list[Row], params: Params) -> dict[str, Any]:
    from .batches import run  # only tasks that ask for a batch need it

    made: list[dict[str, Any]] = []
    for kind, (path, name) in _BATCHES.items():
        keys = list(dict.fromkeys(row["behind"] for row in rows if row["incidentType"] == kind))
        if keys:
            made += run(client, path, name, keys, {"retries": params["retries"] or 1}, params)["batches"]
    return {"batches": made}


def _annotate(client: Camunda7, row: Row, params: Params) -> None:
    path, annotation = ("incident", encode(row["id"]), "annotation"), params["annotation"]
    if annotation:
        client.write("PUT", *path, body={"annotation": annotation})
    else:
        client.write("DELETE", *path)


def _known(client: Camunda7, key: str) -> bool:
    """Whether there was such an incident."""
    return CATALOG.source(client).one(CATALOG.find("history/incident"), key, "object", None) is not None


def _not_resolvable(row: Row, _params: Params) -> str:
    if row["incidentType"] in _WORK:
        return f"it is of type {row['incidentType']}, and ends when it is retried (state: retried) and succeeds"
    return ""


VERBS: dict[str, Verb[Camunda7]] = {
    "retried": Verb(
        RETRY,
        done=lambda _row, _params: False,
        after=lambda _row, _params: None,
        perform=_retry,
        check=_check,
        refused=_no_retries,
        wants_absent=True,
        reached=_known,
        more=_more,
        batch=_retry_all,
    ),
    "annotated": Verb(
        UPDATE,
        done=lambda row, params: (row["annotation"] or "") == params["annotation"],
        after=lambda row, params: {**row, "annotation": params["annotation"] or None},
        perform=_annotate,
        check=_check,
    ),
    "resolved": Verb(
        RESOLVE,
        done=lambda _row, _params: False,
        after=lambda _row, _params: None,
        perform=lambda client, row, _params: client.delete("incident", encode(row["id"])),
        check=_check,
        refused=_not_resolvable,
        wants_absent=True,
        reached=_known,
    ),
}

ACT = Act(
    SELECTOR,
    lambda params: VERBS[params["state"]],
    shown=(
        "incidentType",
        "incidentMessage",
        "incidentTimestamp",
        "processDefinitionId",
        "processInstanceId",
        "activityId",
        "configuration",
        "annotation",
    ),
)


def causes(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return how many incidents each cause has, the most frequent one first.

    A cause is a type, a process, an activity and a message in which numbers and UUIDs may differ.
    """
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for row in rows:
        process = str(row["processDefinitionId"] or "").partition(":")[0]
        message, when = row["incidentMessage"] or "", row["incidentTimestamp"]
        key = (row["incidentType"], process, row["activityId"] or "", _VARYING.sub("#", message))
        cause = found.setdefault(
            key,
            {
                "incidentType": row["incidentType"],
                "processDefinitionKey": process or None,
                "activityId": row["activityId"],
                "incidentMessage": message,
                "count": 0,
                "first": when,
                "last": when,
            },
        )
        cause["count"] += 1
        cause["first"], cause["last"] = min(cause["first"], when), max(cause["last"], when)
    return sorted(found.values(), key=lambda cause: -int(cause["count"]))


def work(context: Context[Camunda7]) -> Outcome:
    """Do the work of the module; the result also has ``causes``."""
    outcome = ACT(context)
    outcome.result["causes"] = causes(row for row in outcome.result["objects"] if "incidentType" in row)
    return outcome
