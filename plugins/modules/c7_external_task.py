#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_external_task
short_description: Set retries and priority of external tasks of Camunda 7, and unlock them
version_added: "0.1.0"
description:
  - Sets the retries and the priority of external tasks, and unlocks them, over the REST API of Camunda 7, Operaton or CIB seven.
  - Tasks are selected by id or by filter. The set is fixed before the first change, and tasks that are as wanted are left alone.
  - A task that was completed meanwhile is reported as C(gone). If the engine refuses one, the others are changed all the same,
    and the module then fails.
  - Fetching, completing and failing external tasks is the business of workers.
options:
  id:
    description:
      - The id of one external task.
    type: str
  ids:
    description:
      - The ids of several external tasks. An empty list selects none.
    type: list
    elements: str
  filter:
    description:
      - Names of filters and their values, as the entity C(external-task) of M(bpmops.camunda.c7_search) takes them, such as C(topicName),
        C(workerId), C(noRetriesLeft) or C(processDefinitionId). A task must match all of them.
      - Names and types are checked before the first request. An empty mapping or an empty value is an error.
    type: dict
  retries:
    description:
      - Number of attempts that the tasks have left. More than V(0) closes the incident of a failed task, V(0) opens one.
    type: int
  priority:
    description:
      - Priority of the tasks. Workers that ask for it get higher ones first.
    type: int
  unlocked:
    description:
      - V(true) takes the tasks away from the workers that locked them. What such a worker reports later is refused.
      - V(false) is an error, because only workers lock tasks.
    type: bool
  via:
    description:
      - V(direct) sends a request for each change. It is exact for each task, and needs no job executor.
      - V(batch) lets the engine set O(retries) in a batch, or in several if the engine limits the length of lists
        (C(queryMaxResultsLimit)). The other options cannot be set by a batch.
    type: str
    choices: [direct, batch]
    default: direct
  wait:
    description:
      - Wait until the batches of O(via=batch) are done. If jobs of the batches failed, the task fails.
  max_objects:
    description:
      - Maximum number of external tasks to change. If more match, the task fails and nothing is changed.
    type: int
    default: 100
attributes:
  idempotent:
    support: full
    details: Workers may lock an unlocked task again.
seealso:
  - module: bpmops.camunda.c7_incident
  - module: bpmops.camunda.c7_job
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda7
  - bpmops.camunda.concurrency
  - bpmops.camunda.wait
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Retry the external tasks of a topic that have failed for good
  bpmops.camunda.c7_external_task:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      topicName: invoice-print
      noRetriesLeft: true
    retries: 3
    max_objects: 1000

- name: Give the tasks of a worker that crashed to the others
  bpmops.camunda.c7_external_task:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      workerId: worker-7
      locked: true
    unlocked: true
    priority: 100
"""

RETURN = r"""
objects:
  description:
    - The selected external tasks as they were before, and what became of them in C(result), one of C(changed), C(unchanged) and
      C(gone).
    - In check mode, what would become of them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 0d6ab0c2-e853-11f1-9e5c-0242ac110002
      topicName: invoice-print
      activityId: print
      processInstanceId: 0d5a8412-e853-11f1-9e5c-0242ac110002
      workerId: worker-7
      retries: 0
      priority: 0
      errorMessage: no paper
      result: changed
counts:
  description: Number of external tasks that were selected, changed, left unchanged, and gone.
  returned: success
  type: dict
  sample: {matched: 1, changed: 1, unchanged: 0, gone: 0}
truncated:
  description: Always false, because more than O(max_objects) tasks are refused.
  returned: success
  type: bool
  sample: false
batches:
  description: The batches, with their numbers of jobs if the task waited for them.
  returned: with O(via=batch), if something was changed
  type: list
  elements: dict
  sample:
    - id: 1e6ab0c2-e853-11f1-9e5c-0242ac110002
      type: set-external-task-retries
      totalJobs: 400
      jobsCreated: 400
      completedJobs: 400
      remainingJobs: 0
      failedJobs: 0
      suspended: false
error:
  description: Details of a failure, with C(done), C(failed) and C(not_attempted), the changes by what became of them.
  returned: failure
  type: dict
  sample: {done: [], failed: [{action: update, kind: external task, name: 0d6ab0c2-e853-11f1-9e5c-0242ac110002, msg: Forbidden}]}
"""

from ..module_utils.camunda7.external_tasks import SELECTOR, work
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.options import CONCURRENCY, WAIT
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {
        **SELECTOR.arguments(),
        "retries": {"type": "int"},
        "priority": {"type": "int"},
        "unlocked": {"type": "bool"},
        "via": {"type": "str", "choices": ["direct", "batch"], "default": "direct"},
        **CONCURRENCY,
        **WAIT,
    },
    rules=SELECTOR.rules(),
    not_empty=(*SELECTOR.not_empty(), "retries", "priority", "unlocked"),
)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
