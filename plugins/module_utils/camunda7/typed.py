# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Typed values of variables: as tasks give them, as they are sent, and compared with what the engine returns.

Observed on Camunda 7.24.0 and Operaton 1.0.3: without a type the engine chooses one from the JSON, so that 8 turns a
Long into an Integer, and stores mappings and lists as serialized Java objects. So a type is always sent.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Optional

from ..errors import UsageError
from ..secrets import MASK, Redactor
from ..words import nearest

_KEYS = ("value", "type", "value_info", "no_log")


@dataclass(frozen=True)
class Variable:
    """A variable as the task gives it.

    Attributes:
        type: None: that of the variable that exists, or the one that fits the value.
        secret: never show the value.
    """

    value: Any
    type: Optional[str] = None
    info: Mapping[str, Any] = field(default_factory=dict)
    secret: bool = False


def _scalar(kind: str) -> Callable[[str, Any], Any]:
    """Return the check of a value of this type; see ``values.type_of``."""

    def check(option: str, value: Any) -> Any:
        from .values import type_of

        return type_of(kind, (), in_url=False).check(option, value)

    return check


def _text(option: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{option}: {value!r} is not a string; put it in quotes.")
    return value


def _short(option: str, value: Any) -> int:
    number = int(_scalar("int")(option, value))
    if not -(2**15) <= number < 2**15:
        raise UsageError(f"{option}: {value!r} is not an integer of 16 bits.")
    return number


def _double(option: str, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"{option}: {value!r} is not a number.")
    return number


def _null(option: str, value: Any) -> None:
    raise UsageError(f"{option}: {value!r} is not null, and the type Null has no other value.")


def _base64(option: str, value: Any) -> str:
    try:
        return base64.b64encode(base64.b64decode(_text(option, value), validate=True)).decode()
    except (binascii.Error, ValueError):
        raise UsageError(f"{option}: the value is not Base64. Use the filter b64encode.") from None


def _json(option: str, value: Any) -> str:
    try:
        if isinstance(value, str):
            json.loads(value)
            return value
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise UsageError(f"{option}: the value is not JSON.") from None


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "Boolean": _scalar("bool"),
    "Short": _short,
    "Integer": _scalar("int"),
    "Long": _scalar("long"),
    "Double": _double,
    "Date": _scalar("when"),
    "String": _text,
    "Null": _null,
    "Bytes": _base64,
    "File": _base64,
    "Json": _json,
    "Xml": _text,
    "Object": _text,
}
"""The types of variables. Null is a value of all of them."""

_NEEDS = {"File": ("filename",), "Object": ("objectTypeName", "serializationDataFormat")}
"""What has to stand in ``value_info``."""


def _moment(value: Any) -> Any:
    from ..query import times

    return times.answered(value)


_COMPARED: Mapping[str, Callable[[Any], Any]] = {"Date": _moment, "Json": json.loads, "Double": float}
"""How values are compared, where equal ones can be written in several ways."""


def read(option: str, given: Mapping[str, Any]) -> dict[str, Variable]:
    """Check variables as a task gives them: names to values, or to mappings with ``value``.

    Raises:
        UsageError: names the variable; the values of secret ones are not shown.
    """
    checked: dict[str, Variable] = {}
    for name, value in given.items():
        here = f"{option}.{name}"
        if not str(name).strip():
            raise UsageError(f"{option}: the name of a variable is empty.")
        row = value if isinstance(value, Mapping) else {"value": value}
        for key in row:
            if key not in _KEYS:
                raise UsageError(
                    f"{here}: {key!r} is none of {', '.join(_KEYS)}.{nearest(str(key), _KEYS)} To store a mapping, "
                    "use {value: {...}, type: Json}."
                )
        if "value" not in row:
            raise UsageError(f"{here}: value is missing.")
        kind, info = row.get("type"), row.get("value_info") or {}
        if kind is not None and kind not in _CHECKS:
            raise UsageError(f"{here}.type: {kind!r} is none of {', '.join(_CHECKS)}.{nearest(str(kind), _CHECKS)}")
        if not isinstance(info, Mapping):
            raise UsageError(f"{here}.value_info: {info!r} is not a mapping.")
        secret = _scalar("bool")(f"{here}.no_log", row.get("no_log") or False)
        content = row["value"].isoformat() if isinstance(row["value"], date) else row["value"]
        checked[str(name)] = Variable(content, kind, info, secret)
        if kind is not None:
            sent(here, checked[str(name)])
    return checked


