# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entities of the Operate API v1: which fields can be filtered or sorted, and why others cannot.

Source of the facts: the sources of Operate 8.5 to 8.8 and a running 8.6.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ..errors import UsageError
from ..words import nearest

KEY, INT, TEXT, BOOL, DATE, JSON = "key", "int", "str", "bool", "date", "json"


@dataclass(frozen=True)
class Field:
    """One field of an entity.

    Attributes:
        name: its name in the API.
        type: KEY (a 64-bit number), INT, TEXT, BOOL, DATE, or JSON (a text that holds a JSON document).
        no_filter: why it cannot be filtered by; empty when it can.
        no_sort: why it cannot be sorted by; empty when it can.
        choices: the values that it may have, where they are few and fixed.
    """

    name: str
    type: str = TEXT
    no_filter: str = ""
    no_sort: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entity:
    """One kind of object.

    Attributes:
        name: its name in paths, and in the option ``entity``.
        one: what one object is called in messages.
        fields: all fields that are known.
        identifier: the field by which one object is got.
        started, ended: the date fields behind ``started_*`` and ``ended_*``; None where there is no such date.
        views: the views of one object beside the object itself.
    """

    name: str
    one: str
    fields: tuple[Field, ...]
    identifier: str = "key"
    started: Optional[str] = None
    ended: Optional[str] = None
    views: tuple[str, ...] = ()

    def field(self, name: str, purpose: str) -> Field:
        """Return the field called ``name``.

        Args:
            purpose: the option that named it, for the message.

        Raises:
            UsageError: there is none. Servers ignore unknown names, and a filter that is ignored finds everything.
        """
        for field in self.fields:
            if field.name == name:
                return field
        names = [field.name for field in self.fields]
        raise UsageError(
            f"{purpose}: {self.name} have no field {name!r}.{nearest(name, names)} They have {', '.join(names)}."
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
    Entity(
        "process-definitions",
        "process definition",
        (
            _KEY,
            Field("name"),
            Field("version", INT),
            Field("bpmnProcessId"),
            Field("versionTag", no_filter=_IGNORED, no_sort=_SPARSE),
            _TENANT,
        ),
        views=("xml",),
    ),
    Entity(
        "process-instances",
        "process instance",
        (
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
        ),
        started="startDate",
        ended="endDate",
        views=("statistics", "sequence_flows"),
    ),
    Entity(
        "incidents",
        "incident",
        (
            _KEY,
            _DEFINITION,
            _INSTANCE,
            Field("type"),
            Field("message", no_sort=_LONG_TEXT),
            Field("creationTime", DATE),
            Field("state", choices=("ACTIVE", "PENDING", "RESOLVED", "MIGRATED")),
            Field("jobKey", KEY),
            _TENANT,
        ),
        started="creationTime",
    ),
    Entity(
        "flownode-instances",
        "flow node instance",
        (
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
        ),
        started="startDate",
        ended="endDate",
    ),
    Entity(
        "variables",
        "variable",
        (
            _KEY,
            _INSTANCE,
            Field("scopeKey", KEY),
            Field("name"),
            Field("value", JSON),
            Field("truncated", BOOL, no_sort=_FAILS),
            _TENANT,
        ),
    ),
    Entity(
        "decision-definitions",
        "decision definition",
        (
            _ID,
            _KEY,
            Field("decisionId"),
            Field("name"),
            Field("version", INT),
            Field("decisionRequirementsId"),
            Field("decisionRequirementsKey", KEY),
            Field("decisionRequirementsName", no_sort=_ADDED),
            Field("decisionRequirementsVersion", INT, no_sort=_ADDED),
            _TENANT,
        ),
    ),
    Entity(
        "drd",
        "decision requirements diagram",
        (
            _ID,
            _KEY,
            Field("decisionRequirementsId"),
            Field("name"),
            Field("version", INT),
            Field("resourceName"),
            _TENANT,
        ),
        views=("xml",),
    ),
    Entity(
        "decision-instances",
        "decision instance",
        (
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
        ),
        identifier="id",
        started="evaluationDate",
    ),
)

NAMES: tuple[str, ...] = tuple(entity.name for entity in ENTITIES)
PROCESS_INSTANCES = "process-instances"


def find(name: str) -> Entity:
    """Return the entity called ``name``; underscores and hyphens are equivalent.

    Raises:
        UsageError: there is none; the message lists all.
    """
    wanted = name.replace("_", "-")
    for entity in ENTITIES:
        if entity.name == wanted:
            return entity
    raise UsageError(f"entity: {name!r} is none of {', '.join(NAMES)}.{nearest(wanted, NAMES)}")
