# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired state: what has to change so that the current objects become the desired ones.

Nothing here knows HTTP or a product. ``plan`` is a pure function; check mode is a plan that is not applied.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Optional, TypeVar

Object = Mapping[str, Any]

K = TypeVar("K", bound=Hashable)
"""The identity of an object."""
T = TypeVar("T")
"""An object, usually ``Object``."""


@dataclass(frozen=True, eq=False)
class Kind(Generic[K, T]):
    """A kind of object. Kinds are constants and compared as such: ``change.kind is USER.kind``.

    Args:
        name: the name in results and diffs, for example ``user``.
        key: returns the identity of an object; objects with equal keys are the same object.
        merge: returns what the current object becomes if the desired one is applied to it. The current object is None
            if it has to be created. If the result equals the current object, there is nothing to do.
        perform: applies a change with the product's client; raises a CamundaError if it fails.
        label: returns the name of the object for users, from its key.
        show: returns the object for diffs and results: without secrets, in the terms of the options.
        plural: the name of several objects; needed where deletions are limited (``brake``).
    """

    name: str
    key: Callable[[T], K]
    merge: Callable[[Optional[T], T], T]
    perform: Callable[[Any, Change], Any]
    label: Callable[[K], str] = str
    show: Callable[[Any], dict[str, Any]] = dict
    plural: str = ""

    def of(self, changes: Iterable[Change], *actions: Action) -> Iterator[tuple[K, Change]]:
        """Return the changes of objects of this kind, each with its key.

        Args:
            actions: only changes with these actions; by default all.
        """
        for change in changes:
            if change.kind is self and (not actions or change.action in actions):
                yield change.key, change


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
    """One step of a plan.

    Args:
        action: CREATE, UPDATE, DELETE, or an action of the product.
        kind: the kind of the object.
        key: its identity, of the type that its kind says (see ``Kind.of``).
        before: the object as it is; None if it does not exist.
        after: the object as it will be; None if it will not exist.
    """

    action: Action
    kind: Kind[Any, Any]
    key: Any
    before: Optional[Any] = None
    after: Optional[Any] = None

    @property
    def name(self) -> str:
        """The name of the object for users."""
        return self.kind.label(self.key)

    def __str__(self) -> str:
        return f"{self.action} {self.kind.name} {self.name}"

    def summary(self) -> dict[str, Any]:
        """Return the change for a task's result."""
        return {"action": str(self.action), "kind": self.kind.name, "name": self.name}


Stages = list[list[Change]]
"""A plan. The changes of a stage do not depend on each other, only on the stages before."""


def plan(
    kind: Kind[K, T],
    desired: Iterable[T],
    current: Mapping[K, T],
    *,
    absent: Iterable[K] = (),
    surplus: Iterable[K] = (),
) -> list[Change]:
    """Return the changes that turn ``current`` into ``desired``, in the order of ``desired``, deletions last.

    Args:
        kind: the kind of all objects.
        desired: the objects that must exist.
        current: the objects that exist, by key.
        absent: keys of objects that must not exist.
        surplus: keys of objects to delete unless they are desired (purge).
    """
    changes: list[Change] = []
    handled: set[K] = set()
    for item in desired:
        key = kind.key(item)
        handled.add(key)
        before = current.get(key)
        after = kind.merge(before, item)
        if before is None:
            changes.append(Change(CREATE, kind, key, None, after))
        elif after != before:
            changes.append(Change(UPDATE, kind, key, before, after))
    for key in (*absent, *surplus):
        if key in current and key not in handled:
            handled.add(key)
            changes.append(Change(DELETE, kind, key, current[key], None))
    return changes


def counts(changes: Iterable[Change], actions: Iterable[Action] = (CREATE, UPDATE, DELETE)) -> dict[str, int]:
    """Return how many changes there are of each action, by its past tense, and zero for ``actions`` without any."""
    result = dict.fromkeys((action.past for action in actions), 0)
    for change in changes:
        result[change.action.past] = result.get(change.action.past, 0) + 1
    return result
