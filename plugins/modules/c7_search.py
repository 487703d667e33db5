#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_search
short_description: Search process instances, tasks, jobs, history and more in Camunda 7
version_added: "0.1.0"
description:
  - Searches one kind of object over the REST API of Camunda 7, Operaton or CIB seven, page by page.
  - Misspelled names, values of the wrong type and unknown operators are errors before the first request. The engine itself ignores
    a filter that it does not know and returns everything.
  - The reference R(Entities of Camunda 7,ansible_collections.bpmops.camunda.docsite.reference_camunda7) lists the entities with their
    filters, sort fields and returned fields.
  - The module chooses between GET and POST. It uses POST where the engine has it, so that long lists and values with commas work.
options:
  entity:
    description:
      - The kind of objects, named by its path in the API, such as V(process-instance), V(task), V(job), V(incident),
        V(process-definition) or V(history/process-instance).
      - Underscores and hyphens are equivalent.
    type: str
    required: true
  filter:
    description:
      - Filters and their values. An object must match all of them. Names are those of the API.
      - Lists are lists, dates have the format of O(started_after) without ages, numbers can be strings of digits.
      - Booleans can only be V(true) for almost all filters, because the engine ignores V(false) or takes it for V(true).
      - Conditions on variables, such as C(variables) or C(processVariables), are lists of mappings with C(name), C(operator) and C(value).
        The operators are V(eq), V(neq), V(gt), V(gteq), V(lt), V(lteq) and V(like), and for some filters V(notLike) or only a part of them.
        Values are compared with their type, so V(1) does not find the string V("1").
      - Null and empty values are errors. Omit the name instead.
  or_queries:
    description:
      - Filters like O(filter). Each of them adds a condition that an object meets if it matches one name of that mapping.
      - Only for V(task), V(process-instance), V(history/task) and V(history/process-instance).
    type: list
    elements: dict
    default: []
  sort:
    description:
      - Sort order. The id is always the last sort field where the engine can sort by it, so that pages do not lose objects.
      - Where it cannot, the search needs the memory of all its objects if they do not fit into one page, at most 100,000 are found, and
        O(resume) is not possible.
      - Entities that the engine lists by GET only, such as V(incident) and V(process-definition), can be sorted by one field.
      - By default objects are in the order of their ids.
    suboptions:
      field:
        description:
          - The name of the field.
        type: str
        required: true
      order:
        description:
          - V(ASC) for ascending, V(DESC) for descending, in upper or lower case.
        type: str
        default: ASC
      variable:
        description:
          - The name of a variable, for fields such as C(processVariable) of V(task).
        type: str
      type:
        description:
          - The type of that variable, such as V(String) or V(Integer).
        type: str
  page_size:
    description:
      - Number of objects in a page, from 1 to 1000. Smaller pages need less memory and more requests.
      - If the engine limits its answers (C(queryMaxResultsLimit)), pages are as large as it allows.
  resume:
    description:
      - Continue an earlier search. Give the value that it returned as RV(resume), with the same O(filter) and O(sort).
      - It is an offset. If objects were added or removed meanwhile, objects can be missed or returned twice.
notes:
  - Pages are read by offset. Objects that appear or disappear during the search can move others to another page. An object that
    comes twice is returned once.
  - The engine omits objects that the caller may not read.
  - Values of variables are returned as they are stored (C(deserializeValues=false)).
seealso:
  - module: bpmops.camunda.c7_get
  - plugin: bpmops.camunda.c7_search
    plugin_type: lookup
  - ref: Entities of Camunda 7 <ansible_collections.bpmops.camunda.docsite.reference_camunda7>
    description: Filters, sort fields, fields and views of each entity.
extends_documentation_fragment:
  - bpmops.camunda.attributes.read_only
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda7
  - bpmops.camunda.query
  - bpmops.camunda.query.resume
  - bpmops.camunda.query.time_range
  - bpmops.camunda.dest.lines
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Get the tasks of a user, the most urgent first
  bpmops.camunda.c7_search:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: task
    filter:
      assignee: anna
    sort:
      - field: priority
        order: desc
      - field: created
    fields: [id, name, priority, created, processInstanceId]
  register: tasks

- name: Find the instances of orders above 1000 that have an incident
  bpmops.camunda.c7_search:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: process-instance
    filter:
      processDefinitionKey: order
      withIncident: true
      variables:
        - name: amount
          operator: gt
          value: 1000

- name: Count the jobs that have failed for good
  bpmops.camunda.c7_search:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: job
    filter:
      noRetriesLeft: true
    count_only: true
  register: failed

- name: Write the instances that ended in the last week to a file
  bpmops.camunda.c7_search:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: history/process-instance
    ended_after: 7d
    dest: /tmp/finished.jsonl

- name: Get instances by their definition or their business key
  bpmops.camunda.c7_search:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: process-instance
    or_queries:
      - processDefinitionKeyIn: [order, invoice]
        businessKeyLike: "2026-%"
"""

RETURN = r"""
objects:
  description:
    - The objects as the engine sends them.
    - Authorizations also have C(typeName) and C(resourceName), because the engine sends numbers.
  returned: unless O(dest) or O(count_only) is given
  type: list
  elements: dict
  sample:
    - id: 0d6ab0c2-e853-11f1-9e5c-0242ac110002
      name: Check it
      priority: 80
      created: "2026-01-31T12:00:00.000+0000"
      processInstanceId: 0d5a8412-e853-11f1-9e5c-0242ac110002
total:
  description: Number of objects that match.
  returned: success
  type: int
  sample: 1
total_is_lower_bound:
  description: Whether there may be more than RV(total). Always false, because the engine counts all.
  returned: success
  type: bool
  sample: false
truncated:
  description: Whether O(limit) left objects out.
  returned: success
  type: bool
  sample: false
resume:
  description: Where the next search continues. Null if the result is complete, or if O(sort) does not allow it.
  returned: success
  type: raw
  sample: null
count:
  description: How many objects were written.
  returned: when O(dest) is given
  type: int
  sample: 100000
dest:
  description: The file that was written.
  returned: when O(dest) is given
  type: str
  sample: /tmp/finished.jsonl
"""

from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.camunda7.search import SEARCH
from ..module_utils.camunda7.source import CATALOG
from ..module_utils.query.search import NOT_EMPTY
from ..module_utils.query.work import SEARCH_RULES, search
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(CAMUNDA7, SEARCH, rules=SEARCH_RULES, reads_only=True, not_empty=NOT_EMPTY)

work = search(CATALOG)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
