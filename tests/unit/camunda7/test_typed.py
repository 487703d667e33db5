# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables are sent with a type, by default the one that is there, and compared by what they mean."""

from __future__ import annotations

from datetime import date, datetime, timezone
from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import typed
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor

FILE = {"filename": "a.txt"}
OBJECT = {"objectTypeName": "java.util.ArrayList", "serializationDataFormat": "application/json"}


def current(kind: str, value: Any, **info: Any) -> dict[str, Any]:
    return {"type": kind, "value": value, "valueInfo": info}


def sent(given: Any, there: Optional[dict[str, Any]] = None) -> dict[str, Any]:
    return typed.sent("variables.a", typed.read("variables", {"a": given})["a"], there)


@pytest.mark.parametrize(
    ("value", "kind", "written"),
    [
        (True, "Boolean", True),
        (5, "Integer", 5),
        (-(2**31), "Integer", -(2**31)),
        (2**31, "Long", 2**31),
        (1.5, "Double", 1.5),
        ("5", "String", "5"),
        ("", "String", ""),
        (None, "Null", None),
        (date(2026, 1, 31), "String", "2026-01-31"),
    ],
)
def test_a_new_variable_gets_the_type_that_fits(value: Any, kind: str, written: Any) -> None:
    assert sent(value) == sent({"value": value}) == sent(value, current("Null", None))
    assert sent(value) == {"value": written, "type": kind}


