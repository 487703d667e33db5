# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ``rest_request``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

READING: Mapping[str, Any] = {
    "query": {"type": "dict"},
    "headers": {"type": "dict"},
    "expect": {"type": "list", "elements": "int"},
    "follow_redirects": {"type": "bool", "default": True},
    "result": {"type": "str"},
    "error_when": {"type": "str"},
    "paginate": {
        "type": "dict",
        "options": {
            "by": {"type": "str", "required": True, "choices": ["link", "cursor", "offset"]},
            "items": {"type": "str"},
            "next": {"type": "str"},
            "parameter": {"type": "str"},
            "location": {"type": "str", "default": "query", "choices": ["query", "body"]},
            "page_size": {"type": "int"},
            "size_parameter": {"type": "str"},
            "limit": {"type": "int", "default": 1000},
        },
    },
}
"""The options that the module and the lookup have."""

ARGUMENTS: Mapping[str, Any] = {
    **READING,
    "method": {"type": "str", "default": "GET", "choices": list(METHODS)},
    "body": {"type": "raw"},
    "body_format": {"type": "str", "default": "json", "choices": ["json", "form", "multipart", "text"]},
    "src": {"type": "path"},
    "dest": {"type": "path"},
    "safe": {"type": "bool", "default": False},
    "changed_when_status": {"type": "list", "elements": "int"},
    "idempotent": {
        "type": "dict",
        "options": {"read": {"type": "raw"}, "subset": {"type": "raw"}, "result": {"type": "str"}},
    },
    "until": {
        "type": "dict",
        "options": {
            "condition": {"type": "str", "required": True},
            "url": {"type": "str"},
            "interval": {"type": "float", "default": 1.0},
            "timeout": {"type": "float", "default": 60.0},
        },
    },
}

EXCLUSIVE = [
    ("paginate", "dest"),
    ("paginate", "until"),
    ("paginate", "idempotent"),
    ("dest", "result"),
    ("dest", "until"),
    ("dest", "idempotent"),
    ("body", "src"),
]

STRINGS: Mapping[str, Mapping[str, Any]] = {"result": {"minLength": 1}, "error_when": {"minLength": 1}}
"""Expressions: Ansible would make strings of mappings and booleans."""
