# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until the server shows a change."""

from __future__ import annotations


class ModuleDocFragment:
    """For modules whose changes show later. A module may replace the description of O(wait)."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Wait until the server shows the change.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds after which waiting fails.
    type: float
    default: 60
  wait_interval:
    description:
      - Seconds before the second check. Later pauses grow.
    type: float
    default: 0.5
"""