@pytest.mark.parametrize(
    ("kind", "value", "written"),
    [
        ("Boolean", "true", True),
        ("Short", "7", 7),
        ("Integer", "7", 7),
        ("Long", 7, 7),
        ("Double", 7, 7.0),
        ("Double", "7.5", 7.5),
        ("Date", "2026-01-31T12:00:00+01:00", "2026-01-31T11:00:00.000+0000"),
        ("Date", datetime(2026, 1, 31, tzinfo=timezone.utc), "2026-01-31T00:00:00.000+0000"),
        ("String", "", ""),
        ("Bytes", "aGFsbG8=", "aGFsbG8="),
        ("Json", {"a": [1, None]}, '{"a": [1, null]}'),
        ("Json", '{"a":1}', '{"a":1}'),
        ("Json", 5, "5"),
        ("Xml", "<a/>", "<a/>"),
        ("Long", None, None),
    ],
)
def test_the_type_is_the_given_one_or_the_one_that_is_there(kind: str, value: Any, written: Any) -> None:
    assert sent({"value": value, "type": kind}) == {"value": written, "type": kind}
    if not isinstance(value, dict):
        assert sent(value, current(kind, "x")) == {"value": written, "type": kind}
        other = current("Long" if kind == "String" else "String", "x")
        assert sent({"value": value, "type": kind}, other) == {"value": written, "type": kind}


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("Boolean", "yes", "variables.a: 'yes' is neither true nor false."),
        ("Short", 2**15, "variables.a: 32768 is not an integer of 16 bits."),
        ("Integer", 2**31, "variables.a: 2147483648 is not an integer of 32 bits."),
        ("Integer", 1.5, "variables.a: 1.5 is not an integer of 32 bits."),
        ("Long", True, "variables.a: True is not an integer of 64 bits."),
        ("Double", "x", "variables.a: 'x' is not a number."),
        ("Double", True, "variables.a: True is not a number."),
        ("Double", float("nan"), "variables.a: nan is not a number."),
        ("Date", "soon", "variables.a: 'soon' is not a time like"),
        ("String", 5, "variables.a: 5 is not a string; put it in quotes."),
        ("Null", 0, "variables.a: 0 is not null"),
        ("Bytes", "ä", "variables.a: the value is not Base64."),
        ("Json", "{a", "variables.a: the value is not JSON."),
        ("Json", float("inf"), "variables.a: the value is not JSON."),
        ("File", "YQ==", "variables.a: type File needs value_info with filename."),
        ("Object", "[]", "variables.a: type Object needs value_info with objectTypeName and serializationDataFormat."),
    ],
)
def test_a_value_that_does_not_fit_is_refused(kind: str, value: Any, message: str) -> None:
    with pytest.raises(UsageError) as given:
        typed.read("variables", {"a": {"value": value, "type": kind}})
    assert given.value.message.startswith(message) and "exists" not in given.value.message
    if kind not in ("Null", "File", "Object"):
        with pytest.raises(UsageError) as kept:
            sent(value, current(kind, None))
        assert kept.value.message.startswith(message)
        assert kept.value.message.endswith(f" The variable exists with the type {kind}; give type to change it.")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": {"b": 1}}, "variables.a: 'b' is none of value, type, value_info, no_log."),
        ({"a": {"type": "Long"}}, "variables.a: value is missing."),
        ({"a": {"value": 1, "type": "long"}}, "variables.a.type: 'long' is none of Boolean, Short"),
        ({"a": {"value": 1, "value_info": "x"}}, "variables.a.value_info: 'x' is not a mapping."),
        ({"a": {"value": 1, "no_log": "perhaps"}}, "variables.a.no_log: 'perhaps' is neither true nor false."),
        ({" ": 1}, "variables: the name of a variable is empty."),
    ],
)
def test_mistakes_are_named(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as raised:
        typed.read("variables", given)
    assert raised.value.message.startswith(message)


def test_a_mapping_or_list_needs_a_type() -> None:
    for value in ([1], {"value": {"b": 1}}):
        with pytest.raises(UsageError, match=r"variables\.a: a mapping or list needs a type, for example Json\."):
            sent(value)
    with pytest.raises(UsageError, match="Did you mean Long"):
        sent({"value": 1, "type": "long"})


def test_a_type_that_cannot_be_written_has_to_be_replaced() -> None:
    with pytest.raises(UsageError, match="has the type Shape, which cannot be written"):
        sent(1, current("Shape", None))
    assert sent({"value": 1, "type": "Long"}, current("Shape", None)) == {"value": 1, "type": "Long"}


def test_what_belongs_to_the_type_stays_with_it() -> None:
    there = current("Object", "[1]", **OBJECT)
    assert sent("[2]", there) == {"value": "[2]", "type": "Object", "valueInfo": OBJECT}
    assert sent({"value": "YQ==", "type": "File", "value_info": FILE}, there)["valueInfo"] == FILE
    assert "valueInfo" not in sent({"value": "x", "type": "String"}, there)


@pytest.mark.parametrize(
    ("given", "there", "same"),
    [
        (5, current("Integer", 5), True),
        (5, current("Long", 5), True),
        ({"value": 5, "type": "Integer"}, current("Long", 5), False),
        (6, current("Long", 5), False),
        (0, current("Boolean", False), None),
        ("a", current("String", "b"), False),
        (None, current("Long", None), True),
        (None, current("Long", 5), False),
        ({"value": "2026-01-31", "type": "Date"}, current("Date", "2026-01-31T01:00:00.000+0100"), True),
        ({"value": "2026-01-31", "type": "Date"}, current("Date", "2026-01-31T00:00:00.000+0100"), False),
        ({"value": {"a": 1, "b": 2}, "type": "Json"}, current("Json", '{"b":2,"a":1}'), True),
        ({"value": {"a": 1}, "type": "Json"}, current("Json", '{"a":2}'), False),
        ({"value": 1, "type": "Double"}, current("Double", 1.0), True),
        ({"value": "YQ==", "type": "File", "value_info": FILE}, current("File", "YQ==", encoding=None, **FILE), True),
        ({"value": "YQ==", "type": "File", "value_info": FILE}, current("File", "YQ==", filename="b"), False),
        ({"value": "YQ==", "type": "File", "value_info": FILE}, current("File", "Yg==", **FILE), False),
    ],
)
def test_values_are_compared_by_what_they_mean(given: Any, there: dict[str, Any], same: Optional[bool]) -> None:
    if same is None:
        with pytest.raises(UsageError):
            sent(given, there)
    else:
        assert typed.same(sent(given, there), there) is same


def test_secrets_are_hidden() -> None:
    redactor = Redactor()
    given = {
        "a": {"value": "hunter2", "no_log": True},
        "b": "open",
        "c": {"value": {"x": ["deep4711", None]}, "no_log": True},
    }
    typed.hide(redactor, given)
    typed.hide(redactor, None)
    assert redactor.text("hunter2 open deep4711") == "******** open ********"
    assert typed.shown({"type": "String", "value": "x"}, secret=True) == {"type": "String", "value": "********"}
    assert typed.shown({"type": "String", "value": None}, secret=True) == {"type": "String", "value": None}
    assert typed.shown({"type": "Bytes", "value": "aGFsbG8="}, secret=False) == {"type": "Bytes", "value": "(5 bytes)"}
    with pytest.raises(UsageError) as raised:
        typed.read("variables", {"a": {"value": "hunter2", "type": "Long", "no_log": True}})
    assert raised.value.message == "variables.a: the value does not fit the type Long."
