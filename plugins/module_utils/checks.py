# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of a task's options that the argument spec cannot express; made before the first request."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import inf, isfinite
from typing import Any

from .errors import UsageError

RANGES: Mapping[str, tuple[float, float]] = {
    "concurrency": (1, 16),
    "max_objects": (1, inf),
    "retries": (0, inf),
    "wait_interval": (0.01, inf),
    "wait_timeout": (0, inf),
}
"""The least and the greatest value of options that mean the same in all modules; ``wait_*`` are seconds."""


def check_values(
    params: Mapping[str, Any], given: Collection[str], not_empty: Sequence[str], rules: Mapping[str, Any]
) -> None:
    """Refuse options that are given but empty, and numbers that are out of range.

    A template that renders to nothing is a mistake upstream, and must not widen what is deleted or written.

    Args:
        given: names of the options that the task gives.
        not_empty, rules: see ``Spec``.

    Raises:
        UsageError: names every empty option, the options of which one needs a value, or a number and its range.
    """
    empty = [name for name in not_empty if _is_empty(params.get(name), name in given)]
    if empty:
        raise UsageError(
            f"{', '.join(empty)}: given but empty. Omit the option if it is not meant, "
            "in a template with default(omit, true)."
        )
    for names in rules.get("required_one_of", ()):
        if all(params.get(name) is None for name in names):
            raise UsageError(f"One of these options is required: {', '.join(names)}.")
    for name, (least, greatest) in RANGES.items():
        value = params.get(name)
        if value is not None and not (isfinite(value) and least <= value <= greatest):
            wanted = f"{least:g} or more" if greatest == inf else f"between {least:g} and {greatest:g}"
            raise UsageError(f"{name}: {value:g} is not {wanted}.")


def _is_empty(value: Any, given: bool) -> bool:
    return given if value is None else value in ([], {}) or (isinstance(value, str) and not value.strip())
