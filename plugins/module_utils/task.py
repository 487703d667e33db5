# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the work of a plugin is: declared by a Spec, done with a Context, returned as an Outcome.

Plain Python, without Ansible: modules, lookups and the action plugin share it. The one place where an error becomes a
result.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Optional, TypeVar

from .checks import check_values
from .errors import CamundaError, UsageError
from .options import IN_PROCESS, Option, argument_spec
from .secrets import Redactor, invocation

if TYPE_CHECKING:
    from .desired.apply import Journal
    from .desired.plan import Change

C = TypeVar("C")
"""A product's client."""


@dataclass(frozen=True)
class Context(Generic[C]):
    """What a module's ``work`` gets.

    Args:
        params: the validated parameters of the task.
        client: the product's client, made by ``Product.connect``; it refuses writes in check mode.
        redactor: takes secrets that only the work can know.
        warn: shows a warning to the user.
        journal: the changes that were applied, or begun.
    """

    params: Mapping[str, Any]
    client: C
    check_mode: bool
    redactor: Redactor
    warn: Callable[[str], None]
    journal: Journal = field(default_factory=list)

    def apply(self, stages: Sequence[Sequence[Change]], workers: int = 1, *, each: bool = False) -> list[Any]:
        """Apply the changes, unless in check mode; see ``desired.apply.apply``."""
        if self.check_mode or not any(stages):
            return []
        # Most runs change nothing: they need not compile what only changes need.
        from .desired.apply import apply

        return apply(self.client, stages, workers, self.journal, each=each)

    def missing(self, message: str) -> None:
        """Report that the task needs an object that does not exist.

        In check mode this is a warning, because an earlier task of the play may be the one that creates it.

        Raises:
            UsageError: outside check mode.
        """
        if not self.check_mode:
            raise UsageError(message)
        self.warn(message)


@dataclass
class Outcome:
    """What ``work`` returns: ``result`` becomes the task's result; ``changes`` are shown with ``--diff``."""

    changed: bool = False
    result: dict[str, Any] = field(default_factory=dict)
    changes: Sequence[Change] = ()

    @classmethod
    def of(cls, stages: Sequence[Sequence[Change]], **result: Any) -> Outcome:
        """Return the outcome of a plan, whether it was applied or not."""
        changes = [change for stage in stages for change in stage]
        return cls(bool(changes), result, changes)

    @classmethod
    def summary(cls, stages: Sequence[Sequence[Change]], **result: Any) -> Outcome:
        """The same for a plan of many objects: with counts, and each change in short."""
        from .desired.plan import counts

        changes = [change for stage in stages for change in stage]
        summaries = [change.summary() for change in changes]
        return cls.of(stages, counts=counts(changes), changes=summaries, **result)


Connect = Callable[[Mapping[str, Any], Redactor, bool], C]


@dataclass(frozen=True)
class Product(Generic[C]):
    """A server that the collection operates.

    Args:
        name: its action group.
        options: its connection options.
        connect: makes its client from the parameters, the redactor, and whether it must refuse writes.
        place: what tasks that share a client have in common in ``url``, all of it by default.
    """

    name: str
    options: tuple[Option, ...]
    connect: Connect[C]
    place: Callable[[str], str] = str


@dataclass(frozen=True)
class Spec(Generic[C]):
    """The declaration of a module.

    Args:
        product: the product whose client the work gets.
        options: the argument spec of the module's own options.
        rules: what else AnsibleModule takes: ``required_if``, ``mutually_exclusive`` and so on.
        reads_only: the module never writes, in whatever mode.
        not_empty: options that must not be given empty (null, an empty string, list or mapping), because the work
            would then cover more than the user meant. Omit them instead.
        strings: options that are sent to the server as strings, or lists of them, with the rules of their length
            (``strings.problem``). Ansible turns numbers, booleans and mappings into strings: these are refused.
        as_given: lists of mappings that the work gets as the task gives them, without Ansible's conversions.
    """

    product: Product[C]
    options: Mapping[str, Any]
    rules: Mapping[str, Any] = field(default_factory=dict)
    reads_only: bool = False
    not_empty: tuple[str, ...] = ()
    strings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    as_given: tuple[str, ...] = ()

    def arguments(self) -> dict[str, Any]:
        """The keyword arguments of AnsibleModule, without the option that only modules have."""
        return {
            "argument_spec": {**argument_spec(self.product.options), **self.options},
            "supports_check_mode": True,
            **self.rules,
        }

    def module_arguments(self) -> dict[str, Any]:
        """The same with that option."""
        arguments = self.arguments()
        arguments["argument_spec"].update(argument_spec((IN_PROCESS,)))
        return arguments


