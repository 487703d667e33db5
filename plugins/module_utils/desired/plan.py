# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired state: what has to change so that the current objects become the desired ones.

Nothing here knows HTTP or a product. ``plan`` is a pure function; check mode is a plan that is not applied.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Optional

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """What the core must know of a kind of object.

    Args:
        name: the object's name in results and diffs, for example ``user``.
        key: the identity of an object; two objects with one key are the same object.
        merge: what the current object becomes when the desired one is applied to it. The current one is None when it
            has to be created; the result equal to the current one means that nothing has to be done.
        perform: carries a change out with the product's client; raises a CamundaError when it cannot.
        label: how people call the object that a key names.
        show: the object as it stands in diffs and results: without secrets, in names that people know.
    """

    name: str
    key: Callable[[Object], Hashable]
    merge: Callable[[Optional[Object], Object], Object]
    perform: Callable[[Any, Change], Any]
    label: Callable[[Any], str] = str
    show: Callable[[Object], dict[str, Any]] = dict


class Action(str):
    """What a change does: the verb, with its past tense, and whether it writes."""

    past: str
    writes: bool

    def __new__(cls, verb: str, past: str, writes: bool = True) -> Action:
        action = super().__new__(cls, verb)
        action.past, action.writes = past, writes
        return action


CREATE = Action("create", "created")
UPDATE = Action("update", "updated")
DELETE = Action("delete", "deleted")
ABSENT = Action("find no", "absent", writes=False)
"""The object of a deletion is not there, or was gone when its turn came."""


@dataclass(frozen=True)
class Change:
    """One step of a plan. ``before`` and ``after`` are None where there is no object."""

    action: Action
    kind: Kind
    key: Hashable
    before: Optional[Object] = None
    after: Optional[Object] = None

    @property
    def name(self) -> str:
        """What people call the object of the change."""
        return self.kind.label(self.key)

    def __str__(self) -> str:
        return f"{self.action} {self.kind.name} {self.name}"

    def summary(self) -> dict[str, Any]:
        """The change as it stands in a task's result."""
        return {"action": str(self.action), "kind": self.kind.name, "name": self.name}


def plan(
    kind: Kind,
    desired: Iterable[Object],
    current: Mapping[Hashable, Object],
    *,
    absent: Iterable[Hashable] = (),
    surplus: Iterable[Hashable] = (),
) -> list[Change]:
    """Return the changes that turn ``current`` into ``desired``, in the order of ``desired``, deletions last.

    Args:
        kind: the kind of all objects given.
        desired: objects that have to be there.
        current: objects that are there, by key.
        absent: keys that have to be gone.
        surplus: keys of current objects that may go when nothing desires them (purge).
    """
    changes: list[Change] = []
    wanted: set[Hashable] = set()
    for item in desired:
        key = kind.key(item)
        wanted.add(key)
        before = current.get(key)
        after = kind.merge(before, item)
        if before is None:
            changes.append(Change(CREATE, kind, key, None, after))
        elif after != before:
            changes.append(Change(UPDATE, kind, key, before, after))
    gone: set[Hashable] = set(wanted)
    for key in (*absent, *surplus):
        if key in current and key not in gone:
            gone.add(key)
            changes.append(Change(DELETE, kind, key, current[key], None))
    return changes


def settle(stages: Iterable[Sequence[Change]], returned: Sequence[Any]) -> list[Change]:
    """Return what the changes became: a change whose ``perform`` returned False found its object gone.

    Args:
        returned: what ``apply`` returned; empty in check mode.
    """
    changes = [change for stage in stages for change in stage]
    idle = {position for position, result in enumerate(returned) if result is False}
    return [replace(change, action=ABSENT) if position in idle else change for position, change in enumerate(changes)]


def counts(changes: Iterable[Change], actions: Iterable[Action] = (CREATE, UPDATE, DELETE)) -> dict[str, int]:
    """Return how many changes there are of each action, by its past tense, and zero for ``actions`` without any."""
    result = dict.fromkeys((action.past for action in actions), 0)
    for change in changes:
        result[change.action.past] = result.get(change.action.past, 0) + 1
    return result
