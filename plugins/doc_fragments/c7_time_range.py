# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time range of searches in Camunda 7."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of query/ranges.py, as Camunda 7 has them."""

    DOCUMENTATION = r"""
options:
  started_after:
    description:
      - Only objects that started at this time or later. This is the creation time of tasks, jobs, incidents and
        deployments, the evaluation time of decision instances, and the time of log entries.
      - A time such as V(2026-01-31T12:00:00Z) (UTC if it has no offset), a date such as V(2026-01-31), or an age such
        as V(30d), which is a number and V(s), V(m), V(h), V(d) or V(w) for seconds to weeks.
      - The engine compares. Its own bounds are inclusive for some entities and exclusive for others; these options mean
        the same for all.
      - An error for entities without such a date.
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
      - The same as O(ended_before) for entities that have an end, and as O(started_before) for others.
      - Same format as O(started_after).
    type: str
"""
