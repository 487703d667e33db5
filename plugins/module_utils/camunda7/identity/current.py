# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an engine has, as far as a document is about it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ...desired.plan import Object
from ...desired.resource import MembershipId
from ...errors import UsageError
from ...parallel import read_all
from ..client import Camunda7
from . import authorization_rows
from .authorizations import AUTHORIZATION, Authorizations
from .document import Document
from .memberships import MEMBERSHIPS
from .objects import RESOURCES, IdentityResource
from .permissions import SECURABLES


@dataclass
class State:
    """What exists now, as far as the document is about it; the keys are those of Document."""

    objects: dict[str, dict[str, Object]] = field(default_factory=dict)
    members: dict[str, dict[MembershipId, MembershipId]] = field(default_factory=dict)
    authorizations: Authorizations = field(default_factory=dict)


def fetch(client: Camunda7, document: Document, purge: Collection[str], workers: int) -> State:
    """Read what the document is about: a list for each kind, then the members of what exists."""

    def objects(resource: IdentityResource) -> dict[str, Object]:
        if resource.plural in purge:
            return resource.find_all(client)
        return resource.find(client, {*document.objects[resource.name], *document.references(resource)})

    names = [resource.name for resource in RESOURCES]
    state = State(dict(zip(names, read_all(RESOURCES, objects, workers))))
    everything = AUTHORIZATION.plural in purge
    if everything or document.authorizations:
        declared = {key.resource for key in document.authorizations}
        state.authorizations = authorization_rows.find_all(client, declared, everything=everything)
    else:
        state.authorizations = authorization_rows.find_set_aside(client)
    lists = [
        (membership, container)
        for membership in MEMBERSHIPS
        for container in document.members[membership.option]
        if container in state.objects[membership.container.name]
    ]
    if purge:
        from .purge import tenants_of_removed

        lists += tenants_of_removed(document, state, purge)
    lists = list(dict.fromkeys(lists))
    found = read_all(lists, lambda item: item[0].find(client, item[1]), workers)
    for (membership, _container), members in zip(lists, found):
        state.members.setdefault(membership.option, {}).update(members)
    return state


def check_visible(client: Camunda7, document: Document, state: State, purge: Collection[str]) -> None:
    """Make sure that what was not found is absent, and that every member that a list names exists.

    Raises:
        HiddenError: the caller may not read what the document is about.
        UsageError: lists name users or groups that neither exist nor are declared.
    """
    for resource in RESOURCES:
        declared, there = document.objects[resource.name], state.objects[resource.name]
        unseen = ({*declared, *document.references(resource)}) - there.keys()
        resource.check_readable(client, unseen, everything=resource.plural in purge)
    # Permissions on authorizations are not given row by row in practice: who sees one of them sees all.
    if not state.authorizations and (document.authorizations or AUTHORIZATION.plural in purge):
        from .visibility import check_readable

        check_readable(client, SECURABLES["authorization"], everything=True)
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
