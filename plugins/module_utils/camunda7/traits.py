# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no description says of an entity: its id, its dates, how its objects are shown.

Observed on Camunda 7.24.0 and Operaton 1.0.3: the ``inclusive`` of each date; that lists are in the order of their ids
unless they are sorted; and that pages of a list that is sorted by anything else lose objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional

from ..errors import UsageError
from ..query.entity import Check, Row, text_key
from ..query.ranges import Parameters, TimeRange, Window
from .dates import write
from .ids import encode, encode_id

Rows = Mapping[str, Mapping[str, str]]


# One import statement for each file, because Ansible finds what a module needs by reading these.


def _runtime() -> Rows:
    from .rows_runtime import ROWS

    return ROWS


def _management() -> Rows:
    from .rows_management import ROWS

    return ROWS


def _history() -> Rows:
    from .rows_history import ROWS

    return ROWS


def _repository() -> Rows:
    from .rows_repository import ROWS

    return ROWS


def _identity() -> Rows:
    from .rows_identity import ROWS

    return ROWS


def _checked(encode: Callable[[str], str]) -> Check:
    def check(option: str, value: Any) -> str:
        key = text_key(option, value)
        try:
            encode(key)
        except UsageError as error:
            raise UsageError(f"{option}: {error.message}") from None
        return key

    return check


check_name = _checked(encode)
"""Checks the name of a part of an object, such as a variable, which becomes a segment of a path."""


def _dates(after: str, before: str, *, inclusive: bool) -> Parameters:
    return Parameters(after, before, write, after_inclusive=inclusive, before_inclusive=inclusive)


_COMPARISONS = Parameters("gt", "lt", write, after_inclusive=False, before_inclusive=True)


@dataclass(frozen=True)
class Conditions:
    """A filter by a date that takes a list of comparisons: ``gt``, which is exclusive, and ``lt``, which is not."""

    name: str

    def narrow(self, after: Optional[datetime], before: Optional[datetime]) -> tuple[dict[str, Any], Optional[Window]]:
        """See TimeRange."""
        bounds = _COMPARISONS.narrow(after, before)[0]
        return {self.name: [{"operator": name, "value": value} for name, value in bounds.items()]}, None


def without_class(row: Row) -> dict[str, Any]:
    """Return statistics without the name of their Java class, which differs between Camunda 7 and its forks."""
    return {name: value for name, value in row.items() if name != "@class"}


def named(row: Row) -> dict[str, Any]:
    """Return an authorization with the names of the numbers that the engine returns."""
    from .identity.permissions import TYPE_NAMES, securable_of

    resource = row.get("resourceType")
    return {
        **row,
        "typeName": TYPE_NAMES.get(row.get("type", -1)),
        "resourceName": securable_of(resource).name if isinstance(resource, int) else None,
    }


@dataclass(frozen=True)
class Trait:
    """The columns of an entity that are written by hand.

    Attributes:
        rows: loads the file of its row.
        id_sort: the sort field that orders by the id; empty: the list cannot be sorted by it.
        started, ended: the filters behind ``started_*`` and ``ended_*``.
        one: what one object is called; empty: what the name says.
        found_by: the filter that finds one object, where the API has no path for it or answers a wrong status.
        encode: an id as a segment of a path.
        in_url: parameters that every request for objects carries.
        show: an object as it is shown.
        added: the fields that it adds.
    """

    rows: Callable[[], Rows]
    id_sort: str = ""
    started: Optional[TimeRange] = None
    ended: Optional[TimeRange] = None
    one: str = ""
    found_by: str = ""
    encode: Callable[[str], str] = encode
    in_url: Mapping[str, Any] = field(default_factory=dict)
    show: Callable[[Row], dict[str, Any]] = dict
    added: tuple[str, ...] = ()

    @property
    def check_key(self) -> Check:
        return _checked(self.encode)


_STARTED = _dates("startedAfter", "startedBefore", inclusive=True)
_FINISHED = _dates("finishedAfter", "finishedBefore", inclusive=True)
# The singular is the parameter of a single variable. Values stay as they are stored: to deserialize an object the
# engine needs its Java class.
_RAW = {"deserializeValues": False, "deserializeValue": False}

TRAITS: Mapping[str, Trait] = {
    "process-instance": Trait(_runtime, "instanceId"),
    "execution": Trait(_runtime),
    "task": Trait(_runtime, "id", _dates("createdAfter", "createdBefore", inclusive=False)),
    "variable-instance": Trait(_runtime, in_url=_RAW),
    "external-task": Trait(_runtime, "id"),
    "event-subscription": Trait(_runtime, found_by="eventSubscriptionId"),
    "incident": Trait(
        _runtime, "incidentId", _dates("incidentTimestampAfter", "incidentTimestampBefore", inclusive=False)
    ),
    "job": Trait(_management, "jobId", Conditions("createTimes")),
    "job-definition": Trait(_management, "jobDefinitionId"),
    "batch": Trait(_management, "batchId"),
    "batch/statistics": Trait(_management, "batchId", _STARTED, one="batch", found_by="batchId"),
    "schema/log": Trait(_management, one="schema log entry"),
    "history/process-instance": Trait(_history, "instanceId", _STARTED, _FINISHED),
    "history/activity-instance": Trait(_history, "activityInstanceId", _STARTED, _FINISHED),
    "history/variable-instance": Trait(_history, in_url=_RAW),
    "history/task": Trait(_history, "taskId", _STARTED, _FINISHED, found_by="taskId"),
    "history/incident": Trait(
        _history,
        "incidentId",
        _dates("createTimeAfter", "createTimeBefore", inclusive=False),
        _dates("endTimeAfter", "endTimeBefore", inclusive=False),
        found_by="incidentId",
    ),
    "history/detail": Trait(_history, "", _dates("occurredAfter", "occurredBefore", inclusive=True), in_url=_RAW),
    "history/job-log": Trait(_history, one="job log entry"),
    "history/external-task-log": Trait(_history, one="external task log entry"),
    "history/identity-link-log": Trait(
        _history, "", _dates("dateAfter", "dateBefore", inclusive=True), one="identity link log entry"
    ),
    "history/user-operation": Trait(
        _history, "", _dates("afterTimestamp", "beforeTimestamp", inclusive=False), one="user operation"
    ),
    "history/decision-instance": Trait(_history, "", _dates("evaluatedAfter", "evaluatedBefore", inclusive=True)),
    "history/batch": Trait(_history, "batchId"),
    "process-definition": Trait(_repository, "id"),
    "process-definition/statistics": Trait(_repository, one="process definition", show=without_class),
    "decision-definition": Trait(_repository, "id"),
    "decision-requirements-definition": Trait(_repository, "id", found_by="decisionRequirementsDefinitionId"),
    "deployment": Trait(_repository, "id", _dates("after", "before", inclusive=False)),
    "user": Trait(_identity, "userId", found_by="id", encode=encode_id),
    "group": Trait(_identity, "id", encode=encode_id),
    "tenant": Trait(_identity, "id", encode=encode_id),
    "authorization": Trait(_identity, show=named, added=("typeName", "resourceName")),
    "filter": Trait(_identity, "filterId"),
}

NAMES = tuple(TRAITS)
