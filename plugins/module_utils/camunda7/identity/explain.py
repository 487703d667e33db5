# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Say what is wrong with a document without quoting a value: it may be a password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ... import strings
from ...libraries import load
from ...words import nearest
from .schema import ITEMS, SCHEMA


class Finding(NamedTuple):
    """A mistake: the item that it makes unusable (section and position, as far as known), and a message."""

    item: tuple[Any, ...]
    text: str


def findings(document: Any) -> Iterator[Finding]:
    """Return what is wrong with a document.

    Raises:
        MissingLibraryError: ``jsonschema`` is not installed.
    """
    validator = load("jsonschema", "jsonschema", "checking the desired state").Draft202012Validator
    outline, sections = document, dict(document) if isinstance(document, Mapping) else {}
    if sections:
        outline = {name: _pruned(value, 0) for name, value in sections.items()}
    yield from (_finding((), error) for error in validator(SCHEMA).iter_errors(outline))
    for section, schema in ITEMS.items():
        rows, of_item = sections.get(section), validator(schema)
        for position, row in enumerate(rows if isinstance(rows, list) else ()):
            errors = list(of_item.iter_errors(_pruned(row, 2)))
            yield from (_finding((section, position), error) for error in errors)
            if not errors:
                yield from _unfit(section, position, row)


def _pruned(value: Any, depth: int) -> Any:
    """A copy without what lies deeper: ``jsonschema`` writes each wrong value into its message, aliases multiplied."""
    if isinstance(value, Mapping):
        return {key: _pruned(item, depth - 1) for key, item in value.items()} if depth else {}
    if isinstance(value, list):
        return [_pruned(item, depth - 1) for item in value] if depth else []
    return value


def _unfit(section: str, position: int, row: Mapping[str, Any]) -> Iterator[Finding]:
    """What the schema cannot see: strings that cannot be meant."""
    for option, value in row.items():
        for number, item in enumerate(value if isinstance(value, list) else [value]):
            problem = strings.unfit(item) if isinstance(item, str) else ""
            if problem:
                where = f"{section}[{position}].{option}{f'[{number}]' if isinstance(value, list) else ''}"
                yield Finding((section, position), f"{where}: {problem}")


def _finding(item: tuple[Any, ...], error: Any) -> Finding:
    path = [*item, *error.absolute_path]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "document"
    return Finding(tuple(path[:2]), f"{where}: {_say(error)}")


def _say(error: Any) -> str:
    expected = error.validator_value
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = [str(name) for name in error.instance if name not in known]
        return f"unknown key {', '.join(unknown)}.{nearest(unknown[0], known)} Valid are {', '.join(known)}"
    if error.validator == "required":
        missing = [name for name in expected if name not in error.instance]
        return f"{', '.join(missing)} is missing"
    if error.validator == "type":
        types = [expected] if isinstance(expected, str) else expected
        article = {"array": "an array", "integer": "an integer", "object": "an object", "string": "a string"}
        return strings.wrong_type(error.instance, " or ".join(article[name] for name in types))
    if error.validator == "enum":
        return f"it must be one of {', '.join(expected)}"
    if error.validator in strings.RULES:
        return strings.RULES[error.validator][1].format(expected)
    return {"minItems": "it must not be empty", "uniqueItems": "it names something twice"}[error.validator]
