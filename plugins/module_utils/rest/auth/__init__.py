# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways of logging in, by the value of the option ``auth_type``."""

from __future__ import annotations

from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.auth.base import Auth
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.auth.basic import basic
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.auth.none import none
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.connection import Connection
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.transport import Transport
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor


def build(connection: Connection, transport: Transport, redactor: Redactor) -> Auth:
    """Return the way of logging in that ``connection`` describes.

    Args:
        transport: leads to the server itself.
        redactor: learns secrets that come into being later.
    """
    if connection.auth_type == "none":
        return none()
    if connection.auth_type == "basic":
        redactor.add_basic(connection.username or "", connection.password or "")
        return basic(connection.username or "", connection.password or "")
    raise UsageError(f"auth_type: {connection.auth_type} is not available.")
