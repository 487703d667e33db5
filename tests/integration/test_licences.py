# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The allow list names exactly the jars of the engines, with the licences that their poms declare."""

from __future__ import annotations

from ansible_collections.bpmops.camunda.tests.engines import camunda7
from ansible_collections.bpmops.camunda.tests.tools import licences


def test_the_list_allows_exactly_the_jars_of_the_engines() -> None:
    jars = [jar for name in camunda7.PRODUCTS for jar in camunda7.library(name).glob("*.jar")]
    assert {licences.artifact_of(jar) for jar in jars} == licences.jars()


def test_the_licences_are_those_that_poms_declare() -> None:
    """Where Maven still has the poms: a cache that is older than the repository of Maven has none."""
    listed = {row.name: row.licence for row in licences.table() if row.kind == "maven"}
    jars = [jar for name in camunda7.PRODUCTS for jar in camunda7.library(name).glob("*.jar")]
    declared = dict(licences.declared_by_jars(jars))
    assert declared == {name: listed.get(name) for name in declared}
