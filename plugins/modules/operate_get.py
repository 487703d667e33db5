#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: operate_get
short_description: Get objects of Camunda Operate by their keys
version_added: "0.1.0"
description:
  - Gets single objects over the Operate API v1, or a view of them, such as the XML of a process definition.
  - The value of a variable is complete here, while a search truncates long ones. A decision instance has its inputs and outputs.
options:
  entity:
    description:
      - The kind of objects. Names are those of the API. Underscores and hyphens are equivalent.
      - One of V(process-definitions), V(process-instances), V(incidents), V(flownode-instances), V(variables),
        V(decision-definitions), V(drd) and V(decision-instances).
    type: str
    required: true
  key:
    description:
      - The key of the object; of decision instances the C(id), such as V(2251799813685290-1), because their key is not unique.
    type: str
  keys:
    description:
      - The keys of several objects.
    type: list
    elements: str
  view:
    description:
      - V(object) is the object itself.
      - V(xml) is the BPMN or DMN document, of process definitions and decision requirements diagrams (C(drd)).
      - V(statistics) are the numbers of active, completed, canceled and failed flow nodes of a process instance.
      - V(sequence_flows) are the ids of the sequence flows that a process instance took. The server gives 1000 at most.
    type: str
    choices: [object, xml, statistics, sequence_flows]
    default: object
  required:
    description:
      - Fail if an object does not exist. By default it is only listed in RV(missing).
    type: bool
    default: false
  dest:
    description:
      - With O(view=xml) and O(key), write the document to this file on the host where the task runs, instead of returning it.
      - The file appears complete or not at all, with mode C(0600), and is only replaced if its content differs.
seealso:
  - module: bpmops.camunda.operate_search
  - plugin: bpmops.camunda.operate_get
    plugin_type: lookup
extends_documentation_fragment:
  - bpmops.camunda.attributes.read_only
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda8
  - bpmops.camunda.concurrency
  - bpmops.camunda.dest
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Get a process instance
  bpmops.camunda.operate_get:
    url: "{{ operate_url }}"
    username: "{{ operate_username }}"
    password: "{{ operate_password }}"
    entity: process-instances
    key: "{{ instance_key }}"
    required: true
  register: instance

- name: Get the statistics of its flow nodes
  bpmops.camunda.operate_get:
    url: "{{ operate_url }}"
    username: "{{ operate_username }}"
    password: "{{ operate_password }}"
    entity: process-instances
    key: "{{ instance_key }}"
    view: statistics
  register: statistics

- name: Write its model to a file
  bpmops.camunda.operate_get:
    url: "{{ operate_url }}"
    username: "{{ operate_username }}"
    password: "{{ operate_password }}"
    entity: process-definitions
    key: "{{ instance.object.processDefinitionKey }}"
    view: xml
    dest: /tmp/model.bpmn
"""

RETURN = r"""
object:
  description:
    - The object as the server sends it, with keys as strings; or the view of it. A variable has its decoded value in
      C(decodedValue) in addition to C(value).
    - Null if it does not exist.
  returned: when O(key) is given and O(dest) is not
  type: raw
  sample: {key: "2251799813685276", bpmnProcessId: order, state: COMPLETED, processDefinitionKey: "2251799813685251"}
objects:
  description: The objects, or the views of them, that were found, in the order of O(keys).
  returned: when O(keys) is given
  type: list
  elements: raw
  sample: []
missing:
  description: The keys of objects that do not exist.
  returned: success
  type: list
  elements: str
  sample: ["2251799813685999"]
dest:
  description: The file that was written.
  returned: when O(dest) is given and the object exists
  type: str
  sample: /tmp/model.bpmn
"""

from ..module_utils.camunda8.product import CAMUNDA8
from ..module_utils.camunda8.v1 import V1
from ..module_utils.query.single import get, get_arguments, get_rules
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA8,
    get_arguments("key", "keys", "xml", "statistics", "sequence_flows"),
    rules=get_rules("key", "keys"),
    reads_only=True,
)

work = get(V1)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
