# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients for tests of the HTTP layer: quick, and with pauses that are noted instead of slept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.bpmops.camunda.plugins.module_utils.rest.client import Client
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.connection import Connection
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor


@dataclass
class Setup:
    """A client, the redactor it was given, and the pauses that it made."""

    client: Client
    redactor: Redactor
    pauses: list[float] = field(default_factory=list)


def setup(
    url: str,
    *,
    read_only: bool = False,
    password_strategy: str = "basic",
    sleep: Callable[[float], None] | None = None,
    **params: Any,
) -> Setup:
    """Make a client of ``url``. ``params`` are connection options or, by their names, arguments of Client."""
    redactor, pauses = Redactor(), list[float]()
    own = {name: params.pop(name) for name in ("explain", "repeat_answer") if name in params}
    options = {"deadline": 20, "token_cache": "none", "proxy": "none", **params}
    connection = Connection.from_parameters({"url": url, **options}, password_strategy=password_strategy)
    client = Client(connection, read_only=read_only, redactor=redactor, sleep=sleep or pauses.append, **own)
    return Setup(client, redactor, pauses)
