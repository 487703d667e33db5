# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A key that an API gateway in front of the server requires."""

from __future__ import annotations

from .base import Credentials, Fixed


def api_key(name: str, key: str, location: str) -> Fixed:
    """Return authentication with a key in the header or query parameter ``name``."""
    credentials = Credentials(query=((name, key),)) if location == "query" else Credentials({name: key})
    return Fixed(credentials, f"Check api_key, api_key_name ({name}) and api_key_location ({location})")
