# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many requests a task sends at a time."""

from __future__ import annotations


class ModuleDocFragment:
    """For modules that work on many objects."""

    DOCUMENTATION = r"""
options:
  concurrency:
    description:
      - Maximum number of concurrent requests, from 1 to 16.
    type: int
    default: 4
"""
