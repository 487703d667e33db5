# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check desired-state documents before the first request, and report everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from ...errors import UsageError
from .authorizations import EVERYBODY, Key, desired
from .entities import GROUP, PASSWORD, TENANT, USER, Entity
from .memberships import MEMBERSHIPS, Membership
from .permissions import TYPES, check_permissions, resource_of
from .schema import accepts

SECTIONS: dict[str, Entity] = {"users": USER, "groups": GROUP, "tenants": TENANT}
AUTHORIZATIONS = "authorizations"
SECTIONS_OF_DOCUMENT = (*SECTIONS, AUTHORIZATIONS)


class Source(NamedTuple):
    """A document as it was read, and the name under which its errors are reported."""

    name: str
    data: Any


@dataclass
class Document:
    """What is declared, as the engine spells it.

    ``objects`` are users, groups and tenants by the name of their entity and their id; ``members`` holds the lists
    that are declared, by the membership's option and the id of the group or tenant (a list that is left out is not).
    """

    objects: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {entity.name: {} for entity in SECTIONS.values()}
    )
    members: dict[str, dict[str, list[str]]] = field(default_factory=lambda: {kind.option: {} for kind in MEMBERSHIPS})
    authorizations: dict[Key, dict[str, Any]] = field(default_factory=dict)

    def references(self, entity: Entity) -> set[str]:
        """The ids of the entity that membership lists name."""
        return {
            name
            for membership in MEMBERSHIPS
            if membership.member is entity
            for names in self.members[membership.option].values()
            for name in names
        }


def load_documents(sources: Iterable[Source], *, purge: Collection[str] = (), keep: Collection[str] = ()) -> Document:
    """Return what the sources declare together.

    Args:
        purge: the kinds whose undeclared objects will be removed: a list must not name a member that goes.
        keep: patterns of ids that purge leaves alone.

    Raises:
        UsageError: with every mistake, each with its file and path.
    """
    builder = _Builder()
    for source in sources:
        builder.add(source)
    for membership in MEMBERSHIPS:
        builder.check_members(membership, purge, keep)
    if builder.problems:
        # A key may hold half of a surrogate pair, which no terminal can show.
        problems = [text.encode("utf-8", "backslashreplace").decode() for text in builder.problems]
        what = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise UsageError(f"The desired state has {what}: " + " ".join(problems), problems=problems)
    return builder.document


class _Builder:
    """Collects declarations and what is wrong with them."""

    def __init__(self) -> None:
        self.document = Document()
        self.problems: list[str] = []
        self._places: dict[Any, str] = {}

    def add(self, source: Source) -> None:
        data = {} if source.data is None else source.data
        if isinstance(data, Mapping):
            data = {name: item for name, item in data.items() if item is not None}
        broken = set() if accepts(data) else self._explain(data, source.name)
        if not isinstance(data, Mapping):
            return
        for section in SECTIONS_OF_DOCUMENT:
            rows = data.get(section)
            for position, row in enumerate(rows if isinstance(rows, list) else ()):
                if (section, position) in broken:
                    continue
                place = f"{source.name}: {section}[{position}]"
                if section == AUTHORIZATIONS:
                    self._authorization(row, place)
                else:
                    self._object(SECTIONS[section], row, place)

    def _explain(self, data: Any, name: str) -> set[tuple[Any, ...]]:
        """Note what is wrong with a document; return the items that are unusable (section and position)."""
        # Few documents are wrong, and every line that is loaded takes time.
        from .explain import findings

        found = list(findings(data))
        self.problems += [f"{name}: {finding.text}." for finding in found]
        return {finding.item for finding in found}

    def _once(self, identity: Any, place: str, what: str) -> bool:
        first = self._places.setdefault(identity, place)
        if first is not place:
            name = identity if isinstance(identity, Key) else identity[1]
            self.problems.append(f"{place}: the {what} {name} is declared twice, first in {first}.")
        return first is place

    def _object(self, entity: Entity, row: Mapping[str, Any], place: str) -> None:
        name = row["id"]
        if not self._once((entity.name, name), place, entity.name):
            return
        item = entity.desired(row)
        if PASSWORD in row:
            if "{{" in row[PASSWORD]:
                self.problems.append(
                    f"{place}.password: it is a template, and files are not templated. "
                    "Give it with the option passwords."
                )
            item[PASSWORD] = row[PASSWORD]
        self.document.objects[entity.name][name] = item
        for membership in MEMBERSHIPS:
            if membership.container is entity and membership.option in row:
                self.document.members[membership.option][name] = list(row[membership.option])

    def _authorization(self, row: Mapping[str, Any], place: str) -> None:
        kind = row.get("type") or "grant"
        grantees = [name for name in ("user", "group") if name in row]
        problems = []
        if kind == "global" and grantees:
            problems.append(": an authorization of type global has neither user nor group.")
        if kind != "global" and len(grantees) != 1:
            problems.append(f": an authorization of type {kind} has exactly one of user and group.")
        if "id" in row and "ids" in row:
            problems.append(": give id or ids, not both.")
        try:
            resource = resource_of(row["resource"])
            wrong = check_permissions(resource, row["permissions"])
            problems += [f".permissions: {text}" for text in wrong]
        except UsageError as error:
            problems.append(f".resource: {error.message}")
        if problems:
            self.problems += [place + problem for problem in problems]
            return
        grantee = grantees[0] if grantees else ""
        for resource_id in row.get("ids") or [row.get("id", "*")]:
            key = Key(TYPES[kind], grantee, row[grantee] if grantee else EVERYBODY, resource.number, resource_id)
            if self._once(key, place, "authorization"):
                self.document.authorizations[key] = desired(key, row["permissions"])

    def check_members(self, membership: Membership, purge: Collection[str], keep: Collection[str]) -> None:
        """Report members that the same run would remove."""
        entity = membership.member
        if f"{entity.name}s" not in purge:
            return
        declared = self.document.objects[entity.name]
        for container, names in self.document.members[membership.option].items():
            for position, name in enumerate(names):
                if name not in declared and not matches(name, keep):
                    place = f"{self._places[(membership.container.name, container)]}.{membership.option}[{position}]"
                    what = f"the {entity.name} {name} is not declared"
                    self.problems.append(f"{place}: {what}, and purge removes undeclared {entity.name}s.")


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether an id matches one of the patterns (``*``, ``?``, ``[abc]``; upper and lower case differ)."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
