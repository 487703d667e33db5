# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards against changes that could lock everyone out; the task can allow each of them by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, NamedTuple

from ...desired.plan import Change
from ...errors import RefusedError
from ..client import Camunda7
from . import memberships
from .authorizations import EVERYBODY, Key
from .memberships import GROUP_USERS, TENANT_GROUPS, Member
from .permissions import ALL, MANAGED, RESOURCES, TYPES, resource_of

# Camunda 7 and CIB seven, and Operaton. The engine does not report which one it uses, so both are guarded.
ADMIN_GROUPS = ("camunda-admin", "operaton-admin")


class Refusal(NamedTuple):
    """A change that is refused, the name that allows it, and why it is dangerous."""

    change: Change
    guard: str
    reason: str


def _removed_users(changes: Iterable[Change]) -> dict[str, Change]:
    return {str(change.key): change for change in changes if change.action == "delete" and change.kind.name == "user"}


def _remove_caller(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    change = _removed_users(changes).get(client.caller or "")
    reason = "it is the user that this task logs in as"
    return [Refusal(change, "remove_caller", reason)] if change else []


def _remove_last_admin(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    guard = "remove_last_admin"
    removed = _removed_users(changes)
    found: list[Refusal] = []
    for group in ADMIN_GROUPS:
        found += [
            Refusal(change, guard, "it is the administrators' group")
            for change in changes
            if change.action == "delete" and change.kind.name == "group" and change.key == group
        ]
        listed = {
            change.key.name: change
            for change in changes
            if isinstance(change.key, Member) and change.key[:2] == (GROUP_USERS.option, group)
        }
        leaving = {name: change for name, change in listed.items() if change.action == "delete"}
        if not leaving and not removed:
            continue
        members = {key.name for key in memberships.find(client, GROUP_USERS, group) if isinstance(key, Member)}
        lost = members & (leaving.keys() | removed.keys())
        if lost and not (members | listed.keys()) - leaving.keys() - removed.keys():
            reason = f"the administrators' group {group} would have no member left"
            dangerous = [change for name in sorted(lost) for change in (leaving.get(name), removed.get(name)) if change]
            found += [Refusal(change, guard, reason) for change in dangerous]
    return found


def _remove_admin_grants(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    def loses(change: Change) -> bool:
        before, after = set((change.before or {})["permissions"]), set((change.after or {}).get("permissions", ()))
        return ALL not in after and not before <= after

    return [
        Refusal(change, "remove_admin_grants", "it takes a grant away from the administrators' group")
        for change in changes
        if isinstance(change.key, Key)
        and change.key[:2] == (TYPES["grant"], "group")
        and change.key.name in ADMIN_GROUPS
        and change.action != "create"
        and loses(change)
    ]


def _grant_everybody(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    reason = "the engine does not honour a grant for the user * in single checks; use the type global instead"
    return [
        Refusal(change, "grant_everybody", reason)
        for change in changes
        if isinstance(change.key, Key)
        and change.action == "create"
        and change.key[:3] == (TYPES["grant"], "user", EVERYBODY)
    ]


def _may_take_rights(name: str, change: Change) -> bool:
    """Whether a change may remove permissions of the user, as far as is known without reading its groups."""
    key = change.key
    if isinstance(key, Member):
        leaves = key.option == TENANT_GROUPS.option or key.name == name
        return leaves and (change.action == "delete" or key.option == GROUP_USERS.option)
    if not isinstance(key, Key):
        return change.action == "delete" and change.kind.name == "group"
    before, after = (set((row or {}).get("permissions", ())) for row in (change.before, change.after))
    less, more = (before, after) if key.type != TYPES["revoke"] else (after, before)
    narrows = ALL not in more and not less <= more
    return key.resource in MANAGED and (key.grantee != "user" or key.name == name) and narrows


def _is_admins_own(change: Change) -> bool:
    """Whether the guards of the administrators' group answer for this change: one name in ``allow`` is enough."""
    if isinstance(change.key, Key):
        return change.key[:2] == (TYPES["grant"], "group") and change.key.name in ADMIN_GROUPS
    return change.kind.name == "group" and change.key in ADMIN_GROUPS


def _remove_caller_rights(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    name = client.caller
    # A caller that is removed needs no rights; that it is removed was asked for by name.
    if not name or name in _removed_users(changes) or not any(_may_take_rights(name, change) for change in changes):
        return []
    # Most plans take nothing from anybody: they need not load it.
    from . import caller

    joined = [
        change.key.container
        for change in changes
        if change.action == "create" and isinstance(change.key, Member) and change.key.name == name
        if change.key.option == GROUP_USERS.option
    ]
    user = caller.read(client, name, joined)
    asked = {change.key for change in changes if _is_admins_own(change)}
    found = [
        (change, ", ".join(sorted({resource_of(right[1]).name for right in rights})))
        for change, rights in caller.losses(user, changes, asked)
    ]
    if not user.rows and client.may("READ", RESOURCES["authorization"]) is False:
        # The engine hides the authorizations: any of the caller's groups may be the one that matters.
        found = [
            (change, "what this task cannot see")
            for change in changes
            if change.action == "delete" and not isinstance(change.key, Key) and user.concerns(change)
        ]
    return [
        Refusal(change, "remove_caller_rights", f"{name}, which this task logs in as, would lose permissions on {what}")
        for change, what in found
    ]


GUARDS: dict[str, Callable[[Camunda7, Sequence[Change]], list[Refusal]]] = {
    "remove_caller": _remove_caller,
    "remove_last_admin": _remove_last_admin,
    "remove_admin_grants": _remove_admin_grants,
    "grant_everybody": _grant_everybody,
    "remove_caller_rights": _remove_caller_rights,
}

PURGE_UNDECLARED = "purge_undeclared"  # see ``purge``


def refusals(client: Camunda7, changes: Sequence[Change], allow: Collection[str]) -> list[Refusal]:
    """Return the changes that are refused, unless ``allow`` names their guard.

    A guard looks at what the guards before it let pass: an administrator that stays anyway is not lost, and nobody has
    to ask the engine who else there is.
    """
    found: list[Refusal] = []
    for name, guard in GUARDS.items():
        if name not in allow:
            stopped = {id(refusal.change) for refusal in found}
            found += guard(client, [change for change in changes if id(change) not in stopped])
    return found


def check(client: Camunda7, changes: Sequence[Change], allow: Collection[str]) -> None:
    """Refuse the whole plan when one of its changes is refused.

    Raises:
        RefusedError: with every refused change and the name that allows it.
    """
    refuse(refusals(client, changes, allow))


def summary(refused: Sequence[Refusal]) -> list[dict[str, Any]]:
    """Return the refusals for a task's result: the objects by guard and reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in refused:
        groups.setdefault((item.guard, item.reason), []).append(f"{item.change.kind.name} {item.change.name}")
    return [{"guard": guard, "reason": reason, "objects": names} for (guard, reason), names in groups.items()]


def refuse(refused: Sequence[Refusal]) -> None:
    """Raise a RefusedError that lists the refusals, when there are any."""
    if refused:
        raise RefusedError(
            " ".join(
                f"Refused to {item.change}: {item.reason}. To do it all the same, set allow: [{item.guard}]."
                for item in refused
            ),
            guards=sorted({item.guard for item in refused}),
        )
