# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permission sets, ids in addresses, own rows: what is compared and sent, without an engine."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import (
    aside,
    authorization_rows,
    authorizations,
    automatic_grants,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import AuthorizationId
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.ensure_authorization import MODES
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.permissions import (
    ALL,
    SECURABLES,
    check_permissions,
    normal,
    securable_of,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.ids import encode_id
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from hypothesis import assume, given
from hypothesis import strategies as st

PROCESS = SECURABLES["process_definition"]
names = st.lists(st.sampled_from([*PROCESS.permissions, "ALL", "NONE"]), max_size=8)
single = st.lists(st.sampled_from(PROCESS.permissions), max_size=8)
KEY = AuthorizationId(1, "group", "ops", PROCESS.number, "invoice")


def _merge(mode: str, have: list[str], given_names: list[str]) -> list[str]:
    current = authorizations.desired(KEY, have)["permissions"]
    return normal(MODES[mode](PROCESS, current, given_names))


@given(names, names)
def test_exact_is_what_was_declared(have: list[str], wanted: list[str]) -> None:
    assert _merge("exact", have, wanted) == normal(wanted)


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
    assert normal(PROCESS.permissions) != normal(["ALL"])


@given(st.permutations(["READ", "UPDATE", "DELETE", "NONE", "READ"]))
def test_order_and_repetition_do_not_matter(some: list[str]) -> None:
    assert normal(some) == ["DELETE", "READ", "UPDATE"]


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
        securable_of("proces_definition")
    assert securable_of("Process_Definition") is PROCESS
    assert securable_of(6) is PROCESS and securable_of("6") is PROCESS
    problems = check_permissions(PROCESS, ["READ", "READ_INSTANCES", "CREATE"])
    assert len(problems) == 2 and "Did you mean READ_INSTANCE?" in problems[0]
    assert check_permissions(securable_of("4711"), ["WHATEVER"]) == []


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
    assert automatic_grants.is_automatic(row) is own


WORDS: dict[str, tuple[AuthorizationId, dict[str, Any], str]] = {
    "user": (
        AuthorizationId(1, "user", "u", 1, "x"),
        {"type": "grant", "user": "u", "resource": "user", "id": "x"},
        "grant user u on user x",
    ),
    "group": (
        AuthorizationId(2, "group", "g", PROCESS.number, "*"),
        {"type": "revoke", "group": "g", "resource": "process_definition", "id": "*"},
        "revoke group g on process_definition *",
    ),
    "everybody": (
        AuthorizationId(0, "", "*", 4711, "x"),
        {"type": "global", "resource": "4711", "id": "x"},
        "global on 4711 x",
    ),
    "a type that nobody knows": (
        AuthorizationId(9, "user", "u", 1, "x"),
        {"type": "9", "user": "u", "resource": "user", "id": "x"},
        "9 user u on user x",
    ),
}


@pytest.mark.parametrize("case", WORDS)
def test_an_authorization_in_words(case: str) -> None:
    key, words, text = WORDS[case]
    row = authorizations.desired(key, ["READ", "CREATE"])
    words = {**words, "permissions": ["CREATE", "READ"]}
    assert authorizations.show(row) == words
    assert authorizations.show({**row, authorizations.ASIDE: True}) == {**words, "set_aside": True}
    assert str(key) == text
    assert authorizations.key_of(row) == key


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (_row(type=0, userId="*"), AuthorizationId(0, "", "*", 1, "x")),
        (_row(type=0, groupId="g"), AuthorizationId(0, "", "*", 1, "x")),
        (_row(groupId="g", userId=None), AuthorizationId(1, "group", "g", 1, "x")),
        (_row(groupId="", userId="u"), AuthorizationId(1, "user", "u", 1, "x")),
        ({"type": 2, "resourceType": 6}, AuthorizationId(2, "user", "", 6, "")),
        (_row(type=2, userId="u", resourceId=None), AuthorizationId(2, "user", "u", 1, "")),
    ],
)
def test_the_identity_of_a_row(row: dict[str, Any], key: AuthorizationId) -> None:
    assert authorizations.key_of(row) == key


def test_a_row_is_kept_without_what_only_the_server_sets() -> None:
    row = _row(id="7", userId="u", permissions=["UPDATE", "NONE", "READ"])
    assert authorization_rows.stored({**row, "removalTime": None, "links": []}) == {
        **row,
        "permissions": ["READ", "UPDATE"],
    }
    bare = {"id": "7", "type": 1, "resourceType": 1}
    assert authorization_rows.stored(bare) == _row(id="7", resourceId=None, permissions=[])
    assert authorization_rows.stored(aside.set_aside(row)) == {
        **row,
        "permissions": ["READ", "UPDATE"],
        authorizations.ASIDE: True,
    }


@pytest.mark.parametrize(
    ("key", "user", "group"),
    [
        (AuthorizationId(0, "", "*", 1, "x"), "*", None),
        (AuthorizationId(1, "user", "u", 1, "x"), "u", None),
        (AuthorizationId(2, "group", "g", 1, "x"), None, "g"),
    ],
)
def test_a_declared_row_has_all_fields(key: AuthorizationId, user: Any, group: Any) -> None:
    assert authorizations.desired(key, ["READ"]) == _row(
        type=key.type, userId=user, groupId=group, permissions=["READ"]
    )


def test_merging_keeps_the_row_that_is_there_and_takes_the_mark_off() -> None:
    kind = authorizations.AUTHORIZATION
    assert kind.name == "authorization"
    wanted = authorizations.desired(KEY, ["READ"])
    assert kind.merge(None, wanted) == wanted
    left = {**wanted, "id": "7", "permissions": ["ALL"], authorizations.ASIDE: True}
    assert kind.merge(left, wanted) == {**wanted, "id": "7"}
    assert kind.show(left)["set_aside"] is True
