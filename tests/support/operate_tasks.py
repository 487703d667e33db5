# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the Operate modules inside the test's own process: as Ansible would, but in milliseconds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.bpmops.camunda.plugins.module_utils.runner import execute
from ansible_collections.bpmops.camunda.plugins.modules import (
    operate_delete_instance,
    operate_get,
    operate_search,
)


@dataclass
class Tasks:
    """Runs tasks with the same connection options."""

    parameters: dict[str, Any]

    def search(self, **options: Any) -> dict[str, Any]:
        """operate_search; of process instances unless it says otherwise."""
        return self._run(operate_search, {"entity": "process-instances", **options})

    def get(self, **options: Any) -> dict[str, Any]:
        return self._run(operate_get, {"entity": "process-instances", **options})

    def delete(self, **options: Any) -> dict[str, Any]:
        return self._run(operate_delete_instance, {"wait_interval": 0.05, **options})

    def _run(self, module: ModuleType, options: dict[str, Any]) -> dict[str, Any]:
        """Options with a leading underscore are not the module's: ``_check`` and ``_diff``."""
        modes = {name: bool(options.pop(name, False)) for name in ("_check", "_diff")}
        arguments = module.SPEC.arguments()
        arguments.pop("supports_check_mode", None)
        validated = ArgumentSpecValidator(arguments.pop("argument_spec"), **arguments).validate(
            {**self.parameters, **options}
        )
        assert not validated.error_messages, validated.error_messages
        done = execute(
            module.SPEC,
            module.work,
            validated.validated_parameters,
            check_mode=modes["_check"],
            diff_mode=modes["_diff"],
            secrets=[self.parameters[name] for name in ("password", "token") if self.parameters.get(name)],
            given=options,
        )
        assert "exception" not in done.result, done.result["exception"]
        result: dict[str, Any] = json.loads(json.dumps({**done.result, "warnings": done.warnings}))
        del result["invocation"]
        return result
