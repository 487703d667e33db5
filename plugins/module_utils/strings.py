# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Explain what is wrong with a string of the user, without quoting it: it may be a password."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

# What Ansible writes in place of a secret, or of a part of a string that is one: ``remove_values`` in
# ansible/module_utils/common/parameters.py.
_MARKS = ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "*" * 8)

_UNFIT = re.compile("[\ud800-\udfff]|" + "|".join(map(re.escape, _MARKS)))

_TYPES = {
    "NoneType": "null",
    "bool": "a boolean",
    "bytes": "binary data",
    "date": "a date",
    "datetime": "a date",
    "dict": "an object",
    "float": "a number",
    "int": "an integer",
    "list": "an array",
    "set": "a set",
    "str": "a string",
}

_TO_STRING = {"NoneType": ": write it in quotes, or leave it out", "bytes": ": write it without !!binary"}


def wrong_type(value: Any, wanted: str = "a string") -> str:
    """Say that a value has the wrong type, and how to make a string of it where a string is wanted."""
    name = type(value).__name__
    hint = ""
    if wanted == "a string" and not isinstance(value, (dict, list, set)):
        hint = _TO_STRING.get(name, ": write it in quotes, or use the filter string in a template")
    return f"it must be {wanted}, not {_TYPES.get(name, name)}{hint}"


def unfit(value: str) -> str:
    """Return why a string cannot be intended, or an empty string."""
    found = _UNFIT.search(value)
    if not found:
        return ""
    if found.group() in _MARKS:
        return (
            "it holds what Ansible shows in place of a secret, so it was taken from a result in which a secret was "
            "masked. Take it from where it comes from, an export of c7_identity_info from a file (dest)"
        )
    return "it holds half of a surrogate pair, which is no character"


RULES: Mapping[str, tuple[Callable[[str, Any], bool], str]] = {
    "minLength": (lambda value, limit: len(value) >= limit, "it must not be empty"),
    "maxLength": (lambda value, limit: len(value) <= limit, "it must not be longer than {} characters"),
    "pattern": (lambda value, limit: re.search(limit, value) is not None, "it must not be blank"),
}
"""JSON Schema's keywords for strings: the check, and the message if it fails."""


def problem(value: Any, rule: Mapping[str, Any]) -> str:
    """Return what is wrong with a value that has to be a string, or an empty string.

    Args:
        rule: the schema of the string.
    """
    if not isinstance(value, str):
        return wrong_type(value)
    broken = [
        text.format(rule[name]) for name, (fits, text) in RULES.items() if name in rule and not fits(value, rule[name])
    ]
    return broken[0] if broken else unfit(value)
