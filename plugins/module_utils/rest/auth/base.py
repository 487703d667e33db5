# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every way of logging in offers to the client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ..deadline import Deadline
from ..response import Response


@dataclass(frozen=True)
class Credentials:
    """What a request carries to authenticate. ``generation`` counts renewals."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    generation: int = 0


class Auth(Protocol):
    """A way of logging in. Used by several threads at once."""

    advice: str
    """What to do when the server answers 401."""

    warnings: tuple[str, ...]
    """What the user should know although the requests succeed."""

    def credentials(self, deadline: Deadline, /) -> Credentials:
        """Return what the next request carries; fetch it first where that is needed."""

    def learn(self, response: Response, used: Credentials, /) -> None:
        """Look at the answer to a request with ``used``: it may carry something that the next request needs."""

    def renew(self, refused: Credentials, /) -> bool:
        """Forget ``refused``, which the server answered with 401. Return whether there may be better ones."""
