# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what was not found is absent or hidden. Only imported where something was not found, or all matters."""

from __future__ import annotations

from collections.abc import Collection

from ...errors import HiddenError
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
    if target and client.is_authorized("READ", securable, target) is False:
        raise HiddenError(
            f"The caller {client.caller or ''} may not read {securable.name} {target}, and the engine hides what a "
            f"caller may not read. So it cannot be told whether it exists. Grant READ on the resource "
            f"{securable.name}, id *, to the caller."
        )
