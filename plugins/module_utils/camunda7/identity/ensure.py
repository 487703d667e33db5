# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guarded plans of the modules for single objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Optional

from ...desired import brake
from ...desired.plan import Change, Object, plan
from ...errors import UsageError
from ..client import Camunda7, encode_id
from . import authorizations, automatic_grants, entities, guards, memberships, writable
from .authorizations import EVERYBODY, Key
from .entities import PASSWORD, TENANT, Entity
from .memberships import TENANT_USERS, Member, Membership
from .modes import MODES
from .permissions import RESOURCES, TYPES, check_permissions, resource_of

Stages = list[list[Change]]


def shown(stages: Sequence[Sequence[Change]], current: Optional[Object]) -> Optional[dict[str, Any]]:
    """Return the object as it is after the plan's last change of it; None when it is not there."""
    final = stages[-1][-1].after if stages[-1] else current
    return None if final is None else {name: value for name, value in final.items() if name != PASSWORD}


def entity(client: Camunda7, kind: Entity, params: Mapping[str, Any]) -> tuple[Stages, Optional[Object]]:
    """Plan a user, group or tenant: the stages, and the object that is there now.

    Args:
        params: ``id``, ``state``, ``allow``, the entity's fields; for users ``user_password`` and ``update_password``;
            for users and groups ``purge_authorizations``.
    """
    name = params["id"]
    encode_id(name)
    current = entities.find(client, kind, [name])
    client.check_readable(kind.resource, {name} - current.keys())
    if params["state"] == "absent":
        removal = plan(kind.kind, (), current, absent=[name])
        # The engine drops the authorizations on what it deletes, but does not know those that stand aside.
        rows = _left_aside(client, kind, name) if removal else {}
        if params.get("purge_authorizations"):
            rows.update(_granted_to(client, kind, name))
        stages = [plan(authorizations.kind(), (), rows, absent=rows), removal]
    else:
        wanted = kind.desired(params)
        if params.get("user_password") is not None and (not current or params["update_password"] == "always"):
            wanted[PASSWORD] = params["user_password"]
        # Nothing shows whether the creation of a user or group that is there was interrupted before its end.
        left = _left_aside(client, kind, name) if kind is not TENANT else {}
        stages = [automatic_grants.recovery(left), plan(kind.kind, [wanted], current)]
    return _guarded(client, stages, params.get("allow") or ()), current.get(name)


def _left_aside(client: Camunda7, kind: Entity, name: str) -> dict[Hashable, Object]:
    """Return the authorizations on an object that an interrupted creation left aside, by their own identity."""
    rows = authorizations.find_set_aside(client).items()
    return {key: row for key, row in rows if isinstance(key, Key) and key[3:] == (kind.resource.number, name)}


def _granted_to(client: Camunda7, kind: Entity, name: str) -> dict[Hashable, Object]:
    """Return the authorizations that the engine keeps when a user or group is deleted."""
    query = {} if "," in name else {f"{kind.name}IdIn": name}
    rows = [authorizations.stored(row) for row in client.list("authorization", query=query)]
    granted = [row for row in rows if authorizations.key_of(row)[1:3] == (kind.name, name)]
    return {authorizations.key_of(row): row for row in granted}


