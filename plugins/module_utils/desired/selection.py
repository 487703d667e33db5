# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Select the existing objects that a task moves to another state. The set is frozen before the first change.

Nothing outside the selection is changed, whatever is created or ends meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from itertools import islice
from typing import Any, Generic, Optional

from ..errors import RefusedError
from ..options import TIME_RANGE
from ..parallel import read_all
from ..query.source import C, Catalog, E
from .plan import ABSENT, Change

Row = Mapping[str, Any]

REFUSE, OLDEST = "refuse", "oldest"


@dataclass
class Selection:
    """Objects as they were when the set was made.

    Attributes:
        rows: the objects, by key.
        absent: keys that were given and that the server does not know.
        truncated: whether ``max_objects`` left objects out.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)
    truncated: bool = False

    def batches(self, size: int) -> Iterator[list[Row]]:
        """Yield the objects in batches of at most ``size``."""
        rows = list(self.rows.values())
        for start in range(0, len(rows), size):
            yield rows[start : start + size]


def settle(stages: Iterable[Sequence[Change]], returned: Sequence[Any]) -> list[Change]:
    """Return what the changes became: a change whose ``perform`` returned False found its object gone.

    Args:
        returned: what ``apply`` returned; empty in check mode.
    """
    changes = [change for stage in stages for change in stage]
    idle = {position for position, result in enumerate(returned) if result is False}
    return [replace(change, action=ABSENT) if position in idle else change for position, change in enumerate(changes)]


@dataclass(frozen=True)
class Selector(Generic[C, E]):
    """How a module selects objects of one entity: by key, or by filter and time range.

    Args:
        verb: what happens to the objects, for messages, such as ``delete``.
        oldest: the field by which the oldest object comes first; empty: no time ranges, and no ``on_limit``.
    """

    catalog: Catalog[C, E]
    entity: str
    verb: str
    oldest: str

    @property
    def _times(self) -> Mapping[str, Any]:
        return TIME_RANGE if self.oldest else {}

    def arguments(self, most: int = 100) -> dict[str, Any]:
        """Return the argument spec; ``most`` is the default of ``max_objects``."""
        return {
            self.catalog.key: {"type": "str", "no_log": False},
            self.catalog.keys: {"type": "list", "elements": "str", "no_log": False},
            "filter": {"type": "dict"},
            **self._times,
            "max_objects": {"type": "int", "default": most},
            **({"on_limit": {"type": "str", "choices": [REFUSE, OLDEST], "default": REFUSE}} if self.oldest else {}),
        }

    def rules(self) -> dict[str, Any]:
        """Return the rules of these options. What is given by key is selected whatever its age and its fields."""
        key, keys = self.catalog.key, self.catalog.keys
        exclusive = [(key, keys, "filter"), *((each, time) for each in (key, keys) for time in self._times)]
        return {"mutually_exclusive": exclusive, "required_one_of": [(key, keys, "filter", *self._times)]}

    def not_empty(self) -> tuple[str, ...]:
        """Return the options that select more when they are empty. An empty list of keys selects nothing."""
        return (self.catalog.key, "filter", *self._times)

    def select(self, client: C, params: Mapping[str, Any], keep: Optional[Callable[[Row], bool]] = None) -> Selection:
        """Return the selected objects.

        Args:
            keep: which of the objects are selected, by a rule that the server has no filter for; None for all.

        Raises:
            UsageError: a wrong filter, key or time range.
            RefusedError: nothing selects, or more than ``max_objects`` are selected and ``on_limit`` is ``refuse``.
        """
        key, keys, source = self.catalog.key, self.catalog.keys, self.catalog.source(client)
        entity = self.catalog.find(self.entity)
        if params[key] is not None or params[keys] is not None:
            option, given = (key, [params[key]]) if params[keys] is None else (keys, params[keys])
            checked = list(dict.fromkeys(entity.check_key(option, each) for each in given))
            self.check_size(len(checked), params)
            found = read_all(checked, lambda each: source.one(entity, each, "object", None), params["concurrency"])
            rows: dict[str, Row] = {each: entity.show(row) for each, row in zip(checked, found) if row is not None}
            absent = [each for each in checked if each not in rows]
            return Selection({each: row for each, row in rows.items() if keep is None or keep(row)}, absent)
        from ..query.search import Query, Tally, read  # not needed for keys

        limit = params["max_objects"]
        search = {**params, "entity": self.entity, "filter": params["filter"] or {}, "limit": limit}
        query, tally = Query.of(self.catalog, search, datetime.now(timezone.utc)), Tally()
        if params.get("on_limit") == OLDEST and not query.windows:
            query = replace(query, order=entity.order([{"field": self.oldest}]))
        if not query.where and not query.windows:
            raise RefusedError(
                f"There is neither a filter nor a time range, which matches every {entity.one}. Nothing was changed."
            )
        if keep is not None:
            query = replace(query, limit=None)  # of the objects that are kept
        found_rows = (row for page in read(source, query, tally) for row in page if keep is None or keep(row))
        selected: dict[str, Row] = {row[entity.identifier]: row for row in islice(found_rows, limit)}
        truncated = next(found_rows, None) is not None or tally.truncated
        if truncated and params.get("on_limit", REFUSE) == REFUSE:
            self._refuse(f"more than {limit}", params)
        return Selection(selected, truncated=truncated)

    def check_size(self, size: int, params: Mapping[str, Any]) -> None:
        """Raise a RefusedError for more objects than ``max_objects``."""
        if size > params["max_objects"]:
            self._refuse(str(size), params)

    def _refuse(self, size: str, params: Mapping[str, Any]) -> None:
        one = self.catalog.find(self.entity).one
        raise RefusedError(
            f"This would {self.verb} {size} {one}s, and max_objects allows {params['max_objects']}. Nothing was "
            "changed. Narrow the filter, or raise max_objects."
        )
