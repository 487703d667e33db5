# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies in any state."""

from __future__ import annotations

import json

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import InvalidAnswerError
from ansible_collections.bpmops.camunda.plugins.module_utils.rest import shapes
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response
from hypothesis import given
from hypothesis import strategies as st


def response(content: bytes, content_type: str = "application/json") -> Response:
    return Response("GET", "/x", 200, {"Content-Type": content_type}, content)


@pytest.mark.parametrize(
    ("content", "is_json", "data"),
    [
        (b'{"a": [1, null]}', True, {"a": [1, None]}),
        (b"null", True, None),
        (b"", False, None),
        (b"<html>", False, None),
        (b'{"a": ', False, None),
        (b"\xff\xfe\x00", False, None),
        ('{"name": "\u540d"}'.encode(), True, {"name": "\u540d"}),
        (b"[" * 100_000, False, None),
        (b"2251799813685276", True, 2251799813685276),
    ],
)
def test_json(content: bytes, is_json: bool, data: object) -> None:
    made = response(content)
    assert (made.is_json, made.data) == (is_json, data)


@given(st.binary())
def test_no_body_raises(content: bytes) -> None:
    made = response(content)
    assert isinstance(made.text, str)
    assert made.is_json or made.data is None


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=20))
def test_json_comes_back(value: object) -> None:
    assert response(json.dumps(value).encode()).data == value


def test_a_web_page_is_known_by_its_type() -> None:
    assert response(b"", "text/HTML;charset=utf-8").is_html
    assert response(b"", "application/xhtml+xml").is_html
    assert not response(b"<html>").is_html
    assert not Response("GET", "/x", 200, {}, b"<html>").is_html


ROWS = {"id": shapes.TEXT, "count": shapes.COUNT}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "the body is empty"),
        (b"null", "the body is null"),
        (b"{}", "the body is an object"),
        (b"true", "the body is true"),
        (b'"x"', "the body is a string"),
        (b"1e999", "the body is a number"),
        (b'[{"id": "a', r"the body \(10 bytes\) is truncated JSON"),
        (b'[{"id": "a"},', r"the body \(13 bytes\) is truncated JSON"),
        (b"welcome", r"the body \(7 bytes\) is not JSON"),
        (b'["\xfc"]', r"the body \(5 bytes\) is not UTF-8"),
        (b"[" * 100_000, "the body is nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "number that is too long"),
        (b"[" + b"[]," * 2_000_000 + b"[]]", "too many objects"),
        (b"[7]", "row 1 is a number, not an object"),
        (b'[{"id": null}]', "id of row 1 is null, not a string"),
        (b'[{"id": "a", "count": true}]', "count of row 1 is true, not an integer of at least 0"),
        (b'[{"id": "a", "count": -1}]', "count of row 1 is a number, not an integer of at least 0"),
        (b'[{"id": "a", "count": 1.0}]', "count of row 1 is a number, not an integer of at least 0"),
    ],
)
def test_a_list_that_is_none_says_what_came(content: bytes, found: str) -> None:
    with pytest.raises(InvalidAnswerError, match=f"GET /x answered 200, but not with a list of objects: .*{found}"):
        response(content).rows(ROWS)


@pytest.mark.parametrize(
    "content", [b'{"count": null}', b'{"count": "7"}', b'{"count": 1e999}', b'{"count": -1}', b"{}"]
)
def test_a_count_is_an_integer_from_0_on(content: bytes) -> None:
    with pytest.raises(InvalidAnswerError, match="not with an object: count of the object is"):
        response(content).number("count")


def test_what_is_promised_comes_back() -> None:
    assert response(b'[{"id": "a", "count": 0, "more": {}}]').rows(ROWS) == [{"id": "a", "count": 0, "more": {}}]
    assert response(b'{"count": 7}').number("count") == 7
    assert response(b'{"x": ["a"]}').object({"x": shapes.TEXTS}) == {"x": ["a"]}


def test_a_web_page_that_is_a_success_is_named() -> None:
    with pytest.raises(InvalidAnswerError, match="the body is a web page"):
        response(b"<html>", "text/html").object({})
