# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the identity of an engine as a desired-state document."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ...desired.plan import Object
from ...libraries import load
from ...parallel import read_all
from ..client import Camunda7
from . import authorizations, automatic_grants, entities, memberships, schema
from .document import AUTHORIZATIONS, SECTIONS, matches
from .memberships import MEMBERSHIPS, Member
from .permissions import RESOURCES

Document = dict[str, list[dict[str, Any]]]

_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")


def read(client: Camunda7, kinds: Collection[str], ids: Collection[str], workers: int) -> Document:
    """Return the document.

    Args:
        kinds: the sections to read.
        ids: patterns of the ids that are of interest.

    Raises:
        HiddenError: the caller may not read all of it, so that the document would be incomplete.
    """
    document: Document = {}
    for section, entity in SECTIONS.items():
        if section in kinds:
            client.check_readable(entity.resource, (), everything=True)
            rows = sorted(entities.find_all(client, entity).items(), key=lambda item: str(item[0]))
            document[section] = [_entity(entity, row) for key, row in rows if matches(str(key), ids)]
    lists = [
        (row, membership) for membership in MEMBERSHIPS for row in document.get(f"{membership.container.name}s", ())
    ]
    found = read_all(lists, lambda item: memberships.find(client, item[1], item[0]["id"]), workers)
    for (row, membership), members in zip(lists, found):
        row[membership.option] = sorted(key.name for key in members if isinstance(key, Member))
    if AUTHORIZATIONS in kinds:
        client.check_readable(RESOURCES["authorization"], (), everything=True)
        table = authorizations.find_all(client, (), everything=True).values()
        document[AUTHORIZATIONS] = _grouped(
            authorizations.show(row)
            for row in table
            if not automatic_grants.is_own(row) and matches(authorizations.key_of(row).name, ids)
        )
    return document


def _entity(entity: entities.Entity, row: Object) -> dict[str, Any]:
    fields = {option: row[name] for option, name in entity.fields.items() if row[name]}
    return {"id": row["id"], **fields}


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
    values = "\n".join(schema.strings_of(document))
    return any(secret in values for secret in secrets)


def text(dest: str, document: Document) -> str:
    """Return the document as a file with this name holds it: JSON or YAML."""
    if dest.endswith(".json"):
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    yaml = load("yaml", "PyYAML", "writing YAML")

    def scalar(dumper: Any, value: str) -> Any:
        # PyYAML escapes other line breaks than \n only in double quotes; read back they would be blanks.
        style = '"' if _BREAKS.search(value) else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    dumper: Any = type("Dumper", (yaml.SafeDumper,), {})
    dumper.add_representer(str, scalar)
    written: str = yaml.dump(
        document, Dumper=dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=120
    )
    return "---\n" + written
