# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan the changes that bring the identity of an engine to a declared state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Optional

from ...desired.plan import CREATE, DELETE, UPDATE, Change, Stages, plan
from .authorizations import ASIDE, AUTHORIZATION
from .current import State
from .document import Document
from .memberships import MEMBERSHIPS, IdentityMembership
from .objects import RESOURCES, USER, matches

GRANTS, AGAIN = 2, 6  # stages: authorizations, and those that wait for the removal of objects


def reconcile(document: Document, state: State, params: Mapping[str, Any], caller: Optional[str]) -> Stages:
    """Return the plan's stages. A pure function; of the parameters: ``purge``, ``protect``, ``update_password``.

    What is added comes before what is removed, so that nobody lacks a right in between. Users, groups and tenants come
    before memberships and these before authorizations, because the engine refuses to create an object if the
    authorization that it creates itself exists already. Removal goes the other way round.
    """
    purge, protect = params["purge"], params["protect"]
    objects: list[Change] = []
    for resource in reversed(RESOURCES):
        current = state.objects[resource.name]
        surplus = [name for name in current if not matches(name, protect)] if resource.plural in purge else []
        declared = document.objects[resource.name].values()
        items = [resource.to_write(item, current, params) for item in declared]
        objects += plan(resource.kind, items, current, surplus=surplus)
    members: list[Change] = []
    for membership in MEMBERSHIPS:
        members += _plan_members(document, state, membership, protect if "memberships" in purge else ("*",))
    rows, declared_rows, surplus_rows = state.authorizations, dict(document.authorizations), []
    if AUTHORIZATION.plural in purge:
        from . import purge as purging

        surplus_rows = purging.surplus_authorizations(rows, protect)
        declared_rows = {**purging.defaults(surplus_rows, document), **declared_rows}
    grants = plan(AUTHORIZATION, declared_rows.values(), rows, surplus=surplus_rows)
    if any(ASIDE in row for row in rows.values()):
        from .aside import recovery

        grants += recovery(rows, {change.key for change in grants})
    # The caller's own new password would make the requests after it fail.
    last = [change for name, change in USER.kind.of(objects, UPDATE) if name == caller]
    objects = [change for change in objects if change not in last]
    return [
        _only(objects, CREATE, UPDATE),
        _only(members, CREATE),
        _only(grants, CREATE, UPDATE),
        _only(grants, DELETE),
        _only(members, DELETE),
        _only(objects, DELETE),
        [],
        last,
    ]


def _only(changes: Iterable[Change], *actions: str) -> list[Change]:
    return [change for change in changes if change.action in actions]


def _plan_members(
    document: Document, state: State, membership: IdentityMembership, protect: Collection[str]
) -> list[Change]:
    """``protect``: patterns of members, groups and tenants whose undeclared memberships are kept."""
    current, lists = state.members.get(membership.option, {}), document.members[membership.option]
    desired = [key for container, names in lists.items() for key in membership.ids(container, names)]
    surplus = [
        key
        for key in current
        if key.container in lists and not matches(key.member, protect) and not matches(key.container, protect)
    ]
    return plan(membership.kind, desired, current, surplus=surplus)
