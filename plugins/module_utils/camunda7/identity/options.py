# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that several modules for identity have."""

from __future__ import annotations

from ...options import allow

GUARDS = ("remove_caller", "remove_last_admin", "remove_admin_grants", "grant_everybody", "remove_caller_rights")
"""What can be refused, by the name that allows it; see ``guards.py``."""
PURGE_UNDECLARED = "purge_undeclared"
"""The name that allows a purge of which nothing is declared; see ``purge.py``."""

ADMIN_GROUPS = ("camunda-admin", "operaton-admin")
"""Camunda 7 and CIB seven, and Operaton. The engine does not report which one it uses, so both are guarded."""

ALLOW = allow(*GUARDS)
UPDATE_PASSWORD = {
    "update_password": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False}
}
PURGE_AUTHORIZATIONS = {"purge_authorizations": {"type": "bool", "default": False}}
