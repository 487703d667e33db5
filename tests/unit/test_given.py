# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that are sent as strings: what Ansible would turn into one is refused; rows keep the types of the task."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.bpmops.camunda.plugins.module_utils.given import rows, wrong_strings

OPTIONS = {
    "id": {"type": "str"},
    "names": {"type": "list", "elements": "str", "aliases": ["name"]},
    "rows": {"type": "list", "elements": "dict", "options": {"id": {"type": "str"}, "word": {"type": "str"}}},
}
RULES = {"id": {"minLength": 1, "maxLength": 3}, "names": {"minLength": 1}}


def _problems(given: dict[str, Any]) -> list[str]:
    validated = ArgumentSpecValidator(OPTIONS).validate(given)
    assert not validated.error_messages
    return list(wrong_strings(RULES, OPTIONS, validated.validated_parameters, given))


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"id": "abc"},
        {"id": None, "names": None},
        {"names": []},
        {"names": "a,b"},
        {"name": "a"},
        {"names": ["a", "007"]},
    ],
)
def test_strings_are_taken(given: dict[str, Any]) -> None:
    assert _problems(given) == []


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"id": True}, "id: it must be a string, not a boolean: write it in quotes, or use the filter string"),
        ({"id": 7}, "id: it must be a string, not an integer"),
        ({"id": 1.5}, "id: it must be a string, not a number"),
        ({"id": {"a": "b"}}, "id: it must be a string, not an object."),
        ({"id": ["a"]}, "id: it must be a string, not an array."),
        ({"id": ""}, "id: it must not be empty."),
        ({"id": "abcd"}, "id: it must not be longer than 3 characters."),
        ({"id": "\ud800"}, "id: it holds half of a surrogate pair"),
        ({"id": "********"}, "id: it must not be longer"),
        ({"names": ["a", "x-********"]}, "names[1]: it holds what Ansible shows in place of a secret"),
        ({"names": ["a", None]}, "names[1]: it must be a string, not null"),
        ({"names": ["a", 7]}, "names[1]: it must be a string, not an integer"),
        ({"names": "a,,b"}, "names[1]: it must not be empty."),
        ({"names": 7}, "names: it must be a string, not an integer"),
        ({"name": 7}, "names: it must be a string, not an integer"),
    ],
)
def test_what_is_no_string_is_refused(given: dict[str, Any], problem: str) -> None:
    (found,) = _problems(given)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, None),
        ([], []),
        ([{"id": True, "word": None}, {}], [{"id": True, "word": None}, {}]),
        ("id=a", [{"id": "a"}]),
        ([{"id": "a"}, "id=b"], [{"id": "a"}, {"id": "b"}]),
    ],
)
def test_rows_keep_their_types_and_their_nulls(given: Any, expected: Any) -> None:
    """Ansible turns them into strings, and adds null for what is left out."""
    validated = ArgumentSpecValidator(OPTIONS).validate({"rows": given})
    assert not validated.error_messages
    assert rows(validated.validated_parameters["rows"], given) == expected
