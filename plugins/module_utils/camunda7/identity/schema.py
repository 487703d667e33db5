# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema of the desired-state document of Camunda 7 identity.

``docs/schema/c7_identity.schema.json`` is this schema for editors, with the permissions of each resource added.
The lengths are those of the columns of the engine's tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ... import strings
from ...errors import MissingLibraryError
from ...libraries import load
from .permissions import ALL, NONE, RESOURCES, TYPES

ID: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}
TEXT: dict[str, Any] = {"type": "string", "maxLength": 255}
IDS: dict[str, Any] = {"type": "array", "items": ID, "uniqueItems": True}
PASSWORD: dict[str, Any] = {"type": "string", "pattern": "[^ \\t\\r\\n]"}
# Also what the engine has to bear but must not be given (writable.py): rows of nobody, and on nothing.
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True}


def _object(required: list[str], **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required, "properties": properties}


ITEMS: dict[str, dict[str, Any]] = {
    "users": _object(["id"], id=ID, first_name=TEXT, last_name=TEXT, email=TEXT, password=PASSWORD),
    "groups": _object(["id"], id=ID, name=TEXT, type=TEXT, members=IDS),
    "tenants": _object(["id"], id=ID, name=TEXT, users=IDS, groups=IDS),
    "authorizations": _object(
        ["resource", "permissions"],
        type={"enum": list(TYPES)},
        user=TEXT,
        group=TEXT,
        resource={"type": ["string", "integer"]},
        id=TEXT,
        ids=TEXTS,
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


def accepts(document: Any) -> bool:
    """Whether a document is certainly valid: quickly, where ``jsonschema_rs`` is installed; otherwise never."""
    try:
        validator = load("jsonschema_rs", "jsonschema-rs", "checking documents quickly").Draft202012Validator(SCHEMA)
        return validator.is_valid(document) and not any(strings.unfit(value) for value in strings_of(document))
    except (MissingLibraryError, AttributeError, ValueError, TypeError):
        # Not installed, older than 0.20, or the document has a value that JSON has not.
        return False


def strings_of(document: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """The strings of a valid document, apart from its keys."""
    for rows in document.values():
        for row in rows:
            for value in row.values():
                if isinstance(value, list):
                    yield from value
                elif isinstance(value, str):
                    yield value


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
