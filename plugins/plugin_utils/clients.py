# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that go from one item of a loop to the next, with their connections and their login."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.bpmops.camunda.plugins.module_utils.runner import Spec
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor

# Seconds. Servers close connections on which nothing happens, and a request that meets that is lost.
KEPT = 3.0


class Clients:
    """Hands the client of the latest task on to the next one.

    Only when the task went well (its owner says so), soon, in the same process, and for exactly the same connection
    options.

    Attributes:
        redactor: knows what the clients learned to be secret.
    """

    def __init__(self) -> None:
        self.redactor = Redactor()
        self._key: Any = None
        self._taken: Any = None
        self._free: Any = None
        self._until = 0.0

    def take(self, spec: Spec, params: Mapping[str, Any], read_only: bool) -> Any:
        """Return the client that was handed back, or a new one."""
        free, key = self._free, self._key
        self._free = self._taken = None
        given = [(option.name, params.get(option.name)) for option in spec.connection]
        self._key = (os.getpid(), spec.connect, read_only, given)
        if free is None or key != self._key or time.monotonic() > self._until:
            free = spec.connect(params, self.redactor, read_only)
        self._taken = free
        return free

    def hand_back(self) -> None:
        """Offer the client that was taken last to the next task."""
        self._free = self._taken
        self._until = time.monotonic() + KEPT
