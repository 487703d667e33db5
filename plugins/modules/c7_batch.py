#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_batch
short_description: Wait for, suspend, activate, retry and delete batches of Camunda 7
version_added: "0.1.0"
description:
  - Waits for batches of the engine, suspends, activates or deletes them, or retries what failed of them, over the REST API of
    Camunda 7, Operaton or CIB seven.
  - A batch is finished when all its jobs were created and those that remain have failed. The engine itself ends a batch up to half
    a minute later, and one with failed jobs never.
  - Batches are selected by id or by filter. The set is fixed before the first change, and batches that are as wanted are left alone.
options:
  id:
    description:
      - The id of one batch.
    type: str
  ids:
    description:
      - The ids of several batches. An empty list selects none.
    type: list
    elements: str
  filter:
    description:
      - Names of filters and their values, as the entity C(batch/statistics) of M(bpmops.camunda.c7_search) takes them, such as C(type),
        C(createdBy), C(suspended) or C(withFailures). A batch must match all of them.
      - Names and types are checked before the first request. An empty mapping or an empty value is an error.
  state:
    description:
      - V(finished) waits until the batches are finished, and changes nothing. It needs the engine's job executor.
      - V(suspended) and V(active) suspend and activate the batches.
      - V(retried) gives O(retries) to the failed jobs of the batches. Use V(finished) afterwards to wait for them.
      - V(absent) deletes the batches. What is not done yet will not be done.
    type: str
    choices: [finished, suspended, active, retried, absent]
    default: finished
  retries:
    description:
      - Number of attempts with O(state=retried). If omitted, V(1).
    type: int
  delete_history:
    description:
      - Whether O(state=absent) also deletes the history of the batches.
    type: bool
  on_failure:
    description:
      - What to do with O(state=finished) if jobs of a batch failed.
      - With V(fail) the task fails. With V(report) the failures are only in RV(objects).
    type: str
    choices: [fail, report]
    default: fail
  wait:
    description:
      - Whether O(state=finished) waits. With V(false) it looks once, and fails if a batch is not finished.
  max_objects:
    description:
      - Maximum number of batches to change, or to wait for.
    default: 100
attributes:
  check_mode:
    support: full
    details: O(state=finished) waits in check mode too, because it only reads.
notes:
  - O(started_after) and O(started_before) compare the time when a batch was started.
seealso:
  - module: bpmops.camunda.c7_job
  - module: bpmops.camunda.c7_external_task
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda7
  - bpmops.camunda.selection
  - bpmops.camunda.query.time_range
  - bpmops.camunda.concurrency
  - bpmops.camunda.wait
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Start to retry the failed jobs of a process
  bpmops.camunda.c7_job:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      processDefinitionKey: order
      noRetriesLeft: true
    retries: 1
    via: batch
    wait: false
  register: retried

- name: Wait until it is done
  bpmops.camunda.c7_batch:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    ids: "{{ retried.batches | default([]) | map(attribute='id') }}"
    wait_timeout: 600

- name: Retry what failed of the batches of a user
  bpmops.camunda.c7_batch:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      createdBy: operator
      withFailures: true
    state: retried
    retries: 3
"""

RETURN = r"""
objects:
  description:
    - The selected batches as they were before, and what became of them in C(result), one of C(changed), C(unchanged) and C(gone).
    - With O(state=finished), as they are afterwards, with the C(messages) of some of their failed jobs. Of a batch that has ended
      the engine only tells its type and its number of jobs.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 1e6ab0c2-e853-11f1-9e5c-0242ac110002
      type: set-job-retries
      totalJobs: 400
      jobsCreated: 400
      completedJobs: 400
      remainingJobs: 0
      failedJobs: 0
      suspended: false
      messages: []
      result: unchanged
counts:
  description: Number of batches that were selected, changed, left unchanged, and gone.
  returned: success
  type: dict
  sample: {matched: 1, changed: 0, unchanged: 1, gone: 0}
truncated:
  description: Whether O(on_limit=oldest) left batches out.
  returned: success
  type: bool
  sample: false
error:
  description: Details of a failure, with C(batches), those that were not finished in time, or C(failed), those with failed jobs.
  returned: failure
  type: dict
  sample: {failed: [{id: 1e6ab0c2-e853-11f1-9e5c-0242ac110002, totalJobs: 2, failedJobs: 1, messages: [No job found]}]}
"""

from ..module_utils.camunda7.batch_states import SELECTOR, work
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.options import CONCURRENCY, WAIT
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {
        **SELECTOR.arguments(),
        "state": {
            "type": "str",
            "choices": ["finished", "suspended", "active", "retried", "absent"],
            "default": "finished",
        },
        "retries": {"type": "int"},
        "delete_history": {"type": "bool"},
        "on_failure": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
        **CONCURRENCY,
        **WAIT,
    },
    rules=SELECTOR.rules(),
    not_empty=(*SELECTOR.not_empty(), "retries"),
)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
