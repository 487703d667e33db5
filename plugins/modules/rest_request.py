#!/usr/bin/python
# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rest_request
short_description: Send a request to any HTTP API
version_added: "0.1.0"
description:
  - Sends an HTTP request and returns the status, headers and decoded body of the answer.
  - It has what M(ansible.builtin.uri) lacks, such as OAuth2 with a shared token cache, connections that all items of a loop
    share, retries, paging, a check mode that cannot write, and idempotent C(PUT) and C(PATCH).
  - See the guide R(From uri to rest_request, ansible_collections.bpmops.camunda.docsite.guide_rest_request).
options:
  method:
    description:
      - The HTTP method.
      - V(GET), V(HEAD) and V(OPTIONS) change nothing on the server. They also run in check mode.
    type: str
    choices: [GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS]
    default: GET
  query:
    description:
      - Query parameters. They replace parameters of the same names in O(url).
      - A list repeats the parameter, null omits it. Booleans are sent as V(true) and V(false).
    type: dict
  headers:
    description:
      - Request headers.
      - C(Content-Type) defaults to V(application/json), or to what O(body_format) or the name of O(src) suggests.
    type: dict
  body:
    description:
      - Body of the request, see O(body_format).
    type: raw
  body_format:
    description:
      - How to send O(body).
      - V(json) sends a mapping, list, number or boolean as JSON. A string must be JSON already.
      - V(form) sends a mapping as C(application/x-www-form-urlencoded).
      - V(multipart) sends a mapping as C(multipart/form-data). A field is a value, a list of fields, or a mapping with C(src)
        (a file on the host where the task runs) or C(content), and optionally C(filename) and C(content_type).
      - V(text) sends a string.
    type: str
    choices: [json, form, multipart, text]
    default: json
  src:
    description:
      - Send the content of this file, on the host where the task runs, as it is. It is never loaded into memory as a whole.
    type: path
  expect:
    description:
      - Statuses that are a success. If omitted, all from 200 to 299.
    type: list
    elements: int
  follow_redirects:
    description:
      - Follow redirects of requests that change nothing, and after C(303) with a C(GET). At most 10 in a row.
      - Credentials, client certificates and your own headers are never sent to another host, nor from C(https) to C(http).
    type: bool
    default: true
  result:
    description:
      - A Jinja expression over the answer, without braces. Its value is returned as RV(result), in place of RV(body).
      - Expressions see C(status), C(headers) (names in lower case) and C(body). They have the filters and tests of Jinja itself,
        not those of Ansible. Write variables of the play in braces.
      - What the server sends is data. Nothing of it is evaluated as a template.
    type: str
  error_when:
    description:
      - A Jinja expression over the answer that tells whether it is an error, whatever its status. The task fails if its value is
        not empty and not V(false).
      - A string becomes the message. A mapping gives C(code), which becomes C(error.code), and C(message).
    type: str
  dest:
    description:
      - Write the body to this file on the host where the task runs, instead of returning it, in constant memory.
      - The file appears complete or not at all, with mode C(0600), and is only replaced if its content differs.
      - Increase O(deadline) for large files. It is the time for the whole answer.
    type: path
  safe:
    description:
      - The request changes nothing on the server although its O(method) could, such as a search by V(POST).
      - It is then sent in check mode too, repeated after temporary failures, and reported as not changed.
    type: bool
    default: false
  changed_when_status:
    description:
      - Statuses that mean that the request changed something, for example V(201) where V(200) means that all was there.
      - If omitted, every request that is not safe is reported as changed.
    type: list
    elements: int
  idempotent:
    description:
      - Read the resource first, and send the request only if the resource differs from what is declared. A diff shows how.
      - A resource that is absent (C(404) or C(410)) differs, except for O(method=DELETE), which is then not sent.
    type: dict
    suboptions:
      read:
        description:
          - Where to read, a URL (it may be relative to O(url)), or a mapping with C(url), C(query) and C(headers). If omitted,
            O(url).
        type: raw
      subset:
        description:
          - What is declared. Mappings are compared by key, recursively, and keys that are not declared do not matter. Lists
            and values must be equal.
          - If omitted, O(body).
        type: raw
      result:
        description:
          - Expression for the resource in the answer to the read. If omitted, C(body).
        type: str
  paginate:
    description:
      - Read all pages of a list into RV(objects). For requests that change nothing.
    type: dict
    suboptions:
      by:
        description:
          - V(link) follows the URL of the next page.
          - V(cursor) sends the cursor of the last answer with the next request.
          - V(offset) sends the number of objects so far. It ends with an empty page, or one shorter than O(paginate.page_size).
        type: str
        choices: [link, cursor, offset]
        required: true
      items:
        description:
          - Expression for the list in an answer. If omitted, C(body).
        type: str
      next:
        description:
          - Expression for the next URL or cursor. There are no more pages if it is null or empty.
          - If omitted with V(link), the C(Link) header with C(rel="next") is used. Required with V(cursor).
          - A URL must be on the same host.
        type: str
      parameter:
        description:
          - Name of the parameter for the cursor (required) or offset (by default C(offset)).
        type: str
      location:
        description:
          - Whether O(paginate.parameter) and O(paginate.size_parameter) are query parameters or fields of O(body). A path such as
            V(page.after) leads to a nested field.
        type: str
        choices: [query, body]
        default: query
      page_size:
        description:
          - Number of objects of a page, sent as O(paginate.size_parameter).
        type: int
      size_parameter:
        description:
          - Name of the parameter for O(paginate.page_size).
        type: str
      limit:
        description:
          - Maximum number of objects to return. RV(truncated) tells whether there are more.
        type: int
        default: 1000
  until:
    description:
      - Wait for an asynchronous operation. A request that changes nothing is repeated until the condition is true. After any
        other request, the status of the operation is read.
    type: dict
    suboptions:
      condition:
        description:
          - Expression that is true for the answer to wait for.
        type: str
        required: true
      url:
        description:
          - Expression for the URL to read after a request that changes something, for example C('/jobs/' ~ body.id). If omitted, the
            header C(Location) of its answer is used.
        type: str
      interval:
        description:
          - Seconds before the second read. The pauses grow by half each time, up to 30 seconds.
        type: float
        default: 1
      timeout:
        description:
          - Seconds after which the task fails.
        type: float
        default: 60
