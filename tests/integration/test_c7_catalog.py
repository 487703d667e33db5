# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables of Camunda 7's queries against the vendor's description: whatever either side has alone fails."""

from __future__ import annotations

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import catalog, traits
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.overrides import OVERRIDES, Override
from ansible_collections.bpmops.camunda.tests.tools import camunda7_catalog as generator
from ansible_collections.bpmops.camunda.tests.tools import licences

LATEST = generator.VERSIONS[-1]


def _title(override: Override) -> str:
    return f"{override.entity} {override.column} {override.name}"


def test_the_description_has_the_licence_that_the_list_allows() -> None:
    assert generator.description(LATEST)["info"]["license"]["name"] == "Apache License 2.0"
    assert {row.name: row.licence for row in licences.table()}[generator.ARTIFACT] == "Apache-2.0"


@pytest.mark.parametrize("room", generator.ENTITIES)
def test_the_rows_are_what_the_generator_writes(room: str) -> None:
    assert generator.file(room).read_text(encoding="utf-8") == generator.render(room)


def test_every_list_of_the_api_is_an_entity() -> None:
    described = generator.Description(LATEST)
    entities = {entity for room in generator.ENTITIES.values() for entity in room}
    without_count = {"schema/log", "process-definition/statistics"}
    assert described.lists() == (entities - without_count) | set(generator.NOT_LISTED)
    assert set(traits.NAMES) == entities


@pytest.mark.parametrize("override", OVERRIDES, ids=_title)
def test_an_override_deviates_from_the_description(override: Override) -> None:
    words = generator.row(override.entity)[override.column].split()
    described = {each.name: each for each in map(catalog.word, words)}.get(override.name)
    wanted = None if override.word is None else catalog.word(override.word)
    assert described != wanted
    assert wanted is None or wanted.name == override.name


def test_overrides_are_unambiguous() -> None:
    titles = [_title(override) for override in OVERRIDES]
    assert sorted(set(titles)) == sorted(titles)


@pytest.mark.parametrize("name", traits.NAMES)
def test_traits_name_what_the_rows_have(name: str) -> None:
    entity = catalog.load(name)
    named = [entity.found_by] if entity.found_by else []
    for dates in (entity.started, entity.ended):
        if isinstance(dates, traits.Conditions):
            named.append(dates.name)
        elif dates is not None:
            assert isinstance(dates, traits.Parameters)
            named += [dates.after, dates.before]
    assert set(named) <= set(entity.filters)
    assert {entity.id_sort} - {""} <= set(entity.sorts)
