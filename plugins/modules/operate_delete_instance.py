#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: operate_delete_instance
short_description: Delete finished process instances from Camunda Operate
version_added: "0.1.0"
description:
  - Deletes process instances with their variables, incidents and flow node instances from the history over the Operate API v1.
    The engine itself keeps nothing of finished instances.
  - The set of instances is fixed before the first deletion. What starts or ends meanwhile is never touched.
  - If one instance of the set cannot be deleted, for example because it is active, none is, and the reasons are returned.
  - An instance that does not exist is no change.
  - Something must select the instances. An option that is given but empty, such as a filter or a time range whose template
    rendered to nothing, is an error, because the task would then delete more than was meant. Only an empty list of O(keys) is
    accepted.
options:
  key:
    description:
      - The key of one process instance.
    type: str
  keys:
    description:
      - The keys of several process instances.
      - An empty list selects nothing, and nothing is deleted.
    type: list
    elements: str
  cancel_first:
    description:
      - Cancel instances that are active, and delete them when Operate has seen their end.
      - Only instances that were not called by others can be canceled; the called ones end with them.
    type: bool
    default: false
  include_children:
    description:
      - Delete the instances that were called by call activities too, and before those that called them.
      - Otherwise they remain as orphans, and a warning shows their number.
    type: bool
    default: false
  max_objects:
    description:
      - Maximum number of instances to delete, called instances included.
  on_limit:
    description:
      - What to do if O(filter) and the time range select more than O(max_objects) instances.
      - With V(refuse) the task fails, and nothing is deleted.
      - With V(oldest) the O(max_objects) instances that ended first are deleted; with O(started_after) or O(started_before)
        alone, those that started first. RV(truncated) shows whether more are left. With O(include_children), called
        instances do not count towards this number, but every 500 instances and those that they called may be at most
        O(max_objects).
  roots_only:
    description:
      - Do not select instances that another instance called. With O(include_children) they are deleted with their caller.
    type: bool
    default: false
  wait:
    description:
      - Wait until Operate no longer finds the deleted instances, which takes about a second.
attributes:
  check_mode:
    support: full
    details: Reports exactly what would be deleted, and sends nothing that deletes or cancels.
  diff_mode:
    support: full
    details: Shows each instance that is canceled or deleted.
  idempotent:
    support: full
    details: Instances that do not exist are no change.
notes:
  - A date in O(filter) matches that millisecond, unless it ends with a rounding such as C(||/d) for the whole day. Use
    O(started_after) and similar options for a time range.
seealso:
  - module: bpmops.camunda.operate_search
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda8
  - bpmops.camunda.selection
  - bpmops.camunda.query.time_range
  - bpmops.camunda.concurrency
  - bpmops.camunda.wait
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Preview the deletion
  bpmops.camunda.operate_delete_instance:
    url: "{{ operate_url }}"
    username: "{{ operate_username }}"
    password: "{{ operate_password }}"
    filter:
      bpmnProcessId: order
      state: COMPLETED
    older_than: 90d
  check_mode: true
  register: preview

- name: Delete finished orders after 90 days, with the instances that they called
  bpmops.camunda.operate_delete_instance:
    url: "{{ operate_url }}"
    username: "{{ operate_username }}"
    password: "{{ operate_password }}"
    filter:
      bpmnProcessId: order
      state: COMPLETED
    older_than: 90d
    include_children: true
    max_objects: 5000

- name: Cancel one instance and delete it
  bpmops.camunda.operate_delete_instance:
    url: "{{ operate_url }}"
    username: "{{ operate_username }}"
    password: "{{ operate_password }}"
    key: "{{ instance_key }}"
    cancel_first: true
"""

RETURN = r"""
instances:
  description:
    - What became of each instance. C(action) is C(deleted), or C(absent) if the instance did not exist.
    - In check mode, what would become of it.
  returned: success
  type: list
  elements: dict
  sample:
    - key: "2251799813685276"
      bpmnProcessId: order
      state: COMPLETED
      endDate: "2026-01-31T12:00:00.000+0000"
      parentKey: null
      action: deleted
      canceled: false
counts:
  description: How many instances were deleted, canceled before that, and absent.
  returned: success
  type: dict
  sample: {deleted: 1, canceled: 0, absent: 0}
orphans:
  description: Keys of called instances that remain without the instance that called them.
  returned: success
  type: list
  elements: str
  sample: []
truncated:
  description: Whether O(on_limit=oldest) left instances that O(filter) and the time range select.
  returned: success
  type: bool
  sample: false
error:
  description: Details of a failure, with C(refused), the reason for each instance that cannot be deleted; or with
    C(done), C(failed) and C(not_attempted), and after the keyword C(timeout) C(under_way), the changes that the server
    may have made.
  returned: failure
  type: dict
  sample: {refused: [{key: "2251799813685276", state: ACTIVE, reason: it is active}]}
"""

from ..module_utils.camunda8.instances import SELECTOR, delete
from ..module_utils.camunda8.product import CAMUNDA8
from ..module_utils.options import CONCURRENCY, WAIT
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA8,
    {
        **SELECTOR.arguments(most=1000),
        "roots_only": {"type": "bool", "default": False},
        "cancel_first": {"type": "bool", "default": False},
        "include_children": {"type": "bool", "default": False},
        **CONCURRENCY,
        **WAIT,
    },
    rules=SELECTOR.rules(),
    not_empty=SELECTOR.not_empty(),
)

work = delete


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
