# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real engines, a counting proxy in front of them, and a way to run plays.

An engine serves the whole test run. Where `BPMOPS_CAMUNDA_TEST_CAMUNDA7` or `BPMOPS_CAMUNDA_TEST_OPERATON` holds the
address of one that runs already (`http://user:password@127.0.0.1:8080/engine-rest`; its data is removed!), no other is
started.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable
from urllib.parse import unquote, urlsplit

import pytest
from ansible_collections.bpmops.camunda.tests.engines import launch
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7, State
from ansible_collections.bpmops.camunda.tests.support.plays import Play
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy


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

    @property
    def admin_group(self) -> str:
        (group,) = self.fresh.groups
        return group


@contextmanager
def running(name: str, **options: Any) -> Iterator[Engine]:
    """An engine: the one that the environment names when it needs no options, else one that is started."""
    address = urlsplit(os.environ.get(f"BPMOPS_CAMUNDA_TEST_{name.upper()}", ""))
    if address.hostname and not options:
        url = f"{address.scheme}://{address.hostname}:{address.port}{address.path}"
        yield _engine(name, url, unquote(address.username or ""), unquote(address.password or ""))
        return
    with launch.start(name, **options) as started:
        yield _engine(name, started.url, started.username, started.password)


def _engine(name: str, url: str, username: str, password: str) -> Engine:
    return Engine(name, url, username, password, Camunda7(url, username, password).state())


@pytest.fixture(scope="session", params=["camunda7", "operaton"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each test that uses it runs on both engines."""
    with running(request.param) as engine:
        yield engine
        engine.api.reset(engine.fresh)


@pytest.fixture
def api(engine: Engine) -> Camunda7:
    return engine.api


@pytest.fixture
def clean_engine(engine: Engine) -> Engine:
    """The engine with nothing in it but its administrator."""
    engine.api.reset(engine.fresh)
    return engine


@pytest.fixture
def proxied(engine: Engine) -> Iterator[Proxy]:
    """A proxy in front of the engine, that has seen nothing yet."""
    with Proxy(engine.url) as proxy:
        yield proxy


@pytest.fixture
def play(engine: Engine, proxied: Proxy, tmp_path: Path) -> Play:
    """Runs tasks as the administrator, through the proxy."""
    return Play(tmp_path, connection(engine, proxied), proxied)


def connection(engine: Engine, proxy: Proxy) -> dict[str, Any]:
    """The options by which tasks reach the engine as its administrator."""
    return {"url": proxy.url, "username": engine.username, "password": engine.password}


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Makes ids that no other test uses."""
    suffix = uuid.uuid4().hex[:8]
    return lambda name: f"{name}-{suffix}"


@pytest.fixture(scope="session")
def variant(engine: Engine) -> Iterator[Callable[..., Engine]]:
    """Starts engines of the same kind with other settings; the same settings twice give the same engine."""
    started: dict[str, Engine] = {}
    with ExitStack() as stack:

        def start(**options: Any) -> Engine:
            key = repr(sorted(options.items()))
            if key not in started:
                started[key] = stack.enter_context(running(engine.name, **options))
            return started[key]

        yield start
