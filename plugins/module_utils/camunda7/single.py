# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of plugins that get objects of Camunda 7 by their ids."""

from __future__ import annotations

from typing import Any

from ..query.single import get_arguments
from .views import VIEWS

GET: dict[str, Any] = {
    **get_arguments("id", "ids", *sorted({name for views in VIEWS.values() for name in views})),
    "name": {"type": "str"},
}
"""The argument spec of a module that gets objects."""
