# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as the engine reads and writes them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any


def write(when: datetime) -> str:
    """Return a time as the engine reads it, cut off at milliseconds. It takes no other form."""
    naive = when.astimezone(timezone.utc).replace(tzinfo=None)
    return f"{naive.isoformat(timespec='milliseconds')}+0000"


def when(option: str, value: str) -> str:
    """Return a time as the engine reads it.

    Raises:
        UsageError: it is none.
    """
    from ..query import times  # few tasks give one

    return write(times.moment(option, value))


def same(found: Any, wanted: Any) -> bool:
    """Return whether two values are equal; the same time has as many texts as there are time zones."""
    from ..query import times

    moments = times.answered(found), times.answered(wanted)
    return bool(found == wanted if None in moments else moments[0] == moments[1])
