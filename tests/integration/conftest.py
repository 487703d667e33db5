# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real engines, a counting proxy in front of them, and a way to run plays. An engine serves the whole test run."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.engines.camunda7 import ADHOC_EXPRESSIONS
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.camunda7_processes import populate
from ansible_collections.bpmops.camunda.tests.support.engines import Engine, running
from ansible_collections.bpmops.camunda.tests.support.plays import Play
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy


@pytest.fixture(scope="session", params=["camunda7", "operaton"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each test that uses it runs on both engines."""
    with running(request.param) as engine:
        try:
            yield engine
        finally:
            engine.api.reset(engine.fresh)


@pytest.fixture(scope="module", params=["camunda7", "operaton"])
def searched(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine of its own with objects of every kind, that takes every filter; tests only read it."""
    with running(request.param, ADHOC_EXPRESSIONS) as engine:
        populate(engine.api)
        yield engine


@pytest.fixture(scope="module")
def through(searched: Engine) -> Iterator[Proxy]:
    """A proxy in front of ``searched``; at the end no request through it has written."""
    with Proxy(searched.url) as proxy:
        yield proxy
        assert proxy.requests
        assert not proxy.writes


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
    return Play(tmp_path, engine.connection(proxied.url), proxied)


@pytest.fixture
def unsteady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keeps the results of a test from the comparison of two runs: what several threads or writers do is chance."""
    monkeypatch.delenv("BPMOPS_CAMUNDA_TEST_RESULTS", raising=False)


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Makes ids that no other test uses."""
    suffix = uuid.uuid4().hex[:8]
    return lambda name: f"{name}-{suffix}"


@pytest.fixture(scope="module")
def variant(engine: Engine) -> Iterator[Callable[[Mapping[str, Any]], Engine]]:
    """Starts engines of the same kind with other properties (see tests/engines/camunda7.py), once for each module."""
    started: dict[str, Engine] = {}
    with ExitStack() as stack:

        def start(properties: Mapping[str, Any]) -> Engine:
            key = repr(sorted(properties.items()))
            if key not in started:
                started[key] = stack.enter_context(running(engine.name, properties))
            return started[key]

        yield start
