# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that are known by the names of their fields. Imported only where there are such fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from .secrets import Redactor

_NAME = re.compile(
    "auth(oriz|entic)|[-_]auth|^auth($|[-_])|cookie|credential|passw|passphrase|pwd|secret|token|signature|^sig$|session"
    "|(^|api|access|subscription|private|shared|license)[-_]?key$",
    re.IGNORECASE,
)
_PARAMETER_FROM = 8  # characters; shorter parameters of URLs are words such as "v1", which occur everywhere
_FROM = 6  # characters; shorter values are words that occur everywhere


def is_secret(name: str) -> bool:
    """Whether a parameter, header or field of this name holds a secret."""
    return _NAME.search(name) is not None


def secret_in(parameter: str) -> str:
    """Return what is secret in a parameter of a URL: a long value that has no name, or such a name; else nothing."""
    name, equals, text = parameter.partition("=")
    value = text if equals else name
    return value if len(value) >= _PARAMETER_FROM and (not equals or is_secret(unquote(name))) else ""


def register(data: Any, redactor: Redactor) -> None:
    """Register the secrets in headers, parameters or a body that a task sends."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            if isinstance(value, str) and len(value) >= _FROM and is_secret(str(name)):
                redactor.add(value)
                redactor.add(value.partition(" ")[2])  # Authorization without its scheme
            register(value, redactor)
    elif isinstance(data, list):
        for item in data:
            register(item, redactor)
