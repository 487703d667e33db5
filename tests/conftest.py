# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets every test import the collection as Ansible does, ``ansible_collections.bpmops.camunda``."""

from __future__ import annotations

import os
import sys

import pytest

# At import, because other conftest files are imported next and need it.
_path = os.environ.get("ANSIBLE_COLLECTIONS_PATH")
if not _path:
    raise pytest.UsageError("Run the tests through ./dev test, or ./dev run pytest ...: it knows the collections path.")
sys.path.insert(0, _path.split(os.pathsep)[0])
