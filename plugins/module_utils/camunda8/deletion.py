# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletion of process instances from Operate: freeze the set of keys, plan, cancel, delete, wait.

Nothing outside the frozen set is ever deleted, whatever is started or ends meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Optional

from ..desired.apply import Journal, apply
from ..desired.plan import Change, Kind
from ..errors import AnswerError, ForbiddenError, RefusedError, WaitTimeoutError
from ..parallel import read_all
from ..query.search import Query, Search
from ..waiting import wait_until
from . import filters
from . import v1_catalog as entities
from .v1 import Operate

Row = Mapping[str, Any]

_INSTANCES = entities.find(entities.PROCESS_INSTANCES)
_DEFINITIONS = entities.find("process-definitions")
_ACTIVE = "ACTIVE"


@dataclass(frozen=True)
class Settings:
    """How to delete; the options of the same names. ``wait_timeout`` and ``wait_interval`` are seconds."""

    cancel_first: bool = False
    include_children: bool = False
    max_instances: int = 1000
    concurrency: int = 4
    wait: bool = True
    wait_timeout: float = 60.0
    wait_interval: float = 0.5


@dataclass
class Frozen:
    """The instances that may be deleted, by key, as they were when the set was made.

    Attributes:
        absent: keys that were asked for and that Operate does not know.
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


def by_keys(client: Operate, keys: Sequence[str], settings: Settings) -> Frozen:
    """Freeze the instances with these keys."""
    keys = list(dict.fromkeys(keys))
    _check_size(len(keys), settings)
    rows = read_all(keys, partial(client.get, _INSTANCES), settings.concurrency)
    found: dict[str, Row] = {key: filters.present(_INSTANCES, row) for key, row in zip(keys, rows) if row is not None}
    return _family(client, Frozen(found, [key for key in keys if key not in found]), settings)


def by_query(client: Operate, query: Query, settings: Settings) -> Frozen:
    """Freeze the instances that a search finds; its limit is ``max_instances``."""
    search = Search(client, query)
    found: dict[str, Row] = {row["key"]: row for page in search.pages() for row in page}
    if search.truncated:
        _refuse_size(f"more than {settings.max_instances}", settings)
    return _family(client, Frozen(found), settings)


def _check_size(size: int, settings: Settings) -> None:
    if size > settings.max_instances:
        _refuse_size(str(size), settings)


def _refuse_size(size: str, settings: Settings) -> None:
    raise RefusedError(
        f"This would delete {size} process instances, and max_instances allows {settings.max_instances}. "
        "Nothing was deleted. Narrow the filter, or raise max_instances."
    )


def _family(client: Operate, frozen: Frozen, settings: Settings) -> Frozen:
    """Add the called instances, or note them as orphans."""
    calls = _calls(client)
    level = list(frozen.rows.values())
    while level:
        callers = [row for row in level if calls(row)]
        answers = read_all(callers, partial(_children, client, settings), settings.concurrency)
        level = [child for children in answers for child in children if child["key"] not in frozen.rows]
        if not settings.include_children:
            frozen.orphans = [child["key"] for child in level]
            break
        frozen.rows.update((child["key"], child) for child in level)
        _check_size(len(frozen.rows), settings)
    return frozen


def _children(client: Operate, settings: Settings, parent: Row) -> list[dict[str, Any]]:
    # One more than allowed is enough to refuse them.
    limit = settings.max_instances + 1 if settings.include_children else None
    pages = client.pages(_INSTANCES, {"parentKey": int(parent["key"])}, limit=limit)
    return [filters.present(_INSTANCES, row) for page in pages for row in page.rows]


def _calls(client: Operate) -> Callable[[Row], bool]:
    """Return whether an instance may have called others: asked once for a process, not once for an instance."""
    known: dict[str, bool] = {"": True}

    def calls(row: Row) -> bool:
        key = row.get("processDefinitionKey") or ""
        if key not in known:
            try:
                xml = client.view(_DEFINITIONS, key, "xml")
            except ForbiddenError:
                xml = None
            known[key] = xml is None or "callActivity" in xml
        return known[key]

    return calls


def plan(frozen: Frozen, settings: Settings) -> list[list[Change]]:
    """Return the changes in stages: cancellations, then deletions, called instances before those that called them.

    Raises:
        RefusedError: some instances cannot be deleted; ``refused`` gives the reason for each. Then nothing is deleted.
    """
    refused = [
        {"key": key, "state": row.get("state"), "reason": reason}
        for key, row in frozen.rows.items()
        for reason in [_refusal(frozen, row, settings)]
        if reason
    ]
    if refused:
        raise RefusedError(
            f"{len(refused)} of {len(frozen.rows)} process instances cannot be deleted, so none was. "
            f"The first: {refused[0]['key']}: {refused[0]['reason']}.",
            refused=refused,
        )
    kind = _kind(settings)
    cancel = [
        Change("cancel", kind, key, row, {**row, "state": "CANCELED"})
        for key, row in frozen.rows.items()
        if row.get("state") == _ACTIVE and not row.get("parentKey")
    ]
    levels: dict[int, list[Change]] = {}
    for key, row in frozen.rows.items():
        levels.setdefault(frozen.depth(key), []).append(Change("delete", kind, key, row))
    return [cancel, *(levels[depth] for depth in sorted(levels, reverse=True))]


def _refusal(frozen: Frozen, row: Row, settings: Settings) -> str:
    if row.get("state") != _ACTIVE:
        return ""
    if not settings.cancel_first:
        return "it is active; cancel it with cancel_first: true, or leave it out with state: COMPLETED in the filter"
    parent = row.get("parentKey")
    if parent and parent not in frozen.rows:
        return f"it is active and was called by process instance {parent}; only that one can be canceled"
    return ""


def _kind(settings: Settings) -> Kind:
    return Kind(
        "process instance",
        key=lambda row: row["key"],
        merge=lambda _current, desired: desired,
        perform=partial(_perform, settings),
    )


def _perform(settings: Settings, client: Operate, change: Change) -> bool:
    """Carry a change out; return whether it changed anything."""
    key = str(change.key)
    if change.action == "cancel":
        return client.cancel_instance(key)
    if change.before is not None and change.before.get("state") == _ACTIVE:
        # Operate learns of the cancellation a moment later, and deletes nothing that it takes for active.
        _wait(lambda: _finished(client, key), settings, f"Operate to see the cancellation of process instance {key}")
    return _delete(settings, client, key)


def _delete(settings: Settings, client: Operate, key: str) -> bool:
    """Delete an instance; retry while Operate is still archiving the instance."""
    failures: list[AnswerError] = []

    def attempt() -> Optional[bool]:
        try:
            return client.delete_instance(key) or bool(failures)
        except AnswerError as error:
            if error.status != 500 or "Error in deleting" not in error.message:
                raise
            failures.append(error)
            return None

    try:
        return wait_until(attempt, timeout=settings.wait_timeout, interval=settings.wait_interval, what="the deletion")
    except WaitTimeoutError:
        raise failures[-1] from None


def _finished(client: Operate, key: str) -> Optional[bool]:
    row = client.get(_INSTANCES, key)
    return True if row is None or row.get("state") != _ACTIVE else None


def _wait(probe: Callable[[], Optional[bool]], settings: Settings, what: str) -> None:
    wait_until(probe, timeout=settings.wait_timeout, interval=settings.wait_interval, what=what)


def carry_out(
    client: Operate, stages: Sequence[Sequence[Change]], settings: Settings, journal: Optional[Journal] = None
) -> dict[tuple[str, str], bool]:
    """Carry out the changes; return by action and key whether each one changed anything.

    Raises:
        ApplyError, or the error itself for a single change: not all was done.
        WaitTimeoutError: all was done, but Operate still finds instances that it deleted.
    """
    changes = [change for stage in stages for change in stage]
    returned = apply(client, stages, settings.concurrency, journal)
    done = {(change.action, str(change.key)): bool(result) for change, result in zip(changes, returned)}
    if settings.wait:
        left = [key for (action, key), happened in done.items() if action == "delete" and happened]
        try:
            _wait(lambda: _gone(client, left, settings), settings, f"Operate to forget {len(left)} process instances")
        except WaitTimeoutError as error:
            error.facts["done"] = [change.summary() for change in changes]
            raise
    return done


def _gone(client: Operate, left: list[str], settings: Settings) -> Optional[bool]:
    """Remove from ``left`` what is no longer found; True when nothing is left."""
    rows = read_all(left, partial(client.get, _INSTANCES), settings.concurrency)
    left[:] = [key for key, row in zip(left, rows) if row is not None]
    return None if left else True


def report(frozen: Frozen, done: Optional[Mapping[tuple[str, str], bool]]) -> list[dict[str, Any]]:
    """Return what became of each instance; ``done`` is None in check mode, when all is taken to succeed."""

    def one(key: str, row: Row) -> dict[str, Any]:
        deleted = done is None or done[("delete", key)]
        canceled = row.get("state") == _ACTIVE and (done is None or done.get(("cancel", key), True))
        shown = {name: row.get(name) for name in ("bpmnProcessId", "state", "endDate", "parentKey")}
        return {"key": key, **shown, "action": "deleted" if deleted else "absent", "canceled": canceled}

    return [one(key, row) for key, row in frozen.rows.items()] + [
        {"key": key, "action": "absent", "canceled": False} for key in frozen.absent
    ]
