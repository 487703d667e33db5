# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds a string in the encodings of URLs, HTML, JSON, shells and wrong character sets, also nested."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Optional

# Named entities of HTML and XML, by character, and escapes of JSON and Python.
_ENTITIES = {'"': "quot", "&": "amp", "'": "apos", "<": "lt", ">": "gt"}
_ESCAPES = {"\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}


class Pattern:
    """Finds a secret in which each special character is encoded in some way, once or several times.

    Letters and digits of ASCII are the same in all these encodings. A string without the longest run of them does not
    contain the secret. The expression is compiled for other strings only.
    """

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self._core = max(re.findall("[A-Za-z0-9]+", secret), key=len, default="")
        self._expression: Optional[re.Pattern[str]] = None

    def replace(self, text: str, by: str) -> str:
        """Return ``text`` with ``by`` in place of the secret."""
        if self._core not in text:
            return text
        if self._expression is None:
            self._expression = re.compile(_expression(self.secret))
        return self._expression.sub(by, text)


def _expression(secret: str) -> str:
    parts = re.findall(r"\\+|.", secret, re.DOTALL)
    # The backslashes of a secret and those that escape what follows cannot be told apart.
    return "".join(
        _encodings(part, escaped=number > 0 and parts[number - 1].startswith("\\")) for number, part in enumerate(parts)
    )


@lru_cache(maxsize=256)
def _encodings(part: str, *, escaped: bool) -> str:
    """Return the expression for one character, or for several backslashes, in any encoding."""
    if part.isascii() and part.isalnum():
        return part
    if part.startswith("\\"):
        return rf"(?:\\{{{len(part)},}}|(?:%(?:25)*5[cC]|&(?:amp;)*#0*92;|&(?:amp;)*#[xX]0*5[cC];){{{len(part)},}})"
    number, encoded = ord(part), part.encode("utf-8", "surrogatepass")
    units = part.encode("utf-16-be", "surrogatepass").hex()
    one_of = [
        "".join(f"%(?:25)*{_any_case(f'{byte:02x}')}" for byte in encoded),
        rf"&(?:amp;)*#(?:0*{number}|[xX]0*{_any_case(f'{number:x}')});",
        r"\\+".join(f"u{_any_case(units[place : place + 4])}" for place in range(0, len(units), 4)),
    ]
    if part in _ENTITIES:
        one_of.append(f"&(?:amp;)*{_ENTITIES[part]};")
    if part in _ESCAPES:
        one_of.append(rf"(?<=\\){_ESCAPES[part]}")
    if part == "'":
        one_of += [r"'\\*''", "'\"'\"'"]  # as shells write it
    if part == " ":
        one_of.append(r"\+")
    if number <= 0xFF:
        digits = _any_case(f"{number:02x}")
        one_of += [f"%(?:25)*{digits}", rf"(?<=\\)x{digits}"]
    if number > 0xFFFF:
        one_of.append(rf"(?<=\\)U{_any_case(f'{number:08x}')}")
    if number > 0x7F:
        one_of += [re.escape(encoded.decode("latin-1")), re.escape(encoded.decode("cp1252", "replace"))]
    one_of.append(re.escape(part))
    return ("" if escaped else r"\\*") + f"(?:{'|'.join(one_of)})"


def _any_case(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)
