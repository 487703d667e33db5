# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check desired-state documents before the first request, and report everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.authorizations import EVERYBODY, Key, desired
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import encode_id
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.entities import (
    GROUP,
    PASSWORD,
    TENANT,
    USER,
    Entity,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.memberships import MEMBERSHIPS, Membership
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.permissions import (
    TYPES,
    check_permissions,
    nearest,
    resource_of,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.schema import SCHEMA
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.sources import Source
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.libraries import load

SECTIONS: dict[str, Entity] = {"users": USER, "groups": GROUP, "tenants": TENANT}
AUTHORIZATIONS = "authorizations"
SECTIONS_OF_DOCUMENT = (*SECTIONS, AUTHORIZATIONS)


@dataclass
class Document:
    """What is declared, as the engine spells it.

    ``objects`` are users, groups and tenants by the name of their entity and their id; ``members`` holds the lists
    that are declared, by the membership's option and the id of the group or tenant (a list that is left out is not).
    """

    objects: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {entity.name: {} for entity in SECTIONS.values()}
    )
    members: dict[str, dict[str, list[str]]] = field(default_factory=lambda: {kind.option: {} for kind in MEMBERSHIPS})
    authorizations: dict[Key, dict[str, Any]] = field(default_factory=dict)

    def references(self, entity: Entity) -> set[str]:
        """The ids of the entity that membership lists name."""
        return {
            name
            for membership in MEMBERSHIPS
            if membership.member is entity
            for names in self.members[membership.option].values()
            for name in names
        }


def load_documents(
    sources: Iterable[Source], *, purge: Collection[str] = (), keep: Collection[str] = (), allow_everybody: bool = False
) -> Document:
    """Return what the sources declare together.

    Args:
        purge: the kinds whose undeclared objects will be removed: a list must not name a member that goes.
        keep: patterns of ids that purge leaves alone.

    Raises:
        UsageError: with every mistake, each with its file and path.
    """
    builder = _Builder(allow_everybody)
    for source in sources:
        builder.add(source)
    for membership in MEMBERSHIPS:
        builder.check_members(membership, purge, keep)
    if builder.problems:
        count = len(builder.problems)
        what = "1 mistake" if count == 1 else f"{count} mistakes"
        raise UsageError(f"The desired state has {what}: " + " ".join(builder.problems), problems=builder.problems)
    return builder.document


class _Builder:
    """Collects declarations and what is wrong with them."""

    def __init__(self, allow_everybody: bool) -> None:
        self.document = Document()
        self.problems: list[str] = []
        self._allow_everybody = allow_everybody
        self._places: dict[Any, str] = {}
        self._member_places: dict[tuple[str, str, str], str] = {}
        self._validator = load("jsonschema", "jsonschema", "checking the desired state").Draft202012Validator(SCHEMA)

    def add(self, source: Source) -> None:
        data = {} if source.data is None else source.data
        if isinstance(data, Mapping):
            data = {name: item for name, item in data.items() if item is not None}
        found = [_Problem.of(error) for error in self._validator.iter_errors(data)]
        self.problems += [f"{source.name}: {problem.text}." for problem in found]
        broken = {problem.item for problem in found}
        if not isinstance(data, Mapping):
            return
        for section in SECTIONS_OF_DOCUMENT:
            rows = data.get(section)
            for position, row in enumerate(rows if isinstance(rows, list) else ()):
                place = f"{source.name}: {section}[{position}]"
                if (section, position) in broken:
                    continue
                if section == AUTHORIZATIONS:
                    self._authorization(row, place)
                else:
                    self._object(section, row, place)

    def _once(self, identity: Any, place: str, what: str) -> bool:
        first = self._places.setdefault(identity, place)
        if first != place:
            self.problems.append(f"{place}: {what} is declared twice, first in {first}.")
        return first == place

    def _addressable(self, name: str, place: str) -> None:
        try:
            encode_id(name)
        except UsageError as error:
            self.problems.append(f"{place}: {error.message}")

    def _object(self, section: str, row: Mapping[str, Any], place: str) -> None:
        entity, name = SECTIONS[section], row["id"]
        self._addressable(name, place)
        if not self._once((section, name), place, f"the {entity.name} {name}"):
            return
        item = entity.desired(row)
        if row.get(PASSWORD) is not None:
            if "{{" in row[PASSWORD]:
                self.problems.append(
                    f"{place}.password: it is a template, and files are not templated. "
                    "Give it with the option passwords."
                )
            item[PASSWORD] = row[PASSWORD]
        self.document.objects[entity.name][name] = item
        for membership in MEMBERSHIPS:
            if membership.container is entity and row.get(membership.option) is not None:
                self.document.members[membership.option][name] = list(row[membership.option])
                for position, member in enumerate(row[membership.option]):
                    spot = f"{place}.{membership.option}[{position}]"
                    self._member_places[(membership.option, name, member)] = spot
                    self._addressable(member, spot)

    def _authorization(self, row: Mapping[str, Any], place: str) -> None:
        before = len(self.problems)
        kind = row.get("type") or "grant"
        grantees = [name for name in ("user", "group") if row.get(name) is not None]
        if kind == "global" and grantees:
            self.problems.append(f"{place}: an authorization of type global has neither user nor group.")
        if kind != "global" and len(grantees) != 1:
            self.problems.append(f"{place}: an authorization of type {kind} has exactly one of user and group.")
        if kind == "grant" and row.get("user") == EVERYBODY and not self._allow_everybody:
            self.problems.append(
                f"{place}: the engine does not honour a grant for the user {EVERYBODY} in single checks: "
                "use type: global."
            )
        if row.get("id") is not None and row.get("ids") is not None:
            self.problems.append(f"{place}: give id or ids, not both.")
        try:
            resource = resource_of(row["resource"])
        except UsageError as error:
            self.problems.append(f"{place}.resource: {error.message}")
            return
        self.problems += [f"{place}.permissions: {text}" for text in check_permissions(resource, row["permissions"])]
        if len(self.problems) > before:
            return
        grantee = grantees[0] if grantees else ""
        for resource_id in row.get("ids") or [row.get("id") or "*"]:
            key = Key(TYPES[kind], grantee, row[grantee] if grantee else EVERYBODY, resource.number, resource_id)
            if self._once(key, place, f"the authorization {key}"):
                self.document.authorizations[key] = desired(key, row["permissions"])

    def check_members(self, membership: Membership, purge: Collection[str], keep: Collection[str]) -> None:
        """Report members that the same run would remove."""
        entity = membership.member
        if f"{entity.name}s" not in purge:
            return
        declared = self.document.objects[entity.name]
        for container, names in self.document.members[membership.option].items():
            for name in names:
                if name not in declared and not matches(name, keep):
                    place = self._member_places[(membership.option, container, name)]
                    what = f"the {entity.name} {name} is not declared"
                    self.problems.append(f"{place}: {what}, and purge removes undeclared {entity.name}s.")


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether an id matches one of the patterns (``*``, ``?``, ``[abc]``; upper and lower case differ)."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


class _Problem(NamedTuple):
    """A finding of the schema: the item that it makes unusable, and a text."""

    item: tuple[Any, ...]
    text: str

    @classmethod
    def of(cls, error: Any) -> _Problem:
        path = list(error.absolute_path)
        where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".") or "document"
        return cls(tuple(path[:2]), f"{where}: {_say(error)}")


