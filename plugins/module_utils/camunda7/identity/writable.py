# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refuse changes that cannot be written: ids that no address can carry, and what the engine reserves.

Such objects can exist anyway, and documents may declare them; only a change of them is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...desired.plan import CREATE, Change
from ...errors import UsageError
from ..ids import encode_id
from .authorizations import AUTHORIZATION, EVERYBODY
from .objects import RESOURCES

_KINDS = {resource.kind for resource in RESOURCES}


def check(changes: Iterable[Change], advice: str = "") -> None:
    """Refuse a plan before its first write if one of its changes cannot be applied.

    Args:
        advice: what to do about an object that cannot be deleted.

    Raises:
        UsageError: with every such change, and why.
    """
    problems = [
        f"Cannot {change}: {problem}{f' {advice}' if advice and change.action == 'delete' else ''}"
        for change in changes
        for problem in _problems(change)
    ]
    if problems:
        raise UsageError("Nothing was changed. " + " ".join(problems), problems=problems)


def _problems(change: Change) -> Iterator[str]:
    kind, key, creates = change.kind, change.key, change.action == CREATE
    if kind is AUTHORIZATION:
        if creates and not key.resource_id.strip():
            yield "the id of the resource is empty. Leave it out, or write *, for all of them."
        if creates and not key.name.strip():
            yield f"the id of the {key.grantee} is empty."
        return
    names = (key,) if kind in _KINDS else (key.container, key.member)
    if creates and key == EVERYBODY:
        yield f"the engine reserves the id {EVERYBODY}, which means everybody in authorizations."
    elif creates and kind in _KINDS and not key.strip():
        yield "the id is blank."
    for name in names:
        try:
            encode_id(name)
        except UsageError as error:
            yield error.message
