# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options as the task gives them, before Ansible makes strings of numbers, booleans and mappings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import strings
from .errors import UsageError

if TYPE_CHECKING:
    from .task import Spec


def as_given(spec: Spec[Any], params: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters with the lists of mappings as the task gives them.

    Raises:
        UsageError: names every value that has to be a string and is none, or cannot be intended.
    """
    problems = list(wrong_strings(spec.strings, spec.options, params, given))
    if problems:
        raise UsageError(" ".join(problems))
    return {**params, **{name: rows(params[name], given.get(name)) for name in spec.as_given}}


def wrong_strings(
    rules: Mapping[str, Mapping[str, Any]],
    options: Mapping[str, Any],
    params: Mapping[str, Any],
    given: Mapping[str, Any],
) -> Iterable[str]:
    """Say what is wrong with the options that have to be strings, or lists of strings.

    Args:
        rules: the options, with the rules that ``strings.problem`` takes.
        options: their argument spec.
        params: their values after Ansible's conversions.
        given: their values before.
    """
    for name, rule in rules.items():
        option = options[name]
        value = next((given[key] for key in (name, *option.get("aliases", ())) if key in given), None)
        if value is None:
            continue
        if isinstance(value, str):
            value = params[name]  # a list may be written as one string
        several = option["type"] == "list" and isinstance(value, list)
        for position, item in enumerate(value if several else [value]):
            problem = strings.problem(item, rule)
            if problem:
                yield f"{name}{f'[{position}]' if several else ''}: {problem}."


def rows(value: Any, given: Any) -> Any:
    """Return a list of mappings as the task gives it.

    A list that the task gives in another form, such as JSON, is returned as Ansible reads it, without the nulls that
    Ansible adds for keys that are left out.
    """
    if value is None or (isinstance(given, list) and all(isinstance(row, Mapping) for row in given)):
        return value if value is None else given
    return [{name: item for name, item in row.items() if item is not None} for row in value]
