#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_user
short_description: Manage a user of Camunda 7
version_added: "0.1.0"
description:
  - Creates, changes and removes a user of a Camunda 7 or Operaton engine over its REST API.
  - Omitted fields stay as they are.
  - For many users use M(bpmops.camunda.c7_identity), which needs only one task.
options:
  id:
    description:
      - The user's id.
      - By default engines accept only letters and digits; their setting C(generalResourceWhitelistPattern) widens that.
    type: str
    required: true
  first_name:
    description:
      - The first name. An empty string clears it.
    type: str
  last_name:
    description:
      - The last name. An empty string clears it.
    type: str
  email:
    description:
      - The mail address. An empty string clears it.
    type: str
  user_password:
    description:
      - The password of the user. (O(password) is the one that the task logs in with.)
      - It must be a string that is not blank. Write numbers in quotes.
      - It is not compared, because the engine does not return passwords, and trying one could lock the account.
    type: str
  update_password:
    description:
      - When O(user_password) is written.
      - V(on_create) writes it to a new user only.
      - V(always) writes it every time. The task is then always changed.
    type: str
    choices: [on_create, always]
    default: on_create
  purge_authorizations:
    description:
      - With O(state=absent), also delete the authorizations that were granted to the user.
      - Otherwise the engine keeps them, and a user created later with the same id has them again.
    type: bool
    default: false
seealso:
  - module: bpmops.camunda.c7_identity
  - module: bpmops.camunda.c7_group_member
  - module: bpmops.camunda.c7_authorization
attributes:
  idempotent:
    support: partial
    details: With O(update_password=always) passwords are written every time, because they cannot be compared.
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.c7_guards
  - bpmops.camunda.camunda7
  - bpmops.camunda.state
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Create a user with a first password
  bpmops.camunda.c7_user:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    id: jdoe
    first_name: Jane
    last_name: Doe
    email: jane@example.com
    user_password: "{{ jdoe_password }}"

- name: Reset the password
  bpmops.camunda.c7_user:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    id: jdoe
    user_password: "{{ jdoe_new_password }}"
    update_password: always

- name: Delete a user, and everything that was granted to it
  bpmops.camunda.c7_user:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    id: jdoe
    state: absent
    purge_authorizations: true
"""

RETURN = r"""
user:
  description: The user after the task, or as it would be in check mode. Null if it is absent.
  returned: success
  type: dict
  sample: {id: jdoe, firstName: Jane, lastName: Doe, email: jane@example.com}
"""

from ..module_utils.camunda7.identity.ensure import ensure_object
from ..module_utils.camunda7.identity.objects import USER
from ..module_utils.camunda7.identity.options import ALLOW, PURGE_AUTHORIZATIONS, UPDATE_PASSWORD
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.desired.ensure import object_arguments, object_rules
from ..module_utils.options import STATE
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {**object_arguments(USER), **UPDATE_PASSWORD, **STATE, **PURGE_AUTHORIZATIONS, **ALLOW},
    strings=object_rules(USER),
    not_empty=("user_password",),
)

work = ensure_object(USER)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
