# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the identity of an engine to a declared state, in one plan."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import (
    authorizations,
    guards,
    own_rows,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.authorizations import Key
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import Camunda7, encode_id
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.document import (
    SECTIONS_OF_DOCUMENT,
    Document,
    load_documents,
    matches,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.entities import ENTITIES, PASSWORD, TENANT, USER
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.memberships import (
    MEMBERSHIPS,
    TENANT_GROUPS,
    TENANT_USERS,
    Member,
    Membership,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.sources import Source, read
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.state import (
    Objects,
    State,
    check_visible,
    fetch,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.apply import check_workers
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Change, Object, plan
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor

_REMOVALS = 5  # the stage that removes users, groups and tenants

PURGE = ("users", "groups", "tenants", "memberships", "authorizations")


class Reconciliation(NamedTuple):
    """The stages of the plan, in the order in which they are applied, and what purge left alone."""

    stages: list[list[Change]]
    kept: list[guards.Refusal]


def reconcile(
    document: Document,
    state: State,
    *,
    purge: Collection[str],
    protect: Collection[str],
    update_password: str,
    caller: str,
) -> list[list[Change]]:
    """Return the plan's stages. A pure function.

    Tenants, users and groups come before memberships and these before authorizations, because the engine refuses to
    create an object when the authorization that it makes itself is there already. Removal goes the other way round.
    Memberships are removed before authorizations are written, because the engine then drops the rows that the member
    has on the tenant.
    """
    objects: list[Change] = []
    for entity in reversed(ENTITIES.values()):
        surplus = _unprotected(state.objects[entity.name], protect) if f"{entity.name}s" in purge else []
        declared = document.objects[entity.name].values()
        wanted = [_with_password(item, state.objects[entity.name], update_password) for item in declared]
        objects += plan(entity.kind, wanted, state.objects[entity.name], surplus=surplus)
    members: list[Change] = []
    for membership in MEMBERSHIPS:
        members += _plan_members(document, state, membership, protect if "memberships" in purge else ("*",))
    rows = _without_dropped(state.authorizations, members)
    surplus_rows = (
        [key for key, row in rows.items() if not own_rows.is_own(row) and not matches(key_name(key), protect)]
        if "authorizations" in purge
        else []
    )
    grants = plan(authorizations.kind(), document.authorizations.values(), rows, surplus=surplus_rows)
    grants += own_rows.recovery(rows, {change.key for change in grants})
    # The caller's own new password would make the requests after it fail.
    last = [
        change for change in objects if (change.action, change.kind.name, change.key) == ("update", USER.name, caller)
    ]
    objects = [change for change in objects if change not in last]
    return [
        _only(objects, "create", "update"),
        _only(members, "create"),
        _only(members, "delete"),
        _only(grants, "create", "update"),
        _only(grants, "delete"),
        _only(objects, "delete"),
        last,
    ]


def key_name(key: Hashable) -> str:
    """The grantee of an authorization's identity."""
    return key.name if isinstance(key, Key) else ""


def _only(changes: Iterable[Change], *actions: str) -> list[Change]:
    return [change for change in changes if change.action in actions]


def _unprotected(current: Mapping[Hashable, Object], protect: Collection[str]) -> list[Hashable]:
    return [key for key in current if not matches(str(key), protect)]


def _with_password(item: dict[str, Any], current: Mapping[Hashable, Object], update_password: str) -> dict[str, Any]:
    """A password cannot be compared: it is written on creation, or always, as ``update_password`` says."""
    if PASSWORD in item and item["id"] in current and update_password == "on_create":
        return {name: value for name, value in item.items() if name != PASSWORD}
    return item


def _plan_members(document: Document, state: State, membership: Membership, protect: Collection[str]) -> list[Change]:
    """``protect`` are patterns of members that stay although they are not declared."""
    current = state.members.get(membership.option, {})
    wanted = [
        membership.item(container, name)
        for container, names in document.members[membership.option].items()
        for name in names
    ]
    surplus = [key for key in current if isinstance(key, Member) and not matches(key.name, protect)]
    return plan(membership.kind, wanted, current, surplus=surplus)


def _without_dropped(rows: Objects, members: Iterable[Change]) -> Objects:
    """The rows that are left when the engine has dropped those of the members that leave a tenant."""
    grantees = {membership.option: membership.member.name for membership in (TENANT_USERS, TENANT_GROUPS)}
    leaving = {
        (grantees[change.key.option], change.key.name, change.key.container)
        for change in members
        if change.action == "delete" and isinstance(change.key, Member) and change.key.option in grantees
    }
    tenant = TENANT.resource.number
    return {
        key: row
        for key, row in rows.items()
        if not (isinstance(key, Key) and key.resource == tenant and (key.grantee, key.name, key.resource_id) in leaving)
    }


def plan_task(client: Camunda7, params: Mapping[str, Any], redactor: Redactor) -> Reconciliation:
    """Return the guarded plan for the parameters of ``c7_identity``.

    Raises:
        UsageError: the document is wrong (before the first request), or names members that do not exist.
        HiddenError: the caller may not read what the document is about.
        RefusedError: a declaration asks for something dangerous.
    """
    workers, purge = check_workers(params["concurrency"]), params["purge"]
    kept = (*params["protect"], *guards.ADMIN_GROUPS, *([client.caller] if client.caller else []))
    document = load_documents(
        _sources(params), purge=purge, keep=kept, allow_everybody="grant_everybody" in params["allow"]
    )
    _add_passwords(document, params["passwords"] or {})
    for user in document.objects[USER.name].values():
        redactor.add(user.get(PASSWORD))
    state = fetch(client, document, purge, workers)
    check_visible(client, document, state, purge)
    stages = reconcile(
        document,
        state,
        purge=purge,
        protect=params["protect"],
        update_password=params["update_password"],
        caller=client.caller or "",
    )
    return _guard(client, stages, params["allow"])


def _sources(params: Mapping[str, Any]) -> list[Source]:
    """The documents: the files of ``src``, and the lists given inline without the keys that the task leaves out."""
    inline = {
        section: [{name: value for name, value in row.items() if value is not None} for row in params[section]]
        for section in SECTIONS_OF_DOCUMENT
        if params[section] is not None
    }
    return [*(read(params["src"]) if params["src"] else []), *([Source("task", inline)] if inline else [])]


def _add_passwords(document: Document, passwords: Mapping[str, Any]) -> None:
    users = document.objects[USER.name]
    unknown = sorted(set(passwords) - users.keys())
    if unknown:
        raise UsageError(f"passwords names users that are not declared: {', '.join(unknown)}.")
    for name, password in passwords.items():
        users[name][PASSWORD] = str(password)


def _guard(client: Camunda7, stages: list[list[Change]], allow: Collection[str]) -> Reconciliation:
    """Apply the guards: purge leaves alone what they refuse, anything else that they refuse ends the task."""
    changes = [change for stage in stages for change in stage]
    refused = guards.refusals(client, changes, allow)
    kept = [item for item in refused if item.change.action == "delete" and item.change.kind.name != "membership"]
    guards.refuse([item for item in refused if item not in kept])
    left = [item.change for item in kept]
    final = [[change for change in stage if change not in left] for stage in stages]
    for change in final[_REMOVALS]:
        # Nothing is written when a removal would stop half-way.
        encode_id(str(change.key))
    return Reconciliation(final, kept)
