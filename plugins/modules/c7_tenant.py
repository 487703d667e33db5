#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_tenant
short_description: Manage a tenant of Camunda 7
version_added: "0.1.0"
description:
  - Creates, changes and removes a tenant of a Camunda 7 or Operaton engine over its REST API.
  - An omitted name stays as it is.
options:
  id:
    description:
      - The tenant's id.
    type: str
    required: true
  name:
    description:
      - The tenant's name. An empty string clears it.
    type: str
seealso:
  - module: bpmops.camunda.c7_identity
  - module: bpmops.camunda.c7_tenant_member
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda7
  - bpmops.camunda.state
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Create a tenant
  bpmops.camunda.c7_tenant:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    id: emea
    name: EMEA
"""

RETURN = r"""
tenant:
  description: The tenant after the task, or as it would be in check mode. Null if it is absent.
  returned: success
  type: dict
  sample: {id: emea, name: EMEA}
"""

from ..module_utils.camunda7.identity.ensure import ensure_object
from ..module_utils.camunda7.identity.objects import TENANT
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.desired.ensure import object_arguments, object_rules
from ..module_utils.options import STATE
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {**object_arguments(TENANT), **STATE},
    strings=object_rules(TENANT),
)

work = ensure_object(TENANT)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
