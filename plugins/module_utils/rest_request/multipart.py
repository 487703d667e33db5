# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies with files."""

from __future__ import annotations

import mimetypes
import re
import secrets
from collections.abc import Mapping
from typing import Any, Union

from ..errors import UsageError
from ..rest.bodies import Upload, file_part
from .call import scalar

_PART = {"content", "src", "filename", "content_type"}


def file_body(path: str) -> tuple[Upload, str]:
    """Return the body that is a file, and its Content-Type."""
    return Upload((file_part(path),)), _type_of(path)


def encode(data: Any) -> tuple[Upload, str]:
    """Return the body and the Content-Type of a form whose fields may be files (RFC 7578)."""
    if not isinstance(data, Mapping) or not data:
        raise UsageError("body: body_format: multipart takes a mapping of fields.")
    boundary = secrets.token_hex(16)
    parts: list[Union[bytes, tuple[str, int]]] = []
    for name, value in data.items():
        for item in value if isinstance(value, list) else [value]:
            head, content = _field(str(name), item)
            parts += [f"--{boundary}\r\n{head}\r\n\r\n".encode(), content, b"\r\n"]
    return Upload((*parts, f"--{boundary}--\r\n".encode())), f"multipart/form-data; boundary={boundary}"


def _field(name: str, value: Any) -> tuple[str, Union[bytes, tuple[str, int]]]:
    """Return the headers and the content of a field."""
    head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    text = scalar(value)
    if text is not None:
        return head, text.encode()
    if not isinstance(value, Mapping) or set(value) - _PART or ("src" in value) == ("content" in value):
        raise UsageError(
            f"body: the field {name} must be a string, a list of fields, or a mapping with either src or content, and "
            "optionally filename and content_type."
        )
    path = str(value.get("src", ""))
    filename = value.get("filename", path.rpartition("/")[2] or name)
    kind = str(value.get("content_type", _type_of(str(filename))))
    if re.search(r"[\x00-\x1f\x7f]", kind):
        raise UsageError(f"body: content_type of the field {name} holds a line break.")
    content = file_part(path, f"body: {name}") if path else str(scalar(value["content"]) or "").encode()
    return f'{head}; filename="{_quoted(str(filename))}"\r\nContent-Type: {kind}', content


def _quoted(text: str) -> str:
    """A name as browsers write it in a multipart form."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _type_of(path: str) -> str:
    """The media type of a file by its name, from the table of Python itself: that of a system differs."""
    return mimetypes.MimeTypes().guess_type(path)[0] or "application/octet-stream"
