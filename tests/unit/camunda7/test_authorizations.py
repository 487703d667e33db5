# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permission sets, ids in addresses, own rows: what is compared and sent, without an engine."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import authorizations, own_rows
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.authorizations import Key
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import encode_id
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.modes import MODES
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.permissions import (
    ALL,
    RESOURCES,
    check_permissions,
    resource_of,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from hypothesis import assume, given
from hypothesis import strategies as st

PROCESS = RESOURCES["process_definition"]
names = st.lists(st.sampled_from([*PROCESS.permissions, "ALL", "NONE"]), max_size=8)
single = st.lists(st.sampled_from(PROCESS.permissions), max_size=8)
KEY = Key(1, "group", "ops", PROCESS.number, "invoice")


def _merge(mode: str, have: list[str], given_names: list[str]) -> list[str]:
    current = {**authorizations.desired(KEY, have), "id": "1"}
    kind = authorizations.kind(MODES[mode])
    return list(kind.merge(current, authorizations.desired(KEY, given_names))["permissions"])


@given(names, names)
def test_exact_is_what_was_declared(have: list[str], wanted: list[str]) -> None:
    assert _merge("exact", have, wanted) == authorizations.normal(wanted)


@given(names, names)
def test_add_keeps_and_adds(have: list[str], more: list[str]) -> None:
    result = _merge("add", have, more)
    assert result == [ALL] or set(result) == (set(have) | set(more)) - {"NONE"}
    assert (ALL in result) == (ALL in have or ALL in more)
    assert _merge("add", result, more) == result


@given(names, names)
def test_remove_leaves_nothing_of_it(have: list[str], less: list[str]) -> None:
    result = _merge("remove", have, less)
    assert not set(result) & set(less) - {"NONE"}
    assert _merge("remove", result, less) == result


@given(single)
def test_taking_from_all_leaves_the_others_by_name(less: list[str]) -> None:
    result = _merge("remove", ["ALL"], less)
    assert result == (["ALL"] if not less else sorted(set(PROCESS.permissions) - set(less)))


def test_all_is_not_the_list_of_all_names() -> None:
    assert authorizations.normal(PROCESS.permissions) != authorizations.normal(["ALL"])


@given(st.permutations(["READ", "UPDATE", "DELETE", "NONE", "READ"]))
def test_order_and_repetition_do_not_matter(some: list[str]) -> None:
    assert authorizations.normal(some) == ["DELETE", "READ", "UPDATE"]


def _as_the_engine_decodes(segment: str) -> str:
    """Tomcat decodes once and refuses encoded slashes; PathUtil of the engine then decodes slashes and backslashes."""
    assert "%2F" not in segment.upper() and "%5C" not in segment.upper()
    once = unquote(segment, errors="strict")
    return once.replace("%2F", "/").replace("%5C", "\\")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_ids_arrive_as_they_are(name: str) -> None:
    assume(name not in {".", ".."})
    # The engine itself cannot tell these apart.
    assume("%2F" not in name and "%5C" not in name)
    segment = encode_id(name)
    assert _as_the_engine_decodes(segment) == name
    assert segment.isascii() and not set(segment) & set("/?#;\\ +&")


@pytest.mark.parametrize("name", ["", ".", "..", "\0", "a\0b", "\ud800", "a\udfffb"])
def test_ids_that_no_address_can_carry_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="no web address"):
        encode_id(name)


def test_a_mistyped_name_gets_the_nearest_one() -> None:
    with pytest.raises(UsageError, match=r"Did you mean process_definition\?"):
        resource_of("proces_definition")
    assert resource_of("Process_Definition") is PROCESS
    assert resource_of(6) is PROCESS and resource_of("6") is PROCESS
    problems = check_permissions(PROCESS, ["READ", "READ_INSTANCES", "CREATE"])
    assert len(problems) == 2 and "Did you mean READ_INSTANCE?" in problems[0]
    assert check_permissions(resource_of("4711"), ["WHATEVER"]) == []


def _row(**values: Any) -> dict[str, Any]:
    row = {"type": 1, "userId": None, "groupId": None, "resourceType": 1, "resourceId": "x", "permissions": ["ALL"]}
    return {**row, **values}


@pytest.mark.parametrize(
    ("row", "own"),
    [
        (_row(userId="x"), True),
        (_row(userId="y"), False),
        (_row(userId="x", permissions=["READ"]), False),
        (_row(groupId="x", resourceType=2, permissions=["READ"]), True),
        (_row(groupId="x", resourceType=2), False),
        (_row(groupId="g", resourceType=11, permissions=["READ"]), True),
        (_row(groupId="g", resourceType=11, permissions=["READ", "UPDATE"]), False),
        (_row(groupId="g", resourceType=11, resourceId="*", permissions=["READ"]), False),
        (_row(userId="u", resourceType=7, permissions=["READ"]), True),
        (_row(userId="u", resourceType=7, resourceId="*", permissions=["READ"]), False),
        (_row(userId="u", resourceType=5), True),
        (_row(type=2, userId="x"), False),
    ],
)
def test_own_rows(row: dict[str, Any], own: bool) -> None:
    assert own_rows.is_own(row) is own
