# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a deletion, and what counts as done."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8 import deletion
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import AnswerError, RefusedError
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.response import Response

QUICK = deletion.Settings(cancel_first=True, wait_interval=0.0)


def frozen(**parents: Optional[str]) -> deletion.Frozen:
    """Active instances by key, each with the key of the one that called it."""
    return deletion.Frozen(
        {key: {"key": key, "state": "ACTIVE", "parentKey": parent} for key, parent in parents.items()}
    )


def test_cancellations_come_first_and_called_ones_go_before_their_callers() -> None:
    stages = deletion.plan(frozen(a=None, b="a", c="b", d=None), QUICK)
    assert [[str(change) for change in stage] for stage in stages] == [
        ["cancel process instance a", "cancel process instance d"],
        ["delete process instance c"],
        ["delete process instance b"],
        ["delete process instance a", "delete process instance d"],
    ]


def test_a_refusal_names_each_instance() -> None:
    with pytest.raises(RefusedError) as refused:
        deletion.plan(frozen(a=None, b="elsewhere"), QUICK)
    assert [row["key"] for row in refused.value.facts["refused"]] == ["b"]


class Client:
    """Operate that fails to delete once although it did."""

    def __init__(self) -> None:
        self.deletions = 0

    def get(self, _entity: Any, _key: str) -> None:
        return None

    def delete_instance(self, key: str) -> bool:
        self.deletions += 1
        if self.deletions == 1:
            answer = Response("DELETE", f"/v1/process-instances/{key}", 500, {}, b"")
            raise AnswerError(f"500 Error in deleting process instance {key}.", answer)
        return False


def test_gone_after_a_failed_attempt_counts_as_deleted() -> None:
    client: Any = Client()
    instances = deletion.Frozen({"a": {"key": "a", "state": "COMPLETED"}})
    stages = deletion.plan(instances, QUICK)
    assert deletion.carry_out(client, stages, QUICK) == {("delete", "a"): True}
    assert client.deletions == 2
