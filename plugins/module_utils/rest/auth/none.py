# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""No login."""

from __future__ import annotations

from .base import Credentials, Fixed


def none() -> Fixed:
    """Return the way of logging in that sends nothing."""
    return Fixed(Credentials(), "The server wants a login: give username and password, or other credentials")
