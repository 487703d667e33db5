# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the modules for single objects: guarded plans, and the authorizations that belong to an object."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ...desired import ensure
from ...desired.plan import Change, Stages, plan
from ...task import Work
from ..client import Camunda7
from . import aside, authorization_rows
from .authorizations import AUTHORIZATION, Authorizations
from .memberships import IdentityMembership
from .objects import IdentityResource


def ensure_object(resource: IdentityResource) -> Work[Camunda7]:
    """Return the work of the module for users, groups or tenants.

    Its options are ``state`` and the resource's arguments; optionally ``allow`` and ``purge_authorizations``.
    """

    def stages(client: Camunda7, changes: list[Change], params: Mapping[str, Any]) -> Stages:
        name = params["id"]
        if params["state"] == "absent":
            # The engine deletes the authorizations on what it deletes, apart from those that are set aside.
            rows = _set_aside_on(client, resource, name) if changes else {}
            if params.get("purge_authorizations"):
                rows.update(_granted_to(client, resource, name))
            before = plan(AUTHORIZATION, (), rows, absent=rows)
        else:
            # An object that exists does not show whether its creation was interrupted before the end.
            rows = _set_aside_on(client, resource, name) if resource.automatic_grant else {}
            before = aside.recovery(rows)
        return _checked(client, [before, changes], params.get("allow") or ())

    return ensure.ensure(resource, stages)


def ensure_members(*memberships: IdentityMembership) -> Work[Camunda7]:
    """Return the work of the module for the members of a group or tenant.

    Its options are ``state``, ``allow``, ``member_arguments`` and ``EXACT``.
    """
    container = memberships[0].container

    def stages(
        client: Camunda7, name: str, creates: list[Change], deletes: list[Change], params: Mapping[str, Any]
    ) -> Stages:
        back: list[Change] = []
        if memberships[0].automatic_grant and (deletes or params["state"] == "present"):
            # With a member that leaves, the engine deletes the authorization that was moved back.
            back = aside.recovery(_set_aside_on(client, container, name))
        return _checked(client, [back, creates, deletes], params["allow"])

    return ensure.ensure_members(memberships, stages)


def _checked(client: Camunda7, stages: Stages, allow: Collection[str]) -> Stages:
    if any(stages):
        from . import guards  # most runs change nothing

        guards.check(client, stages, allow)
    return stages


def _set_aside_on(client: Camunda7, resource: IdentityResource, name: str) -> Authorizations:
    """Return the authorizations on an object that an interrupted creation left aside, by their own identity."""
    rows = authorization_rows.find_set_aside(client)
    return {key: row for key, row in rows.items() if key[3:] == (resource.securable.number, name)}


def _granted_to(client: Camunda7, resource: IdentityResource, name: str) -> Authorizations:
    """Return the authorizations that the engine keeps when a user or group is deleted."""
    query = {} if "," in name else {f"{resource.name}IdIn": name}
    rows = authorization_rows.find_by(client, query)
    return {key: row for key, row in rows.items() if key[1:3] == (resource.name, name)}
