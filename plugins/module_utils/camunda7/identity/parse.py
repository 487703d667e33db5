# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parse YAML and JSON in bounded time and memory, and refuse duplicate keys."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn, Optional

from ...libraries import load

_DEPTH = 20  # a desired-state document has 4 levels
_COPIES = 1_000_000
_VAULT = "$ANSIBLE_VAULT;"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PLAIN_TAGS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "!", None}
_STRING = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"


def parse(content: bytes, name: str) -> Any:
    """Return what a file holds.

    Args:
        name: decides the format: JSON if it ends with ``.json``, otherwise YAML.

    Raises:
        ValueError: says what is wrong and where, and quotes nothing, because the file may hold a password.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not encoded in UTF-8 (byte {error.start})") from None
    if text.startswith(_VAULT):
        raise ValueError(
            "it is encrypted with ansible-vault, and src does not decrypt files. Load it with "
            "ansible.builtin.include_vars and give its lists to the options users, groups, tenants and authorizations"
        )
    return _json(text) if name.lower().endswith(".json") else _yaml(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise ValueError(f"this is not valid JSON in line {error.lineno}: {error.msg}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _unique(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Return the pairs as a mapping; duplicate keys are an error instead of last-one-wins."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = [str(key) for key, times in Counter(key for key, _value in pairs).items() if times > 1]
        raise ValueError(f"duplicate key in one mapping: {', '.join(sorted(twice))}")
    return found


def _yaml(text: str) -> Any:
    yaml = load("yaml", "PyYAML", "desired-state files in YAML")
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise ValueError(f"this is not valid YAML in line {line}: a control character, {control.group()!r}")
    try:
        return _Events(yaml, text).document()
    except yaml.YAMLError as error:
        # The message of the error quotes the file.
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or error.__class__.__name__
        raise ValueError(f"this is not valid YAML{where}: {what}") from None


class _MergeKey(str):
    """The key ``<<``, unlike a string in quotes."""


class _Open(NamedTuple):
    """A list or mapping whose end has not been reached: its values (of a mapping also the keys), where it begins."""

    values: list[Any]
    anchor: Optional[str]
    before: int


class _Events:
    """Makes data of the parser's events.

    PyYAML's own constructor first builds a graph of nodes, which takes ten times the memory and time; it has no limit
    of what aliases multiply, and takes the last of two equal keys.
    """

    def __init__(self, yaml: Any, text: str) -> None:
        self._yaml = yaml
        self._loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        self._open = [_Open([], None, 0)]
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._plain: dict[str, Any] = {}
        self._count = 0
        self._copies = 0
        self._handlers: dict[Any, Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.SequenceStartEvent: self._start,
            yaml.MappingStartEvent: self._start,
            yaml.SequenceEndEvent: self._end_sequence,
            yaml.MappingEndEvent: self._end_mapping,
            yaml.AliasEvent: self._alias,
        }

    def document(self) -> Any:
        """Return the only document; None for a text without one."""
        loader, found = self._loader, self._open[0].values
        while loader.check_event():
            event = loader.get_event()
            handler = self._handlers.get(type(event))
            if handler:
                if found and len(self._open) == 1:
                    self._fail("a second document: a file has exactly one", event)
                handler(event)
        return found[0] if found else None

    def _fail(self, problem: str, event: Any) -> NoReturn:
        raise self._yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)

    def _add(self, value: Any, anchor: Optional[str], before: int) -> None:
        self._count += 1
        self._open[-1].values.append(value)
        if anchor:
            self._anchors[anchor] = (value, self._count - before)

    def _scalar(self, event: Any) -> None:
        text = event.value
        if event.tag is None and event.implicit[0]:
            if text not in self._plain:
                self._plain[text] = self._construct(event)
            value = self._plain[text]
        elif event.tag is None:
            value = self._plain.setdefault(f'"{text}', text)  # one object for equal strings
        else:
            value = self._construct(event)
        self._add(value, event.anchor, self._count)

    def _construct(self, event: Any) -> Any:
        yaml, tag = self._yaml, event.tag
        if tag in {None, "!"}:
            tag = self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == _STRING:
            return event.value
        if tag == _MERGE:
            return _MergeKey(event.value)
        if tag == "!vault":
            self._fail("a value encrypted with ansible-vault: give passwords with the option passwords", event)
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
        try:
            return self._loader.construct_object(node)
        except (ValueError, LookupError, AttributeError):  # such as 2026-13-45 or !!bool x
            self._fail(f"not a valid {tag.rpartition(':')[2]}", event)

    def _start(self, event: Any) -> None:
        if event.tag not in _PLAIN_TAGS:
            self._fail(f"the tag {event.tag} is not supported", event)
        if len(self._open) > _DEPTH:
            self._fail("it is nested too deeply", event)
        self._open.append(_Open([], event.anchor, self._count))

    def _end_sequence(self, _event: Any) -> None:
        values, anchor, before = self._open.pop()
        self._add(values, anchor, before)

    def _end_mapping(self, event: Any) -> None:
        values, anchor, before = self._open.pop()
        keys = values[::2]
        types = set(map(type, keys))
        if types & {list, dict}:
            self._fail("a list or mapping is used as a key in the mapping that ends here", event)
        found = _unique(list(zip(keys, values[1::2])))
        if _MergeKey in types:
            merged = found.pop("<<")
            for other in merged if isinstance(merged, list) else [merged]:
                if not isinstance(other, dict):
                    self._fail("<< takes a mapping or a list of mappings", event)
                found = {**other, **found}
        self._add(found, anchor, before)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            self._fail(f"the alias *{event.anchor} refers to no anchor that ends before it", event)
        value, size = self._anchors[event.anchor]
        self._copies += size
        if self._copies > _COPIES:
            self._fail(f"its aliases expand to more than {_COPIES:,} values", event)
        self._count += size - 1
        self._add(value, None, 0)
