# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""External tasks: their retries, priority and lock.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..desired.selection import Row, Selector
from ..desired.verbs import Act, Params
from ..errors import UsageError
from . import settings
from .client import Camunda7
from .settings import Setting
from .source import CATALOG

SELECTOR = Selector(CATALOG, "external-task", "change", oldest="")

# A worker fetches a task that has retries and no lock: these come last.
_SETTINGS = (
    settings.same_name("priority"),
    Setting(
        "unlocked",
        lambda _value: {"workerId": None, "lockExpirationTime": None},
        "unlock",
        lambda _value: None,
        method="POST",
    ),
    settings.same_name("retries"),
)


def _check(params: Params) -> None:
    if params["unlocked"] is False:
        raise UsageError("unlocked: only true has a meaning; a worker locks the tasks that it fetches.")
    alone = [name for name in ("priority", "unlocked") if params[name] is not None]
    if params["via"] == "batch" and alone:
        raise UsageError(f"via: a batch sets the retries of external tasks only; {', '.join(alone)} needs via: direct.")


def _as_batch(client: Camunda7, rows: list[Row], params: Params) -> dict[str, Any]:
    from .batches import run  # only tasks that ask for a batch need it

    body = {"retries": params["retries"]}
    return run(client, ("external-task", "retries-async"), "externalTaskIds", [row["id"] for row in rows], body, params)


VERB = replace(settings.verb("external-task", _SETTINGS, _check), batch=_as_batch)

work = Act(
    SELECTOR,
    lambda _params: VERB,
    shown=("topicName", "activityId", "processInstanceId", "workerId", "retries", "priority", "errorMessage"),
)