def members(
    client: Camunda7,
    container: str,
    lists: Mapping[Membership, Optional[Sequence[str]]],
    params: Mapping[str, Any],
    missing: Callable[[str], None],
) -> Stages:
    """Plan the members of a group or tenant.

    Args:
        container: the id of the group or tenant.
        lists: the wanted members, or None for a list that the task does not manage.
        params: ``state``, ``exact``, ``allow``, ``max_deletions``.
        missing: ``Context.missing``; called when a member that has to be added, or the group or tenant, does not exist.

    Raises:
        RefusedError: a guard, or ``max_deletions``.
    """
    brake.parse(params["max_deletions"])
    there = 0
    creates: list[Change] = []
    deletes: list[Change] = []
    for membership, names in lists.items():
        if names is None:
            continue
        for name in (container, *names):
            encode_id(name)
        exact = params["exact"] and params["state"] == "present"
        current = memberships.find(client, membership, container, None if exact else names)
        there += len(current)
        items = [membership.item(container, name) for name in dict.fromkeys(names)]
        if params["state"] == "absent":
            keys = [membership.kind.key(item) for item in items]
            deletes += plan(membership.kind, (), current, absent=keys)
            unseen = {key.name for key in _members(keys) if key not in current}
            client.check_readable(membership.member.resource, unseen)
            continue
        changes = plan(membership.kind, items, current, surplus=current if exact else ())
        added = [change for change in changes if change.action == "create"]
        creates += added
        deletes += [change for change in changes if change.action == "delete"]
        if added:
            _check_exist(client, membership.container, [container], missing)
            needed = [key.name for key in _members(change.key for change in added)]
            _check_exist(client, membership.member, needed, missing)
    back: list[Change] = []
    if TENANT_USERS in lists and (deletes or params["state"] == "present"):
        # With a member that leaves, the engine drops the authorization that was moved back.
        back = automatic_grants.recovery(_left_aside(client, TENANT, container))
    if params["state"] == "present":
        brake.check(deletes, {"membership": there}, params["max_deletions"])
    return _guarded(client, [back, creates, deletes], params.get("allow") or ())


def _members(keys: Iterable[Hashable]) -> list[Member]:
    return [key for key in keys if isinstance(key, Member)]


def _check_exist(client: Camunda7, kind: Entity, names: Sequence[str], missing: Callable[[str], None]) -> None:
    absent = set(names) - entities.find(client, kind, names).keys()
    if absent:
        client.check_readable(kind.resource, absent)
        missing(f"There is no {kind.name} {', '.join(sorted(absent))}. Create it first.")


def authorization(client: Camunda7, params: Mapping[str, Any]) -> tuple[Stages, Optional[Object]]:
    """Plan an authorization: the stages, and the row that is there now.

    Args:
        params: those of ``c7_authorization``.

    Raises:
        UsageError: an unknown resource or permission, or not exactly one grantee.
    """
    resource = resource_of(params["resource"])
    permissions = params["permissions"] or []
    problems = check_permissions(resource, permissions)
    grantees = [name for name in ("user", "group") if params[name] is not None]
    if (params["type"] == "global") != (not grantees):
        problems.append("The types grant and revoke take a user or a group, the type global takes neither.")
    if problems:
        raise UsageError(" ".join(problems))
    grantee = grantees[0] if grantees else ""
    name = params[grantee] if grantee else EVERYBODY
    key = Key(TYPES[params["type"]], grantee, name, resource.number, params["resource_id"])
    current = authorizations.find_types(client, key)
    own = key._replace(type=TYPES["grant"])
    if automatic_grants.default(own) is not None:
        current.update({found: row for found, row in authorizations.find_set_aside(client).items() if found == own})
    if key not in current:
        client.check_readable(RESOURCES["authorization"], ["*"])
    kind = authorizations.kind(MODES[params["mode"]])
    wanted = authorizations.desired(key, permissions)
    removes = params["state"] == "present" and params["mode"] == "remove"
    nothing_left = removes and (key not in current or not kind.merge(current[key], wanted)["permissions"])
    if params["state"] == "absent" or nothing_left:
        stages = [plan(kind, (), current, absent=[key])]
    else:
        # An authorization cannot change its type: the one of the other type is deleted.
        other = set(current) - {key} if params["mode"] == "exact" else set()
        changes = plan(kind, [wanted], current, surplus=other)
        stages = [
            [change for change in changes if change.action == "delete"],
            [change for change in changes if change.action != "delete"],
        ]
    return _guarded(client, stages, params["allow"]), current.get(key)


def _guarded(client: Camunda7, stages: Stages, allow: Collection[str]) -> Stages:
    changes = [change for stage in stages for change in stage]
    guards.check(client, changes, allow)
    writable.check(changes)
    return stages
