# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: operate_get
author: bpmops.camunda contributors (@bpmops)
short_description: Get objects of Camunda Operate by their keys
version_added: "0.1.0"
description:
  - Gets single objects over the Operate API v1, or views of them.
  - It runs on the controller. Ansible evaluates a variable that contains a lookup each time it is used. Keep results with
    M(ansible.builtin.set_fact).
options:
  _terms:
    description:
      - The keys of the objects. All share one login.
    type: list
    elements: raw
    required: true
  entity:
    description:
      - The kind of objects, see M(bpmops.camunda.operate_get).
    type: str
    default: process-instances
  view:
    description:
      - What to get of each, see M(bpmops.camunda.operate_get).
    type: str
    choices: [object, xml, statistics, sequence_flows]
    default: object
  required:
    description:
      - Fail if an object does not exist. Otherwise it is omitted.
    type: bool
    default: true
seealso:
  - module: bpmops.camunda.operate_get
extends_documentation_fragment:
  - bpmops.camunda.camunda8.lookup
"""

EXAMPLES = r"""
- name: The state of one instance
  ansible.builtin.debug:
    msg: >-
      {{ lookup('bpmops.camunda.operate_get', instance_key,
                url=operate_url, username=operate_username, password=operate_password).state }}

- name: The model of a process (connection from CAMUNDA_OPERATE_BASE_URL and its like)
  ansible.builtin.debug:
    msg: "{{ lookup('bpmops.camunda.operate_get', definition_key, entity='process-definitions', view='xml') }}"
"""

RETURN = r"""
_raw:
  description:
    - The objects, as the server sends them, with keys as strings; or the views of them.
  type: list
  elements: raw
"""

from ..module_utils.camunda8.product import CAMUNDA8
from ..module_utils.camunda8.v1 import V1
from ..plugin_utils.lookup import Lookup
from ..plugin_utils.query import get_spec, get_term


class LookupModule(Lookup):
    spec = get_spec(CAMUNDA8)
    term = get_term(V1)
