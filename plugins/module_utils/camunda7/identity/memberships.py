# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of groups, and users and groups of tenants."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Optional

from ...desired.plan import Change
from ...desired.resource import Membership, MembershipId
from ..client import Camunda7
from .objects import GROUP, TENANT, USER, IdentityResource
from .permissions import SECURABLES, Securable


@dataclass(frozen=True, eq=False)
class IdentityMembership(Membership[Camunda7]):
    """A kind of membership.

    Args:
        path: the part of the address between container and member.
        filter: the filter of the list of members that names the container.
        securable: what the authorizations are on that the engine deletes together with a membership.
        automatic_grant: whether the engine creates an authorization together with a membership.
    """

    container: IdentityResource
    member: IdentityResource
    path: str
    filter: str
    securable: Securable
    automatic_grant: bool

    def find(
        self, client: Camunda7, container: str, members: Optional[Collection[str]] = None
    ) -> dict[MembershipId, MembershipId]:
        """Return the memberships of a container, by their identity; a single member is asked for by its id."""
        query: dict[str, Any] = {self.filter: container}
        if members and len(members) == 1:
            query["id"] = next(iter(members))
        return self.ids(container, (row["id"] for row in client.list(self.member.name, query=query)))

    def perform(self, client: Camunda7, change: Change) -> None:
        from . import writes  # most runs change nothing

        writes.write_membership(client, self, change)


_GROUP_MEMBERSHIP = SECURABLES["group_membership"]

GROUP_USERS = IdentityMembership("members", "member", GROUP, USER, "members", "memberOfGroup", _GROUP_MEMBERSHIP, False)
TENANT_USERS = IdentityMembership(
    "users", "user", TENANT, USER, "user-members", "memberOfTenant", TENANT.securable, True
)
TENANT_GROUPS = IdentityMembership(
    "groups", "group", TENANT, GROUP, "group-members", "memberOfTenant", TENANT.securable, True
)
MEMBERSHIPS = (GROUP_USERS, TENANT_USERS, TENANT_GROUPS)
BY_OPTION = {membership.option: membership for membership in MEMBERSHIPS}
