# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports in threads, on Python 3.9.

Ansible ships a module as a zip file. Up to Python 3.9 the importer of zip files lets a thread see a module that another
thread is still executing, so that names are missing.
"""

from __future__ import annotations

import builtins
import threading
from typing import Any


def one_at_a_time() -> None:
    """Let only one thread import at a time, from now on."""
    lock, original = threading.RLock(), builtins.__import__

    def locked(*arguments: Any, **keywords: Any) -> Any:
        with lock:
            return original(*arguments, **keywords)

    vars(builtins)["__import__"] = locked
