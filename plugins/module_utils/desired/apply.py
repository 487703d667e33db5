# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply the changes of a plan, and report exactly how far that went when it does not end well."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Optional

from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import ApplyError
from ansible_collections.bpmops.camunda.plugins.module_utils.parallel import Progress, in_parallel


class Journal:
    """The changes of a task and what became of each; true at any moment, even while threads are at work."""

    def __init__(self) -> None:
        self._stages: list[tuple[Sequence[Change], Progress[Any]]] = []

    def add(self, stage: Sequence[Change]) -> Progress[Any]:
        """Enter changes that are about to be applied; return their progress, for ``in_parallel``."""
        progress: Progress[Any] = Progress(len(stage))
        self._stages.append((stage, progress))
        return progress

    def facts(self) -> dict[str, list[dict[str, Any]]]:
        """Return the changes as they stand in a task's ``error``.

        ``under_way`` is there after an interruption: the server may have made these changes.
        """
        facts: dict[str, list[dict[str, Any]]] = {"done": [], "failed": [], "under_way": [], "not_attempted": []}
        for stage, progress in self._stages:
            # Copies, because threads go on.
            done, errors, waiting = set(progress.results), dict(progress.errors), set(progress.waiting)
            for position, change in enumerate(stage):
                if position in errors:
                    facts["failed"].append({**change.summary(), "msg": errors[position].message})
                    continue
                known = "done" if position in done else "not_attempted" if position in waiting else "under_way"
                facts[known].append(change.summary())
        if not facts["under_way"]:
            del facts["under_way"]
        return facts

    def report(self) -> str:
        """Return how many changes became what, as a sentence."""
        count = {name: len(changes) for name, changes in self.facts().items()}
        if not any(count.values()):
            return "Nothing was changed."
        words = [f"{count['done']} were done"]
        words += [f"{count['failed']} failed"] if count["failed"] else []
        words += [f"{count['under_way']} were under way (look whether they were made)"] if "under_way" in count else []
        return (
            f"Of {sum(count.values())} changes {', '.join(words)} and {count['not_attempted']} were not attempted; "
            "run the task again to complete them."
        )


def apply(
    client: Any, stages: Iterable[Sequence[Change]], workers: int = 1, journal: Optional[Journal] = None
) -> list[Any]:
    """Apply the changes, stage after stage; within a stage in no particular order.

    Args:
        client: the product's client.
        stages: changes of one stage do not depend on each other, only on the stages before.
        workers: the number of changes under way at the same time.
        journal: where the changes are entered; for a report after an interruption.

    Returns:
        what each change's ``perform`` returned, in the order of the changes.

    Raises:
        CamundaError: the error itself when the plan was a single change.
        ApplyError: with the facts ``done``, ``failed`` and ``not_attempted`` (lists of changes) otherwise.
    """
    journal = Journal() if journal is None else journal
    plans = [(stage, journal.add(stage)) for stage in map(list, stages)]
    returned: list[Any] = []
    for stage, progress in plans:
        in_parallel(stage, lambda change: change.kind.perform(client, change), workers, progress)
        returned += [progress.results[position] for position in sorted(progress.results)]
        for position, error in sorted(progress.errors.items()):
            if sum(len(changes) for changes, _progress in plans) == 1:
                raise error
            raise ApplyError(
                f"Could not {stage[position]}: {error.message} {journal.report()}", **{**error.facts, **journal.facts()}
            ) from error
    return returned
