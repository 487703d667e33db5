# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks secrets in everything that is shown."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Optional
from urllib.parse import quote, quote_plus, unquote

if TYPE_CHECKING:
    from .encodings import Pattern

MASK = "********"

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)@")
_MEANT_AS_URL = re.compile(r"\s*(?:https?:)?/*(.*)@", re.IGNORECASE | re.DOTALL)
_HARMLESS_URL = re.compile(r"[A-Za-z0-9._~:/\[\]%+,$!*'()-]*")
_PATTERN_FROM = 4  # characters; of shorter secrets only the usual forms are masked

# Line breaks, and characters that control a terminal or the direction of text.
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def _forms(secret: str) -> set[str]:
    """The secret itself and the usual forms in which servers and libraries echo it."""
    encoded = secret.encode("utf-8", "surrogatepass")
    forms = {
        secret,
        quote(encoded, safe=""),
        quote_plus(encoded),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        # As Python writes strings in exceptions; the second where there are quotes of both kinds.
        repr(secret)[1:-1],
        repr(secret + "'\"")[1:-4],
        base64.b64encode(encoded).decode("ascii"),
        base64.urlsafe_b64encode(encoded).decode("ascii"),
    }
    if len(secret) >= _PATTERN_FROM:
        forms |= {encoded.hex(), encoded.hex().upper()}
    return forms


class Redactor:
    """Collects secrets and removes them, and their derived forms, from strings and data.

    It is shared by the threads of one task. Longer forms are replaced first: no fragment of one remains.

    Args:
        base: one whose secrets, now and later, are masked too.
    """

    def __init__(self, base: Optional[Redactor] = None) -> None:
        self._lock = threading.Lock()
        self._base = base
        self._forms: set[str] = set()
        self._patterns: dict[str, Pattern] = {}
        self._longest_first: tuple[tuple[str, ...], tuple[Pattern, ...]] = ((), ())
        self._counted = (0, 0)  # how many forms, own and of the base, these are

    @classmethod
    def for_task(cls, params: Mapping[str, Any], secrets: Iterable[str], base: Optional[Redactor] = None) -> Redactor:
        """Return a redactor that knows the secrets of a task.

        Args:
            params: all parameters; a URL may hold a login, although that is not wanted.
            secrets: the values of the parameters that are marked ``no_log``.
        """
        redactor = cls(base)
        for secret in secrets:
            redactor.add(secret)
        for name, value in params.items():
            redactor.add_url(value, meant=_holds_url(name))
        return redactor

    def add(self, value: Optional[str]) -> None:
        """Register a secret. Empty values are ignored: masking them would mask everything."""
        if not value:
            return
        with self._lock:
            self._forms |= _forms(value)
        if len(value) >= _PATTERN_FROM and not (value.isascii() and value.isalnum()):
            from .encodings import Pattern

            with self._lock:
                self._patterns.setdefault(value, Pattern(value))

    def add_basic(self, username: str, password: str) -> None:
        """Register a password and the value of the Basic header made of it."""
        self.add(password)
        self.add(base64.b64encode(f"{username}:{password}".encode("utf-8", "surrogatepass")).decode("ascii"))

    def add_url(self, value: object, *, meant: bool = False) -> None:
        """Register the user and password that a URL may hold; anything else is no URL with a login.

        Args:
            meant: the value is meant as a URL. Then every spelling of a login counts, and long parameters do too.
        """
        if not isinstance(value, str):
            return
        for expression in (_URL, _MEANT_AS_URL)[: 1 + meant]:
            login = expression.match(value)
            if login:
                self.add(login.group(1))
                self.add(unquote(login.group(1).partition(":")[2]))
        for parameter in re.split("[?#;&]", value)[1:] if meant else ():
            from .secret_names import secret_in

            self.add(secret_in(parameter))
            self.add(unquote(secret_in(parameter)))

    @property
    def values(self) -> tuple[str, ...]:
        """All registered forms, the longest first (also for the ``no_log_values`` of AnsibleModule)."""
        return self._all()[0]

    def _all(self) -> tuple[tuple[str, ...], tuple[Pattern, ...]]:
        """All forms and all patterns, each the longest first."""
        forms, patterns = self._base._all() if self._base else ((), ())
        with self._lock:
            count = (len(self._forms), len(forms))
            if count != self._counted:  # forms are never taken away
                own = self._patterns.values()
                self._longest_first = (
                    tuple(sorted(self._forms.union(forms), key=len, reverse=True)),
                    tuple(sorted([*own, *patterns], key=lambda pattern: len(pattern.secret), reverse=True)),
                )
                self._counted = count
            return self._longest_first

    def text(self, text: str) -> str:
        """Return ``text`` with every registered form masked."""
        forms, patterns = self._all()
        for pattern in patterns:
            text = pattern.replace(text, MASK)
        for form in forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def line(self, text: str) -> str:
        """The same as one line that a terminal can show: what a server says must not steer it."""
        return _CONTROLS.sub("\ufffd", _BREAKS.sub(" ", self.text(text)))

    def data(self, value: Any, text: Optional[Callable[[str], str]] = None) -> Any:
        """Return a copy of JSON-like ``value`` with every registered form masked, in keys too.

        Args:
            text: what to do with strings; by default ``Redactor.text``.
        """
        text = text or self.text
        if isinstance(value, str):
            return text(value)
        if isinstance(value, Mapping):
            return {self.data(key, text): self.data(item, text) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.data(item, text) for item in value]
        return value


def shown_option(name: str, value: Any) -> Any:
    """Return what can be shown of the value of an option. One for a URL may hold anything else, and a secret."""
    if not _holds_url(name) or not isinstance(value, str):
        return value
    head, *rest = re.split("([?#;])", value.strip(), maxsplit=1)
    return (head if _HARMLESS_URL.fullmatch(head) else MASK) + (rest[0] + MASK if rest else "")


def invocation(params: Mapping[str, Any], arguments: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """Return the parameters that tell one task from another, as a result holds them.

    Options that do not exist (a misspelt one may hold a password) and secrets are left out; of lists, mappings and
    texts that may be anything only the size is shown.
    """
    shown = {
        name: f"({len(value)} {'characters' if isinstance(value, str) else 'entries'})"
        if isinstance(value, (list, dict)) or (isinstance(value, str) and arguments[name].get("type") == "raw")
        else shown_option(name, value)
        for name, value in params.items()
        if name in arguments and value is not None and not arguments[name].get("no_log")
    }
    return {"module_args": redactor.data(shown)}


def _holds_url(option: str) -> bool:
    return option == "proxy" or option.endswith("url")
