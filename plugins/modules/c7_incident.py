#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_incident
short_description: Retry, annotate and resolve incidents of Camunda 7
version_added: "0.1.0"
description:
  - Retries the jobs and external tasks behind open incidents, annotates incidents, or resolves those that people created, over
    the REST API of Camunda 7, Operaton or CIB seven.
  - Incidents are selected by id or by filter. The set is fixed before the first change. The result has a report by cause.
  - An incident that ended meanwhile is reported as C(gone). If the engine refuses a change, the others are made all the same, and
    the task then fails.
options:
  id:
    description:
      - The id of one incident.
    type: str
  ids:
    description:
      - The ids of several incidents. An empty list selects none.
    type: list
    elements: str
  filter:
    description:
      - Names of filters and their values, as the entity C(incident) of M(bpmops.camunda.c7_search) takes them, such as C(incidentType),
        C(incidentMessageLike), C(activityId) or C(processDefinitionKeyIn). An incident must match all of them.
      - Names and types are checked before the first request. An empty mapping or an empty value is an error.
  state:
    description:
      - V(retried) gives retries to the job (C(failedJob)) or external task (C(failedExternalTask)) behind each incident, which
        closes the incident. If it fails again, there is a new one.
      - V(annotated) sets O(annotation).
      - V(resolved) resolves incidents of other types, which were created through the API.
    type: str
    choices: [retried, annotated, resolved]
    required: true
  retries:
    description:
      - Number of attempts with O(state=retried). If omitted, V(1).
    type: int
  annotation:
    description:
      - The text for O(state=annotated). An empty string removes it.
    type: str
  via:
    description:
      - V(direct) sends a request for each incident, and needs no job executor.
      - V(batch) lets the engine give the retries, in a batch for jobs and one for external tasks, or in several if it limits the
        length of lists (C(queryMaxResultsLimit)). Only with O(state=retried).
    type: str
    choices: [direct, batch]
    default: direct
  wait:
    description:
      - Wait until the batches of O(via=batch) are done. If jobs of the batches failed, the task fails.
  max_objects:
    description:
      - Maximum number of incidents to change.
    default: 100
attributes:
  idempotent:
    support: full
    details: An incident that ended is unchanged, as far as the history knows it. One that was opened again is retried again.
notes:
  - The incident of a called instance is also one of each instance that called it. Both lead to the same job or external task.
    If the task selects both, the second one may be reported as C(gone).
  - If an execution has several incidents of the same type and configuration, the engine resolves all of them together. The
    others are reported as C(gone).
  - O(started_after) and O(started_before) compare the time of an incident. Open incidents have no end.
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
- name: Show why instances of a process are stuck, and change nothing
  bpmops.camunda.c7_incident:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      processDefinitionKeyIn: [order, invoice]
    state: retried
    max_objects: 5000
  check_mode: true
  register: incidents

- name: Retry what failed in the last two hours because the payment service was down
  bpmops.camunda.c7_incident:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      incidentType: failedJob
      incidentMessageLike: "%connection refused%"
    started_after: 2h
    state: retried
    retries: 3
    max_objects: 2000

- name: Note who takes care of the incidents of an activity
  bpmops.camunda.c7_incident:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      activityId: pay
    state: annotated
    annotation: OPS-4711
"""

RETURN = r"""
objects:
  description:
    - The selected incidents as they were before, and what became of them in C(result), one of C(changed), C(unchanged) and
      C(gone). C(configuration) is the id of the job or external task.
    - In check mode, what would become of them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 0d6ab0c2-e853-11f1-9e5c-0242ac110002
      incidentType: failedJob
      incidentMessage: "payment service: connection refused"
      incidentTimestamp: "2026-01-31T12:00:00.000+0000"
      processDefinitionId: order:3:0c5a8412-e853-11f1-9e5c-0242ac110002
      processInstanceId: 0d5a8412-e853-11f1-9e5c-0242ac110002
      activityId: pay
      configuration: 0d5fffe1-e853-11f1-9e5c-0242ac110002
      annotation: null
      result: changed
causes:
  description:
    - How many of these incidents each cause has, the most frequent one first. A cause is a type, a process, an activity, and a
      message in which numbers and UUIDs may differ. C(incidentMessage) is that of one of them.
  returned: success
  type: list
  elements: dict
  sample:
    - incidentType: failedJob
      processDefinitionKey: order
      activityId: pay
      incidentMessage: "payment service: connection refused"
      count: 1
      first: "2026-01-31T12:00:00.000+0000"
      last: "2026-01-31T12:00:00.000+0000"
counts:
  description: Number of incidents that were selected, changed, left unchanged, and gone.
  returned: success
  type: dict
  sample: {matched: 1, changed: 1, unchanged: 0, gone: 0}
truncated:
  description: Whether O(on_limit=oldest) left incidents out.
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
  description: Details of a failure, with C(refused), the reason for each incident that cannot be changed, or with C(done), C(failed)
    and C(not_attempted), the changes by what became of them.
  returned: failure
  type: dict
  sample: {refused: [{id: 0d6ab0c2-e853-11f1-9e5c-0242ac110002, reason: it is of type custom}]}
"""

from ..module_utils.camunda7.incidents import SELECTOR, work
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.options import CONCURRENCY, WAIT
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {
        **SELECTOR.arguments(),
        "state": {"type": "str", "choices": ["retried", "annotated", "resolved"], "required": True},
        "retries": {"type": "int"},
        "annotation": {"type": "str"},
        "via": {"type": "str", "choices": ["direct", "batch"], "default": "direct"},
        **CONCURRENCY,
        **WAIT,
    },
    rules=SELECTOR.rules(),
    not_empty=(*SELECTOR.not_empty(), "retries"),
    strings={"annotation": {"maxLength": 4000}},
)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
