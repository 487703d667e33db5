# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Camunda 8 for these tests: simulated, or the cluster that BPMOPS_CAMUNDA_TEST_CAMUNDA8 names.

Tests that are marked `simulator` need what a cluster does not do on demand; `cluster` marks what only makes sense on a
cluster; `version` marks what holds for that version only, which is the simulator's. What does not fit is not collected.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from ansible_collections.bpmops.camunda.tests.support.camunda8 import Camunda8, World, world_in
from ansible_collections.bpmops.camunda.tests.support.fake_camunda8 import FakeCamunda8

ADDRESS = os.environ.get("BPMOPS_CAMUNDA_TEST_CAMUNDA8", "")


def _is_wanted(item: pytest.Item, version: str) -> bool:
    unfit = "simulator" if ADDRESS else "cluster"
    only = item.get_closest_marker("version")
    return not item.get_closest_marker(unfit) and (only is None or version.startswith(only.args))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    version = Camunda8.at(ADDRESS).version if ADDRESS else FakeCamunda8.version
    wanted = [item for item in items if _is_wanted(item, version)]
    config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
    items[:] = wanted


@pytest.fixture(scope="session")
def camunda8() -> Iterator[Camunda8]:
    """The cluster, in which somebody else's data must stay as it is."""
    if ADDRESS:
        yield Camunda8.at(ADDRESS)
        return
    with FakeCamunda8(csrf=True) as fake:
        api = Camunda8(fake.url, fake.username, fake.password)
        with world_in(api, "somebody-else") as foreign:
            before = api.instances(foreign.prefix)
            yield api
            assert api.instances(foreign.prefix) == before


@pytest.fixture(scope="session")
def world(camunda8: Camunda8) -> Iterator[World]:
    """Instances in every state, which tests may look at and must not change."""
    with world_in(camunda8, "bpmops") as world:
        yield world
