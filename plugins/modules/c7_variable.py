#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_variable
short_description: Set and remove variables of process instances, executions and tasks of Camunda 7
version_added: "0.1.0"
description:
  - Sets and removes variables of a process instance, an execution or a task of Camunda 7, Operaton or CIB seven.
  - Variables are compared with their types, and only those that differ are written. All changes are made in one request, so that either
    all of them are made or none.
options:
  process_instance_id:
    description:
      - The id of the process instance whose variables are managed.
    type: str
  execution_id:
    description:
      - The id of the execution whose local variables are managed.
    type: str
  task_id:
    description:
      - The id of the task whose local variables are managed. For variables of its process use O(process_instance_id).
    type: str
  state:
    description:
      - V(present) sets the variables and leaves all others as they are.
      - V(absent) removes the variables.
      - V(exact) sets the variables and removes all others.
    type: str
    choices: [present, absent, exact]
    default: present
  variables:
    description:
      - The variables, as names and values, or as names and mappings with these keys.
      - C(value) is required. It may be null.
      - C(type) is V(Boolean), V(Short), V(Integer), V(Long), V(Double), V(Date), V(String), V(Null), V(Bytes), V(File), V(Json), V(Xml)
        or V(Object). If omitted, the variable keeps the type that it has. A new one gets the type that fits the value, which is
        V(Boolean), V(Integer) (V(Long) from 32 bits on), V(Double), V(String) or V(Null). Mappings and lists always need a type.
      - C(value_info) is what the engine needs to know of the types V(File) (C(filename), C(mimeType), C(encoding)) and V(Object)
        (C(objectTypeName), C(serializationDataFormat)).
      - C(no_log=true) keeps the value, and the one that it replaces, out of diffs and messages.
      - A date is a string such as V(2026-01-31T12:00:00Z). V(Bytes) and V(File) are written in Base64. V(Json) may be any value, or a string
        that is JSON. V(Object) is the serialized object.
      - With O(state=absent) only the names count.
    type: dict
  names:
    description:
      - The names of variables to remove, with O(state=absent).
    type: list
    elements: str
attributes:
  idempotent:
    support: full
    details: The content of files is read and compared too.
notes:
  - Types V(Json) and V(Xml) need the Spin plugin of the engine.
  - Values that are not marked with C(no_log) are shown by C(--diff). The result of the task only has names.
  - The keyword C(no_log) of Ansible hides the whole task. Ansible itself logs the options of a module that runs as a process (see
    O(in_process)) to the system log of the host, unless the keyword is set.
seealso:
  - module: bpmops.camunda.c7_search
  - module: bpmops.camunda.c7_get
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda7
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Correct an amount, and keep its type
  bpmops.camunda.c7_variable:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    process_instance_id: "{{ instance_id }}"
    variables:
      amount: 250
      approved: true

- name: Set variables of given types
  bpmops.camunda.c7_variable:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    process_instance_id: "{{ instance_id }}"
    variables:
      customer: {value: 4711, type: Long}
      due: {value: "2026-01-31T12:00:00Z", type: Date}
      api_key: {value: "{{ jdoe_password }}", no_log: true}
      letter:
        value: "{{ 'Dear customer' | b64encode }}"
        type: File
        value_info: {filename: letter.txt, mimeType: text/plain}

- name: Remove a variable
  bpmops.camunda.c7_variable:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    process_instance_id: "{{ instance_id }}"
    names: [api_key]
    state: absent

- name: A task has these local variables and no others
  bpmops.camunda.c7_variable:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    task_id: "{{ task_id }}"
    variables:
      remark: Call back first
    state: exact
"""

RETURN = r"""
created:
  description: The names of variables that did not exist.
  returned: success
  type: list
  elements: str
  sample: [approved]
updated:
  description: The names of variables whose value or type changed.
  returned: success
  type: list
  elements: str
  sample: [amount]
deleted:
  description: The names of variables that were removed.
  returned: success
  type: list
  elements: str
  sample: []
"""

from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.camunda7.variables import ARGUMENTS, RULES, SCOPES, STRINGS, ensure
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(CAMUNDA7, ARGUMENTS, rules=RULES, not_empty=(*SCOPES, "variables"), strings=STRINGS)

work = ensure


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
