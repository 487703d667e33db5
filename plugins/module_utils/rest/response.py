# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


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
        try:
            return True, json.loads(self.content)
        except (ValueError, RecursionError):
            return False, None

    @property
    def is_json(self) -> bool:
        """Whether the body is a JSON document, whatever its content type says."""
        return self._parsed[0]

    @property
    def data(self) -> Any:
        """The parsed JSON body, or None when the body is empty or not JSON. Never raises."""
        return self._parsed[1]

    @property
    def is_html(self) -> bool:
        """Whether the answer is a web page: a login form, a proxy's or a servlet container's error page."""
        return "html" in self.headers.get("Content-Type", "").lower()
