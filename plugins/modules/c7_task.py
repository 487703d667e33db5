#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_task
short_description: Assign, claim, delegate, complete and change user tasks of Camunda 7
version_added: "0.1.0"
description:
  - Moves user tasks of Camunda 7, Operaton or CIB seven to a state, by their ids or by a filter. All tasks of a colleague who leaves
    go to another one in a single task of a playbook.
  - The set of tasks is fixed before the first change. A task that is completed meanwhile is reported as C(gone).
  - If the engine refuses a task, the others are changed nevertheless. The module then fails, and RV(error) shows what was done.
  - If a task of the set is suspended, claimed by somebody else (O(state=claimed)) or was never delegated (O(state=resolved)), nothing is
    changed, and RV(error) has the reason for each of them.
options:
  id:
    description:
      - The id of one task.
    type: str
  ids:
    description:
      - The ids of several tasks.
      - An empty list selects nothing, and nothing is changed.
    type: list
    elements: str
  state:
    description:
      - V(assigned) makes O(user) the assignee, whoever has the task.
      - V(claimed) makes O(user) the assignee of tasks that nobody else has.
      - V(unassigned) leaves tasks without an assignee. Owner and delegation stay.
      - V(delegated) makes O(user) the assignee until the task is resolved. If a task has no owner, its assignee becomes the owner.
      - V(resolved) gives delegated tasks back to their owners.
      - V(completed) completes tasks. A task that history shows as completed is unchanged.
      - V(updated) changes the fields that are given, and leaves all others as they are.
    type: str
    required: true
    choices: [assigned, claimed, unassigned, delegated, resolved, completed, updated]
  user:
    description:
      - The id of the user for O(state=assigned), O(state=claimed) and O(state=delegated). The engine does not check that it exists.
    type: str
  variables:
    description:
      - Variables to set with O(state=resolved) or O(state=completed), as names and values, or as names and mappings with V(value),
        V(type), V(value_info) and V(no_log), as in M(bpmops.camunda.c7_variable).
      - Without a type the one that fits the value is sent.
      - They are not compared. A task that is in the state already is unchanged.
    type: dict
  name:
    description:
      - The name. An empty string clears it.
    type: str
  description:
    description:
      - The description. An empty string clears it.
    type: str
  owner:
    description:
      - The id of the owner. An empty string clears it.
    type: str
  priority:
    description:
      - The priority.
    type: int
  due_date:
    description:
      - When the task is due, such as V(2026-01-31) or V(2026-01-31T12:00:00+01:00); without an offset in UTC. An empty string clears it.
    type: str
  follow_up_date:
    description:
      - When to look at the task again, in the same form. An empty string clears it.
    type: str
  candidate_users:
    description:
      - The ids of all users that may claim the task. Others are removed.
    type: list
    elements: str
  candidate_groups:
    description:
      - The ids of all groups whose members may claim the task. Others are removed.
    type: list
    elements: str
  max_objects:
    description:
      - Maximum number of tasks to change.
    default: 100
attributes:
  idempotent:
    support: full
    details: Variables are only written together with a change of the state.
notes:
  - With O(state=assigned), a task that somebody else takes between the reading and the writing is taken from them. The engine has no
    request that could prevent it; O(state=claimed) never does so.
  - Tasks are found by their ids as long as they are open. Which ones were completed is known from history, which the engine may not keep.
seealso:
  - module: bpmops.camunda.c7_search
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.camunda7
  - bpmops.camunda.selection
  - bpmops.camunda.query.time_range
  - bpmops.camunda.concurrency
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Give all tasks of a colleague who leaves to another one
  bpmops.camunda.c7_task:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      assignee: anna
      active: true
    state: assigned
    user: bob
    max_objects: 1000

- name: Release claimed tasks that were created more than two weeks ago
  bpmops.camunda.c7_task:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    filter:
      processDefinitionKey: approve
      assigned: true
      active: true
    older_than: 14d
    state: unassigned

- name: Let another group decide, until the end of the month
  bpmops.camunda.c7_task:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    id: "{{ task_id }}"
    state: updated
    candidate_groups: [management]
    due_date: "2026-01-31"
    priority: 80

- name: Complete a task
  bpmops.camunda.c7_task:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    id: "{{ task_id }}"
    state: completed
    variables:
      approved: true
      amount: {value: 100, type: Long}
"""

RETURN = r"""
objects:
  description:
    - The tasks as they were before, each with its C(result). C(changed), C(unchanged), or C(gone) if it was completed or canceled
      meanwhile.
    - In check mode, what would become of them.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 0d5a8412-e853-11f1-9e5c-0242ac110002
      name: Check it
      assignee: anna
      owner: null
      delegationState: null
      taskDefinitionKey: check
      processInstanceId: 0d3a5f01-e853-11f1-9e5c-0242ac110002
      result: changed
counts:
  description: How many tasks were selected, and how many of them were changed, unchanged and gone.
  returned: success
  type: dict
  sample: {matched: 1, changed: 1, unchanged: 0, gone: 0}
truncated:
  description: Whether O(on_limit=oldest) left tasks that O(filter) and the time range select.
  returned: success
  type: bool
  sample: false
error:
  description: Details of a failure, with C(refused), the reason for each task that cannot be changed; or with C(done), C(failed) and
    C(not_attempted), and after the keyword C(timeout) C(under_way), the changes that the engine may have made.
  returned: failure
  type: dict
  sample: {refused: [{id: 0d5a8412-e853-11f1-9e5c-0242ac110002, reason: it is suspended}]}
"""

from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.camunda7.tasks import ARGUMENTS, SELECTOR, STRINGS, change
from ..module_utils.options import CONCURRENCY
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {**SELECTOR.arguments(), **ARGUMENTS, **CONCURRENCY},
    rules=SELECTOR.rules(),
    not_empty=SELECTOR.not_empty(),
    strings=STRINGS,
)

work = change


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
