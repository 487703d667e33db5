# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema of the desired-state document of Camunda 7 identity.

``docs/schema/c7_identity.schema.json`` is this schema for editors, with the permissions of each resource added.
The lengths are those of the columns of the engine's tables.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.permissions import ALL, NONE, RESOURCES, TYPES

ID: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}
TEXT: dict[str, Any] = {"type": "string", "maxLength": 255}
IDS: dict[str, Any] = {"type": "array", "items": ID, "uniqueItems": True}


def _object(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


ITEMS: dict[str, dict[str, Any]] = {
    "users": _object(
        ["id"], id=ID, first_name=TEXT, last_name=TEXT, email=TEXT, password={"type": "string", "minLength": 1}
    ),
    "groups": _object(["id"], id=ID, name=TEXT, type=TEXT, members=IDS),
    "tenants": _object(["id"], id=ID, name=TEXT, users=IDS, groups=IDS),
    "authorizations": _object(
        ["resource", "permissions"],
        type={"enum": list(TYPES)},
        user={"type": "string", "minLength": 1, "maxLength": 255},
        group={"type": "string", "minLength": 1, "maxLength": 255},
        resource={"type": ["string", "integer"]},
        id={"type": "string", "minLength": 1, "maxLength": 255},
        ids={
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": 255},
            "minItems": 1,
            "uniqueItems": True,
        },
        permissions={"type": "array", "items": {"type": "string"}},
    ),
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Desired state of users, groups, tenants and authorizations of Camunda 7",
    "type": "object",
    "additionalProperties": False,
    "properties": {name: {"type": "array", "items": item} for name, item in ITEMS.items()},
}


def for_editors() -> dict[str, Any]:
    """Return the schema with what editors can complete: the names of resources and the permissions of each."""
    rules = [
        {
            "if": {"properties": {"resource": {"const": name}}, "required": ["resource"]},
            "then": {"properties": {"permissions": {"items": {"enum": [*resource.permissions, ALL, NONE]}}}},
        }
        for name, resource in RESOURCES.items()
    ]
    authorization = {
        **ITEMS["authorizations"],
        "properties": {
            **ITEMS["authorizations"]["properties"],
            "resource": {"anyOf": [{"enum": list(RESOURCES)}, {"type": "integer", "minimum": 0}]},
        },
        "allOf": rules,
    }
    properties = {**SCHEMA["properties"], "authorizations": {"type": "array", "items": authorization}}
    return {**SCHEMA, "properties": properties}
