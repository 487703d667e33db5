# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of filters in Camunda 7: how a value is checked and sent.

The engine reads null, an empty list and an empty date as no filter and returns everything (seen on 7.20 to 7.24).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..errors import UsageError
from ..query.entity import Check, Type
from ..query.values import boolean, string
from ..words import nearest
from .dates import when

COMPARISONS = ("eq", "neq", "gt", "gteq", "lt", "lteq", "like")
"""Operators of filters by variables; the rows of some filters name others."""

_RANGES = {"int": 2**31, "long": 2**63}
_ORDERED = {"gt", "gteq", "lt", "lteq"}


def text(option: str, value: Any) -> str:
    """Check a string that is not blank."""
    if not string(option, value).strip():
        raise UsageError(f"{option}: the value is empty. Omit it, or give a value.")
    return str(value)


def _texts(option: str, value: Any) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise UsageError(f"{option}: {value!r} is not a list.")
    if not value:
        raise UsageError(f"{option}: the list is empty. The engine would ignore it and return everything.")
    return [text(f"{option}[{position}]", each) for position, each in enumerate(value)]


def _texts_in_url(option: str, value: Any) -> list[str]:
    checked = _texts(option, value)
    for each in checked:
        if "," in each or each != each.strip():
            raise UsageError(
                f"{option}: {each!r} cannot be sent: the engine splits this list at commas, and keeps blanks at the "
                "ends of values."
            )
    return checked


def _flag(option: str, value: Any) -> bool:
    if not boolean(option, value):
        raise UsageError(f"{option}: false has no meaning here: the engine ignores it, or takes it for true. Omit it.")
    return True


def _number(kind: str) -> Check:
    def check(option: str, value: Any) -> int:
        word = str(value).strip()
        fits = not isinstance(value, (bool, float)) and re.fullmatch(r"-?[0-9]{1,19}", word)
        if not fits or not -_RANGES[kind] <= int(word) < _RANGES[kind]:
            raise UsageError(f"{option}: {value!r} is not an integer of {_RANGES[kind].bit_length()} bits.")
        return int(word)

    return check


def _when(option: str, value: Any) -> str:
    return when(option, text(option, value))


def _scalar(option: str, value: Any) -> Any:
    if isinstance(value, (dict, list, tuple)) or (isinstance(value, float) and not math.isfinite(value)):
        raise UsageError(f"{option}: {value!r} is not a string, a number or a boolean.")
    if isinstance(value, int) and not -_RANGES["long"] <= value < _RANGES["long"]:
        raise UsageError(f"{option}: {value} has more than 64 bits.")
    return value


def _none_of(option: str, value: Any, choices: Iterable[str]) -> UsageError:
    return UsageError(f"{option}: {value!r} is none of {', '.join(choices)}.{nearest(str(value), choices)}")


def _rows(option: str, value: Any, names: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """Return a list of mappings that have exactly these names."""
    wanted = f"a list of mappings with {', '.join(names)}"
    if not isinstance(value, (list, tuple)) or not value:
        raise UsageError(f"{option}: {value!r} is not {wanted}.")
    for position, row in enumerate(value):
        here = f"{option}[{position}]"
        if not isinstance(row, Mapping):
            raise UsageError(f"{here}: {row!r} is not a mapping with {', '.join(names)}.")
        for name in row:
            if name not in names:
                raise _none_of(here, name, names)
        missing = [name for name in names if name not in row]
        if missing:
            raise UsageError(f"{here}: {' and '.join(missing)} is missing; the option is {wanted}.")
    return list(value)


def _operator(option: str, value: Any, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise _none_of(option, value, choices)
    return str(value)


def _conditions(option: str, value: Any) -> list[dict[str, str]]:
    return [
        {
            "operator": _operator(f"{option}[{position}].operator", row["operator"], ("gt", "lt")),
            "value": _when(f"{option}[{position}].value", row["value"]),
        }
        for position, row in enumerate(_rows(option, value, ("operator", "value")))
    ]


def _variables(choices: tuple[str, ...]) -> Check:
    def one(here: str, row: Mapping[str, Any]) -> dict[str, Any]:
        operator = _operator(f"{here}.operator", row["operator"], choices)
        value = _scalar(f"{here}.value", row["value"])
        if "ike" in operator and not isinstance(value, str):
            raise UsageError(f"{here}.value: {operator} compares strings, and {value!r} is none.")
        if operator in _ORDERED and (value is None or isinstance(value, bool)):
            raise UsageError(f"{here}.value: {operator} cannot compare {value!r}.")
        return {"name": text(f"{here}.name", row["name"]), "operator": operator, "value": value}

    def check(option: str, value: Any) -> list[dict[str, Any]]:
        rows = _rows(option, value, ("name", "operator", "value"))
        return [one(f"{option}[{position}]", row) for position, row in enumerate(rows)]

    return check


def _authorization_type(option: str, value: Any) -> int:
    from .identity.permissions import TYPES  # only authorizations need it

    name = str(value).strip().lower()
    if name not in TYPES and name not in map(str, TYPES.values()):
        raise _none_of(option, value, TYPES)
    return TYPES[name] if name in TYPES else int(name)


def _resource(option: str, value: Any) -> int:
    from .identity.permissions import securable_of  # only authorizations need it

    try:
        return securable_of(value).number
    except UsageError as error:
        raise UsageError(f"{option}: {error.message}") from None


_CHECKS: Mapping[str, Check] = {
    "": text,
    "choice": text,
    "list": _texts,
    "flag": _flag,
    "bool": boolean,
    "int": _number("int"),
    "long": _number("long"),
    "when": _when,
    "value": _scalar,
    "conditions": _conditions,
    "authorization-type": _authorization_type,
    "resource": _resource,
}


def type_of(kind: str, choices: tuple[str, ...], *, in_url: bool) -> Type:
    """Return the type that a row's word names.

    Args:
        choices: the operators of a filter by variables; empty for the usual ones.
        in_url: whether the value is sent in the URL.
    """
    if kind == "variables":
        return Type(_variables(choices or COMPARISONS))
    check: Callable[[str, Any], Any] = _texts_in_url if kind == "list" and in_url else _CHECKS[kind]
    return Type(check)
