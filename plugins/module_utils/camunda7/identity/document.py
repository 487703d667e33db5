# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check desired-state documents before the first request, and report everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ...errors import UsageError
from .authorizations import AUTHORIZATION, EVERYBODY, AuthorizationId, desired
from .memberships import MEMBERSHIPS
from .objects import RESOURCES, SECTIONS, IdentityResource
from .permissions import TYPES, check_permissions, securable_of
from .schema import ITEMS, accepts


class Source(NamedTuple):
    """A document as it was read, and the name under which its errors are reported."""

    name: str
    data: Any


@dataclass
class Document:
    """What is declared, in the terms of the API.

    Attributes:
        objects: users, groups and tenants by the name of their resource and their id.
        members: the lists that are declared, by the membership's option and the id of the group or tenant. A list that
            is omitted is not managed.
        authorizations: rows by their identity.
    """

    objects: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {resource.name: {} for resource in RESOURCES}
    )
    members: dict[str, dict[str, list[str]]] = field(default_factory=lambda: {each.option: {} for each in MEMBERSHIPS})
    authorizations: dict[AuthorizationId, dict[str, Any]] = field(default_factory=dict)

    def references(self, resource: IdentityResource) -> set[str]:
        """Return the ids of the resource that membership lists name."""
        return {
            name
            for membership in MEMBERSHIPS
            if membership.member is resource
            for names in self.members[membership.option].values()
            for name in names
        }


def load_documents(
    sources: Iterable[Source], *, purge: Collection[str] = (), protect: Collection[str] = ()
) -> Document:
    """Return what the sources declare together.

    Args:
        purge: the sections whose undeclared objects will be removed: a list must not name a member that is removed.
        protect: patterns of ids that purge leaves alone.

    Raises:
        UsageError: with every mistake, each with its file and path.
    """
    builder = _Builder()
    for source in sources:
        builder.add(source)
    if purge:
        from .purge import undeclared_members

        builder.problems += undeclared_members(builder.document, builder.origins, purge, protect)
    if builder.problems:
        # A key may hold half of a surrogate pair, which no terminal can show.
        problems = [text.encode("utf-8", "backslashreplace").decode() for text in builder.problems]
        what = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise UsageError(f"The desired state has {what}: " + " ".join(problems), problems=problems)
    return builder.document


class _Builder:
    """Collects declarations, and the mistakes in them."""

    def __init__(self) -> None:
        self.document = Document()
        self.problems: list[str] = []
        self.origins: dict[Any, str] = {}

    def add(self, source: Source) -> None:
        data = {} if source.data is None else source.data
        if isinstance(data, Mapping):
            data = {name: item for name, item in data.items() if item is not None}
        broken = set() if accepts(data) else self._explain(data, source.name)
        if not isinstance(data, Mapping):
            return
        for section in ITEMS:
            rows = data.get(section)
            for position, row in enumerate(rows if isinstance(rows, list) else ()):
                if (section, position) in broken:
                    continue
                origin = f"{source.name}: {section}[{position}]"
                if section in SECTIONS:
                    self._object(SECTIONS[section], row, origin)
                else:
                    self._authorization(row, origin)

    def _explain(self, data: Any, name: str) -> set[tuple[Any, ...]]:
        """Note what is wrong with a document; return the items that are unusable (section and position)."""
        from .explain import findings  # few documents are wrong

        found = list(findings(data))
        self.problems += [f"{name}: {finding.text}." for finding in found]
        return {finding.item for finding in found}

    def _is_first(self, identity: Any, origin: str, kind: str, name: Any) -> bool:
        first = self.origins.setdefault(identity, origin)
        if first is not origin:
            self.problems.append(f"{origin}: the {kind} {name} is declared twice, first in {first}.")
        return first is origin

    def _object(self, resource: IdentityResource, row: Mapping[str, Any], origin: str) -> None:
        name = row[resource.id.name]
        if not self._is_first((resource.name, name), origin, resource.name, name):
            return
        if "{{" in row.get("password", ""):
            what = "it is a template, and files are not templated. Give it with the option passwords."
            self.problems.append(f"{origin}.password: {what}")
        self.document.objects[resource.name][name] = resource.desired(row)
        for membership in MEMBERSHIPS:
            if membership.container is resource and membership.option in row:
                self.document.members[membership.option][name] = list(row[membership.option])

    def _authorization(self, row: Mapping[str, Any], origin: str) -> None:
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
            securable = securable_of(row["resource"])
            wrong = check_permissions(securable, row["permissions"])
            problems += [f".permissions: {text}" for text in wrong]
        except UsageError as error:
            problems.append(f".resource: {error.message}")
        if problems:
            self.problems += [origin + problem for problem in problems]
            return
        grantee = grantees[0] if grantees else ""
        name = row[grantee] if grantee else EVERYBODY
        for resource_id in row.get("ids") or [row.get("id", "*")]:
            key = AuthorizationId(TYPES[kind], grantee, name, securable.number, resource_id)
            if self._is_first(key, origin, AUTHORIZATION.name, key):
                self.document.authorizations[key] = desired(key, row["permissions"])
