# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules and lookups that get objects by their keys do with a task's parameters."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Callable

from ..errors import RefusedError, UsageError
from ..options import CONCURRENCY
from ..parallel import read_all
from ..task import Context, Outcome
from .source import C, Catalog, E

if TYPE_CHECKING:
    from .entity import Entity


def get_arguments(key: str, keys: str, *views: str) -> dict[str, Any]:
    """Return the argument spec of a module that gets objects.

    Args:
        key, keys: the options that name one object, and several.
        views: the views that some entities have.
    """
    return {
        "entity": {"type": "str", "required": True},
        key: {"type": "str", "no_log": False},
        keys: {"type": "list", "elements": "str", "no_log": False},
        "view": {"type": "str", "choices": ["object", *views], "default": "object"},
        "required": {"type": "bool", "default": False},
        "dest": {"type": "path"},
        **CONCURRENCY,
    }


def get_rules(key: str, keys: str) -> dict[str, Any]:
    """Return the rules of these options."""
    return {"mutually_exclusive": [(key, keys)], "required_one_of": [(key, keys)]}


def get(catalog: Catalog[C, E]) -> Callable[[Context[C]], Outcome]:
    """Return the work that gets objects, or views of them, by their keys."""

    def work(context: Context[C]) -> Outcome:
        params = context.params
        entity, dest, part = catalog.find(params["entity"]), params.get("dest"), params.get("name")
        view = entity.view(params["view"])
        single = params[catalog.key] is not None
        if dest is not None and not (view.document and single):
            raise UsageError(f"dest: only a document of one object can be written: give {catalog.key} and view: xml.")
        if view.named != (part is not None):
            needed = "needs the option name" if view.named else "takes no name"
            raise UsageError(f"name: the view {params['view']} of {entity.name} {needed}.")
        option = catalog.key if single else catalog.keys
        keys = [entity.check_key(option, key) for key in ([params[option]] if single else params[option])]
        if dest is not None:
            from .. import files

            files.check_dest(dest)
        source = catalog.source(context.client)
        rows = read_all(keys, lambda key: source.one(entity, key, params["view"], part), params["concurrency"])
        missing = [key for key, row in zip(keys, rows) if row is None]
        if missing and params["required"]:
            raise RefusedError(f"There is no {entity.one} {', '.join(missing)} (required: true).", missing=missing)
        result: dict[str, Any] = {"missing": missing}
        if dest is not None and not missing:
            from .. import files

            content = rows[0] if isinstance(rows[0], bytes) else rows[0].encode("utf-8")
            changed = files.write(dest, [content], check_mode=context.check_mode)
            return Outcome(changed, {**result, "dest": dest})
        shown = [_shown(entity, params["view"], row) for row in rows]
        if single:
            return Outcome(result={**result, "object": shown[0]})
        return Outcome(result={**result, "objects": [row for row in shown if row is not None]})

    return work


def _shown(entity: Entity, view: str, row: Any) -> Any:
    """Return an object or a view as it is shown; a file that is no text in Base64."""
    if isinstance(row, bytes):
        return base64.b64encode(row).decode("ascii")
    return entity.show(row) if view == "object" and row is not None else row
