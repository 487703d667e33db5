# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets never leave: one place that knows them and takes them out of everything that is shown."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Mapping
from typing import Any, Optional
from urllib.parse import quote, quote_plus, unquote

MASK = "********"


def _forms(secret: str) -> set[str]:
    """The secret itself and the forms in which servers and libraries echo it."""
    encoded = secret.encode("utf-8")
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        # As Python writes texts in exceptions; the second where there are quotes of both kinds.
        repr(secret)[1:-1],
        repr(secret + "'\"")[1:-4],
        base64.b64encode(encoded).decode("ascii"),
        base64.urlsafe_b64encode(encoded).decode("ascii"),
    }


class Redactor:
    """Collects secrets and removes them, and their derived forms, from texts and data.

    It is shared by the threads of one task. Longer forms are replaced first, so that no rest of one stays behind.

    Args:
        base: one whose secrets, now and later, are masked too.
    """

    def __init__(self, base: Optional[Redactor] = None) -> None:
        self._lock = threading.Lock()
        self._base = base
        self._forms: set[str] = set()
        self._longest_first: tuple[str, ...] = ()
        self._counted = (0, 0)  # how many forms, own and of the base, these are

    def add(self, value: Optional[str]) -> None:
        """Register a secret. Empty values are ignored: masking them would mask everything."""
        if value:
            with self._lock:
                self._forms |= _forms(value)

    def add_basic(self, username: str, password: str) -> None:
        """Register a password and the value of the Basic header made of it."""
        self.add(password)
        self.add(base64.b64encode(f"{username}:{password}".encode()).decode("ascii"))

    def add_url(self, value: object) -> None:
        """Register the user and password that a URL may hold; anything else is no URL with a login."""
        login = re.match(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)@", value) if isinstance(value, str) else None
        if login:
            self.add(login.group(1))
            self.add(unquote(login.group(1).partition(":")[2]))

    @property
    def values(self) -> tuple[str, ...]:
        """All registered forms, the longest first (also for the ``no_log_values`` of AnsibleModule)."""
        base = self._base.values if self._base else ()
        with self._lock:
            count = (len(self._forms), len(base))
            if count != self._counted:  # forms are never taken away
                self._longest_first = tuple(sorted(self._forms.union(base), key=len, reverse=True))
                self._counted = count
            return self._longest_first

    def text(self, text: str) -> str:
        """Return ``text`` with every registered form masked."""
        for form in self.values:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def data(self, value: Any) -> Any:
        """Return a copy of JSON-like ``value`` with every registered form masked, in keys too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {self.data(key): self.data(item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return [self.data(item) for item in value]
        return value
