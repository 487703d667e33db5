# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``c7_identity``: bring the identity of an engine to a declared state, in one plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ... import strings
from ...desired.plan import Stages
from ...errors import UsageError
from ...secrets import Redactor
from ...task import Context, Outcome
from ..client import Camunda7
from .authorizations import AUTHORIZATION
from .document import Document, Source, load_documents
from .memberships import GROUP_USERS
from .objects import PASSWORD, SECTIONS, USER
from .options import ADMIN_GROUPS
from .schema import ITEMS

PURGE = (*SECTIONS, GROUP_USERS.kind.plural, AUTHORIZATION.plural)


def reconcile_identity(context: Context[Camunda7]) -> Outcome:
    """Do the work of ``c7_identity``."""
    stages, kept = plan_task(context.client, context.params, context.redactor)
    context.apply(stages, context.params["concurrency"])
    return Outcome.summary(stages, kept=kept)


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
    # Only when the documents are valid.
    from .current import check_visible, fetch
    from .reconcile import reconcile

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
