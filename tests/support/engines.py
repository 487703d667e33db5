# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engines of Camunda 7 identity tests.

Where `BPMOPS_CAMUNDA_TEST_CAMUNDA7` or `BPMOPS_CAMUNDA_TEST_OPERATON` holds the address of one that runs already
(`http://user:password@127.0.0.1:8080/engine-rest`; its data is removed!), no other is started.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from ..engines import launch
from .camunda7 import Camunda7, State


@dataclass(frozen=True)
class Engine:
    """A running engine with authorizations switched on, and its administrator."""

    name: str  # camunda7 or operaton
    url: str
    username: str
    password: str
    fresh: State

    @property
    def api(self) -> Camunda7:
        """The tests' own client of it."""
        return Camunda7(self.url, self.username, self.password)

    def connection(self, url: str) -> dict[str, Any]:
        """The options by which tasks reach the engine as its administrator at this URL, its own or a proxy's."""
        return {"url": url, "username": self.username, "password": self.password}

    @property
    def admin_group(self) -> str:
        return next(iter(self.fresh.groups))


@contextmanager
def running(name: str, properties: Mapping[str, Any] | None = None, version: str = "") -> Iterator[Engine]:
    """An engine: the one that the environment names unless properties or a version are asked for, else a new one."""
    address = urlsplit(os.environ.get(f"BPMOPS_CAMUNDA_TEST_{name.upper()}", ""))
    with ExitStack() as stack:
        if address.hostname and not properties and not version:
            url = f"{address.scheme}://{address.hostname}:{address.port}{address.path}"
            username, password = unquote(address.username or ""), unquote(address.password or "")
        else:
            started = stack.enter_context(launch.start(name, properties=properties, version=version))
            url, username, password = started.url, started.user, started.password
        yield _engine(name, url, username, password)


def _engine(name: str, url: str, username: str, password: str) -> Engine:
    return Engine(name, url, username, password, Camunda7(url, username, password).state())
