# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words in messages."""

from __future__ import annotations

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.words import nearest


@pytest.mark.parametrize(
    ("name", "names", "expected"),
    [
        ("satrted", ["ended", "started"], " Did you mean started?"),
        ("BUSINESSKEY", ["processKey", "businessKey"], " Did you mean businessKey?"),
        ("read", ["READ", "CREATE"], " Did you mean READ?"),
        ("zebra", ["ended", "started"], ""),
        ("name", [], ""),
    ],
)
def test_the_nearest_name_in_any_case(name: str, names: list[str], expected: str) -> None:
    assert nearest(name, names) == expected
    assert nearest(name, iter(names)) == expected
