# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cancel and delete process instances in Operate, and wait until it has noticed. Only imported for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Optional

from ..desired.plan import DELETE, Change
from ..errors import AnswerError, WaitTimeoutError
from ..parallel import read_all
from ..waiting import wait_until
from .v1 import V1, Operate

Params = Mapping[str, Any]

_ACTIVE = "ACTIVE"


def perform(params: Params, client: Operate, change: Change) -> bool:
    """Apply a change; return whether it changed anything."""
    key = str(change.key)
    if change.action is not DELETE:
        return client.cancel_instance(key)
    if change.before is not None and change.before.get("state") == _ACTIVE:
        # Operate learns of the cancellation a moment later, and deletes nothing that it takes for active.
        _wait(lambda: _finished(client, key), params, f"Operate to see the cancellation of process instance {key}")
    return _delete(params, client, key)


def _delete(params: Params, client: Operate, key: str) -> bool:
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
        return _wait(attempt, params, "the deletion")
    except WaitTimeoutError:
        raise failures[-1] from None


def _finished(client: Operate, key: str) -> Optional[bool]:
    return (client.one(V1.find("process-instances"), key) or {}).get("state") != _ACTIVE or None


def _wait(probe: Callable[[], Optional[bool]], params: Params, what: str) -> bool:
    return wait_until(probe, timeout=params["wait_timeout"], interval=params["wait_interval"], what=what)


def wait_until_gone(client: Operate, changes: Sequence[Change], params: Params) -> None:
    """Wait until Operate no longer finds what the task deleted; a WaitTimeoutError says that it was."""
    left = [str(change.key) for change in changes if change.action is DELETE]
    try:
        _wait(lambda: _gone(client, left, params), params, f"Operate to forget {len(left)} process instances")
    except WaitTimeoutError as error:
        error.facts["done"] = [change.summary() for change in changes if change.action.writes]
        raise


def _gone(client: Operate, left: list[str], params: Params) -> Optional[bool]:
    """Remove from ``left`` what is no longer found; True when nothing is left."""
    rows = read_all(left, partial(client.one, V1.find("process-instances")), params["concurrency"])
    left[:] = [key for key, row in zip(left, rows) if row is not None]
    return None if left else True
