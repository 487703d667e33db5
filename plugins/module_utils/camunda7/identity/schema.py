# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schema of the desired-state document of Camunda 7 identity, made from the rows of the resources.

``docs/schema/c7_identity.schema.json`` is this schema for editors, with the permissions of each resource added.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ... import strings
from ...desired.resource import Schema, arguments
from ...errors import MissingLibraryError
from ...libraries import load
from .authorizations import AUTHORIZATION
from .memberships import MEMBERSHIPS
from .objects import RESOURCES, TEXT, IdentityResource
from .permissions import TYPES


def _object(properties: dict[str, Schema], *required: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


def _item(resource: IdentityResource) -> dict[str, Any]:
    lists = {membership.option: membership.rule for membership in MEMBERSHIPS if membership.container is resource}
    return _object({**resource.properties(), **lists}, resource.id.name)


ITEMS: dict[str, dict[str, Any]] = {
    **{resource.plural: _item(resource) for resource in RESOURCES},
    AUTHORIZATION.plural: _object(
        {
            "type": {"enum": list(TYPES)},
            # Empty strings are valid: rows of nobody and on nothing exist, but cannot be created (writable.py).
            "user": TEXT,
            "group": TEXT,
            "resource": {"type": ["string", "integer"]},
            "id": TEXT,
            "ids": {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True},
            "permissions": {"type": "array", "items": {"type": "string"}},
        },
        "resource",
        "permissions",
    ),
}
"""The schema of an item of each section."""

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Desired state of users, groups, tenants and authorizations of Camunda 7",
    "type": "object",
    "additionalProperties": False,
    "properties": {section: {"type": "array", "items": item} for section, item in ITEMS.items()},
}


def section_arguments() -> dict[str, dict[str, Any]]:
    """Return the argument spec of the sections as options."""
    return {
        section: {"type": "list", "elements": "dict", "options": arguments(item["properties"], item["required"])}
        for section, item in ITEMS.items()
    }


def accepts(document: Any) -> bool:
    """Whether a document is certainly valid: quickly, where ``jsonschema_rs`` is installed; otherwise never."""
    try:
        validator = load("jsonschema_rs", "jsonschema-rs", "checking documents quickly").Draft202012Validator(SCHEMA)
        return validator.is_valid(document) and not any(strings.unfit(value) for value in strings_of(document))
    except (MissingLibraryError, AttributeError, ValueError, TypeError):
        # Not installed, older than 0.20, or the document has a value that JSON does not have.
        return False


def strings_of(document: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """Return the strings of a valid document, apart from its keys."""
    for rows in document.values():
        for row in rows:
            for value in row.values():
                if isinstance(value, list):
                    yield from value
                elif isinstance(value, str):
                    yield value
