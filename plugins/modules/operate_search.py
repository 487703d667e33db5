#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: operate_search
short_description: Search process instances, incidents, variables and more in Camunda Operate
version_added: "0.1.0"
description:
  - Searches one kind of object over the Operate API v1, page by page, also beyond the 10,000 objects that the server counts.
  - Misspelled names and values of the wrong type are errors before the first request.
  - Answers that contradict themselves or each other, such as a page that was returned before or a total that does not match,
    are errors. Objects are never lost or returned twice without notice.
options:
  entity:
    description:
      - The kind of objects. Names are those of the API. Underscores and hyphens are equivalent.
      - One of V(process-definitions), V(process-instances), V(incidents), V(flownode-instances), V(variables),
        V(decision-definitions), V(drd) and V(decision-instances).
    type: str
    required: true
  filter:
    description:
      - Fields and their values. An object must match all of them. Names are those of the API.
      - Names and types are checked before anything is sent, because the server ignores a name that it does not know and then
        returns everything.
      - Keys are numbers or strings of digits.
      - A date matches that millisecond, unless it ends with a rounding such as C(||/d) for the whole day. For a time range use
        O(started_after) and similar options.
      - The field C(value) of variables is compared as JSON, for example the string C(abc) is written C('"abc"').
    type: dict
    default: {}
  sort:
    description:
      - Sort order. The server always uses the key as the final tie-breaker.
      - An object whose sort field changes during the search, such as C(state), can be missed or returned twice. Keys and start
        dates do not change.
      - With a time range only its field is allowed, to choose the direction.
    type: list
    elements: dict
    default: []
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
  fields:
    description:
      - Return only these fields of each object. One that an object does not have is null.
      - By default all fields.
    type: list
    elements: str
    default: []
  limit:
    description:
      - Maximum number of objects to return. RV(truncated) shows whether there are more.
      - The default is 1000, or no limit with O(dest).
    type: int
  page_size:
    description:
      - Number of objects in a page, from 1 to 1000. Smaller pages need less memory and more requests.
    type: int
    default: 1000
  resume:
    description:
      - Continue an earlier search. Give the value that it returned as RV(resume), with the same O(filter) and O(sort).
    type: raw
  count_only:
    description:
      - Return only the number of objects, with one request.
      - With a time range the objects must be read to count them.
    type: bool
    default: false
  dest:
    description:
      - Write the objects to this file on the host where the task runs, one JSON document per line, instead of returning them.
      - Use it for many objects. It needs the memory of one page, and returning objects costs Ansible far more time than
        fetching them.
      - The file appears complete or not at all, with mode C(0600), and is only replaced when its content differs.
    type: path
seealso:
  - module: bpmops.camunda.operate_get
  - plugin: bpmops.camunda.operate_search
    plugin_type: lookup
extends_documentation_fragment:
  - bpmops.camunda.attributes.read_only
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda8
  - bpmops.camunda.operate_time_range
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Get open incidents, the newest first
  bpmops.camunda.operate_search:
    url: "{{ operate_url }}"
    username: "{{ operate_username }}"
    password: "{{ operate_password }}"
    entity: incidents
    filter:
      state: ACTIVE
    sort:
      - field: creationTime
        order: DESC
    fields: [key, type, message, processInstanceKey, creationTime]
  register: incidents

- name: Count the active instances of a process
  bpmops.camunda.operate_search:
    url: "{{ operate_url }}"
    username: "{{ operate_username }}"
    password: "{{ operate_password }}"
    entity: process-instances
    filter:
      bpmnProcessId: order
      state: ACTIVE
    count_only: true
  register: active

- name: Write everything that ended in the last week to a file
  bpmops.camunda.operate_search:
    url: "{{ operate_url }}"
    username: "{{ operate_username }}"
    password: "{{ operate_password }}"
    entity: process-instances
    ended_after: 7d
    dest: /tmp/finished.jsonl
"""

RETURN = r"""
objects:
  description:
    - The objects as the server sends them, with keys as strings, because many tools cannot represent 64-bit numbers.
    - A variable has its decoded value in C(decodedValue) in addition to C(value), unless the server truncated it.
  returned: unless O(dest) or O(count_only) is given
  type: list
  elements: dict
  sample:
    - key: "2251799813685276"
      bpmnProcessId: order
      processVersion: 1
      processDefinitionKey: "2251799813685251"
      startDate: "2026-01-31T12:00:00.000+0000"
      state: ACTIVE
      incident: false
      tenantId: <default>
total:
  description: Number of objects that match, as far as it is known. With a time range, number of objects found.
  returned: success
  type: int
  sample: 1
total_is_lower_bound:
  description: Whether there may be more than RV(total). The server only counts up to 10,000.
  returned: success
  type: bool
  sample: false
truncated:
  description: Whether O(limit) left objects out.
  returned: success
  type: bool
  sample: false
resume:
  description: Where the next search continues. Null if the result is complete or a time range is used.
  returned: success
  type: list
  elements: raw
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

from ..module_utils.camunda8.product import CAMUNDA8
from ..module_utils.camunda8.v1 import V1
from ..module_utils.query.search import NOT_EMPTY
from ..module_utils.query.work import SEARCH, SEARCH_RULES, search
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(CAMUNDA8, SEARCH, rules=SEARCH_RULES, reads_only=True, not_empty=NOT_EMPTY)

work = search(V1)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
