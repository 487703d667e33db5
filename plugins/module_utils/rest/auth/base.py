# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every way of logging in offers to the client."""

from __future__ import annotations

import math
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Optional, Protocol

from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AnswerError,
    AuthenticationError,
    TransportError,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.deadline import Deadline
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response


@dataclass(frozen=True)
class Credentials:
    """What a request carries to prove who sends it. ``generation`` tells those before a renewal from those after it."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    generation: int = 0


class Auth(Protocol):
    """A way of logging in. Used by several threads at once."""

    advice: str
    """What to do when the server answers 401."""

    def credentials(self, deadline: Deadline, /) -> Credentials:
        """Return what the next request carries; fetch it first where that is needed."""

    def learn(self, response: Response, used: Credentials, /) -> None:
        """Look at the answer to a request with ``used``: it may carry something that the next request needs."""

    def renew(self, refused: Credentials, /) -> bool:
        """Forget ``refused``, which the server answered with 401. Return whether there may be better ones."""


class Fixed:
    """Credentials that never change. Sending them again after a 401 would only help to lock an account."""

    def __init__(self, credentials: Credentials, advice: str) -> None:
        self._credentials = credentials
        self.advice = advice

    def credentials(self, _deadline: Deadline) -> Credentials:
        """Return the same credentials always."""
        return self._credentials

    def learn(self, _response: Response, _used: Credentials) -> None:
        """Answers teach nothing."""

    def renew(self, _refused: Credentials) -> bool:
        """Return False: there are no others."""
        return False


class Renewable(ABC):
    """Credentials that are obtained before the first request and replaced when the server refuses them.

    One thread obtains them, the others wait. A refusal of the user's own name and secret is remembered: asking again,
    for other threads most of all, would lock the account.
    """

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
        """Whether the current credentials are still worth sending."""

    @abstractmethod
    def _drop(self) -> None:
        """Forget what the current credentials were made of. The caller holds the lock."""

    def credentials(self, deadline: Deadline) -> Credentials:
        """Return the current credentials, new ones if there are none."""
        current = self._current
        if current is not None and self._valid():
            return current
        left = deadline.remaining()
        if not self._lock.acquire(timeout=-1 if math.isinf(left) else max(left, 0)):
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
            if error.status in (400, 401, 403):
                self._refusal = AuthenticationError(error.message, error.response, error.type)
                raise self._refusal from None
            raise
        self._generation += 1
        return replace(obtained, generation=self._generation)

    def renew(self, refused: Credentials) -> bool:
        """Forget ``refused``, unless another thread has replaced them already."""
        with self._lock:
            if refused.generation == self._generation:
                self._current = None
                self._drop()
        return True
