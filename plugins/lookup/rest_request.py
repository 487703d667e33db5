# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: rest_request
author: bpmops.camunda contributors (@bpmops)
short_description: Read from any HTTP API
version_added: "0.1.0"
description:
  - Sends C(GET) requests and returns the decoded bodies of the answers, or what O(result) takes from them.
  - It runs on the controller. Ansible evaluates a variable that contains a lookup each time it is used. Keep results with
    M(ansible.builtin.set_fact).
options:
  _terms:
    description:
      - The URLs.
      - Or mappings with C(url) and options of this lookup that apply to this term.
      - All terms share one login.
    type: list
    elements: raw
    required: true
  query:
    description:
      - Query parameters, see M(bpmops.camunda.rest_request).
    type: dict
  headers:
    description:
      - Request headers.
    type: dict
  expect:
    description:
      - Statuses that are a success. If omitted, all from 200 to 299.
    type: list
    elements: int
  follow_redirects:
    description:
      - Follow redirects. Credentials are never sent to another host.
    type: bool
    default: true
  result:
    description:
      - A Jinja expression over C(status), C(headers) and C(body) whose value is returned in place of the body, see
        M(bpmops.camunda.rest_request).
    type: str
  error_when:
    description:
      - A Jinja expression that tells whether an answer is an error, see M(bpmops.camunda.rest_request).
    type: str
  paginate:
    description:
      - Read all pages of a list and return its objects, with the suboptions of M(bpmops.camunda.rest_request).
      - If there are more objects than its C(limit), the lookup fails instead of returning some of them.
    type: dict
seealso:
  - module: bpmops.camunda.rest_request
extends_documentation_fragment:
  - bpmops.camunda.rest.lookup
"""

EXAMPLES = r"""
- name: The names of the engines of a Camunda 7
  ansible.builtin.debug:
    msg: "{{ lookup('bpmops.camunda.rest_request', engine_rest ~ '/engine',
                    username=engine_username, password=engine_password) | map(attribute='name') }}"

- name: All customers, page by page
  ansible.builtin.debug:
    msg: "{{ query('bpmops.camunda.rest_request', 'https://api.example.com/customers', token=api_token,
                   paginate={'by': 'offset', 'page_size': 200, 'size_parameter': 'limit'}) }}"
"""

RETURN = r"""
_raw:
  description:
    - The body of each answer, or the value of O(result); with O(paginate) the objects of all pages.
  type: list
  elements: raw
"""

from dataclasses import replace
from typing import Any

from ..module_utils.errors import RefusedError
from ..module_utils.rest_request.arguments import ARGUMENTS, READING, STRINGS
from ..module_utils.rest_request.client import Rest
from ..module_utils.rest_request.product import REST
from ..module_utils.rest_request.work import request
from ..module_utils.task import Context, Spec
from ..plugin_utils.lookup import Lookup, merge

SPEC = Spec(REST, READING, reads_only=True, strings=STRINGS)
_DEFAULTS = {name: argument.get("default") for name, argument in ARGUMENTS.items()}


def look_up(context: Context[Rest], given: Any) -> list[Any]:
    """Return what a term, a URL or a mapping of options, leads to."""
    term = {"url": given} if isinstance(given, str) else given
    if isinstance(term, dict) and context.params["paginate"] is not None:
        term = {"paginate": context.params["paginate"], **term}  # so that its suboptions are checked too
    params = merge(context, term, "url", SPEC)
    found = request(replace(context, params={**_DEFAULTS, **params})).result
    if found.get("truncated"):
        limit = params["paginate"]["limit"]
        raise RefusedError(f"There are more than {limit} objects. Narrow the query, or raise the limit of paginate.")
    objects: list[Any] = found["objects"] if "objects" in found else [found["result" if params["result"] else "body"]]
    return objects


class LookupModule(Lookup):
    spec = SPEC
    term = staticmethod(look_up)
