# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that are shared by the items of a loop, with their connections and logins."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Hashable, Mapping
from typing import Any

from ..module_utils.errors import AuthenticationError
from ..module_utils.secrets import Redactor
from ..module_utils.task import Execution, Spec, Work, execute

KEPT = 3.0
"""Seconds to keep an unused client. Servers close idle connections, and a request sent at that moment is lost."""

MOST = 4
"""How many clients are kept: an item may use one in its task and others in its lookups."""


class Clients:
    """The clients of one process, and the credentials that servers refused there.

    A client is used again only after a success, within ``KEPT``, in the same process, and for the same connection
    options. Refused credentials are not sent again, because repeated failures lock an account.

    Attributes:
        redactor: knows what the clients learned to be secret.
    """

    def __init__(self) -> None:
        self.redactor = Redactor()
        self._free: dict[Hashable, tuple[Any, float]] = {}
        self._refused: dict[Hashable, AuthenticationError] = {}

    def execute(self, spec: Spec[Any], work: Work[Any], params: Mapping[str, Any], **more: Any) -> Execution:
        """Do the work with a client that is there, or a new one. Parameters and result: see ``task.execute``."""
        product = spec.product
        options = {option.name: params.get(option.name) for option in product.options}
        if options["url"]:
            options["url"] = product.place(options["url"])
        process = (os.getpid(), product.connect, *options.items())
        taken: dict[Hashable, Any] = {}

        def connect(_params: Mapping[str, Any], _redactor: Redactor, read_only: bool) -> Any:
            if process in self._refused:
                first = self._refused[process]
                raise AuthenticationError(
                    "Nothing was sent: the server refused the same credentials before in this task, and servers lock "
                    f"accounts after repeated failures. The first failure: {first.message}",
                    first.response,
                    first.type,
                )
            key = (process, read_only)
            client, until = self._free.pop(key, (None, 0.0))
            if client is None or time.monotonic() > until:
                client = product.connect(params, self.redactor, read_only)
            taken[key] = client
            return client

        done = execute(spec, work, params, connect=connect, base=self.redactor, **more)
        for error in (done.error, getattr(done.error, "__cause__", None)):
            # The main process of ansible-core, which looks things up too, outlives the task.
            if isinstance(error, AuthenticationError) and multiprocessing.parent_process() is not None:
                self._refused.setdefault(process, error)
        if not done.result.get("failed"):
            self._keep(taken)
        return done

    def _keep(self, taken: Mapping[Hashable, Any]) -> None:
        now = time.monotonic()
        self._free = {key: kept for key, kept in self._free.items() if kept[1] >= now}
        self._free.update((key, (client, now + KEPT)) for key, client in taken.items())
        for key in list(self._free)[:-MOST]:
            del self._free[key]


clients = Clients()
"""Shared by tasks and lookups: a process of ansible-core lives for one task of one host, with all items of its loop."""
