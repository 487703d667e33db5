# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parser of documents: the same data as PyYAML's own, with limits, and clear words for what it refuses."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import document, sources
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.parse import parse
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.render import render
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from hypothesis import given
from hypothesis import strategies as st

PURE, COMPILED = "without libyaml", "with libyaml"
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.dates() | st.text()
data = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12
)


@pytest.fixture(params=[PURE, COMPILED])
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """PyYAML may have been built without libyaml."""
    if request.param == PURE:
        monkeypatch.delattr(yaml, "CSafeLoader")
    else:
        assert yaml.__with_libyaml__
    yield request.param


def _read(text: str) -> Any:
    return parse(text.encode(), "x.yml")


@given(data)
def test_yaml_is_read_as_pyyaml_reads_it(value: Any) -> None:
    for flow in (True, False):
        text = yaml.safe_dump(value, default_flow_style=flow)
        assert _read(text) == yaml.safe_load(text) == value


@given(st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), st.lists(st.text()), max_size=3))
def test_what_the_export_writes_is_read_back(value: Any) -> None:
    for name in ("x.yml", "x.json"):
        assert parse(render(name, value).encode(), name) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# nothing\n", None),
        ("--- {a: 1}\n...\n", {"a": 1}),
        ("\ufeffa: 1\n", {"a": 1}),
        ("a: &x [READ]\nb: *x\nc: [*x, *x]", {"a": ["READ"], "b": ["READ"], "c": [["READ"], ["READ"]]}),
        ("a: &x k\n*x : 2", {"a": "k", "k": 2}),
        ("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}", {"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}}),
        ("b: {q: 3, <<: [{p: 1}, {p: 2, r: 4}]}", {"b": {"p": 1, "q": 3, "r": 4}}),
        ("{'<<': 1, a: <<}", {"<<": 1, "a": "<<"}),
        ("[!!str 7, !!int '9', !!seq [], !!map {}]", ["7", 9, [], {}]),
        ("[on, 007, 1.5, ~, 2026-01-01, 12:30]", yaml.safe_load("[on, 007, 1.5, ~, 2026-01-01, 12:30]")),
    ],
)
def test_what_yaml_can_say(library: str, text: str, value: Any) -> None:
    assert _read(text) == value


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi")
)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yml", "? [a]\n: b\n", "a list or mapping is used as a key"),
        ("a.yml", "? {a: b}\n: b\n", "a list or mapping is used as a key"),
        ("a.yml", "users: " + "[" * 3000, "nested too deeply"),
        ("a.yml", "users: " + "{a: " * 3000, "nested too deeply"),
        ("a.yml", "a:\n" + "".join(" " * n + "- \n" for n in range(1, 40)), "nested too deeply"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", '{"a":' * 100_000, "nested too deeply"),
        ("a.yml", "users: [*a]\n", "alias"),
        ("a.yml", "users: &a [*a]\n", "alias"),
        ("a.yml", BOMB + "users: *i\n", "aliases expand to more than 1,000,000 values"),
        ("a.yml", "{<<: 7}", "<< takes a mapping"),
        ("a.yml", "{<<: {a: 1}, <<: {b: 1}}", "duplicate key in one mapping: <<"),
        ("a.yml", "{a: 1, b: 2, a: 3}", "duplicate key in one mapping: a"),
        ("a.yml", "a: 1\n---\nb: 2\n", "a second document"),
        ("a.yml", "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\n", "option passwords"),
        ("a.yml", "$ANSIBLE_VAULT;1.1;AES256\n3132\n", "encrypted with ansible-vault"),
        ("a.json", "$ANSIBLE_VAULT;1.1;AES256\n3132\n", "encrypted with ansible-vault"),
        ("a.yml", "users: []\nx: '\x00'\n", "line 2: a control character, '\\x00'"),
        ("a.yml", "a: !mine 7\n", "tag"),
        ("a.yml", "a: !mine [7]\n", "the tag !mine is not supported"),
        ("a.yml", "a: !!set {b}\n", "is not supported"),
        ("a.yml", "a: !!python/object:os.system [x]\n", "is not supported"),
        ("a.yml", "a: !!binary 'é'\n", "line 1, column 4"),
        ("a.yml", "a: 2026-13-45\n", "line 1, column 4: not a valid timestamp"),
        ("a.yml", "a: !!int secret\n", "line 1, column 4: not a valid int"),
        ("a.yml", "a: !!bool secret\n", "line 1, column 4: not a valid bool"),
        ("a.yml", "a: !!timestamp secret\n", "line 1, column 4: not a valid timestamp"),
        ("a.yml", b"\xff\xfea\x00", "not encoded in UTF-8 (byte 0)"),
        ("a.json", b"\xe4", "not encoded in UTF-8 (byte 0)"),
        ("a.json", '{"a": 1, "a": 2}', "duplicate key in one mapping: a"),
        ("a.json", '{"a": 1,}', "this is not valid JSON in line 1"),
    ],
)
def test_what_is_refused(library: str, tmp_path: Path, name: str, text: Any, message: str) -> None:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError) as caught:
        list(sources.read_documents(str(tmp_path)))
    assert caught.value.message.startswith(f"{name}: ")
    assert message in caught.value.message
    assert "secret" not in caught.value.message


def test_json_may_begin_with_a_byte_order_mark() -> None:
    assert parse(b'\xef\xbb\xbf{"users": []}', "a.JSON") == {"users": []}


def test_a_number_of_thousands_of_digits_is_no_defect(tmp_path: Path) -> None:
    for name, text in (
        ("a.yml", f"users: [{{id: {'9' * 5000}}}]"),
        ("a.json", f'{{"users": [{{"id": {"9" * 5000}}}]}}'),
    ):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(UsageError, match=f"{name}: "):
            document.load_documents(sources.read_documents(str(path)))


def test_the_memory_is_that_of_the_data() -> None:
    """PyYAML's own loader takes more than ten times as much for its graph of nodes."""
    rows = [{"id": f"user{n}", "first_name": "Jane", "members": ["a", "b", "c"]} for n in range(3000)]
    texts = {"x.yml": yaml.safe_dump(rows), "x.json": json.dumps(rows)}
    peaks = {}
    for name, text in texts.items():
        content = text.encode()
        parse(content[:0] + b"[]", name)
        tracemalloc.start()
        parse(content, name)
        peaks[name] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks["x.yml"] < 2 * peaks["x.json"]
