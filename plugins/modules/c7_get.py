#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_get
short_description: Get objects of Camunda 7 by their ids
version_added: "0.1.0"
description:
  - Gets single objects over the REST API of Camunda 7, Operaton or CIB seven, or a view of them, such as the variables of a process
    instance, the form of a task, the stack trace of a job or the XML of a process definition.
options:
  entity:
    description:
      - The kind of objects, named by its path in the API, such as V(process-instance), V(task), V(job) or
        V(history/process-instance). Underscores and hyphens are equivalent.
      - All entities of M(bpmops.camunda.c7_search) except V(schema/log), V(history/identity-link-log) and V(history/user-operation),
        which the engine cannot find by id, and V(process-definition/statistics).
    type: str
    required: true
  id:
    description:
      - The id of the object.
    type: str
  ids:
    description:
      - The ids of several objects.
    type: list
    elements: str
  required:
    description:
      - Fail if an object does not exist. By default it is only listed in RV(missing).
    type: bool
    default: false
  dest:
    description:
      - Write a document (V(xml), V(diagram), V(rendered_form), V(deployed_form), V(resource), V(data), V(stacktrace) or
        V(error_details)) to this file on the host where the task runs, with O(id).
      - The file appears complete or not at all, with mode C(0600), and is only replaced if its content differs.
notes:
  - The engine does not tell an object that does not exist from one that the caller may not read.
  - Values of variables are returned as they are stored (C(deserializeValues=false)).
seealso:
  - module: bpmops.camunda.c7_search
  - plugin: bpmops.camunda.c7_get
    plugin_type: lookup
  - ref: Entities of Camunda 7 <ansible_collections.bpmops.camunda.docsite.reference_camunda7>
    description: Filters, sort fields, fields and views of each entity.
extends_documentation_fragment:
  - bpmops.camunda.attributes.read_only
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda7
  - bpmops.camunda.c7_view
  - bpmops.camunda.concurrency
  - bpmops.camunda.dest
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Get a process instance from history
  bpmops.camunda.c7_get:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: history/process-instance
    id: "{{ instance_id }}"
    required: true
  register: instance

- name: Get one of its variables
  bpmops.camunda.c7_get:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: process-instance
    id: "{{ instance_id }}"
    view: variable
    name: amount
  register: amount

- name: Write its model to a file
  bpmops.camunda.c7_get:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: process-definition
    id: "{{ instance.object.processDefinitionId }}"
    view: xml
    dest: /tmp/model.bpmn

- name: Get the stack traces of several jobs
  bpmops.camunda.c7_get:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: job
    ids: "{{ failed.objects | map(attribute='id') }}"
    view: stacktrace
"""

RETURN = r"""
object:
  description:
    - The object as the engine sends it, or the view of it. A file that is not text is Base64-encoded.
    - Null if it does not exist.
  returned: when O(id) is given and O(dest) is not
  type: raw
  sample:
    id: 0d5a8412-e853-11f1-9e5c-0242ac110002
    businessKey: order 1
    state: COMPLETED
    processDefinitionId: order:1:0d3a5f01-e853-11f1-9e5c-0242ac110002
objects:
  description: The objects, or the views of them, that were found, in the order of O(ids).
  returned: when O(ids) is given
  type: list
  elements: raw
  sample: []
missing:
  description: The ids of objects that do not exist, or have no variable or subscription of this O(name).
  returned: success
  type: list
  elements: str
  sample: ["0d5a8412-e853-11f1-9e5c-0242ac110003"]
dest:
  description: The file that was written.
  returned: when O(dest) is given and the object exists
  type: str
  sample: /tmp/model.bpmn
"""

from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.camunda7.single import GET
from ..module_utils.camunda7.source import CATALOG
from ..module_utils.query.single import get, get_rules
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(CAMUNDA7, GET, rules=get_rules("id", "ids"), reads_only=True)

work = get(CATALOG)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
