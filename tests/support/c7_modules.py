# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of modules for Camunda 7 share: models that come and go, and a module behind a counting proxy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .camunda7 import Camunda7
from .camunda7_processes import deploy
from .engines import Engine
from .proxy import Exchanges, Proxy
from .tasks import run_module

Row = dict[str, Any]


@contextmanager
def deployed(api: Camunda7, *models: str, **form: str) -> Iterator[dict[str, Any]]:
    """Deploy models and remove them, with all instances, at the end; see `camunda7_processes.deploy`."""
    deployment = deploy(api, *models, **form)
    try:
        yield deployment
    finally:
        answer = api.call("DELETE", f"/deployment/{deployment['id']}", cascade="true")
        assert answer.ok, answer.text


@dataclass
class Module:
    """A module, run as the administrator through the proxy.

    Attributes:
        requests: those of the latest run.
    """

    name: str
    engine: Engine
    proxy: Proxy
    connection: Mapping[str, Any] = field(default_factory=dict)
    requests: Exchanges = field(default_factory=Exchanges)

    def __call__(self, *, check: bool = False, diff: bool = False, **options: Any) -> Row:
        """Return the result of a task, a failed one too."""
        seen = len(self.proxy.requests)
        connection = {**self.engine.connection(self.proxy.url), **self.connection}
        result = run_module(self.name, connection, options, check=check, diff=diff)
        self.requests = Exchanges(self.proxy.requests[seen:])
        vain = result.get("counts", {}).get("gone") or "failed" in result
        if check or not (result["changed"] or vain):
            assert not self.requests.writes, str(self.requests)
        return result

    def failed(self, *, check: bool = False, **options: Any) -> str:
        """Return the message of a task that fails and changes nothing, neither in check mode."""
        result = self(check=check, **options)
        assert result.get("failed") is True, result
        assert not result["changed"] and not self.requests.writes, str(self.requests)
        message: str = result["msg"]
        return message

    def misused(self, **options: Any) -> str:
        """Return the message of a task that fails without a request."""
        message = self.failed(**options)
        assert not self.requests, str(self.requests)
        return message

    @property
    def sent(self) -> list[str]:
        """The latest run's requests, without ids."""
        return [f"{each.method} {each.path}" for each in self.requests]
