# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of plugins that search and read Camunda 7."""

from __future__ import annotations

from typing import Any

from ..query.work import SEARCH as _SEARCH
from ..query.work import get_arguments
from .views import VIEWS

_SORT = _SEARCH["sort"]
_PARAMETERS = {"variable": {"type": "str"}, "type": {"type": "str"}}

SEARCH: dict[str, Any] = {
    **_SEARCH,
    "sort": {**_SORT, "options": {**_SORT["options"], **_PARAMETERS}},
    "or_queries": {"type": "list", "elements": "dict", "default": []},
}
"""The argument spec of a module that searches."""

GET: dict[str, Any] = {
    **get_arguments("id", "ids", *sorted({name for views in VIEWS.values() for name in views})),
    "name": {"type": "str"},
}
"""The argument spec of a module that gets objects."""
