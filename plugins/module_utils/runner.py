# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a plugin's work as an Ansible module: the only file that knows AnsibleModule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule

from .secrets import Redactor, invocation
from .task import C, Spec, Work, execute


class _Module(AnsibleModule):
    """Returns what the module returns and nothing else, as it is documented, and as it is in process."""

    def _load_params(self) -> None:
        """Also keep the options as the task gives them, before they are converted and defaults are added."""
        base: Any = super()  # ansible-core gives this method no types
        base._load_params()
        self.given = dict(self.params)

    def fail_json(self, msg: str, **kwargs: Any) -> NoReturn:
        """Also show no values that may be secrets when the options themselves are refused."""
        redactor = Redactor.for_task(self.params, self.no_log_values)
        kwargs.setdefault("invocation", invocation(self.params, self.argument_spec, redactor))
        super().fail_json(msg, **kwargs)

    def add_path_info(self, kwargs: dict[str, Any]) -> dict[str, Any]:
        """Add no owner, mode and size to a result that has a ``path`` or ``dest``."""
        return kwargs


def run(spec: Spec[C], work: Work[C]) -> None:
    """Run ``work`` as an Ansible module; the process ends here."""
    make: Callable[..., _Module] = _Module
    module = make(**spec.module_arguments())
    done = execute(
        spec,
        work,
        module.params,
        check_mode=module.check_mode,
        diff_mode=module._diff,
        secrets=module.no_log_values,
        given=module.given,
    )
    for warning in done.warnings:
        module.warn(warning)
    if done.result.get("failed"):
        module.fail_json(**done.result)
    module.exit_json(**done.result)
