# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tasks of Operate have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..desired.plan import Change

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """What a task did, or would do in check mode: its result, the changes behind it, and what to warn about."""

    changed: bool = False
    result: dict[str, Any] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
