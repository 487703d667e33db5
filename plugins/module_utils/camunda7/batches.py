# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Batches of the engine: create them, and wait until their work is done.

The work is done when all jobs were created and those that remain have failed. ``endTime`` comes up to half a minute
later, with the batch's monitor job (seen on Camunda 7.24.0 and Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ..desired.selection import Row
from ..desired.verbs import Params
from ..errors import AnswerError, ApplyError, WaitTimeoutError
from ..rest import shapes
from ..waiting import wait_until
from .client import Camunda7, smaller_limit
from .ids import encode
from .source import CATALOG

STATISTICS = "batch/statistics"
SHOWN = ("id", "type", "totalJobs", "jobsCreated", "completedJobs", "remainingJobs", "failedJobs", "suspended")

_MESSAGES = 5


def is_done(row: Row) -> bool:
    """Whether a batch has nothing left to do; its jobs may have failed."""
    if row["remainingJobs"] is None:  # it has ended
        return True
    return bool(row["jobsCreated"] >= row["totalJobs"] and row["remainingJobs"] == row["failedJobs"])


def look(client: Camunda7, key: str) -> Optional[dict[str, Any]]:
    """Return a batch with its statistics; None if there is none.

    Of one that has ended the history does not tell whether it was deleted before its work was done.
    """
    row = CATALOG.source(client).one(CATALOG.find(STATISTICS), key, "object", None)
    if row is not None:
        return {name: row[name] for name in SHOWN}
    past = CATALOG.source(client).one(CATALOG.find("history/batch"), key, "object", None)
    return None if past is None else {name: past.get(name) for name in SHOWN}


def wait(client: Camunda7, keys: Sequence[str], params: Params) -> list[dict[str, Any]]:
    """Wait until batches are done, and return them. One that was deleted meanwhile is not among them.

    Raises:
        WaitTimeoutError: with the batches in ``batches``.
    """
    ended: dict[str, Optional[dict[str, Any]]] = {}
    waiting: list[dict[str, Any]] = []

    def probe() -> Optional[bool]:
        waiting.clear()
        for key in keys:
            if key not in ended:
                row = look(client, key)
                if row is None or is_done(row):
                    ended[key] = row
                else:
                    waiting.append(row)
        return None if waiting else True

    timeout = params["wait_timeout"] if params["wait"] else 0
    try:
        wait_until(probe, timeout=timeout, interval=params["wait_interval"], what="batches")
    except WaitTimeoutError:
        first = waiting[0]
        state = "suspended" if first["suspended"] else "at work"
        raise WaitTimeoutError(
            f"{len(waiting)} of {len(keys)} batches were not done after {timeout:g} s. The first: {first['id']} is "
            f"{state}, {first['completedJobs']} of {first['totalJobs']} jobs are done. Increase wait_timeout, or check "
            "the engine's job executor.",
            batches=waiting,
        ) from None
    return [row for row in ended.values() if row is not None]


def failures(client: Camunda7, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Return the batches with failed jobs, each with some of their messages."""
    failed = []
    for row in rows:
        if row["failedJobs"]:
            batch = client.read("GET", "batch", encode(row["id"])).object({"batchJobDefinitionId": shapes.TEXT})
            where = {"jobDefinitionId": batch["batchJobDefinitionId"], "noRetriesLeft": True}
            jobs = client.read("POST", "job", query={"maxResults": _MESSAGES}, body=where).rows({})
            messages = sorted({str(job.get("exceptionMessage")) for job in jobs})
            counts = {name: row[name] for name in ("id", "totalJobs", "failedJobs")}
            failed.append({**counts, "messages": messages})
    return failed


def failure(failed: Sequence[Row], size: int) -> str:
    """Return what to say of the failed ones of ``size`` batches."""
    first = failed[0]
    return (
        f"Jobs of {len(failed)} of {size} batches failed. The first: batch {first['id']}, {first['failedJobs']} of "
        f"{first['totalJobs']} jobs: {'; '.join(first['messages'])}. Remove the cause, and use c7_batch with state: "
        "retried."
    )


def run(
    client: Camunda7,
    path: Sequence[str],
    name: str,
    keys: Sequence[str],
    body: Mapping[str, Any],
    params: Params,
) -> dict[str, Any]:
    """Let the engine do the work for these objects in batches, and wait for them if ``wait`` says so.

    Args:
        path: of the request that creates a batch.
        name: the key of its body for the ids.
        keys: at least one: without any the engine takes all of its objects.
        body: what else is in it.

    Raises:
        WaitTimeoutError: they were not done in time.
        ApplyError: jobs of the batches failed; in both cases ``done`` has the batches that were created.
    """
    ids = _create(client, path, name, list(keys), body)
    if not params["wait"]:
        return {"batches": [{"id": key} for key in ids]}
    try:
        rows = wait(client, ids, params)
    except WaitTimeoutError as error:
        error.facts["done"] = _done(ids)
        raise
    failed = failures(client, rows)
    if failed:
        raise ApplyError(failure(failed, len(ids)), done=_done(ids), failed=failed)
    return {"batches": rows}


def _done(ids: Sequence[str]) -> list[dict[str, Any]]:
    return [{"action": "create", "kind": "batch", "name": key} for key in ids]


def _create(client: Camunda7, path: Sequence[str], name: str, keys: list[str], body: Mapping[str, Any]) -> list[str]:
    """Create one batch, or several where the engine limits the number of ids (``queryMaxResultsLimit``)."""
    size = len(keys)
    created: list[str] = []
    while keys:
        try:
            response = client.write("POST", *path, body={**body, name: keys[:size]})
        except AnswerError as error:
            if created:
                error.facts["done"] = _done(created)
            size = smaller_limit(error, size)
            continue
        created.append(str(response.object({"id": shapes.TEXT})["id"]))
        keys = keys[size:]
    return created
