# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write objects to a file as JSON Lines, one page in memory at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .. import files


def write_lines(dest: str, pages: Iterable[list[dict[str, Any]]], *, check_mode: bool) -> bool:
    """Write the objects of all pages to a file; return whether its content changes."""
    return files.write(dest, (_lines(page) for page in pages), check_mode=check_mode)


def _lines(page: list[dict[str, Any]]) -> bytes:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    # One call for all is twice as fast as one for each. The mark cannot stand in a text, where quotes are escaped;
    # where objects hold lists of objects it stands too often.
    text, mark = encode(page), '},{"'
    if text.count(mark) == len(page) - 1:
        text = text[1:-1].replace(mark, '}\n{"') + "\n"
    else:
        text = "".join([encode(row) + "\n" for row in page])
    return text.encode("utf-8", "surrogatepass")
