# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids in addresses.

Source of the facts: the sources of Camunda 7.24 and running engines (7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

import re
from urllib.parse import quote

from ..errors import UsageError

# Both are stored (as something else) and then answered with 400 in every address. Other control characters work.
_UNADDRESSABLE = re.compile("[\\x00\\ud800-\\udfff]")


def encode_id(value: str) -> str:
    """Encode an id, for example of a user, group or tenant, for a path.

    The engine decodes slashes and backslashes twice, because Tomcat refuses them when they are encoded once. So the
    address of an id that contains ``%2F`` means another id, the one with a slash.

    Raises:
        UsageError: no URL can carry the id.
    """
    if value in {"", ".", ".."} or _UNADDRESSABLE.search(value):
        raise UsageError(f"The id {value!r} cannot be used: no web address can carry it.")
    if "%2F" in value or "%5C" in value:
        raise UsageError(
            f"The id {value!r} cannot be addressed: the engine decodes %2F and %5C to a slash and a backslash, "
            "which is another id. The REST API can neither change nor remove such an object."
        )
    return quote(value.replace("/", "%2F").replace("\\", "%5C"), safe="")


def encode(value: str) -> str:
    """Return an id that the engine made as a segment of a path.

    Raises:
        UsageError: it is no such id: Tomcat refuses encoded slashes, and clients remove dots.
    """
    if value in (".", "..") or "/" in value or "\\" in value:
        raise UsageError(f"{value!r} cannot be used: no web address can carry it.")
    return quote(value, safe="")
