# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects a module changes."""

from __future__ import annotations


class ModuleDocFragment:
    """For modules that select objects by key or filter. They document the options for keys themselves.

    ``selection.undated`` is for objects without a date, of which none is the oldest.
    """

    DOCUMENTATION = r"""
options:
  filter:
    description:
      - Fields and their values. An object must match all of them. Names are those of the API.
      - Names and types are checked before the first request.
      - An empty mapping or an empty value is an error. Omit the option if a time range alone selects the objects.
    type: dict
  max_objects:
    description:
      - Maximum number of objects to change.
    type: int
    default: 1000
  on_limit:
    description:
      - What to do if more than O(max_objects) objects match.
      - V(refuse) changes nothing and fails, in check mode too. V(oldest) changes the O(max_objects) oldest ones, and
        RV(truncated) shows that there are more.
    type: str
    choices: [refuse, oldest]
    default: refuse
"""

    UNDATED = r"""
options:
  filter:
    description:
      - Fields and their values. An object must match all of them. Names are those of the API.
      - Names and types are checked before the first request.
      - An empty mapping or an empty value is an error.
    type: dict
  max_objects:
    description:
      - Maximum number of objects to change. If more match, nothing is changed, and the module fails, in check mode too.
    type: int
    default: 100
"""
