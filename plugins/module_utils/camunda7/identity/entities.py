# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, groups and tenants."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional
from urllib.parse import quote

from ...desired.plan import Change, Kind, Object
from ...errors import AnswerError
from ..client import PAGE_SIZE, Camunda7, encode_id
from . import automatic_grants
from .authorizations import Key
from .permissions import RESOURCES, Resource

PASSWORD = "password"

# Tomcat takes a request line and headers of 8 KB; half of it leaves room for a bearer token.
_IDS_LENGTH = 4096


@dataclass(frozen=True)
class Entity:
    """A kind of identity object.

    Args:
        name: as in addresses, options and results.
        fields: the object's fields besides the id, by the name of the option.
        by_ids: whether its list takes the filter ``idIn``.
        wrap: the body that creates the object.
        part: the address of what PUT replaces, below the object's own address.
    """

    name: str
    fields: Mapping[str, str]
    by_ids: bool
    wrap: Callable[[dict[str, Any]], dict[str, Any]] = dict
    part: tuple[str, ...] = ()

    @property
    def resource(self) -> Resource:
        return RESOURCES[self.name]

    @property
    def kind(self) -> Kind:
        def perform(client: Camunda7, change: Change) -> None:
            _perform(client, self, change)

        return Kind(self.name, key=lambda item: item["id"], merge=self._merge, perform=perform, show=_without_password)

    def desired(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the object as the engine spells it, with the fields that the options give."""
        fields = {self.fields[name]: options[name] for name in self.fields if options.get(name) is not None}
        return {"id": options["id"], **fields}

    def stored(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row of the engine with an empty string for null: databases differ in which of the two they keep."""
        return {"id": row["id"], **{name: row.get(name) or "" for name in self.fields.values()}}

    def _merge(self, current: Optional[Object], desired: Object) -> Object:
        return {**(current or self.stored(desired)), **desired}


def _without_password(item: Object) -> dict[str, Any]:
    shown = {name: value for name, value in item.items() if name != PASSWORD}
    return {**shown, PASSWORD: "(set)"} if PASSWORD in item else shown


def _user_body(user: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"profile": {name: value for name, value in user.items() if name != PASSWORD}}
    if PASSWORD in user:
        body["credentials"] = {"password": user[PASSWORD]}
    return body


USER = Entity(
    "user",
    {"first_name": "firstName", "last_name": "lastName", "email": "email"},
    by_ids=True,
    wrap=_user_body,
    part=("profile",),
)
GROUP = Entity("group", {"name": "name", "type": "type"}, by_ids=True)
TENANT = Entity("tenant", {"name": "name"}, by_ids=False)
ENTITIES: dict[str, Entity] = {entity.name: entity for entity in (USER, GROUP, TENANT)}


def find(client: Camunda7, entity: Entity, ids: Iterable[str]) -> dict[Hashable, Object]:
    """Return the objects with these ids, by id, in the fewest requests.

    One object is asked for by its id; many by ``idIn``, unless reading the whole list takes fewer pages.
    Rows are compared exactly, because databases may ignore case.
    """
    wanted = dict.fromkeys(ids)
    if not wanted:
        return {}
    # The engine splits ``idIn`` at commas.
    awkward = [name for name in wanted if "," in name]
    plain = [name for name in wanted if "," not in name]
    if len(plain) == 1:
        awkward, plain = [*awkward, *plain], []
    if plain and not entity.by_ids:
        return {key: item for key, item in find_all(client, entity).items() if key in wanted}
    chunks = list(_chunks(plain))
    if len(chunks) + len(awkward) > 1 and _pages(client, entity) < len(chunks) + len(awkward):
        return {key: item for key, item in find_all(client, entity).items() if key in wanted}
    queries: list[dict[str, str]] = [{"id": name} for name in awkward]
    queries += [{"idIn": ",".join(chunk)} for chunk in chunks]
    rows = [row for query in queries for row in client.list(entity.name, query=query)]
    return {row["id"]: entity.stored(row) for row in rows if row["id"] in wanted}


def find_all(client: Camunda7, entity: Entity) -> dict[Hashable, Object]:
    """Return all objects of the entity that the caller may read, by id."""
    return {row["id"]: entity.stored(row) for row in client.list(entity.name)}


def _pages(client: Camunda7, entity: Entity) -> int:
    """How many requests it takes to read all."""
    return client.read("GET", entity.name, "count").number("count") // PAGE_SIZE + 1


def _chunks(ids: Sequence[str]) -> Iterator[list[str]]:
    chunk: list[str] = []
    length = 0
    for name in ids:
        size = len(quote(name, safe="")) + len("%2C")
        if chunk and length + size > _IDS_LENGTH:
            yield chunk
            chunk, length = [], 0
        chunk.append(name)
        length += size
    if chunk:
        yield chunk


def _perform(client: Camunda7, entity: Entity, change: Change) -> None:
    """Carry out a change of a user, group or tenant."""
    name = str(change.key)
    if change.action == "delete":
        client.delete(entity.name, encode_id(name))
    elif change.action == "create":
        _create(client, entity, name, dict(change.after or {}))
    else:
        _update(client, entity, name, dict(change.before or {}), dict(change.after or {}))


def _create(client: Camunda7, entity: Entity, name: str, after: dict[str, Any]) -> None:
    def create() -> None:
        client.write("POST", entity.name, "create", body=entity.wrap(_nulls(after)))

    try:
        create()
    except AnswerError as error:
        if error.status not in {400, 500}:
            raise
        there = find(client, entity, [name])
        if there:
            # Somebody else created it in between. Their password stays.
            after.pop(PASSWORD, None)
            _update(client, entity, name, dict(there[name]), after)
            return
        own = Key.grant(entity.name, name, entity.resource, name)
        if entity is TENANT or not automatic_grants.create_past(client, own, create):
            raise


def _update(client: Camunda7, entity: Entity, name: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    password = after.pop(PASSWORD, None)
    if after != before:
        # The engine takes the id from the body, whatever the address says, and replaces the whole object.
        client.write("PUT", entity.name, encode_id(name), *entity.part, body=_nulls(after))
    if password is not None:
        body = {"password": password, "authenticatedUserPassword": client.password}
        client.write("PUT", entity.name, encode_id(name), "credentials", body=body)


def _nulls(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value == "" else value for name, value in item.items()}
