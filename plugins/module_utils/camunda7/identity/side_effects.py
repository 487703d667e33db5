# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorizations that the engine deletes together with a user, group, tenant or membership, whatever their type.

- with a user, group or tenant, the authorizations on it;
- with a membership of a tenant, those of the member on the tenant; deleting a user or group ends its memberships;
- with a membership of a group, those of the user on the group's memberships (not when the user or group is deleted).

All others that were granted to a user or group stay. Source: Camunda 7.24.0 and Operaton 1.0.3, observed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

from ...desired.plan import Change
from .authorizations import Key
from .entities import ENTITIES
from .memberships import GROUP_USERS, MEMBERSHIPS, Member
from .permissions import RESOURCES

_BY_OPTION = {membership.option: membership for membership in MEMBERSHIPS}


def _granted(member: Member) -> tuple[str, str, int, str]:
    """The identity, without the type, of the authorizations that the engine creates or deletes with a membership."""
    membership = _BY_OPTION[member.option]
    resource = RESOURCES["group_membership"] if membership is GROUP_USERS else membership.container.resource
    return membership.member.name, member.name, resource.number, member.container


def dropped_with(changes: Iterable[Change], members: Iterable[Hashable] = ()) -> Callable[[Key], bool]:
    """Return a function that tells whether the deletions among the changes delete an authorization too.

    Args:
        members: the memberships that are there, as far as they are known.
    """
    removed: set[tuple[str, Hashable]] = set()
    granted: set[tuple[str, str, int, str]] = set()
    for change in changes:
        if change.action == "delete" and isinstance(change.key, Member):
            granted.add(_granted(change.key))
        elif change.action == "delete" and change.kind.name in ENTITIES:
            removed.add((change.kind.name, change.key))
    for member in members:
        if isinstance(member, Member) and member.option != GROUP_USERS.option:
            identity = _granted(member)
            if identity[:2] in removed:
                granted.add(identity)
    objects = {(RESOURCES[name].number, key) for name, key in removed}
    return lambda key: key[3:] in objects or key[1:] in granted
