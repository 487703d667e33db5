# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects that are created, updated and deleted, and their members. A field is declared once, in a row.

The rows give the options of modules, the JSON Schema of documents, request bodies, comparison and export. A product
brings rows and a subclass with the requests; ``ensure.py`` has the work of modules for single objects.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, NamedTuple, Optional, TypeVar

from .plan import Change, Kind, Object

C = TypeVar("C")
"""A product's client."""

Schema = Mapping[str, Any]


def arguments(properties: Mapping[str, Schema], required: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """Return the argument spec of options with these JSON Schemas."""
    spec: dict[str, dict[str, Any]] = {}
    for name, schema in properties.items():
        spec[name] = {"type": "list", "elements": "str"} if schema.get("type") == "array" else {"type": "str"}
        if name in required:
            spec[name]["required"] = True
        if schema.get("writeOnly"):
            spec[name]["no_log"] = True
    return spec


@dataclass(frozen=True)
class Field:
    """A field of an object.

    Args:
        name: as in documents, and in options unless ``option`` is given.
        api: as in the API.
        rule: JSON Schema of its value. ``writeOnly`` means that the server never returns it: it is written but neither
            compared nor shown.
        option: as in the options of the module for single objects.
    """

    name: str
    api: str
    rule: Schema
    option: str = ""

    @property
    def write_only(self) -> bool:
        return bool(self.rule.get("writeOnly"))


@dataclass(frozen=True, eq=False)
class Resource(ABC, Generic[C]):
    """A kind of object with an identity that the user chooses. An object is a mapping with the names of the API.

    Args:
        name: as in options, results and diffs.
        plural: as in documents.
        id: its identity.
        fields: its other fields.
    """

    name: str
    plural: str
    id: Field
    fields: tuple[Field, ...]

    @cached_property
    def kind(self) -> Kind[str, Object]:
        return Kind(
            self.name,
            key=lambda item: str(item[self.id.api]),
            merge=lambda current, desired: {**(current or self.stored(desired)), **desired},
            perform=self.perform,
            show=self._show,
            plural=self.plural,
        )

    @cached_property
    def _write_only(self) -> dict[str, str]:
        """The fields that the server never returns, by API name, with the option that says when to write them."""
        return {field.api: f"update_{field.name}" for field in self.fields if field.write_only}

    def properties(self) -> dict[str, Schema]:
        """Return the JSON Schema of the id and the fields, by name in documents."""
        return {field.name: field.rule for field in (self.id, *self.fields)}

    def desired(self, values: Mapping[str, Any], *, options: bool = False) -> dict[str, Any]:
        """Return the object that a document or a task declares, without the fields that are omitted or null.

        Args:
            values: the values of the fields by name, or by option.
        """
        named = {field.option or field.name if options else field.name: field.api for field in self.fields}
        given = {api: values[name] for name, api in named.items() if values.get(name) is not None}
        return {self.id.api: values[self.id.name], **given}

    def to_write(self, item: Object, current: Mapping[str, Object], params: Mapping[str, Any]) -> Object:
        """Return the desired object without fields that cannot be compared and must not be written now.

        Args:
            current: the objects that exist, by id. All fields are written on creation.
            params: ``update_<field>``: ``always`` if the field is written to existing objects too.
        """
        options = self._write_only if item[self.id.api] in current else {}
        skipped = {name for name, option in options.items() if params.get(option) != "always"}
        return {name: value for name, value in item.items() if name not in skipped}

    def stored(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row of the server with "" instead of null: databases differ in which of the two they keep."""
        fields = (field.api for field in self.fields if not field.write_only)
        return {self.id.api: row[self.id.api], **{name: row.get(name) or "" for name in fields}}

    def exported(self, row: Object) -> dict[str, Any]:
        """Return an object as documents declare it, without empty fields."""
        fields = {field.name: row[field.api] for field in self.fields if row.get(field.api)}
        return {self.id.name: row[self.id.api], **fields}

    def result(self, item: Object) -> dict[str, Any]:
        """Return an object as the server returns it."""
        return {name: value for name, value in item.items() if name not in self._write_only}

    def _show(self, item: Object) -> dict[str, Any]:
        return {**self.result(item), **{name: "(set)" for name in self._write_only if name in item}}

    def check_id(self, name: str) -> None:
        """Raise a UsageError for an id that the API cannot address. By default all are accepted."""

    @abstractmethod
    def find(self, client: C, ids: Iterable[str]) -> dict[str, Object]:
        """Return the objects with these ids that the caller may read, by id."""

    @abstractmethod
    def check_readable(self, client: C, unseen: Collection[str], *, everything: bool = False) -> None:
        """Raise a HiddenError if the caller may not read the objects that were not found; with ``everything``, any."""

    @abstractmethod
    def perform(self, client: C, change: Change) -> Any:
        """Apply a change of an object."""


class MembershipId(NamedTuple):
    """The identity of a membership: the list that it is part of, the object that has the list, and the member."""

    option: str
    container: str
    member: str


@dataclass(frozen=True, eq=False)
class Membership(ABC, Generic[C]):
    """A list of members that objects of a kind have. A membership consists of its identity.

    Args:
        option: the name of the list, as in documents and options.
        alias: the alias of the option, for one member.
        container: what has members.
        member: what the members are.
    """

    option: str
    alias: str
    container: Resource[C]
    member: Resource[C]

    @cached_property
    def kind(self) -> Kind[MembershipId, MembershipId]:
        return Kind(
            "membership",
            key=lambda item: item,
            merge=lambda current, desired: desired,
            perform=self.perform,
            label=lambda key: f"{self.member.name} {key.member} of {self.container.name} {key.container}",
            show=lambda item: {self.container.name: item.container, self.member.name: item.member},
            plural="memberships",
        )

    @property
    def rule(self) -> Schema:
        """The JSON Schema of the list in documents."""
        return {"type": "array", "items": self.member.id.rule, "uniqueItems": True}

    def ids(self, container: str, members: Iterable[str]) -> dict[MembershipId, MembershipId]:
        """Return the memberships of these members, by their identity and without repetitions."""
        return {key: key for key in (MembershipId(self.option, container, member) for member in members)}

    @abstractmethod
    def find(
        self, client: C, container: str, members: Optional[Collection[str]] = None
    ) -> dict[MembershipId, MembershipId]:
        """Return the memberships of a container that the caller may read; at least those of ``members`` if given."""

    @abstractmethod
    def perform(self, client: C, change: Change) -> Any:
        """Add or remove a member."""
