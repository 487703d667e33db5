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
  - Searches one kind of object over the Operate API v1, page after page, also past the 10,000 objects that the server counts.
  - What is misspelt or of the wrong type is an error before the first request.
options:
  entity:
    description:
      - The kind of objects. Names are those of the API; an underscore is as good as a hyphen.
      - One of V(process-definitions), V(process-instances), V(incidents), V(flownode-instances), V(variables),
        V(decision-definitions), V(drd) and V(decision-instances).
    type: str
    required: true
  filter:
    description:
      - Fields and the values that they must have, all of them. Names are those of the API.
      - Names and types are checked before anything is sent, because the server ignores a name that it does not know and then
        returns everything.
      - Keys are numbers or texts of digits.
      - A date matches that millisecond, unless it ends with a rounding such as C(||/d) for the whole day; for spans of time use
        O(started_after) and its like.
      - The O(filter) field C(value) of variables is compared as JSON text, so that the text C(abc) is written C('"abc"').
    type: dict
    default: {}
  started_after:
    description:
      - Only objects that started at this time or later; for incidents the time of creation counts, for decision instances that
        of the evaluation.
      - A time such as V(2026-01-31T12:00:00Z) (UTC where it names no offset), a date such as V(2026-01-31), or an age such as
        V(30d), which is a number and V(s), V(m), V(h), V(d) or V(w) for seconds to weeks.
      - The server itself cannot compare dates. The objects are therefore read in the order of the date, from the first that
        matches to the first that does not.
    type: str
  started_before:
    description:
      - Only objects that started before this time. Written as O(started_after).
    type: str
  ended_after:
    description:
      - Only objects that ended at this time or later. Written as O(started_after).
    type: str
  ended_before:
    description:
      - Only objects that ended before this time; what has not ended does not match. Written as O(started_after).
    type: str
  older_than:
    description:
      - The same as O(ended_before) for process instances and flow node instances, and as O(started_before) for incidents and
        decision instances, which have no end.
    type: str
  sort:
    description:
      - The order. At last the server always sorts by the key.
      - With limits of time only their field may stand here, to choose the direction.
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
          - V(ASC) for ascending, V(DESC) for descending.
        type: str
        choices: [ASC, DESC]
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
      - Return at most so many objects; RV(truncated) tells whether there are more.
      - The default is 1000, or no limit with O(dest).
    type: int
  size:
    description:
      - Objects in one page, from 1 to 1000. Smaller pages need less memory and more requests.
    type: int
    default: 1000
  search_after:
    description:
      - Go on where an earlier search stopped; what that returned as RV(search_after), with the same O(filter) and O(sort).
    type: list
    elements: raw
  count_only:
    description:
      - Return only the number of objects, with one request.
      - With limits of time the objects have to be read for that.
    type: bool
    default: false
  dest:
    description:
      - Write the objects to this file on the host where the task runs, one JSON document a line, and do not return them.
      - This is made for many objects. It needs the memory of one page, and returning objects costs Ansible far more time than
        fetching them.
      - The file appears complete or not at all, with mode C(0600), and is only replaced when its content differs.
    type: path
attributes:
  check_mode:
    support: full
    details: Reads as always. With O(dest) the file is not written.
  diff_mode:
    support: none
    details: Nothing on the server changes.
  idempotent:
    support: full
    details: A file given as O(dest) stays as it is when its content would be the same.
seealso:
  - module: bpmops.camunda.operate_get
  - plugin: bpmops.camunda.operate_search
    plugin_type: lookup
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.operate
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Open incidents, the newest first
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

- name: How many instances of a process are active
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

- name: Everything that ended in the last week, into a file
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
    - The objects as the server sends them, with keys as texts, because they are larger than what JavaScript can count.
    - A variable has its decoded value beside its C(value), as C(decodedValue), unless the server cut it off.
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
  description: How many objects match, as far as it is known. With limits of time, how many were found.
  returned: success
  type: int
  sample: 1
total_is_lower_bound:
  description: Whether there may be more than RV(total); the server counts up to 10,000 only.
  returned: success
  type: bool
  sample: false
truncated:
  description: Whether O(limit) left objects out.
  returned: success
  type: bool
  sample: false
search_after:
  description: Where the next search would go on. Null when all objects were returned, and with limits of time.
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

from ansible_collections.bpmops.camunda.plugins.module_utils.operate import query, tasks
from ansible_collections.bpmops.camunda.plugins.module_utils.operate.client import connect
from ansible_collections.bpmops.camunda.plugins.module_utils.operate.options import OPTIONS
from ansible_collections.bpmops.camunda.plugins.module_utils.runner import Context, Outcome, Spec, run

SPEC = Spec(
    connect=connect,
    connection=OPTIONS,
    options={"entity": {"type": "str", "required": True}, **query.ARGUMENTS, "dest": {"type": "path"}},
    rules={"mutually_exclusive": [("dest", "count_only")]},
    reads_only=True,
)


def work(context: Context) -> Outcome:
    done = tasks.search(context.client, context.params, check_mode=context.check_mode)
    return Outcome(done.changed, done.result)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
