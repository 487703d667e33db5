# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Apply the changes of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Optional

from ..errors import AnswerError, AuthenticationError, CamundaError, InvalidAnswerError
from ..parallel import Progress, in_parallel
from .plan import Change

Journal = list[tuple[Sequence[Change], Progress[Any]]]
"""The stages of a task with what became of their changes; true at any moment, even while threads are at work."""


def apply(
    client: Any,
    stages: Iterable[Sequence[Change]],
    workers: int = 1,
    journal: Optional[Journal] = None,
    *,
    each: bool = False,
) -> list[Any]:
    """Apply the changes, stage after stage; within a stage in no particular order.

    Args:
        client: the product's client.
        stages: changes of one stage do not depend on each other, only on the stages before.
        workers: the number of changes under way at the same time.
        journal: where the changes are entered; for a report after an interruption.
        each: the changes of a stage are independent, so an answer that refuses one of them does not keep the others
            from being made. Without login nothing goes on.

    Returns:
        what each change's ``perform`` returned, in the order of the changes.

    Raises:
        CamundaError: the error itself when the plan was a single change.
        ApplyError: with the facts ``done``, ``failed`` and ``not_attempted`` (lists of changes) otherwise.
    """
    plans: Journal = [(changes, Progress(len(changes))) for changes in map(list, stages)]
    journal = [] if journal is None else journal
    journal += plans
    returned: list[Any] = []
    for stage, progress in plans:
        perform = partial(_perform, client)
        in_parallel(stage, perform, workers, progress, _is_of_one_object if each else lambda _error: False)
        returned += [progress.results[position] for position in sorted(progress.results)]
        for position, error in sorted(progress.errors.items()):
            if sum(len(changes) for changes, _progress in plans) == 1:
                raise error
            # Imported only here: every process of a module compiles all that it imports.
            from .report import apply_error

            raise apply_error(stage[position], error, journal) from error
    return returned


def _perform(client: Any, change: Change) -> Any:
    return change.kind.perform(client, change)


def _is_of_one_object(error: CamundaError) -> bool:
    return isinstance(error, AnswerError) and not isinstance(error, (AuthenticationError, InvalidAnswerError))
