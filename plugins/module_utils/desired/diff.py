# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show a plan: the diff of a task is made from its changes, not from a second comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .plan import Change

# A diff of many thousand objects helps nobody and costs the controller seconds.
LIMIT = 200


def diff(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Return the changes in Ansible's diff format, one entry a change, at most LIMIT and a line about the rest."""
    shown: list[dict[str, Any]] = [
        {
            "before_header": f"{change.kind.name} {change.name}" if change.before is not None else "absent",
            "after_header": f"{change.kind.name} {change.name}" if change.after is not None else "absent",
            "before": "" if change.before is None else change.kind.show(change.before),
            "after": "" if change.after is None else change.kind.show(change.after),
        }
        for change in changes[:LIMIT]
    ]
    if len(changes) > LIMIT:
        shown.append({"prepared": f"... and {len(changes) - LIMIT} more changes\n"})
    return shown
