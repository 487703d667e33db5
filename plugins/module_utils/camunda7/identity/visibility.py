# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The permissions of the caller, and whether what was not found is absent or hidden.

Only imported where something was not found, or where everything matters.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Optional

from ...errors import AuthenticationError, HiddenError
from ...rest import shapes
from ..client import Camunda7
from .permissions import Securable


def check_readable(
    client: Camunda7, securable: Securable, unseen: Collection[str] = (), *, everything: bool = False
) -> None:
    """Make sure that objects that were not found are absent, not hidden.

    The engine omits from its lists what the caller may not read, without an error.

    Args:
        unseen: ids that were looked for and not found.
        everything: whether the whole list matters (purge, export), not only these ids.

    Raises:
        HiddenError: the caller lacks READ on them.
    """
    target = "*" if everything or len(unseen) > 1 else "".join(unseen)
    if target and is_authorized(client, "READ", securable, target) is False:
        raise HiddenError(
            f"The caller {client.caller or ''} may not read {securable.name} {target}, and the engine hides what a "
            f"caller may not read. So it cannot be told whether it exists. Grant READ on the resource "
            f"{securable.name}, id *, to the caller."
        )


def is_authorized(client: Camunda7, permission: str, securable: Securable, resource_id: str = "*") -> Optional[bool]:
    """Whether the caller has a permission; None if the engine knows no caller."""
    if not client.authenticated:
        return None
    query = {
        "permissionName": permission,
        "resourceName": securable.name,
        "resourceType": securable.number,
        "resourceId": resource_id,
    }
    try:
        answer = client.read("GET", "authorization", "check", query=query)
    except AuthenticationError as error:
        # An engine without a login filter answers this although the credentials are not looked at.
        if "must be authenticated" in error.message:
            return None
        raise
    return bool(answer.object({"authorized": shapes.BOOLEAN})["authorized"])
