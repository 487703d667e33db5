# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of values in JSON answers, as data: tables of fields say what a product relies on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple


class Shape(NamedTuple):
    """A type of value: what to call it in errors, and whether a parsed value has it."""

    words: str
    fits: Callable[[Any], bool]


Fields = Mapping[str, Shape]
"""The fields that an object must have, by name. Others may be there too; a missing one counts as null."""


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


TEXT = Shape("a string", lambda value: isinstance(value, str))
TEXT_OR_NULL = Shape("a string or null", lambda value: value is None or isinstance(value, str))
TEXTS = Shape("a list of strings", _is_texts)
INTEGER = Shape("an integer", _is_integer)
COUNT = Shape("an integer of at least 0", lambda value: _is_integer(value) and value >= 0)
BOOLEAN = Shape("true or false", lambda value: isinstance(value, bool))
OBJECT = Shape("an object", lambda value: isinstance(value, dict))


def name(value: object) -> str:
    """Return what to call the type of a parsed JSON value. The value itself may be secret or huge."""
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    kinds: tuple[tuple[type, str], ...] = ((str, "a string"), (dict, "an object"), (list, "a list"))
    return next((words for kind, words in kinds if isinstance(value, kind)), "a number")


def mismatch(value: object, fields: Fields, what: str) -> str:
    """Return what is wrong with ``value``, which should be an object with ``fields``; an empty string if nothing is.

    Args:
        what: what to call the value.
    """
    if not isinstance(value, dict):
        return f"{what} is {name(value)}, not an object"
    for field, shape in fields.items():
        if not shape.fits(value.get(field)):
            there = name(value[field]) if field in value else "missing"
            return f"{field} of {what} is {there}, not {shape.words}"
    return ""
