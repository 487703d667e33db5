# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of Camunda 7: what is sent for a value, and which values are refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import catalog
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.ids import encode
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.values import type_of
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError

MIDNIGHT = "2026-01-31T00:00:00.000+0000"
CONDITION = {"name": "amount", "operator": "eq", "value": 1}


def check(kind: str, value: Any, *choices: str, in_url: bool = False) -> Any:
    return type_of(kind, choices, in_url=in_url).check("filter.x", value)


@pytest.mark.parametrize(
    ("kind", "value", "sent"),
    [
        ("", "a b", "a b"),
        ("list", ["a,b", " c"], ["a,b", " c"]),
        ("flag", True, True),
        ("flag", "true", True),
        ("bool", "False", False),
        ("int", "-5", -5),
        ("int", 2**31 - 1, 2**31 - 1),
        ("long", -(2**63), -(2**63)),
        ("when", "2026-01-31", MIDNIGHT),
        ("when", "2026-01-31T12:00:00.1239+02:00", "2026-01-31T10:00:00.123+0000"),
        ("value", 1.5, 1.5),
        ("value", False, False),
        (
            "conditions",
            [{"operator": "gt", "value": "2026-01-31"}],
            [{"operator": "gt", "value": MIDNIGHT}],
        ),
        ("variables", [CONDITION], [CONDITION]),
        ("variables", [{**CONDITION, "value": None}], [{**CONDITION, "value": None}]),
        ("authorization-type", "GRANT", 1),
        ("authorization-type", "2", 2),
        ("resource", "task", 7),
        ("resource", 7, 7),
    ],
)
def test_what_is_sent(kind: str, value: Any, sent: Any) -> None:
    assert check(kind, value) == sent
    assert type(check(kind, value)) is type(sent)


@pytest.mark.parametrize(
    ("kind", "value", "message"),
    [
        ("", 5, "filter.x: 5 is not a string; put it in quotes."),
        ("", " ", "filter.x: the value is empty. Omit it, or give a value."),
        ("list", "a", "filter.x: 'a' is not a list."),
        ("list", [], "filter.x: the list is empty. The engine would ignore it and return everything."),
        ("list", ["a", " "], "filter.x[1]: the value is empty. Omit it, or give a value."),
        ("flag", False, "filter.x: false has no meaning here: the engine ignores it, or takes it for true. Omit it."),
        ("flag", 1, "filter.x: 1 is neither true nor false."),
        ("int", True, "filter.x: True is not an integer of 32 bits."),
        ("int", 1.0, "filter.x: 1.0 is not an integer of 32 bits."),
        ("int", 2**31, "filter.x: 2147483648 is not an integer of 32 bits."),
        ("long", 2**63, f"filter.x: {2**63} is not an integer of 64 bits."),
        ("value", {}, "filter.x: {} is not a string, a number or a boolean."),
        ("value", float("nan"), "filter.x: nan is not a string, a number or a boolean."),
        ("value", 2**63, f"filter.x: {2**63} has more than 64 bits."),
        ("conditions", [{"operator": "eq", "value": "2026-01-31"}], "filter.x[0].operator: 'eq' is none of gt, lt."),
        ("variables", ["a"], "filter.x[0]: 'a' is not a mapping with name, operator, value."),
        ("variables", [{**CONDITION, "name": ""}], "filter.x[0].name: the value is empty. Omit it, or give a value."),
        ("variables", [{**CONDITION, "operator": "gt", "value": None}], "filter.x[0].value: gt cannot compare None."),
        ("authorization-type", "grand", "filter.x: 'grand' is none of global, grant, revoke. Did you mean grant?"),
    ],
)
def test_what_is_refused(kind: str, value: Any, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        check(kind, value)
    assert refused.value.message == message


@pytest.mark.parametrize("value", ["a,b", " a", "a "])
def test_the_values_of_a_list_in_an_address(value: str) -> None:
    """The engine splits it at commas and keeps blanks: another list than the one that was given."""
    with pytest.raises(UsageError, match="cannot be sent: the engine splits this list at commas, "):
        check("list", ["c", value], in_url=True)
    assert check("list", ["c", value]) == ["c", value]


@pytest.mark.parametrize("name", ["process-definition", "incident", "history/detail"])
def test_lists_of_entities_that_are_asked_for_by_get(name: str) -> None:
    """History details are listed by POST and counted by GET."""
    with pytest.raises(UsageError, match="cannot be sent"):
        catalog.load(name).where({"tenantIdIn": ["a,b"]})


def test_operators_are_those_of_the_row() -> None:
    task, execution = catalog.load("task"), catalog.load("execution")
    condition = [{"name": "a", "operator": "notLike", "value": "x"}]
    assert task.where({"processVariables": condition}) == {"processVariables": condition}
    with pytest.raises(UsageError, match=r"processVariables\[0\].operator: 'notLike' is none of eq, neq\."):
        execution.where({"processVariables": condition})


def test_words_of_rows() -> None:
    assert catalog.word("name") == catalog.Word("name")
    assert catalog.word("acquired:flag@7.24") == catalog.Word("acquired", "flag", (), "7.24")
    assert catalog.word("x:variables|eq|neq@7.24") == catalog.Word("x", "variables", ("eq", "neq"), "7.24")
    assert catalog.word("rootProcessInstanceId@7.24") == catalog.Word("rootProcessInstanceId", since="7.24")
    with pytest.raises(ValueError, match="not a word"):
        catalog.word("a:b:c")


@pytest.mark.parametrize("value", [".", "..", "a/b", "a\\b"])
def test_ids_that_no_address_can_carry(value: str) -> None:
    with pytest.raises(UsageError, match=r"^id: .* cannot be used: no web address can carry it\.$"):
        catalog.load("task").check_key("id", value)
    assert encode("order:1:5d80 3994") == "order%3A1%3A5d80%203994"