def _say(error: Any) -> str:
    """Say what a finding means without quoting the value: it may be a password."""
    wanted = error.validator_value
    if error.validator == "additionalProperties":
        known = error.schema["properties"]
        unknown = [str(name) for name in error.instance if name not in known]
        hint = nearest(unknown[0], known) if unknown else ""
        return f"unknown key {', '.join(unknown)}.{hint} Valid are {', '.join(known)}"
    if error.validator == "required":
        missing = [name for name in wanted if name not in error.instance]
        return f"{', '.join(missing)} is missing"
    if error.validator == "type":
        types = " or ".join([wanted] if isinstance(wanted, str) else wanted)
        hint = ", write it in quotes" if types == "string" and not isinstance(error.instance, (dict, list)) else ""
        return f"it must be a {types}, not {_type_name(error.instance)}{hint}"
    texts = {
        "minLength": "it must not be empty",
        "maxLength": f"it must not be longer than {wanted} characters",
        "minItems": "it must not be empty",
        "uniqueItems": "it names something twice",
        "enum": f"it must be one of {', '.join(map(str, wanted))}" if isinstance(wanted, list) else "",
    }
    return texts.get(error.validator) or f"it does not fit the rule {error.validator}"


def _type_name(value: Any) -> str:
    names = {
        "NoneType": "null",
        "dict": "object",
        "list": "array",
        "str": "string",
        "int": "integer",
        "bool": "boolean",
    }
    return names.get(type(value).__name__, type(value).__name__)
