# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stop a plan that deletes more than was probably intended, for example because half of a document is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Optional

from ..errors import RefusedError, UsageError
from .plan import DELETE, Change

# The default. Ordinary changes pass, a document that lost most of its objects does not.
NUMBER, PERCENT = 10, 20


def parse(value: Optional[str]) -> tuple[int, int]:
    """Return the option ``max_deletions`` as a number and a percentage; the larger of the two counts.

    Args:
        value: a number (``"50"``), a percentage (``"20%"``), or None for the default.

    Raises:
        UsageError: it is neither.
    """
    if value is None:
        return NUMBER, PERCENT
    match = re.fullmatch(r"([0-9]{1,9})(%?)", value.strip())
    if match is None or (match.group(2) and int(match.group(1)) > 100):
        raise UsageError(f"max_deletions: {value!r} is neither a number nor a percentage from 0% to 100%.")
    amount = int(match.group(1))
    return (0, amount) if match.group(2) else (amount, 0)


def check(changes: Iterable[Change], there: Mapping[str, int], value: Optional[str]) -> None:
    """Refuse a plan that deletes more objects of a kind than ``max_deletions`` allows.

    Args:
        changes: the plan. Only its deletions count.
        there: the number of objects that exist now, by the name of their kind.
        value: the option, see ``parse``. A percentage refers to the existing objects and is rounded down.

    Raises:
        RefusedError: names every kind with too many deletions, the limit, and how to raise it.
    """
    number, percent = parse(value)
    deletions: dict[str, int] = {}
    plurals: dict[str, str] = {}
    for change in changes:
        if change.action == DELETE:
            deletions[change.kind.name] = deletions.get(change.kind.name, 0) + 1
            plurals[change.kind.name] = change.kind.plural
    problems: dict[str, str] = {}
    for kind, count in deletions.items():
        limit = max(number, there[kind] * percent // 100)
        if count > limit:
            problems[kind] = f"{count} of {there[kind]} {plurals[kind]} would be deleted, and the limit is {limit}."
    if problems:
        needed = max(deletions[kind] for kind in problems)
        raise RefusedError(
            f"Refused: {' '.join(problems.values())} Check that the desired state is complete. "
            f"To delete that many, set max_deletions: {needed}.",
            max_deletions={kind: deletions[kind] for kind in problems},
        )
