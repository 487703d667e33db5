# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declared state of a resource on any API: compare a subset, and send only when it differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..desired.plan import DELETE, Action, Change, Kind, Object, plan
from ..secret_names import is_secret
from ..secrets import MASK
from .call import Call

_VALUE = "value"
_PAST = {"POST": "posted", "PUT": "put", "PATCH": "patched", "DELETE": "deleted"}


def changes(call: Call, kind: Kind[str, Object], wanted: Any, current: Optional[Any]) -> list[Change]:
    """Return the change that brings the resource to the declared state, if one is needed.

    Args:
        wanted: what is declared of the resource, any JSON.
        current: what is there; None if the resource is absent.
    """
    there: dict[Any, Object] = {} if current is None else {str(call): {_VALUE: part_of(current, wanted)}}
    if call.method == "DELETE":
        return plan(kind, (), there, absent=[str(call)])
    return plan(kind, [{_VALUE: wanted}], there)


def request(call: Call, kind: Kind[str, Object]) -> list[Change]:
    """Return the change that is this request, about which nothing else is known."""
    if call.method == "DELETE":
        return [Change(DELETE, kind, str(call), {_VALUE: None})]
    return [Change(Action(call.method.lower(), _PAST.get(call.method, "sent")), kind, str(call), None, _body(call))]


def kind(call: Call, perform: Any) -> Kind[str, Object]:
    """Return the kind of object that a request is about."""
    return Kind("request", lambda _item: str(call), lambda _before, item: item, perform, show=_shown)


def part_of(current: Any, wanted: Any) -> Any:
    """Return of what is there only what is declared: mappings by key, lists and all else as they are."""
    if isinstance(current, Mapping) and isinstance(wanted, Mapping):
        return {key: part_of(current[key], wanted[key]) for key in wanted if key in current}
    return current


def _body(call: Call) -> Object:
    if call.data is None and call.body is not None:
        return {_VALUE: f"({len(call.body)} bytes)"}
    return {_VALUE: call.data}


def _shown(item: Object) -> dict[str, Any]:
    value = masked(item[_VALUE])
    return value if isinstance(value, dict) else {} if value is None else {"body": value}


def masked(value: Any) -> Any:
    """Return a copy in which the fields whose names say that they are secret are masked."""
    if isinstance(value, Mapping):
        return {
            name: MASK if is_secret(str(name)) and isinstance(item, str) else masked(item)
            for name, item in value.items()
        }
    return [masked(item) for item in value] if isinstance(value, list) else value
