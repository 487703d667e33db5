# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are written instead of returning data."""

from __future__ import annotations


class ModuleDocFragment:
    """For modules that return one document; ``bpmops.camunda.dest.lines`` for searches."""

    DOCUMENTATION = r"""
options:
  dest:
    description:
      - Write the document to this file on the host where the task runs, instead of returning it.
      - The file appears complete or not at all, with mode C(0600), and is only replaced if its content differs.
    type: path
"""

    LINES = r"""
options:
  dest:
    description:
      - Write the objects to this file on the host where the task runs, one JSON document per line, instead of returning
        them.
      - Use it for many objects. It needs the memory of two pages, and returning objects costs Ansible far more time
        than fetching them.
      - The file appears complete or not at all, with mode C(0600), and is only replaced if its content differs.
    type: path
"""
