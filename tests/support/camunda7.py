# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests' own client of Camunda 7 identity: reads an engine's state back and changes it behind Ansible's back.

It shares no code with the collection, so that one mistake cannot be made twice unnoticed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

import requests

GLOBAL, GRANT, REVOKE = 0, 1, 2

T = TypeVar("T")
R = TypeVar("R")


class Authorization(NamedTuple):
    """One row of the engine's table without its id. `user` is "*" for type GLOBAL."""

    type: int
    user: str | None
    group: str | None
    resource: int
    resource_id: str | None
    permissions: frozenset[str]


@dataclass(frozen=True)
class Group:
    name: str | None
    type: str | None
    members: frozenset[str]


@dataclass(frozen=True)
class Tenant:
    name: str | None
    users: frozenset[str]
    groups: frozenset[str]


@dataclass(frozen=True)
class User:
    first_name: str | None
    last_name: str | None
    email: str | None


@dataclass(frozen=True)
class State:
    """Everything that an engine knows of identity, except passwords and the generated ids of authorizations."""

    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    authorizations: frozenset[Authorization] = frozenset()


def encode(identifier: str) -> str:
    """An id as a segment of a path: the engine decodes slash and backslash a second time."""
    return quote(identifier.replace("/", "%2F").replace("\\", "%5C"), safe="")


