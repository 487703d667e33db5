# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of the tests, as sessions of nox: ``./dev test unit lint -k EXPRESSION`` runs the session ``test`` with
these arguments, which queues the stages and, behind them, what adds up the counts.

A stage is a function; its decorator says what it proves and which environments it needs beside the main one
(tests/tools/environments.py says why nox does not make them). tests/tools/stage.py has the steps.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Sequence
from typing import Callable

import nox
import nox.logger

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tests.tools.environments import NEWEST, OLDEST, TARGET, Environment
from tests.tools.processes import interruptible, tell
from tests.tools.stage import Stage, packages

nox.options.sessions = ["test"]
nox.options.default_venv_backend = "none"
nox.logger.logger.setLevel(logging.ERROR)  # the stages tell what they do
interruptible()  # what is started below ends with us

STARTED = time.monotonic()
WHAT: dict[str, str] = {}  # what each stage proves, by its name
ON_DEMAND = ("versions",)  # runs only when it is named
RAN: list[Stage] = []


def stage(what: str, *environments: Environment) -> Callable[[Callable[[Stage], None]], None]:
    """Make a session of a function that runs the steps of a stage."""

    def register(steps: Callable[[Stage], None]) -> None:
        name = steps.__name__
        WHAT[name] = what

        @nox.session(name=name)
        def run(session: nox.Session) -> None:
            RAN.append(Stage(name, parser().parse_args(session.posargs).expression, environments))
            RAN[-1].run(what, steps)
            if RAN[-1].failed:
                session.error(f"{RAN[-1].failed} failed")

        run.__doc__ = what

    return register


@stage("pure tests: plans, options, retries, structure of the project")
def unit(run: Stage) -> None:
    run.pytest("tests/unit")


@stage("ansible-test sanity, without any ignore file")
def sanity(run: Stage) -> None:
    run.ansible_test_sanity()


@stage("style, types, playbooks, documentation, changelog")
def lint(run: Stage) -> None:
    run.tool("ruff", "check", ".")
    run.tool("mypy", *packages("plugins", "tests.engines", "tests.tools"))
    # What runs on targets, and the tools, have to do with an older Python than ansible-core.
    older = packages("plugins.modules", "plugins.module_utils", "tests.tools")
    run.tool("mypy", "--python-version", "3.9", *older)
    run.tool("mypy", "--python-executable", sys.executable, "noxfile.py")
    run.tool("ansible-lint", "--offline", "--profile", "production")
    run.tool("antsibull-docs", "lint-collection-docs", "--plugin-docs", ".")
    run.tool("antsibull-changelog", "lint")


@stage("what real engines do not do on demand: faults, floods, tokens")
def faults(run: Stage) -> None:
    run.pytest("tests/faults")


@stage("the modules on real engines")
def integration(run: Stage) -> None:
    run.pytest("tests/integration", "camunda7", "operaton")


@stage("the Operate modules on a simulated Camunda 8, or on the cluster in BPMOPS_CAMUNDA_TEST_CAMUNDA8")
def camunda8(run: Stage) -> None:
    run.pytest("tests/camunda8")


@stage("the same again, each module in a process of its own, with the same results")
def processes(run: Stage) -> None:
    run.pytest(
        "tests/integration",
        "camunda7",
        name="processes",
        # Not what runs in the test's own process (of these files only the plays are left), and one of two walks.
        select="not operaton and not test_in_process and not test_dev_engine and not test_c7_catalog"
        " and not test_c7_prediction and not test_c7_interruption and not without_purge"
        " and (check_mode_to or a_play or puts_out or the_module_and_the_lookup or not (test_c7_search or test_c7_get"
        " or test_c7_batch or test_c7_external_task or test_c7_incident or test_c7_job or test_c7_process_instance"
        " or test_c7_task or test_c7_variable))",
        BPMOPS_CAMUNDA_IN_PROCESS="0",
    )
    run.same_results("tests-integration", "processes")
    run.pytest(
        "tests/camunda8",
        name="processes-camunda8",
        select="not test_api and not test_facts",
        BPMOPS_CAMUNDA_IN_PROCESS="0",
    )
    run.same_results("tests-camunda8", "processes-camunda8")


@stage("the built collection, installed elsewhere")
def install(run: Stage) -> None:
    run.pytest("tests/install", "camunda7")


@stage(
    "a short play and faults on other versions of ansible-core, Python and Camunda 7 (only when it is named)",
    OLDEST,
    NEWEST,
    TARGET,
)
def versions(run: Stage) -> None:
    run.pytest("tests/compat", "camunda7")
    run.pytest("tests/faults", name="faults-versions", select="2.16 or 2.21")
    run.pytest("tests/integration", "camunda7", "operaton", name="integration-versions", select="2.16 or 2.21")


def parser() -> argparse.ArgumentParser:
    """The arguments of ``./dev test``."""
    described = "".join(f"\n  {name:12} {what}" for name, what in WHAT.items())
    made = argparse.ArgumentParser(
        prog="./dev test",
        description=f"Runs the tests: the default stages, or those that are named.\n\nstages:{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(WHAT))
    made.add_argument(
        "-k", dest="expression", default="", metavar="EXPRESSION", help="only the tests that pytest selects by it"
    )
    return made


def chosen(names: Sequence[str]) -> list[str]:
    """The stages to run, in order: those that are named, or all but those that have to be."""
    return [name for name in WHAT if (name in names if names else name not in ON_DEMAND)]


@nox.session
def test(session: nox.Session) -> None:
    """the default stages, or those that are named behind --"""
    arguments = parser().parse_args(session.posargs)
    unknown = sorted({*arguments.stages}.difference(WHAT))
    if unknown:
        session.error(f"There is no stage {', '.join(unknown)}: the stages are {', '.join(WHAT)}")
    for name in chosen(arguments.stages):
        session.notify(name, ["-k", arguments.expression])
    session.notify("total")


@nox.session
def total(session: nox.Session) -> None:
    """the sum of the stages that ran; fails when no test did"""
    passed, failed = sum(each.passed for each in RAN), sum(each.failed for each in RAN)
    tell(f"\n{passed} passed, {failed} failed ({time.monotonic() - STARTED:.0f} s)")
    if not passed:
        session.error("no test ran")
