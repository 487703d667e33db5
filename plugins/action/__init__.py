# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-core imports this package in its main process when it reads the first task of the collection.

So what is imported here is there in all of its worker processes. Without the products a play of two tasks takes the same
time, and every further task 30 to 50 ms more: Ansible compiles the files of a collection at each import.
"""

import contextlib
import importlib

from ..module_utils.camunda7.identity import ensure, ensure_authorization, guards, reconcile, visibility, writes
from ..module_utils.camunda7.identity import work as identity
from ..module_utils.camunda8 import instances, v1
from ..module_utils.desired import apply
from ..module_utils.query import work
from ..module_utils.rest import client
from . import in_process

with contextlib.suppress(ImportError):  # a task says that it is missing
    importlib.import_module("requests")

__all__ = [
    "apply",
    "client",
    "ensure",
    "ensure_authorization",
    "guards",
    "identity",
    "in_process",
    "instances",
    "reconcile",
    "v1",
    "visibility",
    "work",
    "writes",
]
