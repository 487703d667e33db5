# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of options, in words."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.checks import check_values
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError


def problem(params: dict[str, Any], not_empty: tuple[str, ...] = (), **rules: Any) -> str:
    with pytest.raises(UsageError) as caught:
        check_values(params, list(params), not_empty, rules)
    return caught.value.message


def test_all_empty_options_are_named() -> None:
    assert problem({"a": "", "b": "x", "c": None, "d": []}, ("a", "b", "c", "d", "e")) == (
        "a, c, d: given but empty. Omit the option if it is not meant, in a template with default(omit, true)."
    )


def test_a_group_of_options_of_which_none_has_a_value_is_named() -> None:
    check_values({"a": None, "b": 0, "c": "x"}, [], (), {"required_one_of": [("a", "b"), ("c",)]})
    message = "One of these options is required: d, e."
    assert problem({"a": 1, "d": None}, required_one_of=[("a", "d"), ("d", "e")]) == message


def test_a_number_out_of_range_is_named_with_its_range() -> None:
    assert problem({"concurrency": 17}) == "concurrency: 17 is not between 1 and 16."
    assert problem({"wait_timeout": inf}) == "wait_timeout: inf is not 0 or more."
    check_values({"concurrency": 16, "wait_interval": 0.01, "wait_timeout": 0}, [], (), {})
