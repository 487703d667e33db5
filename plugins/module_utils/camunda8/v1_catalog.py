# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entities of the Operate API v1: which fields can be filtered or sorted, and why others cannot.

Source of the facts: the sources of Operate 8.5 to 8.8 and a running 8.6.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..query.entity import Entity, Filter, Sort, Type, View
from ..query.ranges import Sorted
from .v1_types import BOOL, DATE, DECODED, INT, JSON, KEY, TEXT, check_decision_id, check_key, show, show_variable


@dataclass(frozen=True)
class Field:
    """One field of an entity.

    Attributes:
        name: its name in the API.
        no_filter: why it cannot be filtered by; empty if it can.
        no_sort: why it cannot be sorted by; empty if it can.
        choices: the values that it may have, if they are few and fixed.
        echoed: whether an answer shows what was filtered by; full-text fields and some others do not.
    """

    name: str
    type: Type = TEXT
    no_filter: str = ""
    no_sort: str = ""
    choices: tuple[str, ...] = ()
    echoed: bool = True


def _entity(name: str, one: str, *fields: Field, identifier: str = "key", **columns: Any) -> Entity:
    names = tuple(field.name for field in fields)
    types = {field.name: field.type if field.echoed else Type(field.type.check) for field in fields}
    return Entity(
        name,
        one,
        {field.name: Filter(field.name, types[field.name], field.no_filter, field.choices) for field in fields},
        {field.name: Sort(field.name, field.no_sort) for field in fields},
        (*names, DECODED) if columns.get("show") is show_variable else names,
        identifier,
        **{"check_key": check_key, "show": show, **columns},
    )


_IGNORED = "the server ignores it as a filter, and so would return everything"
_DETAIL = "it is returned for a single object only"
_FAILS = "the server answers 500, because its index has no such field"
_SPARSE = "where objects lack it the server fails to give the next page"
_ADDED = "the server adds it after the search"
_LONG_TEXT = "the server indexes it as words, which have no order"

_KEY = Field("key", KEY)
_ID = Field("id")
_TENANT = Field("tenantId")
_INSTANCE = Field("processInstanceKey", KEY)
_DEFINITION = Field("processDefinitionKey", KEY)


def _detail(name: str) -> Field:
    return Field(name, JSON, no_filter=_DETAIL, no_sort=_DETAIL)


ENTITIES: tuple[Entity, ...] = (
    _entity(
        "process-definitions",
        "process definition",
        _KEY,
        Field("name"),
        Field("version", INT),
        Field("bpmnProcessId"),
        Field("versionTag", no_filter=_IGNORED, no_sort=_SPARSE),
        _TENANT,
        views={"xml": View("/xml", document=True)},
    ),
    _entity(
        "process-instances",
        "process instance",
        _KEY,
        Field("processVersion", INT),
        Field("processVersionTag", no_sort=_SPARSE),
        Field("bpmnProcessId"),
        Field("parentKey", KEY, no_sort=_FAILS),
        Field("parentFlowNodeInstanceKey", KEY),
        Field("startDate", DATE),
        Field("endDate", DATE),
        Field("state", choices=("ACTIVE", "COMPLETED", "CANCELED")),
        Field("incident", BOOL),
        _DEFINITION,
        _TENANT,
        started=Sorted("startDate"),
        ended=Sorted("endDate"),
        views={"statistics": View("/statistics"), "sequence_flows": View("/sequence-flows")},
        aliases={"parentProcessInstanceKey": "parentKey", "processInstanceKey": "key", "incidents": "incident"},
    ),
    _entity(
        "incidents",
        "incident",
        _KEY,
        _DEFINITION,
        _INSTANCE,
        Field("type"),
        Field("message", no_sort=_LONG_TEXT, echoed=False),
        Field("creationTime", DATE),
        Field("state", choices=("ACTIVE", "PENDING", "RESOLVED", "MIGRATED")),
        Field("jobKey", KEY),
        _TENANT,
        started=Sorted("creationTime"),
    ),
    _entity(
        "flownode-instances",
        "flow node instance",
        _KEY,
        _INSTANCE,
        _DEFINITION,
        Field("startDate", DATE),
        Field("endDate", DATE),
        Field("flowNodeId"),
        Field("flowNodeName", no_filter=_IGNORED, no_sort=_FAILS),
        Field("incidentKey", KEY),
        Field("type"),
        Field("state", choices=("ACTIVE", "COMPLETED", "TERMINATED")),
        Field("incident", BOOL),
        _TENANT,
        started=Sorted("startDate"),
        ended=Sorted("endDate"),
    ),
    _entity(
        "variables",
        "variable",
        _KEY,
        _INSTANCE,
        Field("scopeKey", KEY),
        Field("name"),
        Field("value", JSON),
        Field("truncated", BOOL, no_sort=_FAILS, echoed=False),
        _TENANT,
        show=show_variable,
    ),
    _entity(
        "decision-definitions",
        "decision definition",
        _ID,
        _KEY,
        Field("decisionId"),
        Field("name"),
        Field("version", INT),
        Field("decisionRequirementsId"),
        Field("decisionRequirementsKey", KEY),
        Field("decisionRequirementsName", no_sort=_ADDED, echoed=False),
        Field("decisionRequirementsVersion", INT, no_sort=_ADDED, echoed=False),
        _TENANT,
    ),
    _entity(
        "drd",
        "decision requirements diagram",
        _ID,
        _KEY,
        Field("decisionRequirementsId"),
        Field("name"),
        Field("version", INT),
        Field("resourceName"),
        _TENANT,
        views={"xml": View("/xml", document=True)},
    ),
    _entity(
        "decision-instances",
        "decision instance",
        _ID,
        _KEY,
        Field("state", choices=("FAILED", "EVALUATED", "UNKNOWN", "UNSPECIFIED")),
        Field("evaluationDate", DATE),
        Field("evaluationFailure", no_sort=_SPARSE),
        _DEFINITION,
        _INSTANCE,
        Field("decisionId"),
        Field("decisionDefinitionId"),
        Field("decisionName"),
        Field("decisionVersion", INT),
        Field("decisionType"),
        Field("result", JSON, no_filter=_IGNORED, no_sort=_FAILS),
        _detail("evaluatedInputs"),
        _detail("evaluatedOutputs"),
        _TENANT,
        identifier="id",
        check_key=check_decision_id,
        started=Sorted("evaluationDate"),
    ),
)

BY_NAME = {entity.name: entity for entity in ENTITIES}
NAMES = tuple(BY_NAME)
