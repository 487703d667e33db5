# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of ``c7_authorization``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...desired.plan import DELETE, plan
from ...errors import UsageError
from ...task import Context, Outcome
from ..client import Camunda7
from . import authorization_rows, automatic_grants
from .authorizations import AUTHORIZATION, EVERYBODY, AuthorizationId, desired
from .permissions import ALL, SECURABLES, TYPE_NAMES, TYPES, Securable, check_permissions, normal, securable_of


def _add(_securable: Securable, current: list[str], permissions: list[str]) -> list[str]:
    return [*current, *permissions]


def _remove(securable: Securable, current: list[str], permissions: list[str]) -> list[str]:
    if ALL in permissions:
        return []
    # ALL also covers the permissions of later versions; taking one away leaves those that are known today.
    names = securable.permissions if ALL in current and permissions else current
    return sorted(set(names) - set(permissions))


MODES = {"exact": lambda _securable, _current, permissions: permissions, "add": _add, "remove": _remove}
"""What becomes of the current permissions on a securable, by the option ``mode``."""


def ensure_authorization(context: Context[Camunda7]) -> Outcome:
    """Create, update or delete an authorization.

    Raises:
        UsageError: an unknown resource or permission, or not exactly one grantee.
        RefusedError: a guard that ``allow`` does not name.
    """
    client, params = context.client, context.params
    key = _identity(params)
    current = authorization_rows.find_types(client, key)
    grant = key._replace(type=TYPES["grant"])
    if automatic_grants.default(grant) is not None:
        aside = authorization_rows.find_set_aside(client)
        current.update({found: row for found, row in aside.items() if found == grant})
    if key not in current:
        from .visibility import check_readable

        check_readable(client, SECURABLES["authorization"], everything=True)
    before = list(current[key]["permissions"]) if key in current else []
    after = normal(MODES[params["mode"]](securable_of(key.resource), before, params["permissions"] or []))
    if params["state"] == "absent" or (params["mode"] == "remove" and not after):
        stages = [plan(AUTHORIZATION, (), current, absent=[key])]
    else:
        # An authorization cannot change its type: the one of the other type is deleted.
        other = set(current) - {key} if params["mode"] == "exact" else set()
        changes = plan(AUTHORIZATION, [desired(key, after)], current, surplus=other)
        deletes = [change for change in changes if change.action == DELETE]
        stages = [deletes, [change for change in changes if change.action != DELETE]]
    if any(stages):
        from . import guards  # most runs change nothing

        guards.check(client, stages, params["allow"])
    written = context.apply(stages)
    planned = stages[-1][-1].after if stages[-1] else current.get(key)
    return Outcome.of(stages, authorization=_named(written[-1] if written else planned))


def _identity(params: Mapping[str, Any]) -> AuthorizationId:
    """Return the identity that the parameters name; refuse what is wrong with them."""
    securable = securable_of(params["resource"])
    problems = check_permissions(securable, params["permissions"] or [])
    grantees = [name for name in ("user", "group") if params[name] is not None]
    if (params["type"] == "global") != (not grantees):
        problems.append("The types grant and revoke take a user or a group, the type global takes neither.")
    if problems:
        raise UsageError(" ".join(problems))
    grantee = grantees[0] if grantees else ""
    name = params[grantee] if grantee else EVERYBODY
    return AuthorizationId(TYPES[params["type"]], grantee, name, securable.number, params["resource_id"])


def _named(row: Any) -> Any:
    """Return a row with the names of its type and resource beside their numbers."""
    if row is None:
        return None
    names = {"typeName": TYPE_NAMES[row["type"]], "resourceName": securable_of(row["resourceType"]).name}
    return {**row, **names}
