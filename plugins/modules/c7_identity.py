#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: c7_identity
short_description: Bring users, groups, tenants and authorizations of Camunda 7 to a declared state
version_added: "0.1.0"
description:
  - Compares a complete desired state, given inline or in files, with the engine, and makes only the necessary changes.
  - What the document does not mention stays as it is, unless O(purge) names its kind.
  - The whole document is checked before the first request, and all mistakes are reported together. Ids, names and passwords
    must be strings, inline too (V("007"), not V(007); in templates use the filter C(string) for numbers).
  - Tenants, users and groups are written first, then memberships, then authorizations. Deletions follow in reverse order.
options:
  src:
    description:
      - A YAML or JSON file with the lists above, or a directory of such files, on the host where the task runs.
      - In a directory and its subdirectories, files ending in C(.yml), C(.yaml) or C(.json) (in any case) are read, through
        links too. Hidden files and directories are ignored. A name such as C(users.yml.j2) is an error, because what the file
        declares would be missing. An empty O(src) is an error.
      - Files are neither templated nor decrypted. Give passwords with O(passwords), and lists of encrypted files inline.
    type: path
  passwords:
    description:
      - Passwords by user id, to keep them out of files.
      - A user that is not declared is an error, and so is a password that is null, blank or not a string.
    type: dict
  update_password:
    description:
      - When passwords are written.
      - V(on_create) writes them to new users only, V(always) every time. The task is then always changed.
    type: str
    choices: [on_create, always]
    default: on_create
  purge:
    description:
      - The kinds whose undeclared objects are deleted.
      - V(memberships) removes members that are missing from lists that the document declares.
      - If nothing of a kind is declared, purging it is refused unless O(allow) contains V(purge_undeclared).
      - Purge never deletes authorizations that the engine creates itself, what O(protect) matches, the user that the task logs
        in as and its permissions on users, groups, tenants, memberships and authorizations, the last administrator, and the
        administrators' group with its grants (but see O(allow)).
      - Authorizations that the engine deletes together with a user, group, tenant or membership are not listed one by one. If
        they are declared, they are created again afterwards.
    type: list
    elements: str
    choices: [users, groups, tenants, memberships, authorizations]
    default: []
  protect:
    description:
      - Patterns of ids (C(*), C(?), C([abc])) of users, groups and tenants that purge leaves alone, with their members and
        memberships, the authorizations that are granted to them, and those on them.
    type: list
    elements: str
    default: []
  max_deletions:
    description:
      - How many objects of each kind (users, groups, tenants, memberships, authorizations) O(purge) may delete. If there
        are more to delete, the task fails before the first write, in check mode too.
      - A number, or a percentage of the existing objects of that kind, such as V(20%), rounded down.
      - If omitted, it is 10, or 20% if that is more. This allows ordinary changes and stops a run with an incomplete
        document. V(100%) disables the limit.
      - Memberships are counted in the lists that are declared.
    type: str
notes:
  - For editors, the JSON Schema of the document is C(docs/schema/c7_identity.schema.json) in the collection.
seealso:
  - module: bpmops.camunda.c7_identity_info
  - module: bpmops.camunda.c7_user
  - module: bpmops.camunda.c7_authorization
requirements:
  - jsonschema
  - jsonschema-rs 0.20 or newer, optional, checks large documents much faster
  - PyYAML, for O(src) in YAML
attributes:
  idempotent:
    support: partial
    details: With O(update_password=always) passwords are written every time, because they cannot be compared.
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.c7_document
  - bpmops.camunda.c7_guards.purge
  - bpmops.camunda.camunda7
  - bpmops.camunda.concurrency
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Reconcile an engine with a directory of files
  bpmops.camunda.c7_identity:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    src: "{{ playbook_dir }}/identity"
    passwords: "{{ camunda7_user_passwords }}"
    purge: [memberships, authorizations]
    protect: ["svc-*"]

- name: Declare the identity inline
  bpmops.camunda.c7_identity:
    url: "{{ camunda7_url }}"
    username: "{{ camunda7_username }}"
    password: "{{ camunda7_password }}"
    users:
      - {id: jdoe, first_name: Jane, last_name: Doe, email: jane@example.com, password: "{{ jdoe_password }}"}
    groups:
      - {id: ops, name: Operations, type: WORKFLOW, members: [jdoe]}
    tenants:
      - {id: emea, name: EMEA, users: [jdoe], groups: [ops]}
    authorizations:
      - {type: grant, group: ops, resource: process_definition, id: invoice, permissions: [READ, READ_INSTANCE]}
      - {group: ops, resource: application, ids: [cockpit, tasklist], permissions: [ACCESS]}
"""

RETURN = r"""
counts:
  description: How many objects were created, updated and deleted.
  returned: success
  type: dict
  sample: {created: 1, updated: 0, deleted: 0}
changes:
  description: The changed objects.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update) or V(delete).
      type: str
    kind:
      description: V(user), V(group), V(tenant), V(membership) or V(authorization).
      type: str
    name:
      description: The name of the object.
      type: str
  sample: [{action: create, kind: membership, name: user jdoe of group ops}]
kept:
  description: What O(purge) would have deleted and a guard kept.
  returned: success
  type: list
  elements: dict
  contains:
    objects:
      description: The names of the objects.
      type: list
      elements: str
    guard:
      description: The value of O(allow) that permits the deletion.
      type: str
    reason:
      description: Why they are kept.
      type: str
  sample: [{guard: remove_caller, reason: it is the user that this task logs in as, objects: [user admin]}]
"""

from ..module_utils.camunda7.identity.objects import ID
from ..module_utils.camunda7.identity.options import GUARDS, PURGE_UNDECLARED, UPDATE_PASSWORD
from ..module_utils.camunda7.identity.schema import ITEMS, section_arguments
from ..module_utils.camunda7.identity.work import PURGE
from ..module_utils.camunda7.identity.work import reconcile_identity as work
from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.options import CONCURRENCY, allow
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(
    CAMUNDA7,
    {
        **section_arguments(),
        "src": {"type": "path"},
        "passwords": {"type": "dict", "no_log": True},
        **UPDATE_PASSWORD,
        "purge": {"type": "list", "elements": "str", "choices": list(PURGE), "default": []},
        "protect": {"type": "list", "elements": "str", "default": []},
        "max_deletions": {"type": "str"},
        **CONCURRENCY,
        **allow(*GUARDS, PURGE_UNDECLARED),
    },
    rules={"required_one_of": [(*ITEMS, "src")]},
    not_empty=("src",),
    strings={"protect": ID},
    as_given=tuple(ITEMS),
)


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
