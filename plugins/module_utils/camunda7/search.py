# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of plugins that search Camunda 7."""

from __future__ import annotations

from typing import Any

from ..query.work import SEARCH as _SEARCH

_SORT = _SEARCH["sort"]
_PARAMETERS = {"variable": {"type": "str"}, "type": {"type": "str"}}

SEARCH: dict[str, Any] = {
    **_SEARCH,
    "sort": {**_SORT, "options": {**_SORT["options"], **_PARAMETERS}},
    "or_queries": {"type": "list", "elements": "dict", "default": []},
}
"""The argument spec of a module that searches."""
