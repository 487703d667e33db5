# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Move existing objects to another state: select, skip those that are there already, apply, report each.

A product brings a Selector and a row for each verb; the options of a module decide which verb it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Optional

from ..errors import AnswerError, NotFoundError, RefusedError, UsageError
from ..parallel import read_all
from ..query.source import C, E
from ..task import Context, Outcome
from .plan import ABSENT, Action, Change, Kind
from .selection import Row, Selector, settle

Params = Mapping[str, Any]

Batch = Callable[[C, list[Row], Params], Mapping[str, Any]]

CHANGED, UNCHANGED, GONE = "changed", "unchanged", "gone"


@dataclass(frozen=True)
class Verb(Generic[C]):
    """A state that objects are moved to.

    Args:
        action: what it is called.
        done: whether an object is in this state already.
        after: the object in this state, for check mode and diffs; None if it is then gone.
        perform: makes the request: (client, object, options). May return facts about the object for the result, as a
            mapping, or False if the object is gone; a NotFoundError means the same. After another error of the request
            the object is read again, because servers answer 400 or 500 for objects that ended meanwhile.
        check: raises UsageError for options that do not fit, before the first request.
        refused: why an object cannot be moved; then nothing is changed. Empty if it can.
        wants_absent: whether an object that does not exist is in this state.
        reached: whether an object that no longer exists was in this state: (client, key). Only asked with wants_absent.
        more: returns what ``done`` and ``perform`` need to know of an object beside the object: (client, object,
            options).
        batch: makes one request for all objects: (client, objects, options) -> facts for the result. None if the server
            has no such request.
    """

    action: Action
    done: Callable[[Row, Params], bool]
    after: Callable[[Row, Params], Optional[Row]]
    perform: Callable[[C, Row, Params], Any]
    check: Callable[[Params], None] = lambda _params: None
    refused: Callable[[Row, Params], str] = lambda _row, _params: ""
    wants_absent: bool = False
    reached: Callable[[C, str], bool] = lambda _client, _key: True
    more: Optional[Callable[[C, Row, Params], Row]] = None
    batch: Optional[Batch[C]] = None


@dataclass(frozen=True)
class Act(Generic[C, E]):
    """The work of a module that moves objects.

    Args:
        selector: selects them.
        verb: returns the verb that the options ask for.
        shown: the fields of an object that its row in the result has.
    """

    selector: Selector[C, E]
    verb: Callable[[Params], Verb[C]]
    shown: tuple[str, ...] = ()

    def __call__(self, context: Context[C]) -> Outcome:
        """Do the work; the result has ``objects``, a row for each, and ``counts``."""
        params, client = context.params, context.client
        verb, entity = self.verb(params), self.selector.catalog.find(self.selector.entity)
        verb.check(params)
        selection = self.selector.select(client, params)
        absent = [key for key in selection.absent if not (verb.wants_absent and verb.reached(client, key))]
        if absent:
            context.missing(f"There is no {entity.one} {', '.join(absent)}. Nothing was changed.")
        more = verb.more
        if more is not None:
            rows = list(selection.rows.values())
            found = read_all(rows, lambda row: {**row, **more(client, row, params)}, params["concurrency"])
            selection.rows = dict(zip(selection.rows, found))
        moving = {key: row for key, row in selection.rows.items() if not verb.done(row, params)}
        _refuse(verb, entity.one, moving, len(selection.rows), params)
        kind: Kind[str, Any] = Kind(
            entity.one,
            key=lambda row: str(row[entity.identifier]),
            merge=lambda _current, desired: desired,
            perform=lambda client, change: self._perform(verb, client, change, params),
        )
        changes = [Change(verb.action, kind, key, row, verb.after(row, params)) for key, row in moving.items()]
        facts: Mapping[str, Any] = {}
        if params.get("via") == "batch" and verb.batch is not None:
            facts = self._as_batch(context, verb.action, verb.batch, changes)
            settled, returned = changes, []
        else:
            returned = context.apply([changes], params["concurrency"], each=True)
            settled = settle([changes], returned)
        results = {change.key: GONE if change.action is ABSENT else CHANGED for change in settled}
        facts_of = {change.key: fact for change, fact in zip(changes, returned) if isinstance(fact, Mapping)}
        objects = [
            {
                entity.identifier: key,
                **{name: row.get(name) for name in self.shown},
                "result": results.get(key, UNCHANGED),
                **facts_of.get(key, {}),
            }
            for key, row in selection.rows.items()
        ]
        objects += [
            {entity.identifier: key, "result": GONE if key in absent else UNCHANGED} for key in selection.absent
        ]
        made = [change for change in settled if change.action.writes]
        counts = {result: sum(row["result"] == result for row in objects) for result in (CHANGED, UNCHANGED, GONE)}
        return Outcome(
            bool(made),
            {
                "objects": objects,
                "counts": {"matched": len(objects), **counts},
                "truncated": selection.truncated,
                **facts,
            },
            made,
        )

    def _perform(self, verb: Verb[C], client: C, change: Change, params: Params) -> Any:
        try:
            return verb.perform(client, change.before or {}, params)
        except NotFoundError:
            return False
        except AnswerError as error:
            catalog = self.selector.catalog
            entity = catalog.find(self.selector.entity)
            if error.status not in (400, 500) or catalog.source(client).one(entity, change.key, "object", None):
                raise
            return False

    def _as_batch(
        self, context: Context[C], action: Action, batch: Batch[C], changes: list[Change]
    ) -> Mapping[str, Any]:
        rows = [change.before or {} for change in changes]
        if not rows:
            return {}
        kind: Kind[str, Any] = Kind(
            f"batch of {len(rows)}",
            key=str,
            merge=lambda _current, desired: desired,
            perform=lambda client, _change: batch(client, rows, context.params),
        )
        returned = context.apply([[Change(action, kind, self.selector.entity)]])
        return returned[0] if returned else {}


def check_options(params: Params, option: str, takes: Mapping[str, Collection[str]]) -> None:
    """Refuse options that mean nothing together with the value of another one.

    Args:
        option: the option that decides, such as ``state``.
        takes: the options that each of its values takes. Those that no value names are left alone.

    Raises:
        UsageError: names the option, and the values that take it.
    """
    chosen = params[option]
    for name in sorted({name for names in takes.values() for name in names} - set(takes[chosen])):
        if params[name] is not None and params[name] is not False:
            others = " or ".join(value for value, names in takes.items() if name in names)
            raise UsageError(f"{name}: belongs to {option}: {others}, and {option} is {chosen}.")


def _refuse(verb: Verb[C], one: str, moving: Mapping[str, Row], selected: int, params: Params) -> None:
    refused = [
        {"id": key, "reason": reason} for key, row in moving.items() for reason in [verb.refused(row, params)] if reason
    ]
    if refused:
        raise RefusedError(
            f"Could not {verb.action} {len(refused)} of {selected} {one}s, so nothing was changed. "
            f"The first: {refused[0]['id']}: {refused[0]['reason']}.",
            refused=refused,
        )
