# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entities of Camunda 7: the generated rows, corrected by the overrides, and what no description says.

A word of a row is ``name:type|choice|choice@since``; only the name is always there. Types are those of values.py, and
of a sort field ``variable``, of a returned field ``optional``. ``since`` is the version of Camunda 7 that brought a
filter: older engines ignore it and return everything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..query.entity import Entity, Filter, Sort
from . import traits
from .overrides import OVERRIDES
from .values import type_of
from .views import VIEWS, Camunda7View

_WORD = re.compile(r"([^:@|]+)(?::([^:@|]+))?((?:\|[^@|]+)*)(?:@(.+))?")


class Word(NamedTuple):
    """What a row says of one name."""

    name: str
    kind: str = ""
    choices: tuple[str, ...] = ()
    since: str = ""


def word(said: str) -> Word:
    """Parse a word of a row."""
    found = _WORD.fullmatch(said)
    if found is None:
        raise ValueError(f"not a word of a row: {said}")
    name, kind, choices, since = found.groups()
    return Word(name, kind or "", tuple(choices.split("|")[1:]), since or "")


@dataclass(frozen=True)
class Camunda7Entity(Entity):
    """An entity with what Camunda 7 needs to be asked.

    Attributes:
        reads: what the API has: ``post``, ``count``, ``count-post``, ``paging``, ``one``; see the generator.
        id_sort: the sort field that orders by the id, so that no two objects are equal; empty if there is none.
        found_by: the filter that finds one object, where the API has no path for it.
        since: the filters that not all supported versions know.
        in_url: parameters that every request for objects carries.
        encode: an id as a segment of a path.
        optional: the fields that not all objects have.
    """

    views: Mapping[str, Camunda7View] = field(default_factory=dict)
    reads: frozenset[str] = frozenset()
    id_sort: str = ""
    found_by: str = ""
    since: Mapping[str, str] = field(default_factory=dict)
    in_url: Mapping[str, Any] = field(default_factory=dict)
    encode: Callable[[str], str] = str
    optional: frozenset[str] = frozenset()

    @property
    def is_gettable(self) -> bool:
        """Whether the engine returns a single object by its id."""
        return "one" in self.reads or bool(self.found_by)


def corrected(name: str, rows: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Word]]:
    """Return the filters, sorts and fields of an entity after the overrides."""
    columns = {
        column: {each.name: each for each in map(word, rows[name][column].split())}
        for column in ("filters", "sorts", "fields")
    }
    for override in OVERRIDES:
        if override.entity == name and override.word is None:
            del columns[override.column][override.name]
        elif override.entity == name and override.word is not None:
            columns[override.column][override.name] = word(override.word)
    return columns


def load(name: str) -> Camunda7Entity:
    """Return the entity of this name, one of `traits.NAMES`."""
    trait = traits.TRAITS[name]
    rows = trait.rows()
    columns = corrected(name, rows)
    reads = frozenset(rows[name]["reads"].split())
    in_url = "post" not in reads or ("count" in reads and "count-post" not in reads)
    filters = [each for each in columns["filters"].values() if each.kind != "or"]
    return Camunda7Entity(
        name=name,
        one=trait.one or name.replace("history/", "historic ").replace("-", " "),
        filters={
            each.name: Filter(
                each.name,
                type_of(each.kind, each.choices, in_url=in_url),
                choices=each.choices if each.kind == "choice" else (),
            )
            for each in filters
        },
        sorts={
            each.name: Sort(each.name, parameters=("variable", "type") if each.kind == "variable" else ())
            for each in columns["sorts"].values()
        },
        fields=(*columns["fields"], *trait.added),
        check_key=trait.check_key,
        started=trait.started,
        ended=trait.ended,
        views=VIEWS.get(name, {}),
        alternatives="orQueries" if "orQueries" in columns["filters"] else "",
        show=trait.show,
        reads=reads,
        id_sort=trait.id_sort,
        found_by=trait.found_by,
        since={each.name: each.since for each in filters if each.since},
        in_url=trait.in_url,
        encode=trait.encode,
        optional=frozenset(each.name for each in columns["fields"].values() if each.kind == "optional"),
    )
