# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion of process instances from Operate: select, cancel, delete, wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..desired.plan import ABSENT, DELETE, Action, Change, Kind
from ..desired.selection import OLDEST, Selection, Selector, settle
from ..errors import ForbiddenError, RefusedError
from ..parallel import read_all
from ..task import Context, Outcome
from .v1 import V1, Operate

Row = Mapping[str, Any]
Params = Mapping[str, Any]

SELECTOR = Selector(V1, "process-instances", "delete", oldest="endDate")

CANCEL = Action("cancel", "canceled")

BATCH = 500
"""With ``on_limit: oldest``, ``max_objects`` bounds each batch of this size with the instances that it called."""

_ACTIVE = "ACTIVE"


@dataclass
class Family:
    """Instances to delete, with those that they called, by key, as they were when the set was made.

    Attributes:
        absent: keys that were given and that Operate does not know.
        orphans: keys of called instances that stay behind without the instance that called them.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)

    def depth(self, key: str) -> int:
        """How many instances of the set lie above this one in the chain of calls.

        Raises:
            RefusedError: the chain has no end, because instances are each other's parents.
        """
        depth, parent = 0, self.rows[key].get("parentKey")
        while parent in self.rows:
            depth, parent = depth + 1, self.rows[parent].get("parentKey")
            if depth > len(self.rows):
                raise RefusedError(
                    f"According to Operate the callers of process instance {key} form a circle (parentKey). "
                    "Nothing was deleted."
                )
        return depth


def delete(context: Context[Operate]) -> Outcome:
    """Delete process instances, called ones first."""
    params, client = context.params, context.client
    keep = (lambda row: not row.get("parentKey")) if params["roots_only"] else None
    selection = SELECTOR.select(client, params, keep)
    family = family_of(client, selection, params)
    stages = plan(family, params)
    returned = context.apply(stages, params["concurrency"])
    settled = settle(stages, returned)
    if params["wait"] and returned:
        from .instance_writes import wait_until_gone

        wait_until_gone(client, settled, params)
    if family.orphans:
        context.warn(
            f"{len(family.orphans)} process instances that were called by deleted ones stay behind as orphans; "
            "include_children: true deletes them too."
        )
    instances = report(family, settled)
    counts = {action.past: sum(row["action"] == action.past for row in instances) for action in (DELETE, ABSENT)}
    counts[CANCEL.past] = sum(row["canceled"] for row in instances)
    changes = [change for change in settled if change.action.writes]
    result = {"instances": instances, "counts": counts, "orphans": family.orphans, "truncated": selection.truncated}
    return Outcome(bool(changes), result, changes)


def family_of(client: Operate, selection: Selection, params: Params) -> Family:
    """Return the selected instances with those that they called, or with these as orphans.

    Raises:
        RefusedError: they are more than ``max_objects``.
    """
    family, calls = Family(absent=selection.absent), _calls(client)
    for batch in selection.batches(BATCH if params["on_limit"] == OLDEST else max(1, len(selection.rows))):
        size, level = 0, [row for row in batch if row["key"] not in family.rows]
        while level:
            family.rows.update((row["key"], row) for row in level)
            size += len(level)
            SELECTOR.check_size(size, params)
            callers = [row for row in level if calls(row)]
            answers = read_all(callers, partial(_children, client, params), params["concurrency"])
            level = [child for children in answers for child in children if child["key"] not in family.rows]
            if not params["include_children"]:
                family.orphans += [child["key"] for child in level if child["key"] not in selection.rows]
                break
    return family


def _children(client: Operate, params: Params, parent: Row) -> list[dict[str, Any]]:
    # One more than allowed is enough to refuse them.
    limit = params["max_objects"] + 1 if params["include_children"] else None
    from ..query.search import Query, pages

    query = Query(V1.find("process-instances"), {"parentKey": int(parent["key"])})
    return [query.show(row) for page in pages(client, query, limit, ahead=False) for row in page.rows]


def _calls(client: Operate) -> Callable[[Row], bool]:
    """Return whether an instance may have called others: asked once for a process, not once for an instance."""
    known: dict[str, bool] = {"": True}

    def calls(row: Row) -> bool:
        key = row.get("processDefinitionKey") or ""
        if key not in known:
            try:
                xml = client.one(V1.find("process-definitions"), key, "xml")
            except ForbiddenError:
                xml = None
            known[key] = xml is None or "callActivity" in xml
        return known[key]

    return calls


def plan(family: Family, params: Params) -> list[list[Change]]:
    """Return the changes in stages: cancellations, then deletions, called instances before those that called them.

    Raises:
        RefusedError: some instances cannot be deleted; ``refused`` gives the reason for each. Then nothing is deleted.
    """
    refused = [
        {"key": key, "state": row.get("state"), "reason": reason}
        for key, row in family.rows.items()
        for reason in [_refusal(family, row, params)]
        if reason
    ]
    if refused:
        raise RefusedError(
            f"{len(refused)} of {len(family.rows)} process instances cannot be deleted, so none was. "
            f"The first: {refused[0]['key']}: {refused[0]['reason']}.",
            refused=refused,
        )
    kind: Kind[str, Row] = Kind(
        "process instance",
        key=lambda row: row["key"],
        merge=lambda _current, desired: desired,
        perform=partial(_perform, params),
    )
    cancel = [
        Change(CANCEL, kind, key, row, {**row, "state": "CANCELED"})
        for key, row in family.rows.items()
        if row.get("state") == _ACTIVE and not row.get("parentKey")
    ]
    levels: dict[int, list[Change]] = {}
    for key, row in family.rows.items():
        levels.setdefault(family.depth(key), []).append(Change(DELETE, kind, key, row))
    return [cancel, *(levels[depth] for depth in sorted(levels, reverse=True))]


def _refusal(family: Family, row: Row, params: Params) -> str:
    if row.get("state") != _ACTIVE:
        return ""
    if not params["cancel_first"]:
        return "it is active; cancel it with cancel_first: true, or leave it out with state: COMPLETED in the filter"
    parent = row.get("parentKey")
    if parent and parent not in family.rows:
        return f"it is active and was called by process instance {parent}; only that one can be canceled"
    return ""


def _perform(params: Params, client: Operate, change: Change) -> bool:
    from .instance_writes import perform  # most runs delete nothing

    return perform(params, client, change)


def report(family: Family, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return what became of each instance; a called one is canceled with the instance that called it."""
    # Only a cancellation leaves an object.
    deletions = {change.key: change.action for change in changes if change.after is None}
    cancellations = {change.key: change.action for change in changes if change.after is not None}

    def one(key: str, row: Row) -> dict[str, Any]:
        shown = {name: row.get(name) for name in ("bpmnProcessId", "state", "endDate", "parentKey")}
        canceled = row.get("state") == _ACTIVE and cancellations.get(key, CANCEL) is CANCEL
        return {"key": key, **shown, "action": deletions[key].past, "canceled": canceled}

    return [one(key, row) for key, row in family.rows.items()] + [
        {"key": key, "action": ABSENT.past, "canceled": False} for key in family.absent
    ]
