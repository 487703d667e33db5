# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expressions of a task over an answer: Jinja, in a sandbox, with the answer as data.

They are evaluated where the request is made, so that they are the same in process and on another host. What a server
sends is only ever the value of a variable: nothing of it is compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from .. import libraries
from ..errors import UsageError
from ..words import nearest
from .answer import Answer, ValueMissingError

_VARIABLES = ("status", "headers", "body")


class _FieldsFirst:
    """``body.items`` is the field of that name, if there is one, and not the method of Python's mappings."""

    def getattr(self, value: Any, name: str) -> Any:
        """Return ``value.name``."""
        jinjas: Any = super()
        return value[name] if isinstance(value, Mapping) and name in value else jinjas.getattr(value, name)


@lru_cache(maxsize=1)
def _environment() -> Any:
    jinja: Any = libraries.load("jinja2", "Jinja2", "expressions over an answer")
    sandbox: Any = libraries.load("jinja2.sandbox", "Jinja2", "expressions over an answer")
    # ``a.b.c is defined`` is false without b, as in Ansible; the use of what is not there is an error.
    missing = type("Missing", (jinja.ChainableUndefined, jinja.StrictUndefined), {})
    environment = type("Environment", (_FieldsFirst, sandbox.ImmutableSandboxedEnvironment), {})
    return environment(undefined=missing)


class Expression:
    """An expression, compiled before the first request.

    Args:
        option: the option that holds it, for errors.
        source: Jinja, without braces.
        optional: what is not there has the value None, instead of being an error.

    Raises:
        UsageError: it is not valid.
    """

    def __init__(self, option: str, source: str, *, optional: bool = False) -> None:
        self._option = option
        self._optional = optional
        environment = _environment()
        jinja = libraries.load("jinja2", "Jinja2", "expressions over an answer")
        meta = libraries.load("jinja2.meta", "Jinja2", "expressions over an answer")
        try:
            self._evaluate: Callable[..., Any] = environment.compile_expression(source, undefined_to_none=False)
            used = meta.find_undeclared_variables(environment.parse("{{ (" + source + ") }}"))
        except jinja.TemplateSyntaxError as error:
            raise UsageError(
                f"{option}: the expression is not valid ({error.message}). Write it without braces, with Jinja's own "
                "filters and tests."
            ) from None
        unknown = sorted(used - {*_VARIABLES, *environment.globals})
        if unknown:
            raise UsageError(
                f"{option}: there is no {', '.join(unknown)} in an answer.{nearest(unknown[0], _VARIABLES)} "
                f"An expression sees {', '.join(_VARIABLES)}; variables of the play are written in braces."
            )

    def __call__(self, answer: Answer) -> Any:
        """Return the value for an answer, as plain data.

        Raises:
            ValueMissingError: it cannot be evaluated.
        """
        jinja = libraries.load("jinja2", "Jinja2", "expressions over an answer")
        try:
            value = self._evaluate(**answer.variables)
            # An if without else has no name.
            if isinstance(value, jinja.Undefined) and (self._optional or value._undefined_name is None):
                return None
            return _plain(value, jinja.Undefined)
        except Exception as error:
            # Whatever a filter raises for data that it does not expect.
            reason = str(error).rstrip(".")
            raise ValueMissingError(
                f"{self._option}: the expression has no value for the answer with status {answer.status}: {reason}.",
                status=answer.status,
            ) from None


def _plain(value: Any, undefined: type[Any]) -> Any:
    """Return a value as JSON has it: filters return generators."""
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, undefined):
        return str(value)  # raises what is missing
    if isinstance(value, Mapping):
        return {str(key): _plain(item, undefined) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [_plain(item, undefined) for item in value]
    raise TypeError(f"{type(value).__name__} is no data")