@dataclass(frozen=True)
class Execution:
    """The result as the task returns it (``failed`` and ``msg`` after an error), and the warnings; both redacted.

    ``error`` is what ended the work: an error of the collection, or one of the ``interruptions``.
    """

    result: dict[str, Any]
    warnings: list[str]
    error: Optional[BaseException] = None


Work = Callable[[Context[C]], Outcome]


def execute(
    spec: Spec[C],
    work: Work[C],
    params: Mapping[str, Any],
    *,
    check_mode: bool = False,
    diff_mode: bool = False,
    secrets: Iterable[str] = (),
    connect: Optional[Connect[C]] = None,
    base: Optional[Redactor] = None,
    given: Mapping[str, Any] = MappingProxyType({}),
    interruptions: tuple[type[BaseException], ...] = (),
) -> Execution:
    """Do the work and return its result; raise nothing but what stops the process itself.

    Args:
        params: parameters that went through the argument spec.
        secrets: the values of the parameters that are marked ``no_log``.
        connect: where to get the client from, in place of ``Product.connect``.
        base: knows secrets that are not this task's alone.
        given: the options that the task gives, as it gives them: ``params`` cannot tell null from omitted, and has
            strings where the task has other types.
        interruptions: exceptions by which the caller ends the work while it runs. The result then says what was done.
    """
    redactor = Redactor.for_task(params, secrets, base)
    warnings: list[str] = []
    ended: Optional[BaseException] = None
    journal: Journal = []
    client: Optional[C] = None
    try:
        check_values(params, given, spec.not_empty, spec.rules)
        if spec.strings or spec.as_given:
            from .given import as_given

            params = as_given(spec, params, given)
        client = (connect or spec.product.connect)(params, redactor, check_mode or spec.reads_only)
        outcome = work(Context(params, client, check_mode, redactor, warnings.append, journal))
        result = {**outcome.result, "changed": outcome.changed}
        if diff_mode and outcome.changes:
            from .desired.diff import diff

            result["diff"] = redactor.data(diff(outcome.changes))
    except CamundaError as error:
        changed = bool(error.facts.get("done")) or _has_changed(journal)
        result = {"failed": True, "changed": changed, "msg": redactor.line(error.message)}
        if error.facts:
            result["error"] = redactor.data(error.facts, redactor.line)
        ended = error
    except interruptions as interruption:
        from .desired import report

        facts = redactor.data(report.facts(journal), redactor.line)
        result = {"failed": True, "changed": bool(facts["done"]), "msg": report.sentence(facts), "error": facts}
        ended = interruption
    except (Exception, SystemExit) as error:
        result = {
            "failed": True,
            "changed": _has_changed(journal),
            "msg": redactor.line(f"This is a defect of the collection, please report it: {error!r}"),
            "exception": redactor.text(traceback.format_exc()),
        }
    warnings += getattr(getattr(client, "rest", None), "warnings", ())
    # Without this Ansible adds all parameters, and up to ansible-core 2.20 scans them once for each secret.
    result["invocation"] = invocation(params, spec.arguments()["argument_spec"], redactor)
    return Execution(result, [redactor.line(warning) for warning in warnings], ended)


def _has_changed(journal: Journal) -> bool:
    return any(progress.results for _changes, progress in journal)
