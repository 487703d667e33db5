# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running Camunda 8.6.0 with OpenSearch 2.19.1 was seen to answer, as tables.

A string that begins with ``$`` stands for something in the world of the tests: see `place`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..support.camunda8 import Camunda8, World

BAD, INVALID, MISSING, BROKEN = (
    "Invalid request",
    "Data invalid",
    "Requested resource not found",
    "API application error",
)


class Refusal(NamedTuple):
    """An error answer: its status, its type, and words of its message."""

    status: int
    type: str
    words: str = ""


PROCESS_INSTANCES, DECISIONS = "process-instances", "decision-definitions"

SEARCHES: tuple[tuple[str, dict[str, Any], Refusal | int], ...] = (
    # entity, body, and the total or the refusal. A filter that the server does not know finds everything.
    (PROCESS_INSTANCES, {"filter": {"key": "$finished", "bogus": 1}}, 1),
    (PROCESS_INSTANCES, {"filter": {"key": "$finished", "state": "BOGUS"}}, 0),
    (PROCESS_INSTANCES, {"filter": {"key": "$finished-as-string"}}, 1),
    (PROCESS_INSTANCES, {"filter": {"key": "abc"}}, Refusal(400, BAD, "Cannot deserialize value of type `long`")),
    (PROCESS_INSTANCES, {"filter": {"parentKey": "$caller"}}, 1),
    (PROCESS_INSTANCES, {"filter": {"parentProcessInstanceKey": "$caller"}}, 1),
    (PROCESS_INSTANCES, {"filter": {"key": "$finished", "parentKey": None}}, 1),
    (PROCESS_INSTANCES, {"filter": {"key": "$failed", "incident": True}}, 1),
    (PROCESS_INSTANCES, {"filter": {"key": "$failed", "incident": False}}, 0),
    (PROCESS_INSTANCES, {"filter": {"key": "$finished", "startDate": "$start"}}, 1),
    (PROCESS_INSTANCES, {"filter": {"key": "$finished", "startDate": "$start||/d"}}, 1),
    (PROCESS_INSTANCES, {"filter": {"key": "$finished", "startDate": "2020-01-01T00:00:00.000+0000||/y"}}, 0),
    (PROCESS_INSTANCES, {"filter": {"startDate": "nonsense"}}, Refusal(500, BROKEN)),
    ("incidents", {"filter": {"processInstanceKey": "$failed", "message": "stove COLD"}}, 1),
    ("variables", {"filter": {"processInstanceKey": "$active", "truncated": True}, "size": 1}, 1),
    ("flownode-instances", {"filter": {"processInstanceKey": "$finished", "flowNodeName": "nonsense"}}, 2),
    ("process-definitions", {"filter": {"name": "$prefix", "versionTag": "nonsense"}}, 3),
    (DECISIONS, {"filter": {"decisionId": "$dish", "decisionRequirementsName": "Kitchen"}}, 1),
    # Pages
    (PROCESS_INSTANCES, {"size": 0}, Refusal(400, BAD, "greater than zero and equal or less than 1000")),
    (PROCESS_INSTANCES, {"size": 1001}, Refusal(400, BAD, "greater than zero and equal or less than 1000")),
    (PROCESS_INSTANCES, {"filter": {"key": "$finished"}, "size": 1000}, 1),
    (PROCESS_INSTANCES, {"searchAfter": []}, Refusal(400, INVALID)),
    (PROCESS_INSTANCES, {"searchAfter": ["1", "2"]}, Refusal(500, BROKEN)),
    (
        PROCESS_INSTANCES,
        {"sort": [{"field": "state", "order": "ASC"}], "searchAfter": ["1"]},
        Refusal(400, INVALID, "searchAfter should have a 2 values"),
    ),
    # Sort orders
    (PROCESS_INSTANCES, {"sort": [{"field": "key", "order": "asc"}]}, Refusal(400, BAD)),
    (PROCESS_INSTANCES, {"sort": [{"field": "nope", "order": "ASC"}]}, Refusal(400, INVALID, "invalid field(s): nope")),
    *(
        (entity, {"sort": [{"field": field, "order": order}]}, refusal)
        for entity, field, refusal in (
            (PROCESS_INSTANCES, "parentKey", Refusal(500, BROKEN)),
            ("flownode-instances", "flowNodeName", Refusal(500, BROKEN)),
            ("variables", "truncated", Refusal(500, BROKEN)),
            ("decision-instances", "result", Refusal(500, BROKEN)),
            ("decision-instances", "evaluatedInputs", Refusal(500, BROKEN)),
            ("decision-instances", "evaluatedOutputs", Refusal(500, BROKEN)),
            ("incidents", "message", Refusal(400, INVALID)),
            (DECISIONS, "decisionRequirementsName", Refusal(400, INVALID)),
            (DECISIONS, "decisionRequirementsVersion", Refusal(400, INVALID)),
        )
        for order in ("ASC", "DESC")
    ),
)

# Methods and paths of single objects.
REQUESTS: tuple[tuple[str, str, Refusal], ...] = (
    ("GET", "process-instances/abc", Refusal(400, BAD)),
    ("GET", "process-instances/1", Refusal(404, MISSING, "No process instances found for key 1")),
    ("GET", "drd/1/xml", Refusal(404, MISSING)),
    ("DELETE", "process-instances/1", Refusal(404, MISSING)),
    ("DELETE", "process-instances/$active", Refusal(400, BAD, "in one of the states [COMPLETED, CANCELED]")),
)


def place(value: Any, api: Camunda8, world: World) -> Any:
    """The value with things of the world in place of their names."""
    if isinstance(value, dict):
        return {name: place(each, api, world) for name, each in value.items()}
    if isinstance(value, list):
        return [place(each, api, world) for each in value]
    finished = world.finished[0]
    things = {
        "$finished": finished,
        "$finished-as-string": str(finished),
        "$failed": world.failed[0],
        "$active": world.active[0],
        "$caller": world.callers[0],
        "$prefix": world.prefix,
        "$dish": world.process("dish"),
    }
    if isinstance(value, str) and value.startswith("$start"):
        return value.replace("$start", api.get(f"process-instances/{finished}").json()["startDate"])
    return things.get(value, value) if isinstance(value, str) else value
