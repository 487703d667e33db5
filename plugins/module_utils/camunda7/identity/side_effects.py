# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authorizations that the engine deletes together with a user, group, tenant or membership, of all types.

- with a user, group or tenant, the authorizations on it;
- with a membership of a tenant, those of the member on the tenant; deleting a user or group ends its memberships;
- with a membership of a group, those of the user on the group's memberships (not when the user or group is deleted).

All others that were granted to a user or group stay. Source: Camunda 7.24.0 and Operaton 1.0.3, observed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...desired.plan import DELETE, Change
from ...desired.resource import MembershipId
from .authorizations import AuthorizationId
from .memberships import BY_OPTION, GROUP_USERS, MEMBERSHIPS
from .objects import RESOURCES


def _granted(key: MembershipId) -> tuple[str, str, int, str]:
    """Return the identity, without the type, of the authorizations that the engine deletes with a membership."""
    membership = BY_OPTION[key.option]
    return membership.member.name, key.member, membership.securable.number, key.container


def dropped_with(changes: Iterable[Change], members: Iterable[MembershipId] = ()) -> Callable[[AuthorizationId], bool]:
    """Return a function that tells whether the deletions among the changes delete an authorization too.

    Args:
        members: the memberships that are there, as far as they are known.
    """
    deletions = [change for change in changes if change.action == DELETE]
    removed = {(resource.name, key) for resource in RESOURCES for key, _change in resource.kind.of(deletions)}
    granted = {_granted(key) for membership in MEMBERSHIPS for key, _change in membership.kind.of(deletions)}
    ended = (_granted(key) for key in members if key.option != GROUP_USERS.option)
    granted |= {identity for identity in ended if identity[:2] in removed}
    objects = {
        (resource.securable.number, key) for resource in RESOURCES for key, _change in resource.kind.of(deletions)
    }
    return lambda key: key[3:] in objects or key[1:] in granted
