# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: c7_get
author: bpmops.camunda contributors (@bpmops)
short_description: Get objects of Camunda 7 by their ids
version_added: "0.1.0"
description:
  - Gets single objects over the REST API of Camunda 7, Operaton or CIB seven, or views of them.
  - It runs on the controller. Ansible evaluates a variable that contains a lookup each time it is used. Keep results with
    M(ansible.builtin.set_fact).
options:
  _terms:
    description:
      - The ids of the objects. All share one login.
    type: list
    elements: raw
    required: true
  entity:
    description:
      - The kind of objects, see M(bpmops.camunda.c7_get).
    type: str
    default: process-instance
  required:
    description:
      - Fail if an object does not exist. Otherwise it is omitted.
    type: bool
    default: true
seealso:
  - module: bpmops.camunda.c7_get
extends_documentation_fragment:
  - bpmops.camunda.camunda7.lookup
  - bpmops.camunda.c7_view
"""

EXAMPLES = r"""
- name: The business key of one instance
  ansible.builtin.debug:
    msg: >-
      {{ lookup('bpmops.camunda.c7_get', instance_id,
                url=camunda7_url, username=camunda7_username, password=camunda7_password).businessKey }}

- name: One of its variables (connection from CAMUNDA7_URL and its like)
  ansible.builtin.debug:
    msg: "{{ lookup('bpmops.camunda.c7_get', instance_id, view='variable', name='amount').value }}"
"""

RETURN = r"""
_raw:
  description:
    - The objects, as the engine sends them, or the views of them.
  type: list
  elements: raw
"""

from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.camunda7.source import CATALOG
from ..plugin_utils.lookup import Lookup
from ..plugin_utils.query import get_spec, get_term


class LookupModule(Lookup):
    spec = get_spec(CAMUNDA7, "name")
    term = get_term(CATALOG)
