# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of one list: by next link, by cursor, or by offset."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Optional

from ..errors import UsageError
from .answer import Answer
from .call import Call
from .expressions import Expression

_NEXT_LINK = re.compile(r"<([^>]*)>\s*;[^,]*\brel=\"?(?:[^\",;]*\s)?next\b", re.IGNORECASE)
_MOST_EMPTY = 100  # pages without objects in a row

Send = Callable[[Call], Answer]


class Paging:
    """Reads all pages of a list.

    Args:
        params: the option ``paginate``, with its defaults.
        call: the request of the first page.

    Raises:
        UsageError: the options contradict each other.
    """

    def __init__(self, params: Mapping[str, Any], call: Call) -> None:
        self._by: str = params["by"]
        self._limit: int = params["limit"]
        self._size: Optional[int] = params["page_size"]
        self._size_parameter: Optional[str] = params["size_parameter"]
        self._parameter: str = params["parameter"] or ("offset" if self._by == "offset" else "")
        self._in_body: bool = params["location"] == "body"
        self._items = Expression("paginate.items", params["items"] or "body")
        self._next = Expression("paginate.next", params["next"], optional=True) if params["next"] else None
        for name, least in (("limit", 1), ("page_size", 1)):
            if params[name] is not None and params[name] < least:
                raise UsageError(f"paginate.{name}: {params[name]} is not {least} or more.")
        if self._by == "cursor" and not (self._next and self._parameter):
            raise UsageError("paginate: by: cursor needs next, where an answer has the cursor, and parameter.")
        if self._by == "offset" and self._next:
            raise UsageError("paginate: by: offset takes no next.")
        if (self._size is None) != (self._size_parameter is None):
            raise UsageError("paginate: page_size and size_parameter belong together.")
        if self._in_body and not isinstance(call.data, dict):
            raise UsageError("paginate: location: body needs a body that is a mapping.")

    def read(self, call: Call, send: Send) -> tuple[list[Any], bool, Answer]:
        """Return the objects of all pages, whether there are more than the limit, and the last answer.

        Raises:
            InvalidAnswerError: an answer has no list, or the pages do not end.
        """
        found: list[Any] = []
        seen: set[str] = set()
        empty = 0
        if self._size is not None and self._size_parameter:
            call = self._with(call, self._size_parameter, self._size)
        page = self._with(call, self._parameter, 0) if self._by == "offset" else call
        while True:
            answer = send(page)
            items = self._items(answer)
            if not isinstance(items, list):
                raise answer.response.invalid("a list", "paginate.items leads to no list")
            found += items
            if len(found) > self._limit:
                return found[: self._limit], True, answer
            empty = 0 if items else empty + 1
            following, mark = self._following(call, answer, items, len(found))
            if following is None or (mark in seen and not items):  # some servers repeat the last cursor
                return found, False, answer
            if mark in seen or empty > _MOST_EMPTY:
                raise answer.response.invalid("another page", "the pages do not end, or one leads back to another")
            seen.add(mark)
            page = following

    def _following(self, call: Call, answer: Answer, items: list[Any], count: int) -> tuple[Optional[Call], str]:
        """Return the request of the next page, None after the last one; and what tells it from others."""
        if self._by == "offset":
            last = not items or (self._size is not None and len(items) < self._size)
            return (None if last else self._with(call, self._parameter, count)), str(count)
        found = self._next(answer) if self._next else _link(answer)
        if found is None or found == "" or found is False:
            return None, ""
        if not isinstance(found, (str, int)):
            raise answer.response.invalid("a next page", "paginate.next leads to no string or number")
        if self._by == "cursor":
            return self._with(call, self._parameter, found), str(found)
        target = answer.address.join(str(found), f"{call}: the next link")
        if target.origin != call.address.origin:
            raise answer.response.invalid("a next page on the same host", f"the next link leads to {target.origin}")
        return Call(call.method, target, call.headers, call.body, call.data), str(found)

    def _with(self, call: Call, parameter: str, value: Any) -> Call:
        if not self._in_body:
            return call.with_query({parameter: value})
        return call.with_json(_set(call.data, parameter.split("."), value))


def _set(data: Any, path: list[str], value: Any) -> dict[str, Any]:
    """Return a copy of a body with a value at a path, such as ``page.after``."""
    base = data if isinstance(data, dict) else {}
    name, *rest = path
    return {**base, name: _set(base.get(name), rest, value) if rest else value}


def _link(answer: Answer) -> Optional[str]:
    """The next link of the header Link (RFC 8288)."""
    found = _NEXT_LINK.search(answer.headers.get("link", ""))
    return found.group(1) if found else None
