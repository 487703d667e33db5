# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is set of a job or an external task: each option by a request of its own.

Source of the facts: running engines (Camunda 7.24.0, Operaton 1.0.3).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from ..desired.plan import UPDATE
from ..desired.verbs import Params, Verb
from ..errors import UsageError
from .client import Camunda7
from .dates import same
from .ids import encode

Fields = Mapping[str, Any]


class Setting(NamedTuple):
    """An option that sets fields of an object.

    Attributes:
        option: its name.
        fields: the fields of an object that has the setting, from the option's value.
        method, path: of the request, below the path of the object.
        body: of the request, from the option's value. Its keys are always there: ``{}`` would clear the field.
    """

    option: str
    fields: Callable[[Any], Fields]
    path: str
    body: Callable[[Any], Optional[Fields]]
    method: str = "PUT"


def same_name(option: str) -> Setting:
    """Return the setting whose option, field, path and key of the body have the same name."""
    return Setting(option, lambda value: {option: value}, option, lambda value: {option: value})


def missing(settings: Sequence[Setting], row: Fields, params: Params) -> list[Setting]:
    """Return the settings that the task gives and that the object does not have."""
    return [
        setting
        for setting in settings
        if params[setting.option] is not None
        for wanted in [setting.fields(params[setting.option])]
        if any(not same(row.get(name), value) for name, value in wanted.items())
    ]


def verb(entity: str, settings: Sequence[Setting], check: Callable[[Params], None]) -> Verb[Camunda7]:
    """Return the verb that sets what the task gives.

    Args:
        entity: the first segment of an object's path.
        settings: in the order in which they are set.
        check: see Verb.
    """

    def check_given(params: Params) -> None:
        check(params)
        given = [setting for setting in settings if params[setting.option] is not None]
        if not given:
            raise UsageError(f"One of these options is required: {', '.join(setting.option for setting in settings)}.")
        for setting in given:
            setting.fields(params[setting.option])

    def after(row: Fields, params: Params) -> dict[str, Any]:
        changed = dict(row)
        for setting in missing(settings, row, params):
            changed.update(setting.fields(params[setting.option]))
        return changed

    def perform(client: Camunda7, row: Fields, params: Params) -> None:
        for setting in missing(settings, row, params):
            body = setting.body(params[setting.option])
            client.write(setting.method, entity, encode(row["id"]), setting.path, body=body)

    return Verb(UPDATE, lambda row, params: not missing(settings, row, params), after, perform, check=check_given)
