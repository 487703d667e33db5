# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of all property-based tests."""

from __future__ import annotations

from hypothesis import settings

# How long an example takes says something about the load of the machine, and nothing about the code.
settings.register_profile("collection", deadline=None)
settings.load_profile("collection")
