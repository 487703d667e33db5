# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sections of a desired-state document of Camunda 7 identity.

They are not in the module, because every process of a module compiles its whole file.
"""

from __future__ import annotations


class ModuleDocFragment:
    """For c7_identity."""

    DOCUMENTATION = r"""
options:
  users:
    description:
      - The users.
    type: list
    elements: dict
    suboptions:
      id:
        description: The user's id.
        type: str
        required: true
      first_name:
        description: The first name.
        type: str
      last_name:
        description: The last name.
        type: str
      email:
        description: The mail address.
        type: str
      password:
        description: The password, a string that is not blank. See also O(passwords) and O(update_password).
        type: str
  groups:
    description:
      - The groups.
    type: list
    elements: dict
    suboptions:
      id:
        description: The group's id.
        type: str
        required: true
      name:
        description: The group's name.
        type: str
      type:
        description: The group's type, usually C(WORKFLOW).
        type: str
      members:
        description: Ids of users. If omitted, the members are not managed; an empty list means none.
        type: list
        elements: str
  tenants:
    description:
      - The tenants.
    type: list
    elements: dict
    suboptions:
      id:
        description: The tenant's id.
        type: str
        required: true
      name:
        description: The tenant's name.
        type: str
      users:
        description: Ids of users. If omitted, they are not managed.
        type: list
        elements: str
      groups:
        description: Ids of groups. If omitted, they are not managed.
        type: list
        elements: str
  authorizations:
    description:
      - The authorizations.
    type: list
    elements: dict
    suboptions:
      type:
        description: V(grant), V(revoke) or V(global). The default is V(grant).
        type: str
      user:
        description: The id of the user. A grant or revoke has either a user or a group, a global one neither.
        type: str
      group:
        description: The id of the group.
        type: str
      resource:
        description: The resource type, for example C(process_definition), or its number.
        type: str
        required: true
      id:
        description: The id of the resource. If this and O(authorizations[].ids) are omitted, it is C(*).
        type: str
      ids:
        description: Several ids, with one authorization for each.
        type: list
        elements: str
      permissions:
        description: Names of permissions of the resource, or C(ALL). They replace existing permissions.
        type: list
        elements: str
        required: true
"""
