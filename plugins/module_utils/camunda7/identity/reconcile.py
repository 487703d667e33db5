# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the identity of an engine to a declared state, in one plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Optional

from ... import strings
from ...desired.plan import CREATE, DELETE, UPDATE, Change, Stages, plan
from ...errors import UsageError
from ...secrets import Redactor
from ...task import Context, Outcome
from ..client import Camunda7
from .authorizations import AUTHORIZATION, recovery
from .current import State, check_visible, fetch
from .document import Document, Source, load_documents
from .memberships import MEMBERSHIPS, IdentityMembership
from .objects import PASSWORD, RESOURCES, SECTIONS, USER, matches
from .options import ADMIN_GROUPS
from .schema import ITEMS

GRANTS, AGAIN = 2, 6  # stages: authorizations, and those that wait for the removal of objects

PURGE = (*SECTIONS, MEMBERSHIPS[0].kind.plural, AUTHORIZATION.plural)


def reconcile_task(context: Context[Camunda7]) -> Outcome:
    """Do the work of ``c7_identity``."""
    stages, kept = plan_task(context.client, context.params, context.redactor)
    context.apply(stages, context.params["concurrency"])
    return Outcome.summary(stages, kept=kept)


def reconcile(document: Document, state: State, params: Mapping[str, Any], caller: Optional[str]) -> Stages:
    """Return the plan's stages. A pure function; of the parameters: ``purge``, ``protect``, ``update_password``.

    What is added comes before what is removed, so that nobody lacks a right in between. Users, groups and tenants come
    before memberships and these before authorizations, because the engine refuses to create an object if the
    authorization that it creates itself exists already. Removal goes the other way round.
    """
    purge, protect = params["purge"], params["protect"]
    objects: list[Change] = []
    for resource in reversed(RESOURCES):
        current = state.objects[resource.name]
        surplus = [name for name in current if not matches(name, protect)] if resource.plural in purge else []
        declared = document.objects[resource.name].values()
        items = [resource.to_write(item, current, params) for item in declared]
        objects += plan(resource.kind, items, current, surplus=surplus)
    members: list[Change] = []
    for membership in MEMBERSHIPS:
        members += _plan_members(document, state, membership, protect if "memberships" in purge else ("*",))
    rows, declared_rows, surplus_rows = state.authorizations, dict(document.authorizations), []
    if AUTHORIZATION.plural in purge:
        from . import purge as purging

        surplus_rows = purging.surplus_authorizations(rows, protect)
        declared_rows = {**purging.defaults(surplus_rows, document), **declared_rows}
    grants = plan(AUTHORIZATION, declared_rows.values(), rows, surplus=surplus_rows)
    grants += recovery(rows, {change.key for change in grants})
    # The caller's own new password would make the requests after it fail.
    last = [change for name, change in USER.kind.of(objects, UPDATE) if name == caller]
    objects = [change for change in objects if change not in last]
    return [
        _only(objects, CREATE, UPDATE),
        _only(members, CREATE),
        _only(grants, CREATE, UPDATE),
        _only(grants, DELETE),
        _only(members, DELETE),
        _only(objects, DELETE),
        [],
        last,
    ]


def _only(changes: Iterable[Change], *actions: str) -> list[Change]:
    return [change for change in changes if change.action in actions]


def _plan_members(
    document: Document, state: State, membership: IdentityMembership, protect: Collection[str]
) -> list[Change]:
    """``protect``: patterns of members, groups and tenants whose undeclared memberships are kept."""
    current, lists = state.members.get(membership.option, {}), document.members[membership.option]
    desired = [key for container, names in lists.items() for key in membership.ids(container, names)]
    surplus = [
        key
        for key in current
        if key.container in lists and not matches(key.member, protect) and not matches(key.container, protect)
    ]
    return plan(membership.kind, desired, current, surplus=surplus)


def plan_task(client: Camunda7, params: Mapping[str, Any], redactor: Redactor) -> tuple[Stages, list[dict[str, Any]]]:
    """Return the guarded plan for the parameters of ``c7_identity``, and what purge kept, for the result.

    Raises:
        UsageError: the document is wrong (before the first request), or names members that do not exist.
        HiddenError: the caller may not read what the document is about.
        RefusedError: a declaration asks for something dangerous.
    """
    purge = params["purge"]
    protect = (*params["protect"], *ADMIN_GROUPS, *([client.caller] if client.caller else []))
    document = load_documents(_sources(params), purge=purge, protect=protect)
    _add_passwords(document, params["passwords"] or {})
    for user in document.objects[USER.name].values():
        redactor.add(user.get("password"))
    # A process compiles all that it imports, so what only a purge needs is only imported for it.
    if purge:
        from . import purge as purging

        purging.check(document, purge, params)
    state = fetch(client, document, purge, params["concurrency"])
    check_visible(client, document, state, purge)
    stages = reconcile(document, state, params, client.caller)
    # The guards must see the changes in the order in which they are made: what a purge creates again comes last.
    ordered = purging.create_again(stages, document, state) if purge else None
    kept: list[dict[str, Any]] = []
    if any(ordered or stages):
        from . import guards

        stages, refused = guards.keep_refused(client, stages, document.authorizations, params["allow"], ordered)
        kept = guards.summary(refused)
    if purge:
        stages = purging.settle(stages, document, state, params)
    return stages, kept


def _sources(params: Mapping[str, Any]) -> Iterator[Source]:
    """Return the documents: the files of ``src`` one after the other, and the lists given inline.

    Inline, null means that a key is omitted, as for Ansible's own options; a password of null is a mistake.
    """
    if params["src"] is not None:
        from .sources import read_documents

        yield from read_documents(params["src"])
    inline = {
        section: [
            {name: value for name, value in row.items() if value is not None or name == "password"}
            for row in params[section]
        ]
        for section in ITEMS
        if params[section] is not None
    }
    if inline:
        yield Source("task", inline)


def _add_passwords(document: Document, passwords: Mapping[str, Any]) -> None:
    users = document.objects[USER.name]
    unknown = sorted(map(str, set(passwords) - users.keys()))
    if unknown:
        raise UsageError(f"passwords names users that are not declared: {', '.join(unknown)}.")
    wrong = [(name, strings.problem(password, PASSWORD)) for name, password in passwords.items()]
    problems = [f"passwords.{name}: {problem}." for name, problem in wrong if problem]
    if problems:
        raise UsageError(" ".join(problems), problems=problems)
    for name, password in passwords.items():
        users[name]["password"] = password
