# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User tasks of Camunda 7: assigned, claimed, released, delegated, resolved, completed, updated.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Optional

from ..desired.plan import UPDATE, Action
from ..desired.selection import Row, Selector
from ..desired.verbs import Act, Params, Verb, check_options
from ..errors import AnswerError, UsageError
from ..rest import shapes
from ..task import Context, Outcome
from .client import Camunda7
from .dates import same, when
from .ids import encode
from .source import CATALOG

SELECTOR = Selector(CATALOG, "task", "change", oldest="created")

# Options of state updated, and the fields behind them.
_TEXTS = {"name": "name", "description": "description", "owner": "owner"}
_DATES = {"due_date": "due", "follow_up_date": "followUp"}
_CANDIDATES = {"candidate_users": "userId", "candidate_groups": "groupId"}
_CHANGES = (*_TEXTS, *_DATES, *_CANDIDATES, "priority")

_TAKES: Mapping[str, tuple[str, ...]] = {
    "assigned": ("user",),
    "claimed": ("user",),
    "unassigned": (),
    "delegated": ("user",),
    "resolved": ("variables",),
    "completed": ("variables",),
    "updated": _CHANGES,
}

ARGUMENTS: dict[str, Any] = {
    "state": {"type": "str", "required": True, "choices": list(_TAKES)},
    "user": {"type": "str"},
    "variables": {"type": "dict"},
    **{name: {"type": "str"} for name in (*_TEXTS, *_DATES)},
    **{name: {"type": "list", "elements": "str"} for name in _CANDIDATES},
    "priority": {"type": "int"},
}

_ID = {"pattern": r"\S", "maxLength": 255}
STRINGS: Mapping[str, Mapping[str, Any]] = {
    **dict.fromkeys(("user", *_CANDIDATES), _ID),
    "name": {"maxLength": 255},
    "owner": {"maxLength": 255},
    "description": {"maxLength": 4000},
}
"""The rules of options that the engine takes as strings."""

# A PUT replaces all of these; what is left out is cleared.
_WRITTEN = (
    "name",
    "description",
    "assignee",
    "owner",
    "delegationState",
    "due",
    "followUp",
    "priority",
    "parentTaskId",
    "caseInstanceId",
    "tenantId",
)


def _check(params: Params) -> None:
    state = params["state"]
    check_options(params, "state", _TAKES)
    if "user" in _TAKES[state] and params["user"] is None:
        raise UsageError(f"user: state {state} needs it.")
    if state == "updated" and all(params[name] is None for name in _CHANGES):
        raise UsageError(f"state: updated needs one of {', '.join(_CHANGES)}.")
    _variables(params)
    _fields(params)


def _fields(params: Params) -> dict[str, Any]:
    """Return the fields that state updated sets. An empty text clears a field."""
    fields = {field: params[name] or None for name, field in _TEXTS.items() if params[name] is not None}
    for name, field in _DATES.items():
        if params[name] is not None:
            fields[field] = when(name, params[name]) if params[name] else None
    return fields if params["priority"] is None else {**fields, "priority": params["priority"]}


def _merged(row: Row, params: Params) -> dict[str, Any]:
    """Return a task with the fields that state updated sets. A date that is the same one stays as it is written."""
    fields = _fields(params)
    for field in _DATES.values():
        if fields.get(field) and same(fields[field], row[field]):
            del fields[field]
    candidates = {name: sorted(set(params[name])) for name in _CANDIDATES if params[name] is not None}
    return {**row, **fields, **candidates}


def _with_candidates(client: Camunda7, row: Row, params: Params) -> Row:
    if all(params[name] is None for name in _CANDIDATES):
        return {}
    try:
        links = client.read("GET", "task", encode(row["id"]), "identity-links").rows({"type": shapes.TEXT})
    except AnswerError:
        if CATALOG.source(client).one(CATALOG.find("task"), row["id"], "object", None) is None:
            return {}  # the write then finds it gone
        raise
    candidates = [link for link in links if link["type"] == "candidate"]
    return {
        name: sorted({link[field] for link in candidates if link[field]})
        for name, field in _CANDIDATES.items()
        if params[name] is not None
    }


