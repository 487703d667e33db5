# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a task already is as it should be does not depend on the time zone of the engine."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.tasks import ARGUMENTS, VERBS

TASK = {"id": "t1", "priority": 50, "due": "2026-01-31T13:00:00.000+0100", "followUp": None}


def options(**given: Any) -> dict[str, Any]:
    return {**dict.fromkeys(ARGUMENTS), "state": "updated", **given}


@pytest.mark.parametrize(
    ("given", "due"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T13:00:00.000+0100"),
        ("2026-01-31T13:00:00+01:00", "2026-01-31T13:00:00.000+0100"),
        ("2026-01-31T13:00:00Z", "2026-01-31T13:00:00.000+0000"),
        ("", None),
    ],
)
def test_the_same_time_stays_as_it_is_written(given: str, due: Optional[str]) -> None:
    wanted = options(due_date=given)
    assert VERBS["updated"].after(TASK, wanted) == {**TASK, "due": due}
    assert VERBS["updated"].done(TASK, wanted) is (due == TASK["due"])


def test_a_date_that_is_set_for_the_first_time() -> None:
    assert VERBS["updated"].after(TASK, options(follow_up_date="2026-01-31")) == {
        **TASK,
        "followUp": "2026-01-31T00:00:00.000+0000",
    }
