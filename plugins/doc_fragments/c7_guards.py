# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that overrides the guards of Camunda 7 identity."""

from __future__ import annotations


class ModuleDocFragment:
    """For the modules that ask the guards."""

    DOCUMENTATION = r"""
options:
  allow:
    description:
      - Dangerous changes that this task may make although they are refused by default.
      - V(remove_caller), removing the user that the task logs in as.
      - V(remove_last_admin), removing the last member of C(camunda-admin) or C(operaton-admin), or that group.
      - V(remove_admin_grants), taking grants away from that group.
      - V(grant_everybody), a grant for the user C(*), which the engine does not honour in single checks.
    type: list
    elements: str
    choices: [remove_caller, remove_last_admin, remove_admin_grants, grant_everybody]
    default: []
"""
