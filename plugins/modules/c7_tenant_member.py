#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_tenant_member
short_description: Manage the users and groups of a tenant of Camunda 7
version_added: "0.1.0"
description:
  - Adds users and groups to a tenant of a Camunda 7 or Operaton engine, and removes them.
  - The tenant and the users and groups to add must exist. In check mode a missing one is only a warning, because an
    earlier task of the play may create it.
options:
  tenant:
    description:
      - The tenant's id.
    type: str
    required: true
  users:
    description:
      - The ids of users. If omitted, the tenant's users are not managed.
    type: list
    elements: str
    aliases: [user]
  groups:
    description:
      - The ids of groups. If omitted, the tenant's groups are not managed.
    type: list
    elements: str
    aliases: [group]
  exact:
    description:
      - With O(state=present), remove all others from each list that is given. See also O(max_deletions).
    type: bool
    default: false
  state:
    description:
      - V(present) adds the users and groups, V(absent) removes them.
seealso:
  - module: bpmops.camunda.c7_identity
  - module: bpmops.camunda.c7_tenant
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
- name: Add a group to a tenant
  bpmops.camunda.c7_tenant_member:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    tenant: emea
    groups: [ops]

- name: Set the users, and do not manage the groups
  bpmops.camunda.c7_tenant_member:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    tenant: emea
    users: [jdoe, mmiller]
    exact: true
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
  sample: [{action: create, kind: membership, name: group ops of tenant emea}]
"""

from ..module_utils.camunda7.identity.ensure import ensure_members
from ..module_utils.camunda7.identity.memberships import TENANT_GROUPS, TENANT_USERS
from ..module_utils.camunda7.identity.options import ALLOW
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.desired.ensure import EXACT, member_arguments, member_rules
from ..module_utils.options import STATE
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {**member_arguments(TENANT_USERS, TENANT_GROUPS), **EXACT, **STATE, **ALLOW},
    rules={"required_one_of": [("users", "groups")]},
    strings=member_rules(TENANT_USERS, TENANT_GROUPS),
)

work = ensure_members(TENANT_USERS, TENANT_GROUPS)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
