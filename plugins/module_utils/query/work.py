# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules and lookups that search do with a task's parameters."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any, Callable

from ..task import Context, Outcome
from .search import ARGUMENTS, Query, Tally, count, read
from .source import C, Catalog, E

SEARCH: dict[str, Any] = {"entity": {"type": "str", "required": True}, **ARGUMENTS, "dest": {"type": "path"}}
"""The argument spec of a module that searches."""

SEARCH_RULES = {"mutually_exclusive": [("dest", "count_only")]}


def search(catalog: Catalog[C, E]) -> Callable[[Context[C]], Outcome]:
    """Return the work of a search; its result has the objects, their number, or the name of the file with them."""

    def work(context: Context[C]) -> Outcome:
        params = context.params
        query = Query.of(catalog, params, datetime.now(timezone.utc))
        source, tally, changed = catalog.source(context.client), Tally(), False
        dest = params.get("dest")
        if params["count_only"]:
            count(source, query, tally)
            result: dict[str, Any] = {}
        elif dest is None:
            result = {"objects": [row for page in read(source, query, tally) for row in page]}
        else:
            from .. import files
            from .lines import write_lines

            files.check_dest(dest)
            changed = write_lines(dest, read(source, query, tally), check_mode=context.check_mode)
            result = {"dest": dest, "count": tally.count}
        for warning in tally.warnings:
            context.warn(warning)
        return Outcome(changed, {**result, **tally.summary()})

    return work
