# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check filters, sort orders, projections and keys against the entity's table, before anything is sent."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..errors import UsageError
from ..query import times
from .v1_catalog import BOOL, DATE, INT, JSON, KEY, PROCESS_INSTANCES, TEXT, Entity

DECODED = "decodedValue"
"""The key under which the decoded value of a variable stands beside ``value``."""

CUT = 8191
"""Searches cut values of variables off at this length, and 8.6 does not say which."""

# The server takes this name of a filter too; answers use the other one.
_ALIASES = {"parentProcessInstanceKey": "parentKey"}
_EXACT = (KEY, INT, TEXT, BOOL)
# Full-text fields, and filters that the answer does not echo.
_LOOSE = ("message", "truncated", "decisionRequirementsName", "decisionRequirementsVersion")
_LARGEST = {KEY: 2**63 - 1, INT: 2**31 - 1}


def check_filter(entity: Entity, given: Any) -> dict[str, Any]:
    """Return the filter as it is sent: known names, values of the right type.

    Raises:
        UsageError: an unknown name, a field that the server cannot filter by or that is given twice, or a value that is
            empty (the server drops it: buildTermQuery in the sources of Operate) or of the wrong type.
    """
    if not isinstance(given, Mapping):
        raise UsageError(f"filter: {given!r} is not a mapping of fields to values.")
    checked = {}
    for name, value in given.items():
        known = _ALIASES.get(name, name) if entity.name == PROCESS_INSTANCES else name
        field = entity.field(str(known), "filter")
        option = f"filter.{name}"
        if field.no_filter:
            raise UsageError(f"{option}: {entity.name} cannot be filtered by this field: {field.no_filter}.")
        if value is None or isinstance(value, (dict, list, tuple)):
            raise UsageError(f"{option}: give one value; Operate compares with exactly one, and cannot look for none.")
        if isinstance(value, str) and not value.strip():
            raise UsageError(f"{option}: the value is empty. The server would ignore the field and match everything.")
        if field.name in checked:
            raise UsageError(f"{option}: another name of {field.name}, which is given too. Keep one of them.")
        checked[field.name] = _CHECKS[field.type](option, value)
        if field.choices and checked[field.name] not in field.choices:
            raise UsageError(f"{option}: {value!r} is none of {', '.join(field.choices)}.")
    return checked


def check_sort(entity: Entity, given: Sequence[Any]) -> list[dict[str, str]]:
    """Return the sort order as it is sent.

    Raises:
        UsageError: an unknown field, or one that the server cannot sort by.
    """
    order: list[dict[str, str]] = []
    for row in given:
        if not isinstance(row, Mapping):
            raise UsageError(f"sort: {row!r} is not a mapping with field and order.")
        field = entity.field(str(row.get("field") or ""), "sort")
        if field.no_sort:
            raise UsageError(f"sort: {entity.name} cannot be sorted by {field.name}: {field.no_sort}.")
        direction = str(row.get("order") or "ASC")
        if direction not in ("ASC", "DESC"):
            raise UsageError(f"sort: the order of {field.name} is ASC or DESC, not {direction!r}.")
        if order and field.name == entity.ended and direction == "DESC":
            raise UsageError(f"sort: {field.name} can be sorted by in the order DESC only when it is named first.")
        order.append({"field": field.name, "order": direction})
    return order


def check_fields(entity: Entity, given: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the fields to return.

    Raises:
        UsageError: the entity has no field of that name.
    """
    extra = {DECODED} if entity.name == "variables" else set()
    return tuple(name if name in extra else entity.field(name, "fields").name for name in given)


def check_key(entity: Entity, value: Any, option: str = "key") -> str:
    """Return the identifier of one object as a string: digits, for decision instances digits, a hyphen and digits.

    Raises:
        UsageError: it is something else.
    """
    if entity.identifier == "id":
        text = str(value).strip()
        if not re.fullmatch(r"[0-9]{1,19}-[0-9]{1,9}", text):
            raise UsageError(
                f"{option}: {value!r} is not the id of a decision instance, which looks like 2251799813685290-1. "
                "Their key is not unique."
            )
        return text
    return str(_number(option, value, KEY))


def _number(option: str, value: Any, kind: str) -> int:
    text = str(value).strip()
    if isinstance(value, (bool, float)) or not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > _LARGEST[kind]:
        what = "key (a number of up to 19 digits)" if kind == KEY else "number"
        raise UsageError(f"{option}: {value!r} is not a {what}.")
    return int(text)


def _boolean(option: str, value: Any) -> bool:
    text = str(value).strip().lower()
    if text not in ("true", "false"):
        raise UsageError(f"{option}: {value!r} is neither true nor false.")
    return text == "true"


def _text(option: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{option}: {value!r} is not a string; put it in quotes.")
    return value


def _date(option: str, value: Any) -> str:
    return times.filter_value(option, _text(option, value))


def _json(option: str, value: Any) -> str:
    if isinstance(value, str):
        try:
            json.loads(value)
        except ValueError:
            raise UsageError(
                f"{option}: values of variables are compared as JSON, and {value!r} is not JSON: "
                "write the string abc as '\"abc\"'."
            ) from None
        return value
    return json.dumps(value)


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    KEY: lambda option, value: _number(option, value, KEY),
    INT: lambda option, value: _number(option, value, INT),
    TEXT: _text,
    BOOL: _boolean,
    DATE: _date,
    JSON: _json,
}


@lru_cache(maxsize=256)
def keys_among(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of fields that hold 64-bit keys, also those that newer servers add.

    Objects of one kind have the same names, so that this is asked once for all of them.
    """
    return tuple(name for name in names if name == "key" or name.endswith("Key"))


def present(entity: Entity, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object of an answer as it is shown: keys as strings, the value of a variable decoded beside it."""
    shown = dict(row)
    for name in keys_among(tuple(row)):
        if isinstance(shown[name], int):
            shown[name] = str(shown[name])
    value = row.get("value")
    if entity.name == "variables" and isinstance(value, str) and not row.get("truncated", len(value) >= CUT):
        # What is not JSON after all stays as it is.
        with contextlib.suppress(ValueError):
            shown[DECODED] = json.loads(value)
    return shown


def check_rows(entity: Entity, given: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
    """Check that the objects of an answer match the filter.

    Servers ignore a field that they do not know, such as one that came with a later version, and return everything.

    Raises:
        UsageError: names the field that the server ignores.
    """
    types = {name: entity.field(name, "filter").type for name in given if name not in _LOOSE}
    exact = {name: given[name] for name, kind in types.items() if kind in _EXACT}
    dates = {name: given[name] for name, kind in types.items() if kind == DATE}
    for row in rows:
        ignored = [name for name, value in exact.items() if row.get(name) != value]
        ignored += [name for name, value in dates.items() if not times.matches(row.get(name), value)]
        if ignored:
            raise UsageError(
                f"filter.{ignored[0]}: this server ignores it and returned objects that do not match; its version is "
                "older than this field, or newer than this collection."
            )
