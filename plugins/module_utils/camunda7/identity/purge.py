# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of a purge, and the authorizations that the engine deletes together with purged objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ...desired import brake
from ...desired.plan import CREATE, DELETE, UPDATE, Change, Object
from ...errors import RefusedError
from . import authorizations, automatic_grants
from .authorizations import AUTHORIZATION, AuthorizationId
from .current import State
from .document import Document
from .memberships import MEMBERSHIPS, IdentityMembership
from .objects import RESOURCES, TENANT, matches
from .options import PURGE_UNDECLARED
from .permissions import MANAGED
from .reconcile import AGAIN, GRANTS
from .side_effects import dropped_with


def check(document: Document, purge: Collection[str], params: Mapping[str, Any]) -> None:
    """Refuse to purge a kind of which nothing is declared: all of it would be deleted.

    This does not apply to memberships: only lists that are declared are purged.

    Args:
        params: ``allow``, ``max_deletions``.

    Raises:
        RefusedError: names the kinds.
        UsageError: ``max_deletions`` is wrong.
    """
    brake.parse(params["max_deletions"])
    declared: dict[str, Collection[Any]] = {each.plural: document.objects[each.name] for each in RESOURCES}
    declared[AUTHORIZATION.plural] = document.authorizations
    empty = [kind for kind in purge if kind in declared and not declared[kind]]
    if empty and PURGE_UNDECLARED not in params["allow"]:
        raise RefusedError(
            f"Refused to purge {', '.join(empty)}: the desired state declares none, so all of them would be deleted. "
            f"Check that it is complete. To proceed anyway, set allow: [{PURGE_UNDECLARED}].",
            guards=[PURGE_UNDECLARED],
        )


def surplus_authorizations(rows: Mapping[AuthorizationId, Object], protect: Collection[str]) -> list[AuthorizationId]:
    """Return the authorizations that purge may delete.

    Args:
        protect: patterns of the ids of users, groups and tenants; what is granted to them or on them is kept.
    """

    def is_protected(key: AuthorizationId) -> bool:
        on_identity = key.resource in MANAGED and key.resource_id != "*"
        return matches(key.name, protect) or (on_identity and matches(key.resource_id, protect))

    return [key for key, row in rows.items() if not automatic_grants.is_automatic(row) and not is_protected(key)]


def undeclared_members(
    document: Document, origins: Mapping[Any, str], purge: Collection[str], protect: Collection[str]
) -> Iterator[str]:
    """Say which members of declared lists the same run would remove.

    Args:
        origins: where objects are declared, by resource name and id.
        protect: patterns of ids that purge leaves alone.
    """
    for membership in MEMBERSHIPS:
        member, lists = membership.member, document.members[membership.option]
        for container, names in lists.items() if member.plural in purge else ():
            for position, name in enumerate(names):
                if name not in document.objects[member.name] and not matches(name, protect):
                    yield (
                        f"{origins[(membership.container.name, container)]}.{membership.option}[{position}]: the "
                        f"{member.name} {name} is not declared, and purge removes undeclared {member.plural}."
                    )


def tenants_of_removed(
    document: Document, state: State, purge: Collection[str]
) -> list[tuple[IdentityMembership, str]]:
    """Return the lists of members that a declared authorization depends on.

    With a member that purge removes, the engine deletes its authorizations on its tenants, declared ones too.
    """
    return [
        (membership, key.resource_id)
        for membership in MEMBERSHIPS
        if membership.container is TENANT and membership.member.plural in purge
        for key in document.authorizations
        if (key.grantee, key.resource) == (membership.member.name, TENANT.securable.number) and key.resource_id != "*"
        if key.name in state.objects[key.grantee] and key.name not in document.objects[key.grantee]
    ]


def defaults(surplus: Iterable[AuthorizationId], document: Document) -> dict[AuthorizationId, dict[str, Any]]:
    """Return the surplus authorizations that the engine itself creates with a declared object, as it creates them.

    They are not deleted but set to the engine's default, whether or not their object exists already: a run that is
    interrupted after the creation of the object and the run after it then end in the same state. A list of a tenant's
    members that is not declared says nothing, so that the authorizations of its members are deleted.
    """
    members = {
        (membership.member.name, name, tenant)
        for membership in MEMBERSHIPS
        if membership.container is TENANT
        for tenant, names in document.members[membership.option].items()
        for name in names
    }

    def is_declared(key: AuthorizationId) -> bool:
        if key.resource == TENANT.securable.number:
            return (key.grantee, key.name, key.resource_id) in members
        return key.name in document.objects[key.grantee]

    found = {key: automatic_grants.default(key) for key in surplus}
    return {
        key: authorizations.desired(key, permissions)
        for key, permissions in found.items()
        if permissions is not None and is_declared(key)
    }


def settle(
    stages: list[list[Change]], document: Document, state: State, params: Mapping[str, Any]
) -> list[list[Change]]:
    """Return the guarded plan with what the engine deletes by itself taken into account.

    Args:
        params: ``max_deletions``.

    Raises:
        RefusedError: there are more deletions than ``max_deletions`` allows.
    """
    removals = [change for stage in stages for change in stage if change.action == DELETE]
    if not removals:
        return stages
    brake.check(removals, _counts(state), params["max_deletions"])
    return create_again(stages, document, state)


def create_again(stages: list[list[Change]], document: Document, state: State) -> list[list[Change]]:
    """Return the stages in which declared authorizations that the engine deletes on the way are created afterwards.

    A pure function. Such a change has no id in ``after``: the authorization is created anew.
    """
    members = [member for found in state.members.values() for member in found]
    dropped = dropped_with((change for stage in stages for change in stage), members)
    planned = {change.key: change.after for change in stages[GRANTS]}
    again: dict[AuthorizationId, Change] = {}
    for key in filter(dropped, document.authorizations):
        before = state.authorizations.get(key)
        after = {name: value for name, value in (planned.get(key) or before or {}).items() if name != "id"}
        again[key] = Change(UPDATE if before else CREATE, AUTHORIZATION, key, before, after)
    stages = list(stages)
    stages[GRANTS] = [change for change in stages[GRANTS] if change.key not in again]
    stages[AGAIN] = list(again.values())
    return stages


def _counts(state: State) -> dict[str, int]:
    """Return how many objects there are, by the name of their kind."""
    return {
        **{name: len(found) for name, found in state.objects.items()},
        "membership": sum(map(len, state.members.values())),
        AUTHORIZATION.name: len(state.authorizations),
    }
