# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How declared permissions are applied to those that an authorization has."""

from __future__ import annotations

from . import authorizations
from .permissions import ALL, Resource, normal


def _add(resource: Resource, current: list[str], wanted: list[str]) -> list[str]:
    return normal([*current, *wanted])


def _remove(resource: Resource, current: list[str], unwanted: list[str]) -> list[str]:
    if ALL in unwanted:
        return []
    # ALL also covers the permissions of later versions; taking one away leaves those that are known today.
    names = resource.permissions if ALL in current and unwanted else current
    return normal(set(names) - set(unwanted))


MODES: dict[str, authorizations.Merge] = {
    "exact": authorizations.exact,
    "add": _add,
    "remove": _remove,
}
