# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the Operate modules inside the test's own process: as Ansible would, but in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.bpmops.camunda.tests.support.tasks import run_module


@dataclass
class Tasks:
    """Runs tasks with the same connection options."""

    parameters: dict[str, Any]

    def search(self, **options: Any) -> dict[str, Any]:
        """operate_search; of process instances unless it says otherwise."""
        return self._run("operate_search", {"entity": "process-instances", **options})

    def get(self, **options: Any) -> dict[str, Any]:
        return self._run("operate_get", {"entity": "process-instances", **options})

    def delete(self, **options: Any) -> dict[str, Any]:
        return self._run("operate_delete_instance", {"wait_interval": 0.05, **options})

    def _run(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        """Options with a leading underscore are not the module's: ``_check`` and ``_diff``."""
        modes = {mode: bool(options.pop(f"_{mode}", False)) for mode in ("check", "diff")}
        return run_module(name, self.parameters, options, **modes)
