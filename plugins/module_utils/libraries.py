# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load third-party libraries where they are needed, with a helpful error if one is missing."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from .errors import MissingLibraryError


def load(module: str, package: str, purpose: str) -> Any:
    """Import a library.

    Args:
        module: the name to import.
        package: the name to install.
        purpose: what it is needed for, as the end of "is needed for ...".

    Raises:
        MissingLibraryError: names the interpreter that lacks it and how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingLibraryError(
            f"The Python library {package} is needed for {purpose}, and {sys.executable} does not have it. "
            f"Install it with '{sys.executable} -m pip install {package}', or in the execution environment; "
            "or let the task run where it is installed (ansible_python_interpreter, delegate_to)."
        ) from None
