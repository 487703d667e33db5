# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the engine differs from its vendor's OpenAPI description (the generated rows), each with what was observed.

Observed on Camunda 7.24.0 and Operaton 1.0.3, which do not differ unless a row says so. A row that no longer deviates
from the description fails the test of the tables.
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
_NOT_LIKE = "notLike is accepted; for other filters by variables it is 400 'Invalid variable comparator specified'"
_TEXT_DATE = "described as a text; 'x' is 400 'Cannot convert value \"x\" to java type java.util.Date'"
_SORTED = "missing in the description; GET and POST sort by it"
_ERROR = "500 ProcessEnginePersistenceException: the statement names a column that does not exist"
_OPTIONAL = "an object has it only when the query asks for it"
_FORM_FIELD = "only a field of a form has it (type formField)"
_UPDATE = "only a change of a variable has it (type variableUpdate)"
_NUMBERS = "the engine takes the number only, and answers 400 to a name"
_FORK = "the fork calls the field camundaFormRef by its own name"
_LIKE_TOO = "processVariables:variables|eq|neq|gt|gteq|lt|lteq|like|notLike"


def _dropped(entity: str, observed: str, *names: str) -> list[Override]:
    return [Override(entity, "filters", name, None, observed) for name in names]


def _optional(entity: str, observed: str, *names: str) -> list[Override]:
    return [Override(entity, "fields", name, f"{name}:optional", observed) for name in names]


OVERRIDES: tuple[Override, ...] = (
    *_dropped("batch", _IGNORED, "createdBy", "startedBefore", "startedAfter", "withFailures", "withoutFailures"),
    *_dropped("variable-instance", _FORM, "deserializeValues"),
    *_dropped("history/variable-instance", _FORM, "deserializeValues"),
    *_dropped("history/detail", _FORM, "deserializeValues"),
    *_dropped("filter", _FORM, "itemCount"),
    Override("task", "filters", "followUpBefore", "followUpBefore:when", _TEXT_DATE),
    Override(
        "history/activity-instance",
        "filters",
        "activityNameLike",
        "activityNameLike",
        "missing in the description; POST with a mapping as its value is 400, with an unknown name 200",
    ),
    Override(
        "history/incident",
        "filters",
        "historyConfiguration",
        "historyConfiguration@7.21",
        "described for 7.20 too; 7.20.0 ignores it and returns everything, 7.21.0 filters",
    ),
    Override("authorization", "filters", "type", "type:authorization-type", _NUMBERS),
    Override("authorization", "filters", "resourceType", "resourceType:resource", _NUMBERS),
    Override("task", "filters", "processVariables", _LIKE_TOO, _NOT_LIKE),
    Override("history/task", "filters", "processVariables", _LIKE_TOO, _NOT_LIKE),
    Override("external-task", "filters", "processVariables", f"{_LIKE_TOO}@7.24", _NOT_LIKE),
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
    *_optional("task", _OPTIONAL, "attachment", "comment", "variables"),
    *_optional("task", _FORK, "camundaFormRef", "operatonFormRef"),
    *_optional("history/detail", _FORM_FIELD, "fieldId", "fieldValue"),
    *_optional("history/detail", _UPDATE, "variableName", "variableInstanceId", "variableType", "value", "valueInfo"),
    *_optional("history/detail", _UPDATE, "initial", "revision", "errorMessage"),
    *_optional("history/decision-instance", _OPTIONAL, "inputs", "outputs"),
    Override("filter", "fields", "itemCount", None, "only with the parameter itemCount, which is not offered"),
)
