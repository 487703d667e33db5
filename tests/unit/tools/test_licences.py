# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The allow list of what the project fetches: complete, open source, and true. The jars are in tests/integration."""

from __future__ import annotations

import re
import subprocess

import pytest
from ansible_collections.bpmops.camunda.tests.engines import java
from ansible_collections.bpmops.camunda.tests.tools import environments, licences
from ansible_collections.bpmops.camunda.tests.tools.cache import ROOT

READY = [each for each in (*environments.ENVIRONMENTS, environments.MOLECULE) if each.is_complete]


def test_the_list_allows_exactly_the_packages_that_are_fetched() -> None:
    fetched = licences.required(*licences.our_requirements(), *licences.sanity_requirements())
    assert licences.names("python") == fetched | {"pip"}  # ansible-test fetches a pip of its own


def test_the_list_allows_what_the_engines_need_beside_their_jars() -> None:
    assert licences.names("system") == set(java.PACKAGES.values())
    assert java.DEPENDENCY_PLUGIN.rpartition(":")[0] in licences.names("maven")


def test_every_licence_is_an_open_source_one_and_every_row_is_complete() -> None:
    rows = licences.table()
    assert [row for row in rows if not set(row.licence.split(", ")) <= licences.ALLOWED] == []
    assert [row for row in rows if not all(row)] == []
    assert len({(row.kind, row.name) for row in rows}) == len(rows)
    assert {row.kind for row in rows} == {"python", "maven", "system"}


@pytest.mark.parametrize("environment", READY, ids=lambda each: each.name)
def test_the_licences_are_those_that_packages_declare(environment: environments.Environment) -> None:
    declared = licences.declared_by_packages(environment)
    listed = {row.name: row.licence for row in licences.table() if row.kind == "python"}
    assert declared.keys() >= licences.required(environment.requirements)
    installed_with_python = {"setuptools"}  # of venv on Python 3.11 and older
    assert declared.keys() - listed.keys() <= installed_with_python
    assert {name: listed[name] for name in declared if name in listed} == {
        name: licence for name, licence in declared.items() if name in listed
    }


def test_nothing_of_a_camunda_8_server_is_named() -> None:
    names = ("camunda" + "-zeebe", "zeebe-gateway" + "-protocol", "opensearch" + "-runner", "jdk" + "4py")
    found = subprocess.run(
        ["git", "grep", "-iE", "|".join(map(re.escape, names))], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stdout) == (1, "")
