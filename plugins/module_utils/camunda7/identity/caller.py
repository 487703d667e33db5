# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions on identity of the user that a task logs in as, and which changes would remove them.

Source of the order in which the engine looks at authorizations: the statement ``authCheck`` of 7.24, and tried.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ...desired.plan import CREATE, DELETE, Change, Object
from ..client import Camunda7
from . import authorization_rows
from .authorizations import AUTHORIZATION, EVERYBODY, AuthorizationId
from .memberships import GROUP_USERS, TENANT_GROUPS, TENANT_USERS
from .objects import GROUP
from .permissions import ALL, MANAGED, TYPES, securable_of
from .side_effects import dropped_with

_GLOBAL, _GRANT, _REVOKE = TYPES["global"], TYPES["grant"], TYPES["revoke"]
_IDS_LENGTH = 2000  # of a query

Target = tuple[int, str]
Right = tuple[str, int, str]


class Caller(NamedTuple):
    """A user, the groups that it belongs to, and the authorizations of all of them by their identity."""

    name: str
    groups: frozenset[str]
    rows: Mapping[AuthorizationId, Object]

    def is_authorized(self, permission: str, resource: int, resource_id: str) -> bool:
        """Whether the engine lets the user do this.

        The first authorization that names the permission decides: those of the user before those of its groups, these
        before the global ones; those on the id before those on ``*``; a grant before a revoke.
        """
        ids = dict.fromkeys((resource_id, EVERYBODY))
        levels: list[tuple[str, Collection[str], tuple[int, ...]]] = [
            ("user", [self.name], (_GRANT, _REVOKE)),
            ("group", self.groups, (_GRANT, _REVOKE)),
            ("", [EVERYBODY], (_GLOBAL,)),
        ]
        for grantee, names, types in levels:
            for each in ids:
                for kind in types:
                    for name in names:
                        row = self.rows.get(AuthorizationId(kind, grantee, name, resource, each))
                        if row is not None and not {permission, ALL}.isdisjoint(row["permissions"]):
                            return kind != _REVOKE
        return False

    def targets(self) -> set[Target]:
        """What the authorizations are about: single objects, and all objects (``*``) of each resource."""
        rows = {(key.resource, key.resource_id) for key in self.rows}
        return {*((number, EVERYBODY) for number in MANAGED), *(row for row in rows if row[0] in MANAGED)}

    def rights(self, targets: Iterable[Target]) -> set[Right]:
        """Return what the user may do with these targets."""
        return {
            (permission, number, resource_id)
            for number, resource_id in targets
            for permission in securable_of(number).permissions
            if self.is_authorized(permission, number, resource_id)
        }

    def concerns(self, change: Change) -> bool:
        """Whether the change can alter what the user may do."""
        kind, key = change.kind, change.key
        if kind is AUTHORIZATION:
            names = {"user": {self.name}, "group": self.groups}.get(key.grantee, {EVERYBODY})
            return key.resource in MANAGED and key.name in names
        if kind is TENANT_GROUPS.kind:
            return key.member in self.groups
        if kind in {GROUP_USERS.kind, TENANT_USERS.kind}:
            return bool(key.member == self.name)
        return change.action == DELETE and kind is GROUP.kind and key in self.groups

    def after(self, change: Change) -> Caller:
        """Return the user as it is after a change that concerns it."""
        groups, kind, key = self.groups, change.kind, change.key
        dropped = dropped_with([change])
        rows = {name: row for name, row in self.rows.items() if not dropped(name)}
        if kind is AUTHORIZATION:
            rows.pop(key, None)
            if change.after is not None:
                rows[key] = change.after
        elif kind is GROUP_USERS.kind:
            groups = groups | {key.container} if change.action == CREATE else groups - {key.container}
        elif kind is GROUP.kind:
            groups = groups - {key}
        return Caller(self.name, groups, rows)


def losses(caller: Caller, changes: Sequence[Change], asked: Collection[Hashable]) -> list[tuple[Change, set[Right]]]:
    """Return the changes that must not be made, because the caller would lack a right that it has now.

    Args:
        changes: in the order in which they are made.
        asked: keys of changes that the task asks for by name; they are made even if they take rights away.

    Returns:
        each change with the rights that it would take.
    """
    found: list[tuple[Change, set[Right]]] = []
    now, had = caller, caller.targets()
    for change in changes:
        if not now.concerns(change):
            continue
        after = now.after(change)
        # Also what the user had a right on before the changes until now.
        targets = now.targets() | had
        if change.kind is AUTHORIZATION and change.key.resource_id != EVERYBODY:
            targets = {change.key[3:]}
        # Nobody needs a right on a group that is deleted.
        targets.discard((GROUP.securable.number, change.key))
        lost = {right for right in now.rights(targets) - after.rights(targets) if caller.is_authorized(*right)}
        if lost and change.key not in asked:
            found.append((change, lost))
        else:
            now = after
    return found


def read_caller(client: Camunda7, name: str, joined: Collection[str]) -> Caller:
    """Read what the engine knows of the caller, in two or three requests.

    Args:
        joined: groups that the plan adds the caller to; their authorizations matter too.
    """
    groups = frozenset(row["id"] for row in client.list("group", query={"member": name}))
    names = sorted(groups | set(joined))
    if any("," in each for each in (name, *names)) or sum(map(len, names)) > _IDS_LENGTH:
        # The engine splits lists of ids at commas, and has no other way to name several.
        found = authorization_rows.find_all(client, MANAGED, everything=False)
    else:
        found = authorization_rows.find_by(client, {"userIdIn": f"{name},{EVERYBODY}"})
        if names:
            found.update(authorization_rows.find_by(client, {"groupIdIn": ",".join(names)}))
    return Caller(name, groups, {key: row for key, row in found.items() if key.resource in MANAGED})
