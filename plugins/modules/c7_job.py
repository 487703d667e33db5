#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_job
short_description: Retry, postpone, suspend, execute and delete jobs of Camunda 7
version_added: "0.1.0"
description:
  - Sets the retries, due date, priority and suspension of jobs, executes them, or deletes them, over the REST API of Camunda 7,
    Operaton or CIB seven.
  - Jobs are selected by id or by filter. The set is fixed before the first change, and jobs that are as the task wants them are
    left alone.
  - A job that ended meanwhile is reported as C(gone). If the engine refuses a job, the others are changed all the same, and the
    task then fails.
options:
  id:
    description:
      - The id of one job.
    type: str
  ids:
    description:
      - The ids of several jobs. An empty list selects none.
    type: list
    elements: str
  filter:
    description:
      - Names of filters and their values, as the entity C(job) of M(bpmops.camunda.c7_search) takes them, such as C(exceptionMessage),
        C(failedActivityId), C(processDefinitionKey) or C(noRetriesLeft). A job must match all of them.
      - C(exceptionMessage) matches the whole message.
      - Names and types are checked before the first request. An empty mapping or an empty value is an error.
  state:
    description:
      - V(present) sets O(retries), O(due_date), O(priority) and O(suspended), as far as they are given.
      - V(executed) executes the jobs at once, whatever their due dates and retries are, also those that are suspended.
        The result of each is in RV(objects).
      - V(absent) deletes the jobs. It needs O(allow=strand_instance).
    type: str
    choices: [present, executed, absent]
    default: present
  retries:
    description:
      - Number of attempts that the jobs have left. More than V(0) closes the incident of a failed job, V(0) opens one.
    type: int
  due_date:
    description:
      - When the jobs are due, such as V(2026-01-31T12:00:00+01:00). Without an offset the time is UTC.
    type: str
  priority:
    description:
      - Priority of the jobs. The job executor prefers higher ones if it is configured to.
    type: int
  suspended:
    description:
      - Whether the job executor leaves the jobs alone.
    type: bool
  on_failure:
    description:
      - What to do with O(state=executed) if a job fails. All other jobs are executed in any case.
      - With V(fail) the task fails. With V(report) the failures are only in RV(objects).
    type: str
    choices: [fail, report]
    default: fail
  allow:
    description:
      - Dangerous changes that are refused unless they are listed here.
      - V(strand_instance), deleting jobs. A process instance whose job is deleted stays at that activity for ever. To end it,
        delete the instance; to let it go on, use O(state=executed) or O(retries).
    type: list
    elements: str
    choices: [strand_instance]
    default: []
  via:
    description:
      - V(direct) sends a request for each change. It is exact for each job, and needs no job executor.
      - V(batch) lets the engine set O(retries) in a batch, or in several if the engine limits the length of lists
        (C(queryMaxResultsLimit)). The other options cannot be set by a batch.
    type: str
    choices: [direct, batch]
    default: direct
  wait:
    description:
      - Wait until the batches of O(via=batch) are done. If jobs of the batches failed, the task fails.
      - Otherwise RV(batches) has the ids of the batches, for O(bpmops.camunda.c7_batch#module:ids).
  max_objects:
    description:
      - Maximum number of jobs to change.
    default: 100
  on_limit:
    description:
      - What to do if O(filter) and the time range select more than O(max_objects) jobs.
      - V(refuse) changes nothing and fails, in check mode too. V(oldest) changes the O(max_objects) jobs that are due first, and
        RV(truncated) shows that there are more.
attributes:
  check_mode:
    support: full
    details: Reports the jobs that would be changed. What comes of O(state=executed) cannot be predicted.
  idempotent:
    support: partial
    details: O(state=executed) executes a job that failed again. One that was executed successfully is unchanged, as far as the
      history tells.
notes:
  - O(started_after) and O(started_before) compare the time when a job was created. Jobs have no end.
  - The option C(retries) is about jobs. O(request_retries) is how often a request is repeated.
seealso:
  - module: bpmops.camunda.c7_incident
  - module: bpmops.camunda.c7_external_task
  - module: bpmops.camunda.c7_batch
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
- name: Retry the jobs that failed because the payment service was down
  bpmops.camunda.c7_job:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      exceptionMessage: "payment service: connection refused"
      noRetriesLeft: true
    retries: 3
    max_objects: 2000

- name: Suspend the jobs of a process during maintenance, and start them at the earliest after it
  bpmops.camunda.c7_job:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      processDefinitionKey: order
    due_date: "2026-01-31T22:00:00Z"
    suspended: true

- name: Execute the timers of an instance now
  bpmops.camunda.c7_job:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      processInstanceId: "{{ instance_id | default('0d5a8412-e853-11f1-9e5c-0242ac110002') }}"
      timers: true
    state: executed
    on_failure: report
  register: executed

- name: Let the engine retry many jobs in a batch
  bpmops.camunda.c7_job:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      processDefinitionKey: order
      noRetriesLeft: true
    retries: 1
    max_objects: 10000
    via: batch
    wait_timeout: 600
"""

RETURN = r"""
objects:
  description:
    - The selected jobs as they were before, and what became of them in C(result), one of C(changed), C(unchanged) and C(gone).
    - After O(state=executed) C(outcome) is C(succeeded) or C(failed). A failed job also has C(message), C(stacktrace), and its
      C(retries) afterwards.
    - In check mode, what would become of them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 0d6ab0c2-e853-11f1-9e5c-0242ac110002
      processDefinitionKey: order
      processInstanceId: 0d5a8412-e853-11f1-9e5c-0242ac110002
      failedActivityId: pay
      retries: 0
      exceptionMessage: "payment service: connection refused"
      result: changed
counts:
  description: Number of jobs that were selected, changed, left unchanged, and gone.
  returned: success
  type: dict
  sample: {matched: 1, changed: 1, unchanged: 0, gone: 0}
truncated:
  description: Whether O(on_limit=oldest) left jobs out.
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
      type: set-job-retries
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
  sample: {done: [], failed: [{action: execute, kind: job, name: 0d6ab0c2-e853-11f1-9e5c-0242ac110002, msg: Connection refused}]}
"""

from ..module_utils.camunda7.jobs import SELECTOR, STRAND, work
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.options import CONCURRENCY, WAIT, allow
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {
        **SELECTOR.arguments(),
        "state": {"type": "str", "choices": ["present", "executed", "absent"], "default": "present"},
        "retries": {"type": "int"},
        "due_date": {"type": "str"},
        "priority": {"type": "int"},
        "suspended": {"type": "bool"},
        "on_failure": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
        "via": {"type": "str", "choices": ["direct", "batch"], "default": "direct"},
        **allow(STRAND),
        **CONCURRENCY,
        **WAIT,
    },
    rules=SELECTOR.rules(),
    not_empty=(*SELECTOR.not_empty(), "retries", "due_date", "priority", "suspended"),
)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
