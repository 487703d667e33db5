# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the engine differs from its vendor's OpenAPI description (the generated rows), each with what was observed.

Observed on Camunda 7.24.0 and Operaton 1.0.3, which do not differ here. A row that no longer deviates from the
description fails the test of the tables.
"""

from __future__ import annotations

from typing import NamedTuple, Optional


class Override(NamedTuple):
    """One correction.

    Attributes:
        entity: the entity's name.
        column: filters, sorts or fields.
        name: of the filter, the sort field or the returned field.
        word: what the row has to say (see catalog.py); None: the name is not offered.
        observed: what was seen.
    """

    entity: str
    column: str
    name: str
    word: Optional[str]
    observed: str


_IGNORED = "the list ignores it: GET /batch?withFailures=true&startedAfter=garbage answers 200 with all batches"
_FORM = "decides the form of the answer, selects nothing, and the count does not know it"
_OPERATORS = "eq neq gt gteq lt lteq like"
_NOT_LIKE = "notLike is accepted; for other filters by variables it is 400 'Invalid variable comparator specified'"
_TEXT_DATE = "described as a text; 'x' is 400 'Cannot convert value \"x\" to java type java.util.Date'"
_SORTED = "missing in the description; GET and POST sort by it"
_ERROR = "500 ProcessEnginePersistenceException: the statement names a column that does not exist"
_OPTIONAL = "an object has it only when the query asks for it"
_FORM_FIELD = "only updates by a form have it"


def _operators(*names: str) -> str:
    return "|".join(["variables", *names])


OVERRIDES: tuple[Override, ...] = (
    *(
        Override("batch", "filters", name, None, _IGNORED)
        for name in ("createdBy", "startedBefore", "startedAfter", "withFailures", "withoutFailures")
    ),
    *(
        Override(entity, "filters", "deserializeValues", None, _FORM)
        for entity in ("variable-instance", "history/variable-instance", "history/detail")
    ),
    Override("filter", "filters", "itemCount", None, _FORM),
    Override("task", "filters", "followUpBefore", "followUpBefore:when", _TEXT_DATE),
    Override(
        "history/activity-instance",
        "filters",
        "activityNameLike",
        "activityNameLike",
        "missing in the description; POST with a mapping as its value is 400, with an unknown name 200",
    ),
    *(
        Override(entity, "filters", "processVariables", "processVariables:variables|eq|neq|gt|gteq|lt|lteq|like|notLike", _NOT_LIKE)
        for entity in ("task", "history/task")
    ),
    Override(
        "external-task",
        "filters",
        "processVariables",
        "processVariables:variables|eq|neq|gt|gteq|lt|lteq|like|notLike@7.24",
        _NOT_LIKE,
    ),
    Override(
        "execution",
        "filters",
        "processVariables",
        "processVariables:variables|eq|neq",
        "gt, gteq, lt, lteq and like are 400 'Invalid process variable comparator specified'",
    ),
    Override(
        "history/task",
        "filters",
        "taskVariables",
        "taskVariables:variables|eq",
        "every operator but eq is 400 'Invalid variable comparator specified'",
    ),
    Override("process-definition", "sorts", "tenantId_", None, "described with a blank at its end, which is 400"),
    Override("process-definition", "sorts", "tenantId", "tenantId", _SORTED),
    Override("task", "sorts", "tenantId", "tenantId", _SORTED),
    Override("batch/statistics", "sorts", "startTime", "startTime", _SORTED),
    Override("history/task", "sorts", "caseDefinitionId", None, _ERROR),
    Override("history/task", "sorts", "caseInstanceId", None, _ERROR),
    *(Override("task", "fields", name, f"{name}:optional", _OPTIONAL) for name in ("attachment", "comment", "variables")),
    *(Override("history/detail", "fields", name, f"{name}:optional", _FORM_FIELD) for name in ("fieldId", "fieldValue")),
    *(Override("history/decision-instance", "fields", name, f"{name}:optional", _OPTIONAL) for name in ("inputs", "outputs")),
    Override("filter", "fields", "itemCount", None, "only with the parameter itemCount, which is not offered"),
)
