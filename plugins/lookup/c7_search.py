# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: c7_search
author: bpmops.camunda contributors (@bpmops)
short_description: Search process instances, tasks, jobs, history and more in Camunda 7
version_added: "0.1.0"
description:
  - Searches over the REST API of Camunda 7, Operaton or CIB seven, all pages, and returns the objects as plain data.
  - It runs on the controller. Ansible evaluates a variable that contains a lookup each time it is used. Keep results with
    M(ansible.builtin.set_fact).
  - If more objects match than O(limit) allows, the lookup fails instead of returning some of them.
options:
  _terms:
    description:
      - What to search, such as V(process-instance), V(task), V(job) or V(history/process-instance), see
        M(bpmops.camunda.c7_search).
      - Or a mapping with C(entity) and options of this lookup that apply to this term. An option without a value is an error.
      - All terms share one login.
    type: list
    elements: raw
    required: true
  filter:
    description:
      - Filters and their values, see M(bpmops.camunda.c7_search).
  or_queries:
    description:
      - Alternatives, see M(bpmops.camunda.c7_search).
    type: list
    elements: dict
    default: []
  sort:
    description:
      - Sort order, a list of mappings with C(field) and C(order), V(ASC) or V(DESC), see M(bpmops.camunda.c7_search).
  limit:
    description:
      - Maximum number of objects. The lookup fails if more match.
    default: 1000
  count_only:
    description:
      - Return the number of objects instead, one number for each term.
seealso:
  - module: bpmops.camunda.c7_search
extends_documentation_fragment:
  - bpmops.camunda.camunda7.lookup
  - bpmops.camunda.query
  - bpmops.camunda.query.time_range
"""

EXAMPLES = r"""
- name: The ids of all jobs that have failed for good
  ansible.builtin.debug:
    msg: >-
      {{ query('bpmops.camunda.c7_search', 'job', filter={'noRetriesLeft': true},
               url=camunda7_url, username=camunda7_username, password=camunda7_password) | map(attribute='id') }}

- name: One instance from all sides, with one login (connection from CAMUNDA7_URL and its like)
  ansible.builtin.debug:
    msg: >-
      {{ query('bpmops.camunda.c7_search', 'task', 'job', 'incident', filter={'processInstanceId': instance_id}) }}

- name: How many instances are active, and how many of them have an incident
  ansible.builtin.debug:
    msg: >-
      {{ query('bpmops.camunda.c7_search', 'process-instance',
               {'entity': 'process-instance', 'filter': {'withIncident': true}}, count_only=true) }}
"""

RETURN = r"""
_raw:
  description:
    - The objects of all terms, as the engine sends them; with O(count_only) a number for each term.
  type: list
  elements: raw
"""

from ..module_utils.camunda7.product import CAMUNDA7
from ..module_utils.camunda7.search import SEARCH
from ..module_utils.camunda7.source import CATALOG
from ..plugin_utils.lookup import Lookup
from ..plugin_utils.query import search_spec, search_term


class LookupModule(Lookup):
    spec = search_spec(CAMUNDA7, SEARCH)
    term = search_term(CATALOG, spec, "c7_search")
