# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of all lookups: the code of the modules, with options from the environment, ini files and variables too."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils.checks import check_values
from ..module_utils.errors import UsageError
from ..module_utils.task import Context, Outcome, Spec
from ..module_utils.words import nearest
from .clients import clients

FOUND = "found"

Term = Callable[[Context[Any], Any], list[Any]]
"""Looks one term up. The parameters are in the context; returns plain objects."""


class Lookup(LookupBase):
    """A lookup of one product.

    Attributes:
        spec: how to connect; its own options are those of the lookup.
        term: looks one term up. All terms, and all items of a loop, share one client, and so one login.
    """

    spec: Spec[Any]
    term: Term

    def run(self, terms: list[Any], variables: Any = None, **kwargs: Any) -> list[Any]:
        """Return what is found for all terms, one after the other.

        Raises:
            AnsibleLookupError: whatever went wrong, without any secret.
        """
        arguments = self.spec.arguments()["argument_spec"]
        unknown = sorted(set(kwargs) - set(arguments))
        if unknown:
            # Ansible would ignore them, and a misspelt filter would then find everything.
            raise AnsibleLookupError(
                f"There is no option {', '.join(unknown)}.{nearest(unknown[0], arguments)} "
                f"The options are {', '.join(sorted(arguments))}."
            )
        base: Any = self  # ansible-core gives these methods no types
        base.set_options(var_options=variables, direct=kwargs)
        params = {name: plain(base.get_option(name)) for name in arguments}
        for option in self.spec.product.options:
            if params[option.name] == "" and option.name not in kwargs:
                # Ansible takes the last variable of the environment that exists; an empty one is not meant.
                params[option.name] = next(filter(None, map(os.environ.get, option.env)), option.default)
        secrets = [params[name] for name, argument in arguments.items() if argument.get("no_log") and params[name]]
        term = type(self).term

        def work(context: Context[Any]) -> Outcome:
            return Outcome(result={FOUND: [row for each in terms for row in term(context, plain(each))]})

        done = clients.execute(self.spec, work, params, secrets=secrets, given=kwargs)
        for warning in done.warnings:
            Display().warning(warning)
        if done.result.get("failed"):
            raise AnsibleLookupError(done.result["msg"])
        found: list[Any] = done.result[FOUND]
        return found


def plain(value: Any) -> Any:
    """Return a value without what Ansible adds to it on the controller (tags, lazy containers), dates as strings."""
    if isinstance(value, Mapping):
        return {plain(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if isinstance(value, str):
        return "".join(value)
    return value


def merge(context: Context[Any], term: Any, name: str, spec: Spec[Any]) -> dict[str, Any]:
    """Return the parameters for one term: a string, which is the value of the option ``name``; or a mapping of options.

    Args:
        spec: of the lookup; a term may have its own options, but none of the connection.

    Raises:
        UsageError: the term is neither, names an option that does not belong there, or gives an option a value of the
            wrong type or none. A template that renders to nothing would otherwise find more than was meant.
    """
    if isinstance(term, str):
        return {**context.params, name: term}
    if not isinstance(term, dict):
        raise UsageError(f"A term is a string or a mapping of options, not {term!r}.")
    allowed = {name: {}, **spec.options}
    unknown = sorted(set(term) - set(allowed), key=str)
    if unknown:
        raise UsageError(
            f"A term has no option {', '.join(map(str, unknown))}.{nearest(str(unknown[0]), allowed)} "
            f"It may have {', '.join(sorted(allowed))}."
        )
    empty = sorted(option for option, value in term.items() if value is None)
    if empty:
        raise UsageError(f"A term gives no value to {', '.join(empty)}. Omit the option if it is not meant.")
    # Options that the term does not give keep the values of the lookup.
    validated = ArgumentSpecValidator({option: allowed[option] for option in term}).validate(term)
    if validated.error_messages:
        raise UsageError(f"A term is wrong: {validated.errors.msg}.")
    params = {**context.params, **validated.validated_parameters}
    check_values(params, term, spec.not_empty, spec.rules)
    return params
