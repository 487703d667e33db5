# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that overrides the guards of Camunda 7 identity, and the limit of deletions."""

from __future__ import annotations


class ModuleDocFragment:
    """For the modules that ask the guards."""

    DOCUMENTATION = r"""
options:
  allow:
    description:
      - Dangerous changes that are refused unless they are listed here.
      - V(remove_caller), removing the user that the task logs in as.
      - V(remove_caller_rights), removing a permission of that user on users, groups, tenants, memberships or
        authorizations, whether it is its own, a group's or global. The user is only known with a user name and
        password (O(auth_type=basic) or O(auth_type=cookie)).
      - V(remove_last_admin), removing the last member of C(camunda-admin) or C(operaton-admin), or that group.
      - V(remove_admin_grants), removing grants of that group.
      - V(grant_everybody), a grant for the user C(*), which the engine does not honour in single checks.
    type: list
    elements: str
    choices: [remove_caller, remove_last_admin, remove_admin_grants, grant_everybody, remove_caller_rights]
    default: []
"""

    # Of c7_identity, which purges. ansible-test does not run this file, so the string cannot be composed.
    PURGE = r"""
options:
  allow:
    description:
      - Dangerous changes that are refused unless they are listed here.
      - V(remove_caller), removing the user that the task logs in as.
      - V(remove_caller_rights), removing a permission of that user on users, groups, tenants, memberships or
        authorizations, whether it is its own, a group's or global. The user is only known with a user name and
        password (O(auth_type=basic) or O(auth_type=cookie)).
      - V(remove_last_admin), removing the last member of C(camunda-admin) or C(operaton-admin), or that group.
      - V(remove_admin_grants), removing grants of that group.
      - V(grant_everybody), a grant for the user C(*), which the engine does not honour in single checks.
      - V(purge_undeclared), purging a kind of which nothing is declared, which deletes all of its objects.
    type: list
    elements: str
    choices: [remove_caller, remove_last_admin, remove_admin_grants, grant_everybody, remove_caller_rights,
      purge_undeclared]
    default: []
"""

    # Of the modules that make lists of members exact.
    EXACT = r"""
options:
  max_deletions:
    description:
      - How many members O(exact=true) may remove. If there are more to remove, the task fails before the first write,
        in check mode too.
      - A number, or a percentage of the current members, such as V(20%), rounded down.
      - The default is no limit, because the task gives the complete list.
    type: str
    default: 100%
"""
