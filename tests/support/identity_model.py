# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model of an engine's identity in memory: it answers the reads that a plan needs, and carries plans out.

What it creates and deletes together with an object was observed on Camunda 7.24.0 and Operaton 1.0.3;
tests/integration/test_c7_guards.py holds the engines to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Optional

from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.client import Page
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response

GRANT = 1
USER, GROUP, GROUP_MEMBERSHIP, TENANT = 1, 2, 3, 11
Row = tuple[int, str, str, int, str]  # type, grantee, name, resource, id
OWN = {"user": (USER, ["ALL"]), "group": (GROUP, ["READ"])}


@dataclass
class Model:
    """The state of an engine, and the client that a task uses.

    ``members`` holds (list, container, member). Groups have the list ``members``, tenants have ``users``, ``groups``.
    """

    objects: dict[str, set[str]] = field(default_factory=lambda: {"user": set(), "group": set(), "tenant": set()})
    members: set[tuple[str, str, str]] = field(default_factory=set)
    rows: dict[Row, list[str]] = field(default_factory=dict)
    caller: Optional[str] = None
    sees_authorizations: bool = True
    reads: list[str] = field(default_factory=list)
    page_size: int = 500
    authenticated: bool = True

    # The client

    def list(self, kind: str, *, fields: Any = None, query: Optional[dict[str, Any]] = None) -> list[dict[str, Any]]:
        self.reads.append(f"{kind} {query or ''}")
        query = query or {}
        if kind == "authorization":
            return list(self._authorizations(query))
        names = set(self.objects[kind])
        if "id" in query:
            names &= {query["id"]}
        if "idIn" in query:
            names &= set(query["idIn"].split(","))
        for parameter, option in (("memberOfGroup", "members"), ("memberOfTenant", f"{kind}s")):
            if parameter in query:
                names &= {
                    name for which, container, name in self.members if (which, container) == (option, query[parameter])
                }
        if "member" in query:
            names &= {
                container for which, container, name in self.members if (which, name) == ("members", query["member"])
            }
        return [{"id": name} for name in sorted(names)]

    def _authorizations(self, query: dict[str, Any]) -> Iterable[dict[str, Any]]:
        for (kind, grantee, name, resource, resource_id), permissions in self.rows.items():
            row = {
                "id": f"{kind} {grantee} {name} {resource} {resource_id}",
                "type": kind,
                "userId": name if grantee != "group" else None,
                "groupId": name if grantee == "group" else None,
                "resourceType": resource,
                "resourceId": resource_id,
                "permissions": permissions,
            }
            wanted = {"userIdIn": row["userId"], "groupIdIn": row["groupId"]}
            if self.sees_authorizations and all(
                wanted[each] in query[each].split(",") if each in wanted else row[each] == query[each] for each in query
            ):
                yield row

    def page(self, kind: str, *, fields: Any = None) -> Page:
        return Page(self.list(kind), self.page_size)

    def read(self, method: str, *segments: str, query: dict[str, Any]) -> Response:
        """Whether the caller has a permission, the only thing that is read besides lists."""
        assert (method, *segments) == ("GET", "authorization", "check")
        authorized = self.sees_authorizations or query["resourceName"] != "authorization"
        self.reads.append(f"check {query['permissionName']} {query['resourceName']}")
        body = json.dumps({"authorized": authorized}).encode()
        return Response("GET", "/authorization/check", 200, {}, body)

    # What the engine does

    def apply(self, change: Any) -> None:
        """Carry out a change as its ``perform`` does on an engine; fail where the engine would."""
        if change.kind.name == "authorization":
            self._authorization(change)
        elif change.kind.name == "membership":
            self.membership(change.action, tuple(change.key))
        elif change.action == "create":
            assert change.key not in self.objects[change.kind.name]
            self.objects[change.kind.name].add(change.key)
            if change.kind.name in OWN:
                resource, permissions = OWN[change.kind.name]
                self.rows.setdefault((GRANT, change.kind.name, change.key, resource, change.key), permissions)
        elif change.action == "delete":
            self.delete(change.kind.name, change.key)

    def _authorization(self, change: Any) -> None:
        key = tuple(change.key)
        if change.action == "delete":
            del self.rows[key]
            return
        assert "id" not in change.after or key in self.rows
        self.rows[key] = list(change.after["permissions"])

    def membership(self, action: str, member: tuple[str, str, str]) -> None:
        option, container, name = member
        grantee = "group" if option == "groups" else "user"
        if action == "create":
            assert member not in self.members
            self.members.add(member)
            if option != "members":
                self.rows.setdefault((GRANT, grantee, name, TENANT, container), ["READ"])
            return
        self.members.remove(member)
        self._drop((grantee, name, GROUP_MEMBERSHIP if option == "members" else TENANT, container))

    def _drop(self, identity: tuple[str, str, int, str]) -> None:
        self.rows = {key: row for key, row in self.rows.items() if key[1:] != identity}

    def delete(self, kind: str, name: str) -> None:
        self.objects[kind].remove(name)
        resource = {"user": USER, "group": GROUP, "tenant": TENANT}[kind]
        self.rows = {key: row for key, row in self.rows.items() if key[3:] != (resource, name)}
        as_member = {"user": {"members", "users"}, "group": {"groups"}, "tenant": set()}[kind]
        as_container = {"user": set(), "group": {"members"}, "tenant": {"users", "groups"}}[kind]
        for member in list(self.members):
            option, container, each = member
            if option in as_container and container == name:
                self.members.remove(member)
            elif option in as_member and each == name:
                self.members.remove(member)
                if option != "members":
                    self._drop((kind, name, TENANT, container))
