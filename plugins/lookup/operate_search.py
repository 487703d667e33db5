# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: operate_search
author: bpmops.camunda contributors (@bpmops)
short_description: Search process instances, incidents, variables and more in Camunda Operate
version_added: "0.1.0"
description:
  - Searches over the Operate API v1, all pages, and returns the objects as plain data.
  - It runs on the controller. Ansible evaluates a variable that contains a lookup each time it is used. Keep results with
    M(ansible.builtin.set_fact).
  - If more objects match than O(limit) allows, the lookup fails instead of returning some of them.
  - The notes of M(bpmops.camunda.operate_search) about O(filter) and time ranges apply here too.
options:
  _terms:
    description:
      - What to search, V(process-definitions), V(process-instances), V(incidents), V(flownode-instances), V(variables),
        V(decision-definitions), V(drd) or V(decision-instances).
      - Or a mapping with C(entity) and options of this lookup that apply to this term. An option without a value is an error.
      - All terms share one login.
    type: list
    elements: raw
    required: true
  limit:
    description:
      - Maximum number of objects. The lookup fails if more match.
    default: 1000
  count_only:
    description:
      - Return the number of objects instead, one number for each term. The server only counts up to 10,000.
seealso:
  - module: bpmops.camunda.operate_search
extends_documentation_fragment:
  - bpmops.camunda.camunda8.lookup
  - bpmops.camunda.query
  - bpmops.camunda.query.time_range
"""

EXAMPLES = r"""
- name: The keys of all active incidents
  ansible.builtin.debug:
    msg: >-
      {{ query('bpmops.camunda.operate_search', 'incidents', filter={'state': 'ACTIVE'},
               url=operate_url, username=operate_username, password=operate_password) | map(attribute='key') }}

- name: One instance from all sides, with one login (connection from CAMUNDA_OPERATE_BASE_URL and its like)
  ansible.builtin.debug:
    msg: >-
      {{ query('bpmops.camunda.operate_search', 'flownode-instances', 'variables', 'incidents',
               filter={'processInstanceKey': instance_key}) }}

- name: How many instances are active, and how many of them have an incident
  ansible.builtin.debug:
    msg: >-
      {{ query('bpmops.camunda.operate_search',
               {'entity': 'process-instances', 'filter': {'state': 'ACTIVE'}},
               {'entity': 'process-instances', 'filter': {'state': 'ACTIVE', 'incident': true}},
               count_only=true) }}
"""

RETURN = r"""
_raw:
  description:
    - The objects of all terms, as the server sends them, with keys as strings; with O(count_only) a number for each term.
  type: list
  elements: raw
"""

from ..module_utils.camunda8.product import CAMUNDA8
from ..module_utils.camunda8.v1 import V1
from ..plugin_utils.lookup import Lookup
from ..plugin_utils.query import search_spec, search_term


class LookupModule(Lookup):
    spec = search_spec(CAMUNDA8)
    term = search_term(V1, spec, "operate_search")
