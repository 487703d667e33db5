#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_authorization
short_description: Manage an authorization of Camunda 7
version_added: "0.1.0"
description:
  - Creates, changes and removes an authorization of a Camunda 7 or Operaton engine over its REST API.
  - An authorization is identified by its type, its user or group, its resource and the resource's id.
  - Permissions are compared as a set. C(ALL) is a value of its own, not the list of all names.
options:
  type:
    description:
      - V(grant) gives permissions to a user or group, V(revoke) denies them, V(global) gives them to everybody.
      - For the same user or group, a grant wins over a revoke.
    type: str
    choices: [grant, revoke, global]
    default: grant
  user:
    description:
      - The id of the user. V(grant) and V(revoke) require either O(user) or O(group), V(global) neither.
    type: str
  group:
    description:
      - The id of the group.
    type: str
  resource:
    description:
      - The resource type, for example C(process_definition), C(application) or C(tenant), or its number.
      - Unknown numbers are accepted, for engines with custom resources.
    type: str
    required: true
  resource_id:
    description:
      - The id of the resource. For process and decision definitions it is the key, for memberships the id of the group or tenant.
    type: str
    default: "*"
  permissions:
    description:
      - Names of permissions of the resource, for example C(READ), or C(ALL). C(NONE) is the empty set.
      - An empty list is an error, because a template that renders to nothing would take all permissions away.
    type: list
    elements: str
  mode:
    description:
      - With O(state=present), how O(permissions) are applied to existing ones.
      - V(exact) replaces them. An authorization of the other type for the same user or group, resource and id
        is removed, since the type of an authorization cannot be changed. To have a grant and a revoke side by side,
        use V(add) or M(bpmops.camunda.c7_identity).
      - V(add) adds permissions, V(remove) removes them. An authorization without permissions left is deleted.
    type: str
    choices: [exact, add, remove]
    default: exact
seealso:
  - module: bpmops.camunda.c7_identity
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.c7_guards
  - bpmops.camunda.camunda7
  - bpmops.camunda.state
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Let operators see and start one process
  bpmops.camunda.c7_authorization:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    group: ops
    resource: process_definition
    resource_id: invoice
    permissions: [READ, CREATE_INSTANCE]

- name: Let them also see its instances, and keep their other permissions
  bpmops.camunda.c7_authorization:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    group: ops
    resource: process_definition
    resource_id: invoice
    permissions: [READ_INSTANCE]
    mode: add

- name: Let everybody open Tasklist
  bpmops.camunda.c7_authorization:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    type: global
    resource: application
    resource_id: tasklist
    permissions: [ACCESS]
"""

RETURN = r"""
authorization:
  description: >-
    The authorization after the task, or as it would be in check mode, as the engine returns it, with the names of its type and
    resource. Null if it is absent.
  returned: success
  type: dict
  sample:
    id: 5f5a3c6a-0000-11ee-a56b-0242ac110002
    type: 1
    typeName: grant
    userId:
    groupId: ops
    resourceType: 6
    resourceName: process_definition
    resourceId: invoice
    permissions: [CREATE_INSTANCE, READ]
"""

from ..module_utils.camunda7.identity.ensure_authorization import ensure_authorization as work
from ..module_utils.camunda7.identity.objects import TEXT
from ..module_utils.camunda7.identity.options import ALLOW
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.options import STATE
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {
        "type": {"type": "str", "choices": ["grant", "revoke", "global"], "default": "grant"},
        "user": {"type": "str"},
        "group": {"type": "str"},
        "resource": {"type": "str", "required": True},
        "resource_id": {"type": "str", "default": "*"},
        "permissions": {"type": "list", "elements": "str"},
        "mode": {"type": "str", "choices": ["exact", "add", "remove"], "default": "exact"},
        **STATE,
        **ALLOW,
    },
    rules={
        "mutually_exclusive": [("user", "group")],
        "required_if": [("state", "present", ("permissions",))],
    },
    strings=dict.fromkeys(("user", "group", "resource_id", "permissions"), TEXT),
    not_empty=("permissions",),
)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
