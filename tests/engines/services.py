# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine consists of: data that the products describe and the launcher runs."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


def free_port() -> int:
    """A port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Service:
    """One process of an engine.

    Attributes:
        name: names its log.
        command: program and arguments.
        ready: the URL that says that it serves.
        answers: the statuses of that URL that mean yes.
        env: what is added to our environment.
        limit: seconds that it may take to serve.
    """

    name: str
    command: Sequence[object]
    ready: str
    answers: frozenset[int] = frozenset({200})
    env: Mapping[str, str] = field(default_factory=dict)
    limit: float = 120


@dataclass(frozen=True)
class Engine:
    """A whole engine, as others reach it.

    Attributes:
        name: camunda7, operaton or camunda8.
        version: of the product.
        url: what the product's clients take as their base URL.
        user: the id of an administrator.
        password: that user's password.
        services: its processes in the order of their start.
    """

    name: str
    version: str
    url: str
    user: str
    password: str
    services: tuple[Service, ...] = field(repr=False)
