# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be written: ids that no address can carry, and what the engine reserves or must not be given.

Such objects may be there all the same, and documents may declare them; only a change of them is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...desired.plan import Change
from ...errors import UsageError
from ..client import encode_id
from .authorizations import EVERYBODY, Key
from .memberships import Member


def check(changes: Iterable[Change]) -> None:
    """Refuse a plan before its first write when one of its changes could not be carried out.

    Raises:
        UsageError: with every such change, and why.
    """
    problems = [f"Cannot {change}: {problem}" for change in changes for problem in _problems(change)]
    if problems:
        raise UsageError("Nothing was changed. " + " ".join(problems), problems=problems)


def _problems(change: Change) -> Iterator[str]:
    key = change.key
    if isinstance(key, Key):
        if change.action == "create" and not key.resource_id.strip():
            yield "the id of the resource is empty. Leave it out, or write *, for all of them."
        if change.action == "create" and not key.name.strip():
            yield f"the id of the {key.grantee} is empty."
        return
    names = (key.container, key.name) if isinstance(key, Member) else (str(key),)
    if change.action == "create" and not isinstance(key, Member):
        if key == EVERYBODY:
            yield f"the engine reserves the id {EVERYBODY}, which stands for everybody in authorizations."
        elif not str(key).strip():
            yield "the id is blank."
    for name in names:
        try:
            encode_id(name)
        except UsageError as error:
            yield error.message
