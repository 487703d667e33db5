# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs all modules of the collection inside Ansible's worker process, where the result is the same.

``meta/runtime.yml`` binds every module to this plugin. It does what ansible-core does on the way to a module, in the
module and on the way back (``AnsibleModule`` in ansible/module_utils/basic.py); all other cases it leaves to ansible-core.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable
from functools import partial
from typing import Any, NoReturn, Optional

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.executor import task_executor
from ansible.module_utils.common import json as _ansible_json
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.errors import MissingLibraryError
from ..module_utils.secrets import Redactor, invocation
from ..plugin_utils.clients import clients

MODULES = "ansible_collections.bpmops.camunda.plugins.modules."

# Arguments reach a module as JSON, where dates are strings, and tagged or vaulted strings are like any other.
ansible_json: Any = _ansible_json
if hasattr(ansible_json, "get_module_encoder"):
    _encoder = ansible_json.get_module_encoder("legacy", ansible_json.Direction.CONTROLLER_TO_MODULE)
    dumps = partial(json.dumps, cls=_encoder)
else:  # before ansible-core 2.19
    dumps = partial(json.dumps, cls=ansible_json.AnsibleJSONEncoder, vault_to_text=True)

# What the keyword timeout raises in the middle of a task. It is no Exception, and its place changed with 2.19.
_module: Any = getattr(task_executor, "_task_timeout", task_executor)
TIMEOUTS = (_module.TaskTimeoutError,) if hasattr(_module, "TaskTimeoutError") else ()


class ObstacleError(Exception):
    """Why a task must run as a separate process. Nothing was done yet."""


class ActionModule(ActionBase):
    """Runs the module of a task in process if possible, else as ansible-core does."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: Optional[str] = None, task_vars: Optional[dict[str, Any]] = None) -> dict[str, Any]:
        """Return what the module returns."""
        super().run(tmp, task_vars)
        try:
            self._look_for_obstacles()
            result = self._run_here(task_vars or {})
        except ObstacleError as obstacle:
            self._tell(f"runs as a process: {obstacle}")
            return self._run_as_process(task_vars)
        self._tell("ran in the process of Ansible")
        return result

    def _tell(self, what: str) -> None:
        Display().vvv(f"{self._task.action} {what}", host=self._play_context.remote_addr)

    def _look_for_obstacles(self) -> None:
        """Raise ObstacleError for what only a process can do."""
        environment: dict[str, str] = {}
        action: Any = self  # ansible-core gives this method no types
        action._compute_environment_string(environment)
        obstacles = (
            ("its connection is not local", self._connection.ansible_name != "ansible.builtin.local"),
            ("become", self._connection.become is not None),
            ("async", self._task.async_val),
            ("environment", environment),
            ("its files are to be kept", constants.config.get_config_value("DEFAULT_KEEP_REMOTE_FILES")),
        )
        for name, applies in obstacles:
            if applies:
                raise ObstacleError(name)

    def _run_as_process(self, task_vars: Optional[dict[str, Any]]) -> dict[str, Any]:
        """Do what would happen without this plugin."""
        normal = self._shared_loader_obj.action_loader.get(
            "ansible.legacy.normal",
            task=self._task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        done: dict[str, Any] = normal.run(task_vars=task_vars)
        return done

    def _run_here(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """Do what AnsibleModule and the module do."""
        module = self._module()
        arguments = module.SPEC.module_arguments()
        arguments.pop("supports_check_mode")  # all do
        given = json.loads(dumps(self._task.args))
        validated = ArgumentSpecValidator(**arguments).validate(given)
        params = {**given, **validated.validated_parameters}
        secrets = validated._no_log_values
        if params["in_process"] is False:
            raise ObstacleError("the option in_process")
        warnings = [f"Both option {row['option']} and its alias {row['alias']} are set." for row in validated._warnings]
        if validated.error_messages:
            message = validated.errors.msg
            if isinstance(validated.errors[0], UnsupportedError):
                message = f"Unsupported parameters for ({self._task.action}) module: {message}"
            result = {"failed": True, "msg": message}
            result["invocation"] = invocation(params, arguments["argument_spec"], Redactor.for_task(params, secrets))
        else:
            done = clients.execute(
                module.SPEC,
                module.work,
                params,
                check_mode=self._task.check_mode,
                diff_mode=self._task.diff,
                secrets=secrets,
                given=given,
                interruptions=TIMEOUTS,
            )
            result = done.result
            if isinstance(done.error, MissingLibraryError):
                raise ObstacleError(result["msg"])
            if isinstance(done.error, TIMEOUTS):
                self._time_out(result)
            warnings += done.warnings
        told = {"warnings": warnings, "deprecations": validated._deprecations}
        result.update((name, rows) for name, rows in told.items() if rows)
        return self._received(_printed(result, secrets, task_vars))

    def _time_out(self, result: dict[str, Any]) -> NoReturn:
        """End the task as ansible-core does after its timeout, without retries, and say what was done."""
        seconds = self._task.timeout
        told = {"timedout": {"period": seconds}, "_ansible_no_log": bool(self._task.no_log)}
        message = f"Timed out after {seconds} s (keyword timeout). {result.pop('msg')}"
        shown = {**result, **told}
        failure = AnsibleActionFail(message, result=shown)
        shown.pop("exception", None)  # ansible-core before 2.19 adds a traceback that says nothing
        raise failure

    def _received(self, output: str) -> dict[str, Any]:
        """What ansible-core makes of a module's output. It says of an error that the module failed, not the action."""
        result: Any
        try:
            result = self._parse_returned_data({"stdout": output, "stderr": "", "rc": 0}, "legacy")
            return dict(result if isinstance(result, dict) else result.as_result_dict(for_round_trip=True))
        except (TypeError, AttributeError):  # before ansible-core 2.19, or after 2.21 if this changes again
            return dict(json.loads(output))

    def _module(self) -> Any:
        """The module that the task names, loaded."""
        loader = self._shared_loader_obj.module_loader
        found = loader.find_plugin_with_context(self._task.action, collection_list=self._task.collections)
        try:
            return importlib.import_module(MODULES + str(found.resolved_fqcn).rpartition(".")[2])
        except ImportError as error:
            raise ObstacleError(str(error)) from None


def _printed(result: dict[str, Any], secrets: Iterable[str], task_vars: dict[str, Any]) -> str:
    """What a module prints that ends with ``result``: no secrets, and the parts that are configured."""
    setting = partial(constants.config.get_config_value, variables=task_vars)
    # Settings of ansible-core 2.21 and 2.19; before, both parts are always there.
    if hasattr(constants, "INJECT_INVOCATION") and not setting("INJECT_INVOCATION"):
        result.pop("invocation", None)
    if hasattr(constants, "DISPLAY_TRACEBACK") and not {"always", "error"} & set(setting("DISPLAY_TRACEBACK")):
        result.pop("exception", None)
    preserved = {name: value for name, value in result.items() if value is None or isinstance(value, bool)}
    return json.dumps({**remove_values(result, secrets), **preserved})
