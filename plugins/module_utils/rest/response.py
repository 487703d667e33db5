# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional

from ..errors import InvalidAnswerError
from . import shapes

# Values take up to 30 times the memory of their JSON. A page has some thousands of objects, a large variable more.
_OBJECTS = 1_000_000
_VALUES = 4_000_000
_LONGEST_INSTANCE = 500


@dataclass(frozen=True)
class Response:
    """One complete answer.

    Attributes:
        method: the HTTP method of the request.
        path: the path of the request as the caller gave it, without the base URL and without the query.
        status: the HTTP status code.
        headers: the answer's headers; names in any case.
        content: the body, unpacked when it was compressed.
        cookies: cookies that the answer sets, by name.
    """

    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """The body as text. Bytes that are not UTF-8 become replacement characters."""
        return self.content.decode("utf-8", errors="replace")

    @cached_property
    def _parsed(self) -> tuple[bool, Any]:
        if self.is_excessive:
            return False, None
        try:
            return True, json.loads(self.content)
        except (ValueError, RecursionError):
            return False, None

    @property
    def is_excessive(self) -> bool:
        """Whether the body holds more objects or values than any answer does, so that it is not parsed."""
        content = self.content
        return content.count(b"{") + content.count(b"[") > _OBJECTS or content.count(b",") > _VALUES

    @property
    def is_json(self) -> bool:
        """Whether the body is a JSON document, whatever its content type says."""
        return self._parsed[0]

    @property
    def data(self) -> Any:
        """The parsed JSON body, or None when the body is empty or not JSON. Never raises."""
        return self._parsed[1]

    @property
    def instance(self) -> Optional[str]:
        """What an error body gives to find this error in the server's log; None if it gives nothing.

        Operate API v1 gives a UUID, problem details (RFC 9457) a URI.
        """
        value = self.data.get("instance") if self.status >= 400 and isinstance(self.data, dict) else None
        return value if isinstance(value, str) and len(value) <= _LONGEST_INSTANCE else None

    @property
    def is_html(self) -> bool:
        """Whether the answer is a web page: a login form, a proxy's or a servlet container's error page."""
        return "html" in self.headers.get("Content-Type", "").lower()

    def rows(self, fields: shapes.Fields) -> list[dict[str, Any]]:
        """Return the body, a list of objects.

        Args:
            fields: what every object must have.

        Raises:
            InvalidAnswerError: the body is anything else.
        """
        data = self.data
        if not isinstance(data, list):
            raise self.invalid("a list of objects")
        for number, row in enumerate(data, start=1):
            mismatch = shapes.mismatch(row, fields, f"row {number}")
            if mismatch:
                raise self.invalid("a list of objects", mismatch)
        return data

    def object(self, fields: shapes.Fields) -> dict[str, Any]:
        """Return the body, an object with these fields.

        Raises:
            InvalidAnswerError: the body is anything else.
        """
        data = self.data
        if not isinstance(data, dict):
            raise self.invalid("an object")
        mismatch = shapes.mismatch(data, fields, "the object")
        if mismatch:
            raise self.invalid("an object", mismatch)
        return data

    def number(self, field: str) -> int:
        """Return the field of the body that holds a number of things: an integer of at least 0.

        Raises:
            InvalidAnswerError: the body is anything else.
        """
        return int(self.object({field: shapes.COUNT})[field])

    def invalid(self, expected: str, mismatch: str = "") -> InvalidAnswerError:
        """Return the error for a success with an unusable body.

        Args:
            expected: what the API promises: "a list of objects".
            mismatch: what is wrong with the parsed body; by default, why it is no such thing at all.
        """
        from . import problems

        return problems.body_error(self, expected, mismatch)


Explain = Callable[[Response], tuple[Optional[str], str]]
"""A product's reader of error bodies: returns the type of the error, if the body names one, and its message."""
