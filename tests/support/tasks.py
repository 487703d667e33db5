# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules inside the test's own process: as Ansible would, but in milliseconds."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.bpmops.camunda.plugins.module_utils.task import execute

MODULES = "ansible_collections.bpmops.camunda.plugins.modules."


def run_module(
    name: str, connection: Mapping[str, Any], options: Mapping[str, Any], *, check: bool = False, diff: bool = False
) -> dict[str, Any]:
    """Return the result of a task, a failed one too, with its warnings and without its invocation.

    Args:
        name: of the module.
        connection: options that all tasks of a test share.
        options: the task's own.
    """
    module = importlib.import_module(MODULES + name)
    arguments = module.SPEC.arguments()
    arguments.pop("supports_check_mode", None)
    validated = ArgumentSpecValidator(arguments.pop("argument_spec"), **arguments).validate({**connection, **options})
    assert not validated.error_messages, validated.error_messages
    done = execute(
        module.SPEC,
        module.work,
        validated.validated_parameters,
        check_mode=check,
        diff_mode=diff,
        secrets=[connection[secret] for secret in ("password", "token") if connection.get(secret)],
        given=options,
    )
    assert "exception" not in done.result, done.result["exception"]
    result: dict[str, Any] = json.loads(json.dumps({**done.result, "warnings": done.warnings}))
    del result["invocation"]
    return result
