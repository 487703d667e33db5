#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_process_instance
short_description: Start, cancel, suspend and activate process instances of Camunda 7
version_added: "0.1.0"
description:
  - Starts a process instance of Camunda 7, Operaton or CIB seven, unless there is one with the same business key.
  - Cancels, suspends and activates running process instances by their ids or by a filter. The set of instances is fixed before the
    first change. An instance that ends meanwhile is reported as C(gone).
  - If the engine refuses an instance, the others are changed nevertheless. The module then fails, and RV(error) shows what was done.
options:
  state:
    description:
      - V(present) starts an instance.
      - V(absent) cancels running instances. History keeps them. An instance that does not exist is unchanged.
      - V(suspended) suspends instances with their tasks and jobs, and V(active) activates them again. Instances that they called by a
        call activity are instances of their own, which the filter has to select too.
    type: str
    choices: [present, absent, suspended, active]
    default: present
  definition_key:
    description:
      - The key of the process definition to start.
    type: str
  definition_id:
    description:
      - The id of the process definition to start, in place of its key.
    type: str
  version:
    description:
      - The version of O(definition_key). If omitted, the latest one.
    type: int
  tenant_id:
    description:
      - The tenant of O(definition_key). If omitted, the definition that belongs to no tenant.
    type: str
  business_key:
    description:
      - The business key of the instance. If an instance with it runs, of whatever version of the same process and tenant, nothing is
        started.
      - Without a business key, the task starts another instance every time.
    type: str
  include_finished:
    description:
      - Start nothing if history has a finished instance with O(business_key) either. Needed for processes that may end before the task
        runs again.
    type: bool
    default: false
  variables:
    description:
      - Variables of a new instance, as names and values, or as names and mappings with V(value), V(type), V(value_info) and V(no_log),
        as in M(bpmops.camunda.c7_variable).
      - Without a type the one that fits the value is sent.
      - Variables of an instance that exists are not compared. Use M(bpmops.camunda.c7_variable) for them.
    type: dict
  id:
    description:
      - The id of one instance to cancel, suspend or activate.
    type: str
  ids:
    description:
      - The ids of several instances.
      - An empty list selects nothing, and nothing is changed.
    type: list
    elements: str
  via:
    description:
      - V(direct) sends a request for each instance and reports what became of it.
      - V(batch) lets the engine do the work in a batch, or in several if the engine limits the length of lists
        (C(queryMaxResultsLimit)). It needs the job executor of the engine. C(changed) then means that the instance is part of a batch.
    type: str
    choices: [direct, batch]
    default: direct
  wait:
    description:
      - Wait until the batches of O(via=batch) are done. If jobs of the batches failed, the task fails.
      - Otherwise RV(batches) has the ids of the batches, for O(bpmops.camunda.c7_batch#module:ids).
  reason:
    description:
      - Why the instances are canceled, for history. The engine only takes it with O(via=batch).
    type: str
  skip_custom_listeners:
    description:
      - Do not call execution listeners and task listeners of canceled instances.
    type: bool
    default: false
  skip_io_mappings:
    description:
      - Do not evaluate output mappings of canceled instances.
    type: bool
    default: false
  skip_subprocesses:
    description:
      - Leave the instances that a canceled instance called by a call activity running.
    type: bool
    default: false
attributes:
  idempotent:
    support: partial
    details: With O(state=present) only with O(business_key). With O(wait=false), a task that runs before the batch is done makes another one.
notes:
  - The caller must be able to read the instances of the process. An instance that it cannot see does not keep a task from starting
    another one with the same business key.
  - Two tasks that run at the same time can both start an instance with the same business key. The engine does not prevent it.
  - The engine cannot filter running instances by age. Search C(history/process-instance) with M(bpmops.camunda.c7_search) first, as in
    the example.
seealso:
  - module: bpmops.camunda.c7_search
  - module: bpmops.camunda.c7_variable
  - module: bpmops.camunda.c7_batch
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda7
  - bpmops.camunda.selection.undated
  - bpmops.camunda.concurrency
  - bpmops.camunda.wait
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Start the yearly report once
  bpmops.camunda.c7_process_instance:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    definition_key: approve
    business_key: report-2026
    include_finished: true
    variables:
      year: 2026
      amount: {value: 100, type: Long}

- name: Suspend an instance
  bpmops.camunda.c7_process_instance:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    id: "{{ instance_id }}"
    state: suspended

- name: Find instances that were started by tests a week ago or earlier
  bpmops.camunda.c7_search:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    entity: history/process-instance
    filter:
      processInstanceBusinessKeyLike: test-%
      unfinished: true
    started_before: 7d
    fields: [id]
  register: old

- name: Cancel them
  bpmops.camunda.c7_process_instance:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    ids: "{{ old.objects | map(attribute='id') }}"
    state: absent
    max_objects: 1000

- name: Cancel all instances of a process in a batch, with a reason
  bpmops.camunda.c7_process_instance:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      processDefinitionKey: outside
    state: absent
    via: batch
    reason: The process was replaced.
    max_objects: 10000
    wait_timeout: 600
"""

RETURN = r"""
object:
  description:
    - The instance that was started, or that was there. C(state) is C(ACTIVE), C(SUSPENDED), or that of history, such as C(COMPLETED).
    - In check mode C(id) and C(state) of an instance that would be started are null.
  returned: when O(state=present)
  type: dict
  sample:
    id: 0d5a8412-e853-11f1-9e5c-0242ac110002
    businessKey: report-2026
    definitionKey: approve
    definitionId: approve:1:0d3a5f01-e853-11f1-9e5c-0242ac110002
    tenantId: null
    state: ACTIVE
objects:
  description:
    - The instances as they were before, each with its C(result). C(changed), C(unchanged), or C(gone) if it ended meanwhile.
    - In check mode, what would become of them.
  returned: when O(state) is not V(present)
  type: list
  elements: dict
  sample:
    - id: 0d5a8412-e853-11f1-9e5c-0242ac110002
      businessKey: test-1
      definitionId: approve:1:0d3a5f01-e853-11f1-9e5c-0242ac110002
      suspended: false
      tenantId: null
      result: changed
counts:
  description: How many instances were selected, and how many of them were changed, unchanged and gone.
  returned: when O(state) is not V(present)
  type: dict
  sample: {matched: 1, changed: 1, unchanged: 0, gone: 0}
truncated:
  description: Always false, because more than O(max_objects) instances are an error.
  returned: when O(state) is not V(present)
  type: bool
  sample: false
batches:
  description: The batches, with their numbers of jobs if the task waited for them.
  returned: with O(via=batch), if something was changed
  type: list
  elements: dict
  sample:
    - id: 1e6ab0c2-e853-11f1-9e5c-0242ac110002
      type: instance-deletion
      totalJobs: 400
      jobsCreated: 400
      completedJobs: 400
      remainingJobs: 0
      failedJobs: 0
      suspended: false
error:
  description: Details of a failure, with C(done), C(failed) and C(not_attempted), and after the keyword C(timeout) C(under_way), the
    changes that the engine may have made.
  returned: failure
  type: dict
  sample: {status: 403, type: AuthorizationException, method: DELETE}
"""

from ..module_utils.camunda7.instances import ARGUMENTS, RULES, SELECTOR, STRINGS, ensure
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.options import CONCURRENCY, WAIT
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {**SELECTOR.arguments(), **ARGUMENTS, **CONCURRENCY, **WAIT},
    rules=RULES,
    not_empty=(*SELECTOR.not_empty(), *STRINGS),
    strings=STRINGS,
)

work = ensure


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
