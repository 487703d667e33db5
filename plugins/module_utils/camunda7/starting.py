# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a process instance of Camunda 7, once for a business key.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..desired.plan import CREATE, Change, Kind
from ..desired.selection import Row
from ..desired.verbs import Params
from ..errors import NotFoundError, RefusedError
from ..task import Context, Outcome
from .client import ONLY_ID, Camunda7
from .ids import encode, encode_id
from .source import is_absent


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


def start(context: Context[Camunda7]) -> Outcome:
    """Start an instance, unless there is one with the business key of the task."""
    params, client = context.params, context.client
    if params["variables"]:
        from .typed import hide

        hide(context.redactor, params["variables"])
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
