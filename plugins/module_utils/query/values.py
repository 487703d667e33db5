# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of values that servers have in common."""

from __future__ import annotations

from typing import Any

from ..errors import UsageError


def string(option: str, value: Any) -> str:
    """Check a string.

    Raises:
        UsageError: naming ``option``.
    """
    if not isinstance(value, str):
        raise UsageError(f"{option}: {value!r} is not a string; put it in quotes.")
    return value


def boolean(option: str, value: Any) -> bool:
    """Check a boolean, which may be written as a string in any case.

    Raises:
        UsageError: naming ``option``.
    """
    word = str(value).strip().lower()
    if word not in ("true", "false"):
        raise UsageError(f"{option}: {value!r} is neither true nor false.")
    return word == "true"
