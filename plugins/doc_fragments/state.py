# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of what a module manages."""

from __future__ import annotations


class ModuleDocFragment:
    """For modules that create and delete. A module may replace the description."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(present) creates or changes the object, V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
"""
