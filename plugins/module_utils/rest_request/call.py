# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests: made of the options of a task, checked before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Optional, Union
from urllib.parse import quote, urlencode

from ..errors import UsageError
from ..secret_names import register
from ..secrets import Redactor
from .address import Address, address

if TYPE_CHECKING:
    from ..rest.bodies import Upload

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing on the server (RFC 9110, section 9.2.1)."""

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_FRAMING = ("connection", "content-length", "transfer-encoding", "upgrade", "te")
_QUERY_SAFE = "$,:/@!*()'"
_ACCEPT = "application/json, */*;q=0.8"
_FORM = "application/x-www-form-urlencoded"

Body = Union[bytes, "Upload", None]


@dataclass(frozen=True)
class Call:
    """One request, checked. ``data`` is its body as the task gives it, for comparisons and diffs."""

    method: str
    address: Address
    headers: Mapping[str, str] = field(repr=False)
    body: Body = field(default=None, repr=False)
    data: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.address.path}"

    def with_query(self, query: Mapping[str, Any]) -> Call:
        """The same request with these parameters in place of its own of the same names."""
        names = {_encoded(name) for name in query}
        kept = [pair for pair in self.address.query.split("&") if pair and pair.partition("=")[0] not in names]
        joined = "&".join([*kept, *filter(None, [encoded(query, "query")])])
        return replace(self, address=replace(self.address, query=joined))

    def with_json(self, data: Any) -> Call:
        """The same request with another JSON body."""
        return replace(self, data=data, body=_json(data))


def build(params: Mapping[str, Any], redactor: Redactor) -> Call:
    """Return the request that the options of a task describe.

    Raises:
        UsageError: an option is wrong. No value that may be secret is repeated.
    """
    if not params["url"]:
        raise UsageError("The option url is missing: give the URL of the request.")
    method = params["method"]
    headers = checked_headers(params["headers"] or {}, params)
    register([params["headers"], params["query"], params.get("body")], redactor)
    given = [name for name in ("body", "src") if params.get(name) is not None]
    if given and method in SAFE_METHODS:
        raise UsageError(f"{given[0]}: a {method} request has no body. Use query for parameters, or another method.")
    if len(given) > 1:
        raise UsageError("Give body or src, not both.")
    body: Body = None
    kind = ""
    if params.get("src") is not None:
        from .multipart import file_body

        body, kind = file_body(params["src"])
    elif params.get("body") is not None:
        body, kind = _FORMATS[params["body_format"]](params["body"])
    if kind:
        headers.setdefault("Content-Type", kind)
    headers.setdefault("Accept", _ACCEPT)
    if params["dest"]:
        headers.setdefault("Accept-Encoding", "identity")
    data = json.loads(body) if params.get("body_format") == "json" and isinstance(body, bytes) else params.get("body")
    call = Call(method, address(params["url"]), headers, body, data)
    return call.with_query(params["query"] or {})


def checked_headers(given: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, str]:
    """Return headers that can be sent, by their names in one spelling."""
    headers: dict[str, str] = {}
    for name, value in given.items():
        text = scalar(value)
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise UsageError("headers: a name is not valid: it has letters, digits and hyphens only.")
        if name.lower() in _FRAMING:
            raise UsageError(f"headers: {name} is set by the connection. Leave it out.")
        if text is None:
            raise UsageError(f"headers: {name} must be a string. Leave it out if it is not meant.")
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]", text):
            raise UsageError(f"headers: {name} holds a line break, or a character that no header may have.")
        headers[name.title()] = text
    if "Authorization" in headers and _logs_in(params):
        raise UsageError("headers: Authorization is given, and credentials in other options too. Give one of them.")
    return headers


def _logs_in(params: Mapping[str, Any]) -> bool:
    if str(params.get("auth_type")).lower() == "none":
        return False
    return any(params.get(name) for name in ("username", "token", "client_id"))


def encoded(pairs: Mapping[str, Any], option: str) -> str:
    """Return query parameters as they stand in a URL. A list repeats its name, null leaves it out."""
    parts: list[str] = []
    for name, value in pairs.items():
        for item in _scalars(value, f"{option}: {name}"):
            parts.append(f"{_encoded(name)}={_encoded(item)}")
    return "&".join(parts)


def _encoded(text: object) -> str:
    return quote(str(text), safe=_QUERY_SAFE)


def _scalars(value: Any, what: str) -> list[str]:
    texts = [] if value is None else [scalar(item) for item in (value if isinstance(value, list) else [value])]
    if None in texts:
        raise UsageError(f"{what} must be a string, a number, a boolean or a list of them.")
    return [text for text in texts if text is not None]


def scalar(value: Any) -> Optional[str]:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else None


def _json(data: Any) -> bytes:
    try:
        return json.dumps(data, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError):
        raise UsageError("body: it cannot be written as JSON: it holds NaN or an unknown type.") from None


def _json_body(data: Any) -> tuple[Body, str]:
    if not isinstance(data, str):
        return _json(data), "application/json"
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        raise UsageError(
            "body: the text is not JSON. Give a mapping or list, or body_format: text for other text."
        ) from None
    return data.encode(), "application/json"


def _text_body(data: Any) -> tuple[Body, str]:
    if not isinstance(data, str):
        raise UsageError("body: body_format: text takes a string.")
    return data.encode(), "text/plain; charset=utf-8"


def _form_body(data: Any) -> tuple[Body, str]:
    if not isinstance(data, Mapping):
        raise UsageError("body: body_format: form takes a mapping.")
    fields = [(name, text) for name, value in data.items() for text in _scalars(value, f"body: {name}")]
    return urlencode(fields).encode("ascii"), _FORM


def _multipart_body(data: Any) -> tuple[Body, str]:
    from .multipart import encode  # few requests have files

    return encode(data)


_FORMATS = {"json": _json_body, "text": _text_body, "form": _form_body, "multipart": _multipart_body}
