#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_group
short_description: Manage a group of Camunda 7
version_added: "0.1.0"
description:
  - Creates, changes and removes a group of a Camunda 7 or Operaton engine over its REST API.
  - Omitted fields stay as they are.
options:
  id:
    description:
      - The group's id.
    type: str
    required: true
  name:
    description:
      - The group's name. An empty string clears it.
    type: str
  type:
    description:
      - The group's type, usually C(WORKFLOW) or C(SYSTEM). An empty string clears it.
    type: str
  purge_authorizations:
    description:
      - With O(state=absent), also delete the authorizations that were granted to the group.
      - Otherwise the engine keeps them, and a group created later with the same id has them again.
    type: bool
    default: false
seealso:
  - module: bpmops.camunda.c7_identity
  - module: bpmops.camunda.c7_group_member
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.c7_guards
  - bpmops.camunda.camunda7
  - bpmops.camunda.state
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Create a group
  bpmops.camunda.c7_group:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    id: ops
    name: Operations
    type: WORKFLOW

- name: Delete a group
  bpmops.camunda.c7_group:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    id: ops
    state: absent
"""

RETURN = r"""
group:
  description: The group after the task, or as it would be in check mode. Null if it is absent.
  returned: success
  type: dict
  sample: {id: ops, name: Operations, type: WORKFLOW}
"""

from ..module_utils.camunda7.identity.ensure import ensure_object
from ..module_utils.camunda7.identity.objects import GROUP
from ..module_utils.camunda7.identity.options import ALLOW, PURGE_AUTHORIZATIONS
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.desired.ensure import object_arguments, object_rules
from ..module_utils.options import STATE
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {**object_arguments(GROUP), **STATE, **PURGE_AUTHORIZATIONS, **ALLOW},
    strings=object_rules(GROUP),
)

work = ensure_object(GROUP)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
