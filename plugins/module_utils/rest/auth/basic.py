# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User name and password with every request, sent before the server asks."""

from __future__ import annotations

import base64

from .base import Credentials, Fixed


def basic_header(username: str, password: str) -> str:
    """Return the value of the Authorization header for a user name and password."""
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


def basic(username: str, password: str) -> Fixed:
    """Return HTTP basic authentication."""
    return Fixed(
        Credentials({"Authorization": basic_header(username, password)}),
        f"Check username ({username}) and password. They were sent once only: "
        "repeated wrong passwords lock the account, and a locked account is refused with the right password too",
    )
