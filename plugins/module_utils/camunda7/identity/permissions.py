# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What authorizations are on, and the permissions of each, as Camunda 7 names them.

Source: ``org.camunda.bpm.engine.authorization.Resources`` and the permission enums beside it, 7.24; Operaton the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ...errors import UsageError

ALL = "ALL"
NONE = "NONE"

TYPES = {"global": 0, "grant": 1, "revoke": 2}
TYPE_NAMES = {number: name for name, number in TYPES.items()}


@dataclass(frozen=True)
class Securable:
    """What permissions can be given on; the API calls it a resource.

    ``permissions`` are without NONE and ALL; an empty tuple means that they are not known.
    """

    number: int
    name: str
    permissions: tuple[str, ...]


_CRUD = "READ UPDATE CREATE DELETE"

_TABLE: tuple[tuple[int, str, str], ...] = (
    (0, "application", "ACCESS"),
    (1, "user", _CRUD),
    (2, "group", _CRUD),
    (3, "group_membership", "CREATE DELETE"),
    (4, "authorization", _CRUD),
    (5, "filter", _CRUD),
    (
        6,
        "process_definition",
        "READ UPDATE DELETE RETRY_JOB READ_TASK UPDATE_TASK CREATE_INSTANCE READ_INSTANCE UPDATE_INSTANCE "
        "DELETE_INSTANCE READ_HISTORY DELETE_HISTORY TASK_WORK TASK_ASSIGN MIGRATE_INSTANCE SUSPEND_INSTANCE "
        "UPDATE_INSTANCE_VARIABLE UPDATE_TASK_VARIABLE SUSPEND READ_INSTANCE_VARIABLE READ_HISTORY_VARIABLE "
        "READ_TASK_VARIABLE UPDATE_HISTORY",
    ),
    (7, "task", f"{_CRUD} UPDATE_VARIABLE READ_VARIABLE READ_HISTORY TASK_WORK TASK_ASSIGN"),
    (8, "process_instance", f"{_CRUD} RETRY_JOB SUSPEND UPDATE_VARIABLE"),
    (9, "deployment", "READ CREATE DELETE"),
    (10, "decision_definition", "READ UPDATE CREATE_INSTANCE READ_HISTORY DELETE_HISTORY"),
    (11, "tenant", _CRUD),
    (12, "tenant_membership", "CREATE DELETE"),
    (
        13,
        "batch",
        f"{_CRUD} READ_HISTORY DELETE_HISTORY "
        "CREATE_BATCH_MIGRATE_PROCESS_INSTANCES CREATE_BATCH_MODIFY_PROCESS_INSTANCES "
        "CREATE_BATCH_RESTART_PROCESS_INSTANCES CREATE_BATCH_DELETE_RUNNING_PROCESS_INSTANCES "
        "CREATE_BATCH_DELETE_FINISHED_PROCESS_INSTANCES CREATE_BATCH_DELETE_DECISION_INSTANCES "
        "CREATE_BATCH_SET_JOB_RETRIES CREATE_BATCH_SET_EXTERNAL_TASK_RETRIES "
        "CREATE_BATCH_UPDATE_PROCESS_INSTANCES_SUSPEND CREATE_BATCH_SET_REMOVAL_TIME CREATE_BATCH_SET_VARIABLES "
        "CREATE_BATCH_CORRELATE_MESSAGE",
    ),
    (14, "decision_requirements_definition", "READ"),
    (15, "report", _CRUD),
    (16, "dashboard", _CRUD),
    (17, "operation_log_category", "READ UPDATE DELETE"),
    (18, "optimize", "EDIT SHARE"),
    (19, "historic_task", "READ READ_VARIABLE"),
    (20, "historic_process_instance", "READ"),
    (21, "system", "READ SET DELETE"),
)

SECURABLES = {name: Securable(number, name, tuple(names.split())) for number, name, names in _TABLE}
_BY_NUMBER = {securable.number: securable for securable in SECURABLES.values()}


# The engine creates and deletes authorizations on single objects of these by itself.
VOLATILE = frozenset(
    SECURABLES[name].number for name in ("task", "filter", "deployment", "historic_task", "historic_process_instance")
)
ALL_NUMBERS = frozenset(_BY_NUMBER)
# What a caller needs permissions on to manage identity. Apart from authorizations, their ids are those of users,
# groups and tenants.
MANAGED = frozenset(
    SECURABLES[name].number
    for name in ("user", "group", "tenant", "group_membership", "tenant_membership", "authorization")
)

_NUMBER = re.compile("[0-9]{1,9}")  # the engine has 32 bits for it


@lru_cache(maxsize=256, typed=True)
def securable_of(value: object) -> Securable:
    """Return the securable with a name (in any case) or a number.

    Custom permission providers may add resources, so numbers that are not in the table are accepted.

    Raises:
        UsageError: for an unknown name.
    """
    text = str(value).strip()
    if _NUMBER.fullmatch(text):
        return _BY_NUMBER.get(int(text)) or Securable(int(text), str(int(text)), ())
    securable = SECURABLES.get(text.lower())
    if securable is None:
        from ...words import nearest

        raise UsageError(
            f"Unknown resource {text!r}.{nearest(text, SECURABLES)} Valid are {', '.join(SECURABLES)}, or a number."
        )
    return securable


def check_permissions(securable: Securable, permissions: Iterable[str]) -> list[str]:
    """Return what is wrong with these names of permissions; nothing for a securable that is not in the table."""
    valid = (*securable.permissions, ALL, NONE)
    unknown = [name for name in permissions if securable.permissions and name not in valid]
    if not unknown:
        return []
    from ...words import nearest

    return [
        f"Unknown permission {name!r} for the resource {securable.name}.{nearest(name, valid)} "
        f"Valid are {', '.join(valid)}."
        for name in unknown
    ]


def normal(permissions: Iterable[str]) -> list[str]:
    """Return a permission set in its canonical form: sorted, ALL replaces all others, NONE is the empty set."""
    return list(_normal(tuple(permissions)))


@lru_cache(maxsize=1024)  # thousands of rows have few different sets and share their strings
def _normal(permissions: tuple[str, ...]) -> tuple[str, ...]:
    names = set(permissions) - {NONE}
    return (ALL,) if ALL in names else tuple(sorted(names))
