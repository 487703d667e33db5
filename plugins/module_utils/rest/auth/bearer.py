# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token that the user has at hand."""

from __future__ import annotations

from .base import Credentials, Fixed


def bearer(token: str) -> Fixed:
    """Return bearer authentication with a given token."""
    return Fixed(
        Credentials({"Authorization": f"Bearer {token}"}),
        "The given token was not accepted: it may have expired, or be made for another audience",
    )
