# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the identity of an engine as a desired-state document."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ...parallel import read_all
from ...task import Context, Outcome
from ..client import Camunda7
from . import authorization_rows, authorizations, automatic_grants
from .authorizations import AUTHORIZATION
from .memberships import MEMBERSHIPS
from .objects import SECTIONS, matches
from .permissions import SECURABLES
from .schema import strings_of
from .visibility import check_readable

Document = dict[str, list[dict[str, Any]]]

_MASKED = (
    "The result has a value that is, or holds, a secret of this task, such as the id of a user that is also the "
    "password. Ansible masks it, so do not use the result as a document: write it to a file with dest."
)


def export(context: Context[Camunda7]) -> Outcome:
    """Do the work of ``c7_identity_info``."""
    params, dest = context.params, context.params["dest"]
    if dest is not None:
        from ... import files

        files.check_dest(dest)
    document = read_document(context.client, params["kinds"], params["ids"], params["concurrency"])
    counts = {kind: len(rows) for kind, rows in document.items()}
    if dest is None:
        if holds(document, context.redactor.values):
            context.warn(_MASKED)
        return Outcome(result={"identity": document, "counts": counts})
    from .render import render

    changed = files.write_text(dest, render(dest, document), check_mode=context.check_mode)
    return Outcome(changed, {"dest": dest, "counts": counts})


def read_document(client: Camunda7, kinds: Collection[str], ids: Collection[str], workers: int) -> Document:
    """Return the document.

    Args:
        kinds: the sections to read.
        ids: patterns of the ids that are of interest.
        workers: the maximum number of requests at the same time.

    Raises:
        HiddenError: the caller may not read all of it, so that the document would be incomplete.
    """
    document: Document = {}
    for section, resource in SECTIONS.items():
        if section in kinds:
            resource.check_readable(client, (), everything=True)
            rows = sorted(resource.find_all(client).items())
            document[section] = [resource.exported(row) for name, row in rows if matches(name, ids)]
    lists = [(row, membership) for membership in MEMBERSHIPS for row in document.get(membership.container.plural, ())]
    found = read_all(lists, lambda item: item[1].find(client, item[0]["id"]), workers)
    for (row, membership), members in zip(lists, found):
        row[membership.option] = sorted(key.member for key in members)
    if AUTHORIZATION.plural in kinds:
        check_readable(client, SECURABLES["authorization"], everything=True)
        table = authorization_rows.find_all(client, (), everything=True)
        document[AUTHORIZATION.plural] = _grouped(
            authorizations.show(row)
            for key, row in table.items()
            if not automatic_grants.is_automatic(row) and matches(key.name, ids)
        )
    return document


def _grouped(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Join rows that differ only in the id of the resource, as people write them."""
    groups: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for row in rows:
        rest = {name: value for name, value in row.items() if name != "id"}
        groups.setdefault(json.dumps(rest, sort_keys=True), (rest, []))[1].append(row["id"])
    joined = []
    for _key, (rest, ids) in sorted(groups.items()):
        permissions = rest.pop("permissions")
        which: dict[str, Any] = {"id": ids[0]} if len(ids) == 1 else {"ids": sorted(ids)}
        joined.append({**rest, **which, "permissions": permissions})
    return joined


def holds(document: Document, secrets: Iterable[str]) -> bool:
    """Whether a value of the document contains one of the secrets, which Ansible masks in the task's result."""
    values = "\n".join(strings_of(document))
    return any(secret in values for secret in secrets)
