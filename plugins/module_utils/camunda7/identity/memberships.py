# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of groups, and users and groups of tenants."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

from ...desired.plan import Change, Kind, Object
from ...errors import AnswerError
from ..client import Camunda7, encode_id
from . import automatic_grants
from .authorizations import Key
from .entities import GROUP, TENANT, USER, Entity


class Member(NamedTuple):
    """What identifies a membership: the list that it stands in, the group or tenant, and who belongs to it."""

    option: str
    container: str
    name: str


@dataclass(frozen=True, eq=False)  # compared by identity: there are exactly three
class Membership:
    """A kind of membership.

    Args:
        option: the list's name in documents and options.
        container: what has members.
        member: what the members are.
        address: the part of the address between container and member.
        filter: the filter of the members' list that names the container.
    """

    option: str
    container: Entity
    member: Entity
    address: str
    filter: str

    @property
    def kind(self) -> Kind:
        def label(member: Member) -> str:
            return f"{self.member.name} {member.name} of {self.container.name} {member.container}"

        def perform(client: Camunda7, change: Change) -> None:
            _perform(client, self, change)

        return Kind(
            "membership", key=self._key, merge=lambda current, item: current or item, perform=perform, label=label
        )

    def item(self, container: str, member: str) -> dict[str, str]:
        return {self.container.name: container, self.member.name: member}

    def _key(self, item: Object) -> Member:
        return Member(self.option, item[self.container.name], item[self.member.name])


GROUP_USERS = Membership("members", GROUP, USER, "members", "memberOfGroup")
TENANT_USERS = Membership("users", TENANT, USER, "user-members", "memberOfTenant")
TENANT_GROUPS = Membership("groups", TENANT, GROUP, "group-members", "memberOfTenant")
MEMBERSHIPS = (GROUP_USERS, TENANT_USERS, TENANT_GROUPS)


def find(
    client: Camunda7, membership: Membership, container: str, members: Optional[Iterable[str]] = None
) -> dict[Hashable, Object]:
    """Return the memberships of a container by their identity; one member is asked for by its id."""
    query: dict[str, Any] = {membership.filter: container}
    names = list(members or ())
    if len(names) == 1:
        query["id"] = names[0]
    rows = client.list(membership.member.name, query=query)
    found = [membership.item(container, row["id"]) for row in rows]
    key = membership.kind.key
    return {key(item): item for item in found}


def _perform(client: Camunda7, membership: Membership, change: Change) -> None:
    """Add or remove a member."""
    item: Mapping[str, Any] = change.after or change.before or {}
    container, name = item[membership.container.name], item[membership.member.name]
    address = (membership.container.name, encode_id(container), membership.address, encode_id(name))
    if change.action == "delete":
        client.delete(*address)
        return

    def add() -> None:
        client.write("PUT", *address)

    try:
        add()
    except AnswerError as error:
        # The engine answers 500 without a reason to a member that is there already, and to one whose own row is there.
        if error.status != 500:
            raise
        if find(client, membership, container, [name]):
            return
        key = Key.grant(membership.member.name, name, TENANT.resource, container)
        if membership.container is not TENANT or not automatic_grants.create_past(client, key, add):
            raise
