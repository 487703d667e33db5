# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine has, as far as a document is about it."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from dataclasses import dataclass, field

from ...desired.plan import Object
from ...errors import UsageError
from ...parallel import read_all
from ..client import Camunda7
from . import authorizations, entities, memberships
from .document import Document
from .entities import ENTITIES, TENANT, Entity
from .memberships import MEMBERSHIPS, TENANT_GROUPS, TENANT_USERS
from .permissions import RESOURCES

Objects = dict[Hashable, Object]


@dataclass
class State:
    """What is there now, as far as the document is about it; the keys are those of Document."""

    objects: dict[str, Objects] = field(default_factory=dict)
    members: dict[str, Objects] = field(default_factory=dict)
    authorizations: Objects = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Return how many objects there are, by the name of their kind."""
        return {
            **{name: len(found) for name, found in self.objects.items()},
            "membership": sum(map(len, self.members.values())),
            "authorization": len(self.authorizations),
        }


def fetch(client: Camunda7, document: Document, purge: Collection[str], workers: int) -> State:
    """Read what the document is about: a list for each kind, then the members of what is there."""

    def objects(entity: Entity) -> Objects:
        if f"{entity.name}s" in purge:
            return entities.find_all(client, entity)
        return entities.find(client, entity, {*document.objects[entity.name], *document.references(entity)})

    state = State(dict(zip(ENTITIES, read_all(list(ENTITIES.values()), objects, workers))))
    if "authorizations" in purge or document.authorizations:
        declared = {key.resource for key in document.authorizations}
        everything = "authorizations" in purge
        state.authorizations = authorizations.find_all(client, declared, everything=everything)
    else:
        state.authorizations = authorizations.find_set_aside(client)
    lists = [
        (membership, container)
        for membership in MEMBERSHIPS
        for container in document.members[membership.option]
        if container in state.objects[membership.container.name]
    ]
    # A member that purge removes takes along its authorizations on its tenants, also those that are declared.
    lists += [
        (membership, key.resource_id)
        for membership in (TENANT_USERS, TENANT_GROUPS)
        if f"{membership.member.name}s" in purge
        for key in document.authorizations
        if (key.grantee, key.resource) == (membership.member.name, TENANT.resource.number) and key.resource_id != "*"
        if key.name in state.objects[key.grantee] and key.name not in document.objects[key.grantee]
    ]
    lists = list(dict.fromkeys(lists))
    found = read_all(lists, lambda item: memberships.find(client, item[0], item[1]), workers)
    for (membership, _container), members in zip(lists, found):
        state.members.setdefault(membership.option, {}).update(members)
    return state


def check_visible(client: Camunda7, document: Document, state: State, purge: Collection[str]) -> None:
    """Make sure that what was not found is absent, and that every member that a list names exists.

    Raises:
        HiddenError: the caller may not read what the document is about.
        UsageError: lists name users or groups that are neither declared nor there.
    """
    for entity in ENTITIES.values():
        declared, there = document.objects[entity.name], state.objects[entity.name]
        unseen = ({*declared, *document.references(entity)}) - there.keys()
        client.check_readable(entity.resource, unseen, everything=f"{entity.name}s" in purge)
    # Permissions on authorizations are not given row by row in practice: who sees one of them sees all.
    if not state.authorizations:
        client.check_readable(
            RESOURCES["authorization"], (), everything=bool(document.authorizations) or "authorizations" in purge
        )
    problems = [
        f"{membership.container.name} {container}, {membership.option}: there is no {membership.member.name} {name}, "
        "and none is declared."
        for membership in MEMBERSHIPS
        for container, names in document.members[membership.option].items()
        for name in names
        if name not in document.objects[membership.member.name] and name not in state.objects[membership.member.name]
    ]
    if problems:
        raise UsageError("Members do not exist: " + " ".join(problems), problems=problems)
