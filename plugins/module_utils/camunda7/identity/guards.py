# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guards against changes that could lock everyone out; the task can allow each of them by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Optional

from ...desired.plan import CREATE, DELETE, UPDATE, Change, Stages
from ...errors import RefusedError
from ..client import Camunda7
from . import writable
from .authorizations import AUTHORIZATION, EVERYBODY, AuthorizationId
from .memberships import GROUP_USERS, MEMBERSHIPS, TENANT_GROUPS, TENANT_USERS
from .objects import GROUP, USER
from .options import ADMIN_GROUPS
from .permissions import ALL, MANAGED, SECURABLES, TYPES, securable_of


class Refusal(NamedTuple):
    """A change that is refused, the name that allows it, and why it is dangerous."""

    change: Change
    guard: str
    reason: str


def _remove_caller(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    change = dict(USER.kind.of(changes, DELETE)).get(client.caller or "")
    reason = "it is the user that this task logs in as"
    return [Refusal(change, "remove_caller", reason)] if change else []


def _remove_last_admin(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    guard = "remove_last_admin"
    removed = dict(USER.kind.of(changes, DELETE))
    found: list[Refusal] = []
    for group in ADMIN_GROUPS:
        found += [
            Refusal(change, guard, "it is the administrators' group")
            for name, change in GROUP.kind.of(changes, DELETE)
            if name == group
        ]
        listed = {key.member: change for key, change in GROUP_USERS.kind.of(changes) if key.container == group}
        leaving = {name: change for name, change in listed.items() if change.action == DELETE}
        if not leaving and not removed:
            continue
        members = {key.member for key in GROUP_USERS.find(client, group)}
        lost = members & (leaving.keys() | removed.keys())
        if lost and not (members | listed.keys()) - leaving.keys() - removed.keys():
            reason = f"the administrators' group {group} would have no member left"
            dangerous = [change for name in sorted(lost) for change in (leaving.get(name), removed.get(name)) if change]
            found += [Refusal(change, guard, reason) for change in dangerous]
    return found


def _is_admin_grant(key: AuthorizationId) -> bool:
    return key[:2] == (TYPES["grant"], "group") and key.name in ADMIN_GROUPS


def _remove_admin_grants(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    def loses(change: Change) -> bool:
        before, after = set((change.before or {})["permissions"]), set((change.after or {}).get("permissions", ()))
        return ALL not in after and not before <= after

    return [
        Refusal(change, "remove_admin_grants", "it takes a grant away from the administrators' group")
        for key, change in AUTHORIZATION.of(changes, UPDATE, DELETE)
        if _is_admin_grant(key) and loses(change)
    ]


def _grant_everybody(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    reason = "the engine does not honour a grant for the user * in single checks; use the type global instead"
    return [
        Refusal(change, "grant_everybody", reason)
        for key, change in AUTHORIZATION.of(changes, CREATE)
        if key[:3] == (TYPES["grant"], "user", EVERYBODY)
    ]


def _narrows(key: AuthorizationId, change: Change) -> bool:
    """Whether a change of an authorization can take permissions away."""
    before, after = (set((row or {}).get("permissions", ())) for row in (change.before, change.after))
    less, more = (before, after) if key.type != TYPES["revoke"] else (after, before)
    return ALL not in more and not less <= more


def _may_take_rights(name: str, changes: Sequence[Change]) -> bool:
    """Whether a change may remove permissions of the user, as far as is known without reading its groups."""
    joins = [key for key, _change in GROUP_USERS.kind.of(changes) if key.member == name]
    leaves = [key for key, _change in TENANT_USERS.kind.of(changes, DELETE) if key.member == name]
    others = [*TENANT_GROUPS.kind.of(changes, DELETE), *GROUP.kind.of(changes, DELETE)]
    narrowed = [
        key
        for key, change in AUTHORIZATION.of(changes)
        if key.resource in MANAGED and (key.grantee != "user" or key.name == name) and _narrows(key, change)
    ]
    return bool(joins or leaves or others or narrowed)


def _remove_caller_rights(client: Camunda7, changes: Sequence[Change]) -> list[Refusal]:
    name = client.caller
    # A caller that is removed needs no rights; its removal was asked for by name.
    if not name or name in dict(USER.kind.of(changes, DELETE)) or not _may_take_rights(name, changes):
        return []
    # Most plans take nothing from anybody and do not need it.
    from . import caller, visibility

    joined = [key.container for key, _change in GROUP_USERS.kind.of(changes, CREATE) if key.member == name]
    user = caller.read_caller(client, name, joined)
    # The guards of the administrators' group answer for these changes: one name in ``allow`` is enough.
    asked: list[Change] = [change for key, change in GROUP.kind.of(changes) if key in ADMIN_GROUPS]
    asked += [change for key, change in AUTHORIZATION.of(changes) if _is_admin_grant(key)]
    found = [
        (change, ", ".join(sorted({securable_of(right[1]).name for right in rights})))
        for change, rights in caller.losses(user, changes, {change.key for change in asked})
    ]
    if not user.rows and visibility.is_authorized(client, "READ", SECURABLES["authorization"]) is False:
        # The engine hides the authorizations: any of the caller's groups may be the one that matters.
        found = [
            (change, "what this task cannot see")
            for change in changes
            if change.action == DELETE and change.kind is not AUTHORIZATION and user.concerns(change)
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


def refusals(client: Camunda7, changes: Sequence[Change], allow: Collection[str]) -> list[Refusal]:
    """Return the changes that are refused, unless ``allow`` names their guard.

    A guard only sees the changes that the guards before it accept: an administrator who is kept anyway is not lost, and
    nobody has to ask the engine who else there is.
    """
    found: list[Refusal] = []
    for name, guard in GUARDS.items():
        if name not in allow:
            stopped = {id(refusal.change) for refusal in found}
            found += guard(client, [change for change in changes if id(change) not in stopped])
    return found


def check(client: Camunda7, stages: Stages, allow: Collection[str]) -> None:
    """Refuse the whole plan if one of its changes is refused, or cannot be written.

    Raises:
        RefusedError: with every refused change and the name that allows it.
        UsageError: see ``writable.check``.
    """
    changes = [change for stage in stages for change in stage]
    refuse(refusals(client, changes, allow))
    writable.check(changes)


def keep_refused(
    client: Camunda7,
    stages: Stages,
    declared: Collection[AuthorizationId],
    allow: Collection[str],
    ordered: Optional[Stages] = None,
) -> tuple[Stages, list[Refusal]]:
    """Return the stages of ``c7_identity`` without what purge has to leave alone because of the guards, and that.

    Args:
        declared: the declared authorizations. A refused change of them, or of a membership, ends the task.
        ordered: the stages in the order in which the changes are made, where that differs.

    Raises:
        RefusedError: a declaration asks for something dangerous.
        UsageError: what has to be written cannot be, see ``writable``.
    """
    refused = refusals(client, [change for stage in ordered or stages for change in stage], allow)
    memberships = {membership.kind for membership in MEMBERSHIPS}
    kept = [item for item in refused if item.change.kind not in memberships and item.change.key not in declared]
    refuse([item for item in refused if item not in kept])
    left = {id(item.change) for item in kept}
    final = [[change for change in stage if id(change) not in left] for stage in stages]
    writable.check((change for stage in final for change in stage), "List it in protect to exclude it from purge.")
    return final, kept


def summary(refused: Sequence[Refusal]) -> list[dict[str, Any]]:
    """Return the refusals for a task's result: the names of the objects by guard and reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in refused:
        groups.setdefault((item.guard, item.reason), []).append(f"{item.change.kind.name} {item.change.name}")
    return [{"guard": guard, "reason": reason, "objects": names} for (guard, reason), names in groups.items()]


def refuse(refused: Sequence[Refusal]) -> None:
    """Raise a RefusedError with all refusals, if there are any."""
    if refused:
        raise RefusedError(
            " ".join(
                f"Refused to {item.change}: {item.reason}. To proceed anyway, set allow: [{item.guard}]."
                for item in refused
            ),
            guards=sorted({item.guard for item in refused}),
        )
