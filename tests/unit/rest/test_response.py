# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies in any state."""

from __future__ import annotations

import json

import pytest
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
