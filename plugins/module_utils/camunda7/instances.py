# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Process instances of Camunda 7: canceled, suspended, activated; starting.py starts them.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..desired.plan import Action
from ..desired.selection import Row, Selector
from ..desired.verbs import Act, Params, Verb, check_options
from ..errors import UsageError
from ..task import Context, Outcome
from .client import Camunda7
from .ids import encode
from .source import CATALOG

SELECTOR = Selector(CATALOG, "process-instance", "change", oldest="")

_SKIPS = {
    "skip_custom_listeners": "skipCustomListeners",
    "skip_io_mappings": "skipIoMappings",
    "skip_subprocesses": "skipSubprocesses",
}
_SELECTION = ("id", "ids", "filter")
_TAKES: Mapping[str, tuple[str, ...]] = {
    "present": (
        "definition_key",
        "definition_id",
        "version",
        "tenant_id",
        "business_key",
        "variables",
        "include_finished",
    ),
    "absent": (*_SELECTION, *_SKIPS, "reason"),
    "suspended": _SELECTION,
    "active": _SELECTION,
}
_NEEDS = {"present": ("definition_key", "definition_id")}

ARGUMENTS: dict[str, Any] = {
    "state": {"type": "str", "choices": list(_TAKES), "default": "present"},
    "definition_key": {"type": "str", "no_log": False},
    "definition_id": {"type": "str"},
    "version": {"type": "int"},
    "tenant_id": {"type": "str"},
    "business_key": {"type": "str", "no_log": False},
    "variables": {"type": "dict"},
    "include_finished": {"type": "bool", "default": False},
    "via": {"type": "str", "choices": ["direct", "batch"], "default": "direct"},
    "reason": {"type": "str"},
    **{name: {"type": "bool", "default": False} for name in _SKIPS},
}

RULES: dict[str, Any] = {
    "mutually_exclusive": [
        _SELECTION,
        ("definition_key", "definition_id"),
        ("definition_id", "version"),
        ("definition_id", "tenant_id"),
    ],
}

_ID = {"pattern": r"\S", "maxLength": 255}
STRINGS: Mapping[str, Mapping[str, Any]] = {
    **dict.fromkeys(("definition_key", "definition_id", "tenant_id", "business_key"), _ID),
    "reason": {"pattern": r"\S", "maxLength": 4000},
}
"""The rules of options that the engine takes as strings."""


def _check(params: Params) -> None:
    state = params["state"]
    check_options(params, "state", _TAKES)
    needed = _NEEDS.get(state, _SELECTION)
    if all(params[name] is None for name in needed):
        raise UsageError(f"One of these options is required: {', '.join(needed)}. State {state} needs it.")
    if params["via"] == "batch" and state == "present":
        raise UsageError("via: a batch cannot start an instance.")
    if params["reason"] is not None and params["via"] == "direct":
        raise UsageError("reason: the engine only takes it with via: batch.")
    if params["include_finished"] and params["business_key"] is None:
        raise UsageError("include_finished: needs business_key, by which instances are recognized.")


def _cancel(client: Camunda7, row: Row, params: Params) -> None:
    path = client.path("process-instance", encode(row["id"]))
    client.rest.write("DELETE", path, query={api: True for name, api in _SKIPS.items() if params[name]})


def _as_batch(client: Camunda7, end: str, rows: list[Row], body: dict[str, Any], params: Params) -> dict[str, Any]:
    from .batches import run  # only tasks that ask for a batch need it

    keys = [row["id"] for row in rows]
    return run(client, ("process-instance", end), "processInstanceIds", keys, body, params)


def _cancel_all(client: Camunda7, rows: list[Row], params: Params) -> dict[str, Any]:
    body = {api: params[name] for name, api in _SKIPS.items()}
    return _as_batch(client, "delete", rows, {**body, "deleteReason": params["reason"]}, params)


def _suspension(action: Action, suspended: bool) -> Verb[Camunda7]:
    def perform(client: Camunda7, row: Row, _params: Params) -> None:
        path = ("process-instance", encode(row["id"]))
        client.write("PUT", *path, "suspended", body={"suspended": suspended})
        client.read("GET", *path)  # the engine accepts the request for instances that have ended, too

    def batch(client: Camunda7, rows: list[Row], params: Params) -> dict[str, Any]:
        return _as_batch(client, "suspended-async", rows, {"suspended": suspended}, params)

    return Verb(
        action,
        lambda row, _params: row["suspended"] is suspended,
        lambda row, _params: {**row, "suspended": suspended},
        perform,
        check=_check,
        batch=batch,
    )


VERBS: Mapping[str, Verb[Camunda7]] = {
    "absent": Verb(
        Action("cancel", "canceled"),
        lambda _row, _params: False,
        lambda _row, _params: None,
        _cancel,
        check=_check,
        wants_absent=True,
        batch=_cancel_all,
    ),
    "suspended": _suspension(Action("suspend", "suspended"), True),
    "active": _suspension(Action("activate", "activated"), False),
}

_SHOWN = ("businessKey", "definitionId", "suspended", "tenantId")
_ACT = Act(SELECTOR, lambda params: VERBS[params["state"]], _SHOWN)


def ensure(context: Context[Camunda7]) -> Outcome:
    """Start an instance, or move existing ones."""
    params = context.params
    if params["state"] != "present":
        return _ACT(context)
    _check(params)
    from .starting import start  # few tasks do both

    return start(context)
