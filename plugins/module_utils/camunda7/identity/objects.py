# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, groups and tenants: their rows, and how they are found."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any
from urllib.parse import quote

from ...desired.plan import Change, Object
from ...desired.resource import Field, Resource
from ...rest import shapes
from ..client import Camunda7
from .permissions import SECURABLES, Securable

# The lengths are those of the columns of the engine's tables.
ID = {"type": "string", "minLength": 1, "maxLength": 64}
TEXT = {"type": "string", "maxLength": 255}
PASSWORD = {"type": "string", "pattern": "[^ \\t\\r\\n]", "writeOnly": True}

# Tomcat takes a request line and headers of 8 KB; half of it leaves room for a bearer token.
_IDS_LENGTH = 4096


@dataclass(frozen=True, eq=False)
class IdentityResource(Resource[Camunda7]):
    """A kind of identity object. Its name is also the address of its list.

    Args:
        by_ids: whether the list has the filter ``idIn``.
        automatic_grant: whether the engine creates an authorization together with an object.
        create_body: returns the body that creates an object.
        update_path: the address of what PUT replaces, below the object's own address.
    """

    by_ids: bool = True
    automatic_grant: bool = True
    create_body: Callable[[dict[str, Any]], dict[str, Any]] = dict
    update_path: tuple[str, ...] = ()

    @property
    def securable(self) -> Securable:
        return SECURABLES[self.name]

    @cached_property
    def _row(self) -> shapes.Fields:
        fields = {field.api: shapes.TEXT_OR_NULL for field in self.fields if not field.write_only}
        return {self.id.api: shapes.TEXT, **fields}

    def check_id(self, name: str) -> None:
        from ..ids import encode_id  # not needed for documents

        encode_id(name)

    def check_readable(self, client: Camunda7, unseen: Collection[str], *, everything: bool = False) -> None:
        if unseen or everything:
            from .visibility import check_readable

            check_readable(client, self.securable, unseen, everything=everything)

    def find(self, client: Camunda7, ids: Iterable[str]) -> dict[str, Object]:
        """Return the objects with these ids, by id, in the fewest requests.

        One object is asked for by its id; many by ``idIn``, unless reading the whole list takes fewer pages.
        Rows are compared exactly, because databases may ignore case.
        """
        names = dict.fromkeys(ids)
        # The engine splits ``idIn`` at commas.
        single = [name for name in names if "," in name]
        listed = [name for name in names if "," not in name]
        if len(listed) == 1:
            single, listed = [*single, *listed], []
        chunks = list(_chunks(listed))
        requests = len(single) + len(chunks)
        if (listed and not self.by_ids) or (requests > 1 and self._pages(client) < requests):
            return {name: item for name, item in self.find_all(client).items() if name in names}
        queries: list[dict[str, str]] = [{"id": name} for name in single]
        queries += [{"idIn": ",".join(chunk)} for chunk in chunks]
        rows = [row for query in queries for row in client.list(self.name, fields=self._row, query=query)]
        return {row["id"]: self.stored(row) for row in rows if row["id"] in names}

    def find_all(self, client: Camunda7) -> dict[str, Object]:
        """Return all objects that the caller may read, by id."""
        return {row["id"]: self.stored(row) for row in client.list(self.name, fields=self._row)}

    def _pages(self, client: Camunda7) -> int:
        """Return the number of requests that read all objects."""
        return client.read("GET", self.name, "count").number("count") // client.page_size + 1

    def perform(self, client: Camunda7, change: Change) -> None:
        from . import writes  # most runs change nothing

        writes.write_object(client, self, change)


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


def _user_body(user: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {"profile": USER.result(user)}
    if "password" in user:
        body["credentials"] = {"password": user["password"]}
    return body


USER = IdentityResource(
    name="user",
    plural="users",
    id=Field("id", "id", ID),
    fields=(
        Field("first_name", "firstName", TEXT),
        Field("last_name", "lastName", TEXT),
        Field("email", "email", TEXT),
        Field("password", "password", PASSWORD, option="user_password"),
    ),
    create_body=_user_body,
    update_path=("profile",),
)
GROUP = IdentityResource(
    name="group",
    plural="groups",
    id=Field("id", "id", ID),
    fields=(Field("name", "name", TEXT), Field("type", "type", TEXT)),
)
TENANT = IdentityResource(
    name="tenant",
    plural="tenants",
    id=Field("id", "id", ID),
    fields=(Field("name", "name", TEXT),),
    by_ids=False,
    automatic_grant=False,
)
RESOURCES = (USER, GROUP, TENANT)
SECTIONS = {resource.plural: resource for resource in RESOURCES}
"""The resources by the section of a document that declares them."""


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether an id matches one of the patterns (``*``, ``?``, ``[abc]``, case-sensitive)."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
