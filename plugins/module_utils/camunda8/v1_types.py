# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Types of fields in Operate API v1: how a value is checked, sent and compared with an answer."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from ..errors import UsageError
from ..query.entity import Type
from ..query.values import boolean, string

DECODED = "decodedValue"
"""The key under which the decoded value of a variable stands beside ``value``."""

CUT = 8191
"""Searches cut values of variables off at this length, and 8.6 does not say which."""

_ROUNDING = re.compile(r"\|\|/[yMwdhms]")
_LARGEST_KEY = 2**63 - 1
_LARGEST_INT = 2**31 - 1


def _number(largest: int, what: str) -> Callable[[str, Any], int]:
    def check(option: str, value: Any) -> int:
        text = str(value).strip()
        if isinstance(value, (bool, float)) or not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > largest:
            raise UsageError(f"{option}: {value!r} is not a {what}.")
        return int(text)

    return check


_key = _number(_LARGEST_KEY, "key (a number of up to 19 digits)")


def check_key(option: str, value: Any) -> str:
    """Return a 64-bit key as a string.

    Raises:
        UsageError: it is not a number of up to 19 digits.
    """
    return str(_key(option, value))


def check_decision_id(option: str, value: Any) -> str:
    """Return the id of a decision instance: digits, a hyphen and digits.

    Raises:
        UsageError: it is something else.
    """
    text = str(value).strip()
    if not re.fullmatch(r"[0-9]{1,19}-[0-9]{1,9}", text):
        raise UsageError(
            f"{option}: {value!r} is not the id of a decision instance, which looks like 2251799813685290-1. "
            "Their key is not unique."
        )
    return text


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


def date_filter(option: str, value: Any) -> str:
    """Return a date filter as the server reads it: milliseconds with offset, then the rounding such as ``||/d``.

    Raises:
        UsageError: naming ``option``.
    """
    text, bars, unit = string(option, value).partition("||")
    if bars and not _ROUNDING.fullmatch(bars + unit):
        raise UsageError(
            f"{option}: after the time may stand ||/y, ||/M, ||/w, ||/d, ||/h, ||/m or ||/s, not {bars + unit}."
        )
    from ..query import times

    naive = times.moment(option, text.strip()).replace(tzinfo=None)
    return f"{naive.isoformat(timespec='milliseconds')}+0000{bars}{unit}"


def matches(answer: object, wanted: str) -> bool:
    """Return whether an answer's date is what a date filter, as it is sent, asks for.

    The server compares milliseconds, or the units of the calendar in UTC; weeks begin on Monday (date math of
    Elasticsearch).
    """
    text, _bars, unit = wanted.partition("||/")
    from ..query import times

    found, sought = times.answered(answer), times.answered(text)
    return found is not None and sought is not None and _unit(found, unit) == _unit(sought, unit)


def _unit(when: datetime, unit: str) -> tuple[int, ...]:
    if unit == "w":
        return when.isocalendar()[:2]
    parts = when.timetuple()[: "yMdhms".index(unit) + 1 if unit else 6]
    return parts if unit else (*parts, when.microsecond // 1000)


def _single(check: Callable[[str, Any], Any]) -> Callable[[str, Any], Any]:
    def checked(option: str, value: Any) -> Any:
        if isinstance(value, (dict, list, tuple)):
            raise UsageError(f"{option}: give one value; Operate compares with exactly one.")
        return check(option, value)

    return checked


def _equal(answer: Any, sent: Any) -> bool:
    return bool(answer == sent)


KEY = Type(_single(_key), _equal)
INT = Type(_single(_number(_LARGEST_INT, "number")), _equal)
TEXT = Type(_single(string), _equal)
BOOL = Type(_single(boolean), _equal)
DATE = Type(_single(date_filter), matches)
JSON = Type(_single(_json))


@lru_cache(maxsize=256)
def _keys_among(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of fields that hold 64-bit keys, also those that newer servers add.

    Objects of one kind have the same names, so that this is asked once for all of them.
    """
    return tuple(name for name in names if name == "key" or name.endswith("Key"))


def show(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object of an answer as it is shown: keys as strings."""
    shown = dict(row)
    for name in _keys_among(tuple(row)):
        if isinstance(shown[name], int):
            shown[name] = str(shown[name])
    return shown


def show_variable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a variable of an answer as it is shown: with its decoded value, unless that is not JSON or was cut off."""
    shown, value = show(row), row.get("value")
    if isinstance(value, str) and not row.get("truncated", len(value) >= CUT):
        with contextlib.suppress(ValueError):
            shown[DECODED] = json.loads(value)
    return shown
