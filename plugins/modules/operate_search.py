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
  count_only:
    description:
      - Return only the number of objects, with one request.
      - With a time range the objects must be read to count them.
notes:
  - In O(filter), keys are numbers or strings of digits. The field C(value) of variables is compared as JSON, for example the
    string C(abc) is written C('"abc"').
  - A date in O(filter) matches that millisecond, unless it ends with a rounding such as C(||/d) for the whole day. Use
    O(started_after) and similar options for a time range.
  - The server cannot compare dates. With a time range the objects are therefore read in the order of the date, from the first
    that matches to the first that does not, and O(sort) can only choose the direction.
seealso:
  - module: bpmops.camunda.operate_get
  - plugin: bpmops.camunda.operate_search
    plugin_type: lookup
extends_documentation_fragment:
  - bpmops.camunda.attributes.read_only
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda8
  - bpmops.camunda.query
  - bpmops.camunda.query.resume
  - bpmops.camunda.query.time_range
  - bpmops.camunda.dest.lines
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
  description: Where the next search continues, to be given to O(resume) as it is. Null if the result is complete or a time range is used.
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
