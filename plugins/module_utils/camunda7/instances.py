# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Process instances of Camunda 7: started, canceled, suspended, activated.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

from ..desired.plan import CREATE, Action, Change, Kind
from ..desired.selection import Row, Selector
from ..desired.verbs import Act, Params, Verb, check_options
from ..errors import NotFoundError, RefusedError, UsageError
from ..task import Context, Outcome
from .client import ONLY_ID, Camunda7
from .ids import encode, encode_id
from .source import CATALOG, is_absent

if TYPE_CHECKING:
    from .catalog import Camunda7Entity

SELECTOR: Selector[Camunda7, Camunda7Entity] = Selector(CATALOG, "process-instance", "change", oldest="")

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


# Starting


def _body(params: Params) -> dict[str, Any]:
    body = {} if params["business_key"] is None else {"businessKey": params["business_key"]}
    if not params["variables"]:
        return body
    from .typed import body as variables  # few tasks have variables

    return {**body, **variables("variables", params["variables"])}


def _definition(client: Camunda7, params: Params) -> Optional[Row]:
    """Return the definition to start, None if there is none: the latest version, if the task names none."""
    key, tenant = params["definition_key"], params["tenant_id"]
    if params["version"] is not None:
        query = {"key": key, "version": params["version"], **_in_url(_tenant(tenant))}
        found = client.read("GET", "process-definition", query=query).rows(ONLY_ID)
        return found[0] if found else None
    path = ["key", encode(key)] if key is not None else [encode(params["definition_id"])]
    try:
        more = [] if tenant is None else ["tenant-id", encode_id(tenant)]
        return client.read("GET", "process-definition", *path, *more).object(ONLY_ID)
    except NotFoundError as error:
        if is_absent(error):
            return None
        raise


def _tenant(tenant: Optional[str]) -> dict[str, Any]:
    return {"withoutTenantId": True} if tenant is None else {"tenantIdIn": [tenant]}


def _in_url(where: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value[0] if isinstance(value, list) else value for name, value in where.items()}


def _instances(client: Camunda7, definition: Row, params: Params) -> list[dict[str, Any]]:
    """Return instances that have the business key already: at most two are read."""
    where = {"processDefinitionKey": definition["key"], **_tenant(definition["tenantId"])}
    name, filter_by = "process-instance", "businessKey"
    if params["include_finished"]:
        name, filter_by = "history/process-instance", "processInstanceBusinessKey"
    body = {**where, filter_by: params["business_key"]}
    rows = client.read("POST", name, query={"maxResults": 2}, body=body).rows(ONLY_ID)
    return [_shown(row, definition) for row in rows]


def _shown(row: Row, definition: Row) -> dict[str, Any]:
    """Return an instance alike, whether it was started, found or found in history."""
    state = "COMPLETED" if row.get("ended") else "SUSPENDED" if row.get("suspended") else "ACTIVE"
    return {
        "id": row["id"],
        "businessKey": row["businessKey"],
        "definitionKey": definition["key"],
        "definitionId": row.get("definitionId") or row.get("processDefinitionId"),
        "tenantId": row["tenantId"],
        "state": row.get("state") or state,
    }


def _start(context: Context[Camunda7]) -> Outcome:
    params, client = context.params, context.client
    body, key = _body(params), params["business_key"]
    given = params["definition_key"] or params["definition_id"]
    definition = _definition(client, params)
    if definition is None:
        version = "" if params["version"] is None else f" version {params['version']}"
        tenant = "" if params["tenant_id"] is None else f" of tenant {params['tenant_id']}"
        context.missing(f"There is no process definition {given}{version}{tenant}, or the caller may not read it.")
        definition = {"id": params["definition_id"], "key": params["definition_key"], "tenantId": params["tenant_id"]}
    elif key is not None:
        there = _instances(client, definition, params)
        if len(there) > 1:
            context.warn(f"There are several instances of {definition['key']} with the business key {key}.")
        if there:
            return Outcome(False, {"object": there[0]})
    if definition.get("suspended"):
        raise RefusedError(f"Process definition {definition['id']} is suspended. Activate it to start an instance.")
    made = {"id": None, "businessKey": key, "definitionId": definition["id"], "tenantId": definition["tenantId"]}
    after = {**_shown(made, definition), "state": None}
    path = ("process-definition", encode(definition["id"] or given), "start")
    kind: Kind[str, Any] = Kind(
        "process instance",
        key=str,
        merge=lambda _current, desired: desired,
        perform=lambda client, _change: client.write("POST", *path, body=body).object(ONLY_ID),
    )
    change = Change(CREATE, kind, key or given, None, after)
    started = context.apply([[change]])
    return Outcome(True, {"object": _shown(started[0], definition) if started else after}, [change])


# Moving those that exist


def _cancel(client: Camunda7, row: Row, params: Params) -> None:
    path = client.path("process-instance", encode(row["id"]))
    client.rest.write("DELETE", path, query={api: True for name, api in _SKIPS.items() if params[name]})


def _cancel_all(client: Camunda7, keys: list[str], params: Params) -> Mapping[str, Any]:
    body = {"processInstanceIds": keys, **{api: params[name] for name, api in _SKIPS.items()}}
    if params["reason"] is not None:
        body["deleteReason"] = params["reason"]
    return {"batch": client.write("POST", "process-instance", "delete", body=body).object(ONLY_ID)}


def _suspension(action: Action, suspended: bool) -> Verb[Camunda7]:
    def perform(client: Camunda7, row: Row, _params: Params) -> None:
        path = ("process-instance", encode(row["id"]))
        client.write("PUT", *path, "suspended", body={"suspended": suspended})
        client.read("GET", *path)  # the engine accepts the request for instances that have ended, too

    def batch(client: Camunda7, keys: list[str], _params: Params) -> Mapping[str, Any]:
        body = {"processInstanceIds": keys, "suspended": suspended}
        return {"batch": client.write("POST", "process-instance", "suspended-async", body=body).object(ONLY_ID)}

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
_ACT: Act[Camunda7, Camunda7Entity] = Act(SELECTOR, lambda params: VERBS[params["state"]], _SHOWN)


def ensure(context: Context[Camunda7]) -> Outcome:
    """Start an instance, or move existing ones."""
    params = context.params
    if params["state"] != "present":
        return _ACT(context)
    _check(params)
    if params["variables"]:
        from .typed import hide

        hide(context.redactor, params["variables"])
    return _start(context)
