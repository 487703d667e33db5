#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_identity_info
short_description: Export users, groups, tenants and authorizations of Camunda 7
version_added: "0.1.0"
description:
  - Exports the identity of a Camunda 7 or Operaton engine as a document that M(bpmops.camunda.c7_identity) accepts without a
    change.
  - It contains no passwords, because the engine does not return them, and no authorizations that the engine creates by
    itself.
  - If an id or name contains a secret of the task, such as the id C(demo) if the O(password) is C(demo), Ansible masks it in
    the result. The module warns, and M(bpmops.camunda.c7_identity) refuses the masked document. Write it to O(dest) instead.
options:
  kinds:
    description:
      - What to export.
    type: list
    elements: str
    choices: [users, groups, tenants, authorizations]
    default: [users, groups, tenants, authorizations]
  ids:
    description:
      - Patterns (C(*), C(?), C([abc])) of the ids of users, groups and tenants to export; of authorizations those that are
        given to a matching user or group. By default all.
    type: list
    elements: str
    default: ["*"]
  dest:
    description:
      - Write the document to this file on the host where the task runs, instead of returning it, as JSON if its name ends
        with C(.json), otherwise as YAML.
      - The file appears complete or not at all, with mode C(0600), and is only replaced if its content differs.
seealso:
  - module: bpmops.camunda.c7_identity
requirements:
  - PyYAML, for O(dest) in YAML
extends_documentation_fragment:
  - bpmops.camunda.attributes.read_only
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda7
  - bpmops.camunda.concurrency
  - bpmops.camunda.dest
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Export everything to a file
  bpmops.camunda.c7_identity_info:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    dest: "{{ playbook_dir }}/identity.yml"

- name: Get the groups of one department
  bpmops.camunda.c7_identity_info:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    kinds: [groups]
    ids: ["hr-*"]
  register: departments
"""

RETURN = r"""
identity:
  description: The document.
  returned: when O(dest) is not given
  type: dict
  sample:
    users: [{id: jdoe, first_name: Jane, last_name: Doe, email: jane@example.com}]
    groups: [{id: ops, name: Operations, type: WORKFLOW, members: [jdoe]}]
    tenants: [{id: emea, name: EMEA, users: [jdoe], groups: [ops]}]
    authorizations: [{type: grant, group: ops, resource: application, ids: [cockpit, tasklist], permissions: [ACCESS]}]
counts:
  description: How many objects of each kind the document has.
  returned: success
  type: dict
  sample: {users: 1, groups: 1, tenants: 1, authorizations: 1}
dest:
  description: The file that was written.
  returned: when O(dest) is given
  type: str
"""

from ..module_utils.camunda7.identity.objects import ID
from ..module_utils.camunda7.identity.schema import ITEMS
from ..module_utils.camunda7.identity.snapshot import export as work
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.options import CONCURRENCY
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {
        "kinds": {"type": "list", "elements": "str", "choices": list(ITEMS), "default": list(ITEMS)},
        "ids": {"type": "list", "elements": "str", "default": ["*"]},
        "dest": {"type": "path"},
        **CONCURRENCY,
    },
    reads_only=True,
    not_empty=("dest", "ids"),
    strings={"ids": ID},
)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
