#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_group_member
short_description: Manage the members of a group of Camunda 7
version_added: "0.1.0"
description:
  - Adds users to a group of a Camunda 7 or Operaton engine, and removes them.
  - The group and the users to add must exist. In check mode a missing one is only a warning, because an
    earlier task of the play may create it.
options:
  group:
    description:
      - The group's id.
    type: str
    required: true
  members:
    description:
      - The ids of the users, one or many.
    type: list
    elements: str
    required: true
    aliases: [member]
  exact:
    description:
      - With O(state=present), remove all other members. See also O(max_deletions).
    type: bool
    default: false
  state:
    description:
      - V(present) adds the users, V(absent) removes them.
seealso:
  - module: bpmops.camunda.c7_identity
  - module: bpmops.camunda.c7_group
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.c7_guards
  - bpmops.camunda.c7_guards.exact
  - bpmops.camunda.camunda7
  - bpmops.camunda.state
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Add a member
  bpmops.camunda.c7_group_member:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    group: ops
    member: jdoe

- name: Set the members, but remove at most 3
  bpmops.camunda.c7_group_member:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    group: ops
    members: [jdoe, mmiller]
    exact: true
    max_deletions: 3
"""

RETURN = r"""
counts:
  description: How many objects were created, updated and deleted.
  returned: success
  type: dict
  sample: {created: 1, updated: 0, deleted: 0}
changes:
  description: The changed objects.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update) or V(delete).
      type: str
    kind:
      description: V(user), V(group), V(tenant), V(membership) or V(authorization).
      type: str
    name:
      description: The name of the object.
      type: str
  sample: [{action: create, kind: membership, name: user jdoe of group ops}]
"""

from ..module_utils.camunda7.identity.ensure import ensure_members
from ..module_utils.camunda7.identity.memberships import GROUP_USERS
from ..module_utils.camunda7.identity.options import ALLOW
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.desired.ensure import EXACT, member_arguments, member_rules
from ..module_utils.options import STATE
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {**member_arguments(GROUP_USERS), **EXACT, **STATE, **ALLOW},
    strings=member_rules(GROUP_USERS),
)

work = ensure_members(GROUP_USERS)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
