# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out the changes of a plan, and say exactly how far it went when one of them fails."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import ApplyError, CamundaError, UsageError

T = TypeVar("T")
R = TypeVar("R")


def check_workers(value: int) -> int:
    """Return the option ``concurrency``, checked.

    Raises:
        UsageError: it is not a number of requests that may be under way at the same time.
    """
    if not 1 <= value <= 16:
        raise UsageError(f"concurrency: {value} is not between 1 and 16.")
    return value


def in_parallel(
    items: Sequence[T], work: Callable[[T], R], workers: int
) -> tuple[dict[int, R], dict[int, CamundaError]]:
    """Run ``work`` on the items with at most ``workers`` threads; after the first failure start no further one.

    Returns:
        the results and the errors by the item's position. A position in neither was not attempted.
    """
    results: dict[int, R] = {}
    errors: dict[int, CamundaError] = {}
    queue = deque(enumerate(items))
    if workers <= 1 or len(items) <= 1:
        while queue and not errors:
            position, item = queue.popleft()
            try:
                results[position] = work(item)
            except CamundaError as error:
                errors[position] = error
        return results, errors
    running: dict[Future[R], int] = {}
    with ThreadPoolExecutor(max_workers=min(workers, len(items))) as pool:
        while running or (queue and not errors):
            while queue and not errors and len(running) < workers:
                position, item = queue.popleft()
                running[pool.submit(work, item)] = position
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                position = running.pop(future)
                try:
                    results[position] = future.result()
                except CamundaError as error:
                    errors[position] = error
    return results, errors


def read_all(items: Sequence[T], read: Callable[[T], R], workers: int) -> list[R]:
    """Return what ``read`` gives for each item, in their order; raise the first error."""
    results, errors = in_parallel(items, read, workers)
    for error in errors.values():
        raise error
    return [results[position] for position in range(len(items))]


def apply(client: Any, stages: Iterable[Sequence[Change]], workers: int = 1) -> list[Any]:
    """Carry out the changes, stage after stage; within a stage in no particular order.

    Args:
        client: the product's client.
        stages: changes of one stage do not depend on each other, only on the stages before.
        workers: the number of changes under way at the same time.

    Returns:
        what each change's ``perform`` returned, in the order of the changes.

    Raises:
        CamundaError: the error itself when the plan was a single change.
        ApplyError: with the facts ``done``, ``failed`` and ``not_attempted`` (lists of changes) otherwise.
    """
    plans = [list(stage) for stage in stages]
    total = sum(map(len, plans))
    done: list[Change] = []
    returned: list[Any] = []
    for number, stage in enumerate(plans):
        results, errors = in_parallel(stage, lambda change: change.kind.perform(client, change), workers)
        done += [stage[position] for position in sorted(results)]
        returned += [results[position] for position in sorted(results)]
        if not errors:
            continue
        if total == 1:
            raise errors[0]
        untouched = [change for i, change in enumerate(stage) if i not in results and i not in errors]
        untouched += [change for later in plans[number + 1 :] for change in later]
        failed = [(stage[position], error) for position, error in sorted(errors.items())]
        first, cause = failed[0]
        raise ApplyError(
            f"Could not {first}: {cause.message} Of {total} changes {len(done)} were done, {len(failed)} failed and "
            f"{len(untouched)} were not attempted; run the task again to complete them.",
            **{
                **cause.facts,
                "done": [change.summary() for change in done],
                "failed": [{**change.summary(), "msg": error.message} for change, error in failed],
                "not_attempted": [change.summary() for change in untouched],
            },
        )
    return returned
