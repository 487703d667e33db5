# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs ``rest_request`` in the test's own process."""

from __future__ import annotations

from typing import Any

from .fault_server import FaultServer
from .tasks import run_module

CONNECTION = {"proxy": "none", "token_cache": "none", "deadline": 20}


def run(
    server: FaultServer, path: str = "/", *, check: bool = False, diff: bool = False, **options: Any
) -> dict[str, Any]:
    """Return the result of a task, whatever it is."""
    return run_module("rest_request", {**CONNECTION, "url": server.url + path}, options, check=check, diff=diff)


def send(server: FaultServer, path: str = "/", **options: Any) -> dict[str, Any]:
    """Return the result of a task that succeeds."""
    result = run(server, path, **options)
    assert not result.get("failed"), result
    return result


def fails(server: FaultServer, path: str = "/", **options: Any) -> dict[str, Any]:
    """Return the result of a task that fails."""
    result = run(server, path, **options)
    assert result.get("failed"), result
    return result
