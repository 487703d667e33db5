# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorizations that the engine makes by itself, and what they do to those who declare state.

With authorizations enabled the engine gives a new user ALL on itself, a new group READ on itself, a member of a tenant
READ on the tenant; it adds rows for tasks, filters, deployments and history.
Source: ``DefaultAuthorizationProvider`` of 7.24.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import authorizations
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.authorizations import Key
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import Camunda7
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.permissions import ALL, RESOURCES, TYPES, VOLATILE

_GRANT = TYPES["grant"]
_USER, _GROUP, _TENANT = (RESOURCES[name].number for name in ("user", "group", "tenant"))


def is_own(row: Mapping[str, Any]) -> bool:
    """Whether the engine made the row by itself, as far as its content tells."""
    key = authorizations.key_of(row)
    if key.resource_id == "*":
        return False
    if key.resource in VOLATILE:
        return True
    if key.type != _GRANT:
        return False
    permissions = list(row["permissions"])
    if key.resource == _TENANT:
        return permissions == ["READ"]
    # A user on itself, a group on itself.
    expected = {(_USER, "user"): [ALL], (_GROUP, "group"): ["READ"]}.get((key.resource, key.grantee))
    return key.name == key.resource_id and permissions == expected


def create_past(client: Camunda7, key: Key, create: Callable[[], None]) -> bool:
    """Create an object whose own row exists before the object does, which the engine refuses.

    The row is taken away, the object created, and the row given the permissions that it had.

    Returns:
        False when there is no such row, so that the refusal has another reason.
    """
    row = authorizations.find(client, key)
    if row is None:
        return False
    client.write("DELETE", "authorization", row["id"])
    create()
    made = authorizations.find(client, key)
    if made is None:
        client.write(
            "POST", "authorization", "create", body={name: value for name, value in row.items() if name != "id"}
        )
    elif made["permissions"] != row["permissions"]:
        authorizations.put(client, {**made, "permissions": row["permissions"]})
    return True