requirements:
  - Jinja2, for expressions
attributes:
  idempotent:
    support: partial
    details: With O(idempotent), with O(changed_when_status) as the API tells, and for methods that change nothing.
seealso:
  - module: ansible.builtin.uri
  - plugin: bpmops.camunda.rest_request
    plugin_type: lookup
extends_documentation_fragment:
  - bpmops.camunda.attributes
  - bpmops.camunda.rest
author:
  - bpmops.camunda contributors (@bpmops)
"""

EXAMPLES = r"""
- name: Read a resource with OAuth2, one token for all tasks
  bpmops.camunda.rest_request:
    url: https://api.example.com/orders/42
    client_id: "{{ api_client_id }}"
    client_secret: "{{ api_client_secret }}"
    token_url: https://login.example.com/oauth/token
    audience: orders
  register: order

- name: Set the profile of a user of Camunda 7, only if it differs
  bpmops.camunda.rest_request:
    url: "{{ engine_rest }}/user/jdoe/profile"
    username: "{{ engine_username }}"
    password: "{{ engine_password }}"
    method: PUT
    body:
      id: jdoe
      firstName: Jane
      lastName: Doe
      email: jane.doe@example.com
    idempotent: {}

- name: Read all pages of a list
  bpmops.camunda.rest_request:
    url: https://api.example.com/customers
    token: "{{ api_token }}"
    query:
      $orderby: name
    paginate:
      by: link
      items: body.value
      next: body['@odata.nextLink']
      limit: 5000
  register: customers

- name: Start an import and wait for its end
  bpmops.camunda.rest_request:
    url: https://api.example.com/imports
    token: "{{ api_token }}"
    method: POST
    src: /var/lib/orders/orders.csv
    expect: [202]
    error_when: "{'code': body.error.code, 'message': body.error.text} if body.error is defined"
    until:
      condition: body.state == 'done'
      interval: 2
      timeout: 600
    result: body.imported

- name: Download a large report
  bpmops.camunda.rest_request:
    url: https://api.example.com/reports/2026
    api_key: "{{ api_key }}"
    dest: /var/lib/reports/2026.zip
    deadline: 3600
"""

RETURN = r"""
status:
  description: Status of the answer. Without O(until) that is the answer to the request; with it, the one that was waited for.
  returned: when the server was asked
  type: int
  sample: 200
headers:
  description: Headers of the answer, with names in lower case. Sessions and credentials in them are masked.
  returned: when the server was asked
  type: dict
  sample: {content-type: application/json, etag: '"7"'}
body:
  description: Body of the answer. JSON is parsed, other text is a string; null if it is empty or no text.
  returned: when the server was asked, without O(result), O(dest) and O(paginate)
  type: raw
  sample: {id: "42", state: open}
result:
  description: Value of the expression O(result).
  returned: when O(result) is given
  type: raw
  sample: 42
objects:
  description: The objects of all pages.
  returned: when O(paginate) is given
  type: list
  elements: raw
  sample: []
truncated:
  description: Whether there are more objects than O(paginate.limit).
  returned: when O(paginate) is given
  type: bool
  sample: false
dest:
  description: The file that was written.
  returned: when O(dest) is given
  type: str
  sample: /var/lib/reports/2026.zip
size:
  description: Number of bytes of the file.
  returned: when O(dest) is given
  type: int
  sample: 1073741824
sent:
  description: Whether the request was sent. False in check mode for requests that may change something, and with O(idempotent) if
    nothing differs. RV(status), RV(headers) and RV(body) are then those of the read.
  returned: success
  type: bool
  sample: true
error:
  description: Details of a failure. Of an error answer C(status), C(headers), C(body) and C(code), the code of O(error_when), or
    the one in the body, or else the status.
  returned: failure
  type: dict
  sample: {status: 409, code: E17, method: PUT, path: /orders/42, headers: {}, body: {code: E17, message: closed}}
"""

from ..module_utils.rest_request.arguments import ARGUMENTS, EXCLUSIVE, STRINGS
from ..module_utils.rest_request.product import REST
from ..module_utils.rest_request.work import request
from ..module_utils.runner import run
from ..module_utils.task import Spec

SPEC = Spec(REST, ARGUMENTS, rules={"mutually_exclusive": EXCLUSIVE}, strings=STRINGS)

work = request


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
