# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report the changes of a task that failed or was interrupted. Only imported then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import ApplyError, CamundaError
from .apply import Journal
from .plan import Change

Facts = dict[str, list[dict[str, Any]]]


def facts(journal: Journal) -> Facts:
    """Return the changes for a task's ``error``.

    ``under_way`` is there after an interruption: the server may have made these changes.
    """
    found: Facts = {"done": [], "failed": [], "under_way": [], "not_attempted": []}
    for stage, progress in journal:
        # Copies, because abandoned threads continue.
        done, errors, waiting = set(progress.results), dict(progress.errors), set(progress.waiting)
        for position, change in enumerate(stage):
            if position in errors:
                found["failed"].append({**change.summary(), "msg": errors[position].message})
            else:
                known = "done" if position in done else "not_attempted" if position in waiting else "under_way"
                found[known].append(change.summary())
    if not found["under_way"]:
        del found["under_way"]
    return found


def sentence(found: Mapping[str, Sequence[Any]]) -> str:
    """Return the number of changes by outcome."""
    count = {name: len(changes) for name, changes in found.items()}
    if not any(count.values()):
        return "Nothing was changed."
    words = [f"{count['done']} were done"]
    words += [f"{count['failed']} failed"] if count["failed"] else []
    words += [f"{count['under_way']} were under way (look whether they were made)"] if "under_way" in count else []
    return (
        f"Of {sum(count.values())} changes {', '.join(words)} and {count['not_attempted']} were not attempted; "
        "run the task again to complete them."
    )


def apply_error(change: Change, error: CamundaError, journal: Journal) -> ApplyError:
    """Return the error for a plan of several changes, of which ``change`` failed first."""
    found = facts(journal)
    return ApplyError(f"Could not {change}: {error.message} {sentence(found)}", **{**error.facts, **found})
