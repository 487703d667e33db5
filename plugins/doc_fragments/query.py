# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a search."""

from __future__ import annotations


class ModuleDocFragment:
    """For modules and lookups; ``query.time_range`` and, for modules, ``query.resume`` add to it."""

    DOCUMENTATION = r"""
options:
  filter:
    description:
      - Fields and their values. An object must match all of them. Names are those of the API.
      - Names and types are checked before the first request. A misspelled name is an error.
    type: dict
    default: {}
  sort:
    description:
      - Sort order. The key or ID is always the final tie-breaker.
      - An object whose sort field changes during the search, such as C(state), can be missed or returned twice.
    type: list
    elements: dict
    default: []
    suboptions:
      field:
        description:
          - The name of the field.
        type: str
        required: true
      order:
        description:
          - V(ASC) for ascending, V(DESC) for descending, in upper or lower case.
        type: str
        default: ASC
  fields:
    description:
      - Return only these fields of each object. One that an object does not have is null.
      - By default all fields.
    type: list
    elements: str
    default: []
  limit:
    description:
      - Maximum number of objects to return. RV(truncated) shows whether there are more.
      - The default is 1000, or no limit with O(dest).
    type: int
  page_size:
    description:
      - Number of objects in a page, from 1 to 1000. Smaller pages need less memory and more requests.
    type: int
    default: 1000
  count_only:
    description:
      - Return only the number of objects.
    type: bool
    default: false
"""

    RESUME = r"""
options:
  resume:
    description:
      - Continue an earlier search. Give the value that it returned as RV(resume), with the same O(filter) and O(sort).
    type: raw
"""

    TIME_RANGE = r"""
options:
  started_after:
    description:
      - Only objects that started at this time or later. This is the creation time of tasks, jobs, incidents and
        deployments, the evaluation time of decision instances, and the time of log entries. An error for other objects
        without a start.
      - A time such as V(2026-01-31T12:00:00Z) (UTC if it has no offset), a date such as V(2026-01-31), or an age such
        as V(30d), which is a number and V(s), V(m), V(h), V(d) or V(w) for seconds to weeks.
      - An empty value is an error. Omit the option instead.
    type: str
  started_before:
    description:
      - Only objects that started before this time. Same format as O(started_after).
    type: str
  ended_after:
    description:
      - Only objects that ended at this time or later. Same format as O(started_after).
    type: str
  ended_before:
    description:
      - Only objects that ended before this time. Objects that have not ended do not match.
      - Same format as O(started_after).
    type: str
  older_than:
    description:
      - The same as O(ended_before) for objects that have an end, and as O(started_before) for all others.
      - Same format as O(started_after).
    type: str
"""