def _update(client: Camunda7, row: Row, params: Params) -> None:
    path = ("task", encode(row["id"]))
    merged = _merged(row, params)
    if any(merged[field] != row[field] for field in _WRITTEN):
        # Read once more: what somebody else set since the selection must not be set back.
        latest = _merged(client.read("GET", *path).object({}), params)
        client.write("PUT", *path, body={field: latest[field] for field in _WRITTEN})
    for name, field in _CANDIDATES.items():
        wanted, there = set(merged.get(name, ())), set(row.get(name, ()))
        for end, ids in (("", wanted - there), ("/delete", there - wanted)):
            for each in sorted(ids):
                client.write("POST", *path, f"identity-links{end}", body={field: each, "type": "candidate"})


def _post(end: str, body: Callable[[Params], Optional[dict[str, Any]]], *, repeatable: bool = True) -> Any:
    def perform(client: Camunda7, row: Row, params: Params) -> None:
        path = client.path("task", encode(row["id"]), end)
        client.rest.write("POST", path, body=body(params), repeatable=repeatable)

    return perform


def _user(params: Params) -> dict[str, Any]:
    return {"userId": params["user"]}


def _variables(params: Params) -> dict[str, Any]:
    if not params["variables"]:
        return {}
    from .typed import body  # few tasks have variables

    return body("variables", params["variables"])


def _refused(row: Row, params: Params) -> str:
    """Why the engine would refuse the task, or do something else than was meant."""
    if row["suspended"]:
        return "it is suspended; activate its process instance, or add active: true to the filter"
    if params["state"] == "claimed" and row["assignee"]:
        return (
            f"it is claimed by {row['assignee']}; use state assigned to take it over, or add unassigned: true to the "
            "filter"
        )
    if params["state"] == "resolved" and row["delegationState"] is None:
        return "it was not delegated; the engine would take it from its assignee"
    return ""


def _was_completed(client: Camunda7, key: str) -> bool:
    found = CATALOG.source(client).one(CATALOG.find("history/task"), key, "object", None)
    return found is not None and found["deleteReason"] == "completed"


def _verb(action: Action, done: Any, after: Any, perform: Any, **more: Any) -> Verb[Camunda7]:
    return Verb(action, done, after, perform, check=_check, refused=_refused, **more)


def _has_user(row: Row, params: Params) -> bool:
    return bool(row["assignee"] == params["user"])


def _with_user(row: Row, params: Params) -> Row:
    return {**row, "assignee": params["user"]}


VERBS: Mapping[str, Verb[Camunda7]] = {
    "assigned": _verb(Action("assign", "assigned"), _has_user, _with_user, _post("assignee", _user)),
    "claimed": _verb(Action("claim", "claimed"), _has_user, _with_user, _post("claim", _user)),
    "unassigned": _verb(
        Action("unassign", "unassigned"),
        lambda row, _params: row["assignee"] is None,
        lambda row, _params: {**row, "assignee": None},
        _post("unclaim", lambda _params: None),
    ),
    "delegated": _verb(
        Action("delegate", "delegated"),
        lambda row, params: _has_user(row, params) and row["delegationState"] == "PENDING",
        lambda row, params: {
            **_with_user(row, params),
            "owner": row["owner"] or row["assignee"],
            "delegationState": "PENDING",
        },
        _post("delegate", _user),
    ),
    "resolved": _verb(
        Action("resolve", "resolved"),
        lambda row, _params: row["delegationState"] == "RESOLVED",
        lambda row, _params: {**row, "assignee": row["owner"], "delegationState": "RESOLVED"},
        _post("resolve", _variables),
    ),
    "completed": _verb(
        Action("complete", "completed"),
        lambda _row, _params: False,
        lambda _row, _params: None,
        _post("complete", _variables, repeatable=False),
        wants_absent=True,
        reached=_was_completed,
    ),
    "updated": _verb(
        UPDATE,
        lambda row, params: _merged(row, params) == row,
        _merged,
        _update,
        more=_with_candidates,
    ),
}

SHOWN = ("name", "assignee", "owner", "delegationState", "taskDefinitionKey", "processInstanceId")
_ACT = Act(SELECTOR, lambda params: VERBS[params["state"]], SHOWN)


def change(context: Context[Camunda7]) -> Outcome:
    """Move tasks to a state."""
    if context.params["variables"]:
        from .typed import hide

        hide(context.redactor, context.params["variables"])
    return _ACT(context)
