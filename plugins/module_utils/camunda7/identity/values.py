# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The strings of documents, and patterns of ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether an id matches one of the patterns (``*``, ``?``, ``[abc]``, case-sensitive)."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def strings_of(document: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[str]:
    """Return the strings of a valid document, apart from its keys."""
    for rows in document.values():
        for row in rows:
            for value in row.values():
                if isinstance(value, list):
                    yield from value
                elif isinstance(value, str):
                    yield value
