# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read files of desired state."""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.libraries import load

ENDINGS = (".yml", ".yaml", ".json")


class Source(NamedTuple):
    """A document as it was read, and the name under which its errors are reported."""

    name: str
    data: Any


def read(path: str) -> list[Source]:
    """Read a YAML or JSON file, or all of them below a directory in the order of their names.

    Raises:
        UsageError: when there is no such file, none in the directory, or one cannot be parsed.
    """
    if not os.path.exists(path):
        raise UsageError(f"There is no file or directory {path} on the host where this task runs.")
    if not os.path.isdir(path):
        return [_parse(path, os.path.basename(path))]
    names = sorted(
        os.path.relpath(os.path.join(folder, name), path)
        for folder, _folders, files in os.walk(path)
        for name in files
        if name.endswith(ENDINGS) and not name.startswith(".")
    )
    if not names:
        raise UsageError(f"The directory {path} has no file that ends with {', '.join(ENDINGS)}.")
    return [_parse(os.path.join(path, name), name) for name in names]


def _parse(path: str, name: str) -> Source:
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if name.endswith(".json"):
            return Source(name, json.loads(text, object_pairs_hook=_unique))
        return Source(name, _parse_yaml(text, name))
    except json.JSONDecodeError as error:
        raise UsageError(f"{name}: this is not valid JSON in line {error.lineno}: {error.msg}.") from None
    except ValueError as error:
        raise UsageError(f"{name}: {error}.") from None
    except OSError as error:
        raise UsageError(f"{name}: the file cannot be read: {error.__class__.__name__}.") from None


def _parse_yaml(text: str, name: str) -> Any:
    yaml = load("yaml", "PyYAML", "desired-state files in YAML")

    def construct_mapping(loader: Any, node: Any, deep: bool = False) -> Any:
        # YAML readers silently take the last of two equal keys.
        _unique([(loader.construct_object(key, deep=True), None) for key, _value in node.value])
        return yaml.SafeLoader.construct_mapping(loader, node, deep)

    unique_loader = type("UniqueLoader", (yaml.SafeLoader,), {"construct_mapping": construct_mapping})
    try:
        return yaml.load(text, unique_loader)
    except yaml.YAMLError as error:
        # The error's own text quotes the file, which may hold a password.
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise UsageError(f"{name}: this is not valid YAML{where}: {getattr(error, 'problem', '')}.") from None


def _unique(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Return the pairs as a mapping; a key that stands twice is an error, and not the last one's victory."""
    names = [str(key) for key, _value in pairs]
    twice = sorted({key for key in names if names.count(key) > 1})
    if twice:
        raise ValueError(f"the key {', '.join(twice)} stands twice in one mapping")
    return dict(pairs)
