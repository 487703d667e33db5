# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that come from a login: what sessions and tokens have in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Optional

from ...errors import AnswerError, AuthenticationError, TransportError
from ..deadline import Deadline
from .base import Credentials


class Renewable(ABC):
    """Credentials that are obtained before the first request and replaced when the server refuses them.

    One thread obtains them, the others wait. A refusal of the user's own name and secret is remembered, because asking
    again would lock the account.
    """

    warnings: tuple[str, ...] = ()

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._current: Optional[Credentials] = None
        self._generation = 0
        self._refusal: Optional[AuthenticationError] = None

    @abstractmethod
    def _obtain(self, deadline: Deadline) -> Credentials:
        """Return new credentials. The caller holds the lock."""

    @abstractmethod
    def _valid(self) -> bool:
        """Whether the current credentials can still be sent."""

    @abstractmethod
    def _drop(self) -> None:
        """Drop the token or session behind the current credentials. The caller holds the lock."""

    def credentials(self, deadline: Deadline) -> Credentials:
        """Return the current credentials, new ones if there are none."""
        current = self._current
        if current is not None and self._valid():
            return current
        left = deadline.cap(0)
        if not self._lock.acquire(timeout=-1 if left is None else left):
            raise deadline.error("Waiting for the login by another thread", sent=False)
        try:
            if self._current is None or not self._valid():
                self._current = self._replacement(deadline)
            return self._current
        finally:
            self._lock.release()

    def _replacement(self, deadline: Deadline) -> Credentials:
        if self._refusal is not None:
            raise self._refusal
        try:
            obtained = self._obtain(deadline)
        except TransportError as error:
            error.sent = False  # The request that needs the credentials was not sent.
            raise
        except AnswerError as error:
            if error.status not in (400, 401, 403) and not isinstance(error, AuthenticationError):
                raise
            self._refusal = AuthenticationError(error.message, error.response, error.type)
            raise self._refusal from None
        self._generation += 1
        return replace(obtained, generation=self._generation)

    def renew(self, refused: Credentials) -> bool:
        """Forget ``refused``, unless another thread has replaced them already."""
        with self._lock:
            if refused.generation == self._generation:
                self._current = None
                self._drop()
        return True
