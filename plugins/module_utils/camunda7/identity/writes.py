# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How changes are written to the engine. Only imported when there is something to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Optional

from ...desired.plan import CREATE, DELETE, Change, Object
from ...errors import AnswerError, CamundaError, InvalidAnswerError, NotFoundError
from ..client import Camunda7
from ..ids import encode_id
from .authorization_rows import ROW, find_set_aside, find_types, stored
from .authorizations import ASIDE, AuthorizationId, key_of
from .permissions import TYPES

if TYPE_CHECKING:
    from .memberships import IdentityMembership
    from .objects import IdentityResource


def write_object(client: Camunda7, resource: IdentityResource, change: Change) -> None:
    """Create, update or delete a user, group or tenant."""
    if change.action == DELETE:
        client.delete(resource.name, encode_id(change.key))
    elif change.action == CREATE:
        _create_object(client, resource, change.key, dict(change.after or {}))
    else:
        _update_object(client, resource, change.key, dict(change.before or {}), dict(change.after or {}))


def _find(client: Camunda7, key: AuthorizationId) -> Optional[Object]:
    return find_types(client, key).get(key)


def _create_object(client: Camunda7, resource: IdentityResource, name: str, after: dict[str, Any]) -> None:
    def create() -> None:
        client.write("POST", resource.name, "create", body=resource.create_body(_nulls(after)))

    try:
        create()
    except AnswerError as error:
        if error.status not in {400, 500}:
            raise
        there = resource.find(client, [name])
        if there:
            # Somebody else created it in the meantime. Their password stays.
            _update_object(client, resource, name, dict(there[name]), resource.result(after))
            return
        key = AuthorizationId(TYPES["grant"], resource.name, name, resource.securable.number, name)
        if not resource.automatic_grant or not _create_despite_grant(client, key, create):
            raise


def _update_object(
    client: Camunda7, resource: IdentityResource, name: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    fields = resource.result(after)
    if fields != before:
        # The engine uses the id in the body instead of the one in the address, and replaces the whole object.
        client.write("PUT", resource.name, encode_id(name), *resource.update_path, body=_nulls(fields))
    if "password" in after:
        body = {"password": after["password"], "authenticatedUserPassword": client.password}
        client.write("PUT", resource.name, encode_id(name), "credentials", body=body)


def _nulls(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value == "" else value for name, value in item.items()}


def write_membership(client: Camunda7, membership: IdentityMembership, change: Change) -> None:
    """Add or remove a member."""
    container, member = membership.container, membership.member
    path = (container.name, encode_id(change.key.container), membership.path, encode_id(change.key.member))
    if change.action == DELETE:
        client.delete(*path)
        return

    def add() -> None:
        client.write("PUT", *path)

    try:
        add()
    except AnswerError as error:
        # The engine answers 500 without a reason if the member, or its automatic authorization, exists already.
        if error.status != 500:
            raise
        if membership.find(client, change.key.container, [change.key.member]):
            return
        _option, container_id, name = change.key
        key = AuthorizationId(TYPES["grant"], member.name, name, container.securable.number, container_id)
        if not membership.automatic_grant or not _create_despite_grant(client, key, add):
            raise


def _create_despite_grant(client: Camunda7, key: AuthorizationId, create: Callable[[], None]) -> bool:
    """Create an object although the authorization that the engine creates with it exists (see ``automatic_grants``).

    The row is set aside, the object is created, the row that the engine created with it is deleted, and the first one
    is moved back. ``aside.recovery`` completes what was interrupted in between.

    Returns:
        False if there is no such row, so that the engine refused the creation for another reason.
    """
    from . import aside  # the rare case

    row = _find(client, key)
    if row is None:
        return False
    # Where an interrupted run left a row aside, that one counts.
    row = find_set_aside(client).get(key, row)
    delete_replacement(client, row)
    put_authorization(client, aside.set_aside(row))
    try:
        create()
    except CamundaError:
        with suppress(CamundaError):
            move_back(client, row)
        raise
    move_back(client, row)
    return True


def write_authorization(client: Camunda7, change: Change) -> Optional[dict[str, Any]]:
    """Apply a change of an authorization; return the row as it is afterwards."""
    before, after = change.before or {}, dict(change.after or {})
    if ASIDE in before:
        delete_replacement(client, before)
    if "id" in after:
        return _update_authorization(client, after)
    if change.action == DELETE or ASIDE in before:
        _delete_authorization(client, before)
    return _create_authorization(client, after) if after else None


def delete_replacement(client: Camunda7, row: Object) -> None:
    """Delete the row that the engine created with the object while this one was set aside."""
    there = _find(client, key_of(row))
    if there is not None and there["id"] != row["id"]:
        client.delete("authorization", there["id"])


def move_back(client: Camunda7, row: Object) -> None:
    """Give a row that is set aside its own identity again."""
    delete_replacement(client, row)
    put_authorization(client, row)


def _delete_authorization(client: Camunda7, row: Object) -> None:
    """Delete the row with this identity, even if it was replaced by another one since it was read."""
    there = None if client.delete("authorization", row["id"]) else _find(client, key_of(row))
    if there is not None:
        client.delete("authorization", there["id"])


def _update_authorization(client: Camunda7, row: dict[str, Any]) -> dict[str, Any]:
    """Write a row that existed when the plan was made, and may have been deleted or replaced since."""
    try:
        return put_authorization(client, row)
    except NotFoundError:
        there = _find(client, key_of(row))
        if there is None:
            return _create_authorization(client, {name: value for name, value in row.items() if name != "id"})
        return put_authorization(client, {**there, "permissions": row["permissions"]})


def _create_authorization(client: Camunda7, row: dict[str, Any]) -> dict[str, Any]:
    try:
        return stored(client.write("POST", "authorization", "create", body=row).object(ROW))
    except InvalidAnswerError as error:
        error.message += " The authorization may have been created anyway: run the task again to complete it."
        raise
    except AnswerError as error:
        if error.status == 404:
            error.message += (
                " It was created anyway: the engine answers 404 if the caller may not read what it created. "
                "Grant READ on the resource authorization, id *, to the caller."
            )
        # A row with this identity appeared in the meantime: the engine made it together with a user or a membership,
        # or somebody else did. The engine says no more than 500.
        there = _find(client, key_of(row)) if error.status == 500 else None
        if there is None:
            raise
        if there["permissions"] == row["permissions"]:
            return dict(there)
        return put_authorization(client, {**there, "permissions": row["permissions"]})


def put_authorization(client: Camunda7, row: Object) -> dict[str, Any]:
    """Write a row that exists. The engine clears omitted fields, so all are sent; it ignores the type."""
    body = {name: value for name, value in row.items() if name != ASIDE}
    client.write("PUT", "authorization", row["id"], body=body)
    return body