def sent(option: str, variable: Variable, current: Optional[Mapping[str, Any]] = None) -> dict[str, Any]:
    """Return a variable as it is sent.

    Args:
        option: where the task gives it, for messages.
        current: the variable that exists, as the engine returns it. Its type stays unless the task gives another.

    Raises:
        UsageError: the value does not fit the type.
    """
    kept = variable.type is None and current is not None and current["type"] != "Null"
    kind = current["type"] if kept and current else variable.type or _fitting(option, variable)
    info = dict(variable.info or (current["valueInfo"] if kept and current else {}))
    missing = [name for name in _NEEDS.get(kind, ()) if name not in info]
    if missing:
        raise UsageError(f"{option}: type {kind} needs value_info with {' and '.join(missing)}.")
    if kind not in _CHECKS:
        raise UsageError(f"{option}: the variable has the type {kind}, which cannot be written. Give another type.")
    try:
        value = None if variable.value is None else _CHECKS[kind](option, variable.value)
    except UsageError as error:
        message = f"{option}: the value does not fit the type {kind}." if variable.secret else error.message
        hint = f" The variable exists with the type {kind}; give type to change it." if kept else ""
        raise UsageError(message + hint) from None
    return {"value": value, "type": kind, **({"valueInfo": info} if info else {})}


def _fitting(option: str, variable: Variable) -> str:
    value = variable.value
    kinds = ((bool, "Boolean"), (int, "Integer"), (float, "Double"), (str, "String"))
    kind = "Null" if value is None else next((name for each, name in kinds if isinstance(value, each)), "")
    if not kind:
        raise UsageError(f"{option}: a mapping or list needs a type, for example Json.")
    return "Long" if kind == "Integer" and not -(2**31) <= value < 2**31 else kind


def same(wanted: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    """Whether a variable already is what would be sent. The engine does not return the content of files."""
    kind, value, there = wanted["type"], wanted["value"], current["value"]
    info = wanted.get("valueInfo", {})
    if kind != current["type"] or {**current["valueInfo"], **info} != current["valueInfo"]:
        return False
    if kind not in _COMPARED or value is None or there is None:
        return bool(value == there)
    return bool(_COMPARED[kind](value) == _COMPARED[kind](there))


def body(option: str, given: Optional[Mapping[str, Any]]) -> dict[str, Any]:
    """Return new variables as they are sent, as a part of a body; nothing if the task gives none."""
    variables = read(option, given or {})
    return {"variables": {name: sent(f"{option}.{name}", each) for name, each in variables.items()}} if given else {}


def hide(redactor: Redactor, given: Optional[Mapping[str, Any]]) -> None:
    """Keep the values that are marked ``no_log`` out of everything that is shown."""
    for row in (given or {}).values():
        if isinstance(row, Mapping) and row.get("no_log"):
            for leaf in _leaves(row.get("value")):
                redactor.add(leaf)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, (Mapping, list, tuple)):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _leaves(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def shown(variable: Mapping[str, Any], *, secret: bool) -> dict[str, Any]:
    """Return a variable as a diff shows it."""
    value = variable["value"]
    if value is not None and (secret or variable["type"] in ("Bytes", "File")):
        value = MASK if secret else f"({len(base64.b64decode(value))} bytes)"
    return {"type": variable["type"], "value": value}
