# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be imported where something is missing: event sources, tests and scripts use the client without Ansible."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins" / "module_utils"
PREFIX = "ansible_collections.bpmops.camunda.plugins.module_utils."

# None in sys.modules makes every import of a module fail, as if it were not installed.
PROGRAM = """
import importlib, sys
missing, names = (argument.split(",") for argument in sys.argv[1:])
sys.modules.update(dict.fromkeys(missing))
for name in names:
    importlib.import_module(name)
"""


def _modules(*rooms: str) -> list[str]:
    """The full names of all files of these rooms of module_utils, by default of all."""
    files = (".".join(path.relative_to(UTILS).with_suffix("").parts) for path in UTILS.rglob("*.py"))
    found = [PREFIX + name.removesuffix(".__init__") for name in files if not rooms or name.split(".")[0] in rooms]
    assert len(found) > len(rooms)
    return sorted(found)


def _import(names: list[str], missing: list[str]) -> None:
    """Import the modules in a process of its own, where others are missing."""
    command = [sys.executable, "-c", PROGRAM, ",".join(missing), ",".join(names)]
    environment = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_everything_below_the_runner_works_without_ansible() -> None:
    rooms = {name.removeprefix(PREFIX).partition(".")[0] for name in _modules()} - {"runner"}
    assert {"rest", "desired", "query", "task", "options", "camunda7", "camunda8"} < rooms
    _import(_modules(*rooms), missing=["ansible"])


def test_the_client_needs_no_option_table() -> None:
    _import(_modules("rest"), missing=["ansible", f"{PREFIX}options", f"{PREFIX}task"])


@pytest.mark.parametrize("library", ["requests", "urllib3"])
def test_every_file_can_be_imported_without_the_http_library(library: str) -> None:
    """Ansible's sanity tests do so. The error comes when a client is made, and says how to install it."""
    _import(_modules(), missing=[library])