class Camunda7:
    """The REST API of one engine, called as one user. Every answer that is not 2xx raises, unless `call` is used."""

    def __init__(self, url: str, username: str | None, password: str | None) -> None:
        self.url, self.username, self.password = url, username, password
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(4)  # keeps its threads, and they their connections

    # Calls

    def call(self, method: str, path: str, json: Any = None, **query: Any) -> requests.Response:
        session = getattr(self._local, "session", None)
        if session is None:
            session = self._local.session = requests.Session()
            session.trust_env = False
            if self.username is not None and self.password is not None:
                session.auth = (self.username, self.password)
        return session.request(method, self.url + path, json=json, params=query, timeout=60)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        _check(answer)
        return answer.json()

    def rows(self, path: str, **query: Any) -> list[Any]:
        """A whole list, also from engines that limit the length of answers."""
        found: list[Any] = []
        size = 500
        while True:
            answer = self.call("GET", path, firstResult=len(found), maxResults=size, **query)
            if answer.status_code == 400 and "Max results limit" in answer.text and size > 50:
                size = 50
                continue
            _check(answer)
            page = answer.json()
            found += page
            if len(page) < size:
                return found

    def send(self, method: str, path: str, json: Any = None) -> None:
        _check(self.call(method, path, json))

    # Changes

    def create_user(self, user: str, password: str | None = None, **profile: str | None) -> None:
        body: dict[str, Any] = {"profile": {"id": user, **profile}}
        if password is not None:
            body["credentials"] = {"password": password}
        self.send("POST", "/user/create", body)

    def create_group(self, group: str, name: str | None = None, kind: str | None = None) -> None:
        self.send("POST", "/group/create", {"id": group, "name": name, "type": kind})

    def create_tenant(self, tenant: str, name: str | None = None) -> None:
        self.send("POST", "/tenant/create", {"id": tenant, "name": name})

    def update_user(self, user: str, **profile: str | None) -> None:
        self.send("PUT", f"/user/{encode(user)}/profile", {"id": user, **profile})

    def delete_user(self, user: str) -> None:
        self.send("DELETE", f"/user/{encode(user)}")

    def delete_group(self, group: str) -> None:
        self.send("DELETE", f"/group/{encode(group)}")

    def delete_tenant(self, tenant: str) -> None:
        self.send("DELETE", f"/tenant/{encode(tenant)}")

    def add_member(self, group: str, user: str) -> None:
        self.send("PUT", f"/group/{encode(group)}/members/{encode(user)}")

    def remove_member(self, group: str, user: str) -> None:
        self.send("DELETE", f"/group/{encode(group)}/members/{encode(user)}")

    def add_tenant_member(self, tenant: str, *, user: str | None = None, group: str | None = None) -> None:
        kind, member = ("user", user) if user is not None else ("group", group)
        assert member is not None
        self.send("PUT", f"/tenant/{encode(tenant)}/{kind}-members/{encode(member)}")

    def authorize(
        self,
        permissions: Iterable[str],
        resource: int,
        resource_id: str = "*",
        *,
        user: str | None = None,
        group: str | None = None,
        kind: int = GRANT,
    ) -> str:
        """Create an authorization and return its id."""
        body = {
            "type": kind,
            "permissions": list(permissions),
            "userId": user,
            "groupId": group,
            "resourceType": resource,
            "resourceId": resource_id,
        }
        answer = self.call("POST", "/authorization/create", body)
        _check(answer)
        return str(answer.json()["id"])

    # Reading back

    def user(self, user: str) -> User | None:
        """One user by query, which works for every id; None when there is none."""
        found = self.rows("/user", id=user)
        return _user(found[0]) if found else None

    def members(self, group: str) -> frozenset[str]:
        return frozenset(each["id"] for each in self.rows("/user", memberOfGroup=group))

    def authorizations(self, **query: Any) -> frozenset[Authorization]:
        return frozenset(_authorization(each) for each in self.rows("/authorization", **query))

    def accepts(self, user: str, password: str) -> bool:
        """Whether this password opens the account. A wrong one counts as an attempt: ask once for each user."""
        answer = self.call("POST", "/identity/verify", {"username": user, "password": password})
        _check(answer)
        return answer.json()["authenticated"] is True

    def state(self) -> State:
        """The whole identity of the engine."""
        groups, tenants = self.rows("/group"), self.rows("/tenant")
        members = self._each(groups, lambda each: _ids(self.rows("/user", memberOfGroup=each["id"])))
        users = self._each(tenants, lambda each: _ids(self.rows("/user", memberOfTenant=each["id"])))
        teams = self._each(tenants, lambda each: _ids(self.rows("/group", memberOfTenant=each["id"])))
        return State(
            {each["id"]: _user(each) for each in self.rows("/user")},
            {each["id"]: Group(each["name"], each["type"], members[n]) for n, each in enumerate(groups)},
            {each["id"]: Tenant(each["name"], users[n], teams[n]) for n, each in enumerate(tenants)},
            self.authorizations(),
        )

    def reset(self, fresh: State) -> None:
        """Bring the engine back to the state that it had when it was fresh; its admin must still be able to."""
        for _attempt in range(3):
            self._remove_surplus(fresh)
            left = self.state()
            if left == fresh:
                return
            self._restore(fresh)
        raise AssertionError(f"the engine could not be reset: {left}")

    def _remove_surplus(self, fresh: State) -> None:
        surplus = [
            f"/authorization/{each['id']}"
            for each in self.rows("/authorization")
            if _authorization(each) not in fresh.authorizations
        ]
        for path, kept in (("/user", fresh.users), ("/group", fresh.groups), ("/tenant", fresh.tenants)):
            surplus += [f"{path}/{encode(each['id'])}" for each in self.rows(path) if each["id"] not in kept]
        for group, wanted in fresh.groups.items():
            members = self.members(group) - wanted.members
            surplus += [f"/group/{encode(group)}/members/{encode(user)}" for user in members]
        # Answers are not looked at: a row may go together with its user. What counts is the state afterwards.
        self._each(surplus, lambda path: self.call("DELETE", path))

    def _restore(self, fresh: State) -> None:
        for row in fresh.authorizations - self.authorizations():
            self.authorize(
                row.permissions, row.resource, row.resource_id or "*", user=row.user, group=row.group, kind=row.type
            )
        for user, profile in fresh.users.items():
            if self.user(user) != profile:
                self.update_user(user, firstName=profile.first_name, lastName=profile.last_name, email=profile.email)
        for name, group in fresh.groups.items():
            self.send("PUT", f"/group/{encode(name)}", {"id": name, "name": group.name, "type": group.type})
            for user in group.members - self.members(name):
                self.add_member(name, user)

    def _each(self, items: Sequence[T], work: Callable[[T], R]) -> list[R]:
        """What `work` returns for each item; a few at a time."""
        return list(self._pool.map(work, items))


def _check(answer: requests.Response) -> None:
    assert answer.ok, f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text[:500]}"


def _ids(found: Sequence[dict[str, Any]]) -> frozenset[str]:
    return frozenset(each["id"] for each in found)


def _user(found: dict[str, Any]) -> User:
    return User(found["firstName"], found["lastName"], found["email"])


def _authorization(found: dict[str, Any]) -> Authorization:
    return Authorization(
        found["type"],
        found["userId"],
        found["groupId"],
        found["resourceType"],
        found["resourceId"],
        frozenset(found["permissions"]),
    )
