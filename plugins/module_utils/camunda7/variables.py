# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of a process instance, an execution or a task of Camunda 7, all written in one request.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Optional

from ..desired.plan import CREATE, DELETE, UPDATE, Change, Kind, plan
from ..errors import AnswerError, CamundaError, UsageError
from ..rest import shapes
from ..task import Context, Outcome
from . import typed
from .client import Camunda7
from .ids import encode
from .source import CATALOG

Params = Mapping[str, Any]


class Scope(NamedTuple):
    """Where variables are: the entity, and its address of the variables that are its own."""

    entity: str
    variables: str


SCOPES: Mapping[str, Scope] = {
    "process_instance_id": Scope("process-instance", "variables"),
    "execution_id": Scope("execution", "localVariables"),
    "task_id": Scope("task", "localVariables"),
}

ARGUMENTS: dict[str, Any] = {
    **{name: {"type": "str"} for name in SCOPES},
    "state": {"type": "str", "choices": ["present", "absent", "exact"], "default": "present"},
    "variables": {"type": "dict"},
    "names": {"type": "list", "elements": "str"},
}
RULES: dict[str, Any] = {
    "mutually_exclusive": [tuple(SCOPES), ("variables", "names")],
    "required_one_of": [tuple(SCOPES), ("variables", "names")],
}
_ID = {"pattern": r"\S", "maxLength": 255}
STRINGS: Mapping[str, Mapping[str, Any]] = dict.fromkeys((*SCOPES, "names"), _ID)
"""The rules of options that the engine takes as strings."""

_VARIABLE: shapes.Fields = {"type": shapes.TEXT, "valueInfo": shapes.OBJECT}


@dataclass(frozen=True)
class Target:
    """The object whose variables are managed.

    Attributes:
        one: what it is called.
        path: the address of its variables.
    """

    scope: Scope
    key: str
    one: str
    path: tuple[str, ...]

    @classmethod
    def of(cls, params: Params) -> Target:
        """Return the one that the task names.

        Raises:
            UsageError: its id cannot be one.
        """
        option = next(name for name in SCOPES if params[name] is not None)
        scope = SCOPES[option]
        entity = CATALOG.find(scope.entity)
        key = entity.check_key(option, params[option])
        return cls(scope, key, entity.one, (scope.entity, encode(key), scope.variables))

    def is_there(self, client: Camunda7) -> bool:
        """Return whether the object exists."""
        return CATALOG.source(client).one(CATALOG.find(self.scope.entity), self.key, "object", None) is not None

    def read(self, client: Camunda7) -> Optional[dict[str, Any]]:
        """Return its variables by name as they are stored, None if the object does not exist."""
        try:
            response = client.read("GET", *self.path, query={"deserializeValues": False})
        except AnswerError:
            if self.is_there(client):
                raise
            return None
        found = response.object({})
        for name, row in found.items():
            mismatch = shapes.mismatch(row, _VARIABLE, f"the variable {name}")
            if mismatch:
                raise response.invalid("variables by name", mismatch)
        return found

    def content(self, client: Camunda7, name: str) -> str:
        """Return the content of a file in Base64."""
        path = client.path(*self.path, encode(name), "data")
        return base64.b64encode(client.rest.read("GET", path, headers={"Accept": "*/*"}).content).decode()


def _wanted(params: Params) -> tuple[dict[str, typed.Variable], list[str]]:
    """Return the variables that must be there, and the names of those that must not.

    Raises:
        UsageError: a name or value cannot be written.
    """
    if params["state"] == "absent":
        return {}, params["names"] if params["variables"] is None else list(params["variables"])
    if params["variables"] is None:
        raise UsageError(f"names: belongs to state: absent. State {params['state']} needs variables.")
    wanted = typed.read("variables", params["variables"])
    for name, variable in wanted.items():
        typed.sent(f"variables.{name}", variable)
    return wanted, []


def _kind(secrets: set[str]) -> Kind[str, Any]:
    """Return the kind of single variables, as pairs of name and what is sent or was read."""
    return Kind(
        "variable",
        key=lambda pair: str(pair[0]),
        merge=lambda current, pair: current if current and typed.same(pair[1], current[1]) else pair,
        perform=lambda _client, _change: None,
        show=lambda pair: typed.shown(pair[1], secret=pair[0] in secrets),
    )


def _write(target: Target, changes: list[Change], client: Camunda7, _change: Change) -> None:
    """Make all changes in one request. Doing it twice is the same as doing it once."""
    modifications = {change.key: change.after[1] for change in changes if change.after}
    deletions = [change.key for change in changes if change.action is DELETE]
    method, path = "POST", target.path
    body: Any = {"modifications": modifications, "deletions": deletions}
    if len(changes) == 1 and not set("/\\.") & set(changes[0].key):  # others cannot be a segment of an address
        path = (*path, encode(changes[0].key))
        method, body = ("DELETE", None) if deletions else ("PUT", modifications[changes[0].key])
    try:
        client.rest.write(method, client.path(*path), body=body, repeatable=True)
    except AnswerError as error:
        if error.status in (404, 500) and not target.is_there(client):
            raise CamundaError(f"The {target.one} {target.key} ended meanwhile. Nothing was changed.") from None
        raise


def ensure(context: Context[Camunda7]) -> Outcome:
    """Set and remove variables."""
    params, client = context.params, context.client
    typed.hide(context.redactor, params["variables"])
    target = Target.of(params)
    wanted, absent = _wanted(params)
    current = target.read(client)
    if current is None:
        context.missing(f"There is no {target.one} {target.key}. Nothing was changed.")
        current = {}
    sent = {name: typed.sent(f"variables.{name}", each, current.get(name)) for name, each in wanted.items()}
    for name, row in sent.items():
        if row["type"] == "File" and name in current and current[name]["type"] == "File":
            current[name]["value"] = target.content(client, name)
    changes = plan(
        _kind({name for name, each in wanted.items() if each.secret}),
        sent.items(),
        {name: (name, row) for name, row in current.items()},
        absent=absent,
        surplus=sorted(current) if params["state"] == "exact" else (),
    )
    if changes:
        kind: Kind[str, Any] = Kind(
            f"variables of the {target.one}", str, lambda _c, d: d, partial(_write, target, changes)
        )
        context.apply([[Change(UPDATE, kind, target.key)]])
    names = {
        action.past: [each.key for each in changes if each.action is action] for action in (CREATE, UPDATE, DELETE)
    }
    return Outcome(bool(changes), names, changes)
