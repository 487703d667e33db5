# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the identity of an engine to a declared state, in one plan."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, Optional

from ... import strings
from ...desired.plan import Change, Object, plan
from ...errors import UsageError
from ...secrets import Redactor
from ..client import Camunda7
from . import authorizations, automatic_grants, guards, schema
from .authorizations import Key
from .current import State, check_visible, fetch
from .document import SECTIONS_OF_DOCUMENT, Document, Source, load_documents, matches
from .entities import ENTITIES, PASSWORD, USER
from .memberships import MEMBERSHIPS, Member, Membership
from .permissions import MANAGED

GRANTS, AGAIN = 2, 6  # stages: authorizations, and those that wait for the removal of objects

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

    What is added comes before what is removed, so that nobody lacks a right in between. Users, groups and tenants come
    before memberships and these before authorizations, because the engine refuses to create an object when the
    authorization that it creates itself is there already. Removal goes the other way round.
    """
    objects: list[Change] = []
    for entity in reversed(ENTITIES.values()):
        gone = _unprotected(state.objects[entity.name], protect) if f"{entity.name}s" in purge else []
        declared = document.objects[entity.name].values()
        wanted = [_with_password(item, state.objects[entity.name], update_password) for item in declared]
        objects += plan(entity.kind, wanted, state.objects[entity.name], surplus=gone)
    members: list[Change] = []
    for membership in MEMBERSHIPS:
        members += _plan_members(document, state, membership, protect if "memberships" in purge else ("*",))
    rows, declared_rows, surplus_rows = state.authorizations, dict(document.authorizations), []
    if "authorizations" in purge:
        surplus_rows = [
            key for key, row in rows.items() if not automatic_grants.is_own(row) and not _protected(key, protect)
        ]
        from .purge import defaults

        declared_rows = {**defaults(surplus_rows, document), **declared_rows}
    grants = plan(authorizations.kind(), declared_rows.values(), rows, surplus=surplus_rows)
    grants += automatic_grants.recovery(rows, {change.key for change in grants})
    # The caller's own new password would make the requests after it fail.
    last = [
        change for change in objects if (change.action, change.kind.name, change.key) == ("update", USER.name, caller)
    ]
    objects = [change for change in objects if change not in last]
    return [
        _only(objects, "create", "update"),
        _only(members, "create"),
        _only(grants, "create", "update"),
        _only(grants, "delete"),
        _only(members, "delete"),
        _only(objects, "delete"),
        [],
        last,
    ]


def _protected(key: Hashable, protect: Collection[str]) -> bool:
    """Whether an authorization is given to, or is on, something that ``protect`` names."""
    if not isinstance(key, Key):
        return False
    on = key.resource_id if key.resource in MANAGED and key.resource_id != "*" else None
    return matches(key.name, protect) or (on is not None and matches(on, protect))


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
    """``protect`` are patterns of members, groups and tenants whose memberships stay although they are not declared."""
    current, lists = state.members.get(membership.option, {}), document.members[membership.option]
    wanted = [membership.item(container, name) for container, names in lists.items() for name in names]
    surplus = [
        key
        for key in current
        if isinstance(key, Member) and key.container in lists
        if not matches(key.name, protect) and not matches(key.container, protect)
    ]
    return plan(membership.kind, wanted, current, surplus=surplus)


def plan_task(client: Camunda7, params: Mapping[str, Any], redactor: Redactor) -> Reconciliation:
    """Return the guarded plan for the parameters of ``c7_identity``.

    Raises:
        UsageError: the document is wrong (before the first request), or names members that do not exist.
        HiddenError: the caller may not read what the document is about.
        RefusedError: a declaration asks for something dangerous.
    """
    purge = params["purge"]
    keep = (*params["protect"], *guards.ADMIN_GROUPS, *([client.caller] if client.caller else []))
    document = load_documents(_sources(params), purge=purge, keep=keep)
    _add_passwords(document, params["passwords"] or {})
    for user in document.objects[USER.name].values():
        redactor.add(user.get(PASSWORD))
    # What only a purge needs is only loaded for it: a process compiles all that it loads.
    if purge:
        from . import purge as purging

        purging.check(document, purge, params)
    state = fetch(client, document, purge, params["concurrency"])
    check_visible(client, document, state, purge)
    stages = reconcile(
        document,
        state,
        purge=purge,
        protect=params["protect"],
        update_password=params["update_password"],
        caller=client.caller or "",
    )
    # The guards must see the order in which the changes are made: what a purge creates again comes last.
    ordered = purging.create_again(stages, document, state) if purge else None
    stages, kept = _guard(client, stages, document, params["allow"], ordered)
    if purge:
        stages = purging.settle(stages, document, state, params)
    return Reconciliation(stages, kept)


def _sources(params: Mapping[str, Any]) -> Iterator[Source]:
    """The documents: the files of ``src`` one after the other, and the lists given inline.

    Inline, null means that a key is left out, as for Ansible's own options; a password of null is a mistake.
    """
    if params["src"] is not None:
        from .sources import read

        yield from read(params["src"])
    inline = {
        section: [
            {name: value for name, value in row.items() if value is not None or name == PASSWORD}
            for row in params[section]
        ]
        for section in SECTIONS_OF_DOCUMENT
        if params[section] is not None
    }
    if inline:
        yield Source("task", inline)


def _add_passwords(document: Document, passwords: Mapping[str, Any]) -> None:
    users = document.objects[USER.name]
    unknown = sorted(map(str, set(passwords) - users.keys()))
    if unknown:
        raise UsageError(f"passwords names users that are not declared: {', '.join(unknown)}.")
    wrong = [(name, strings.problem(password, schema.PASSWORD)) for name, password in passwords.items()]
    problems = [f"passwords.{name}: {problem}." for name, problem in wrong if problem]
    if problems:
        raise UsageError(" ".join(problems), problems=problems)
    for name, password in passwords.items():
        users[name][PASSWORD] = password


def _guard(
    client: Camunda7,
    stages: list[list[Change]],
    document: Document,
    allow: Collection[str],
    ordered: Optional[list[list[Change]]] = None,
) -> tuple[list[list[Change]], list[guards.Refusal]]:
    """Apply the guards: purge leaves alone what they refuse, anything else that they refuse ends the task.

    Args:
        ordered: the stages in the order in which the changes are made, where that differs.

    Raises:
        RefusedError: a declaration asks for something dangerous.
        UsageError: what has to be written cannot be, see ``writable``.
    """
    refused = guards.refusals(client, [change for stage in ordered or stages for change in stage], allow)
    kept = [
        item
        for item in refused
        if item.change.kind.name != "membership" and item.change.key not in document.authorizations
    ]
    guards.refuse([item for item in refused if item not in kept])
    left = {id(item.change) for item in kept}
    final = [[change for change in stage if id(change) not in left] for stage in stages]
    if any(final):
        from . import writable

        writable.check(change for stage in final for change in stage)
    return final, kept
