# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of ``./dev``. Standard library only: it runs with the Python that is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from ..engines import background
from . import environments, licences, mutation, processes
from .cache import ROOT
from .environments import MAIN, NOX, Environment
from .processes import ToolError, tell


def setup(_arguments: Sequence[str]) -> int:
    """Make the virtual environments and the collections path, and say where they are."""
    environments.require(MAIN)
    for environment in environments.ENVIRONMENTS:
        tell(environments.build(environment) or f"{environment.name}: {environment.path}")
    tell(f"ANSIBLE_COLLECTIONS_PATH: {environments.collections()}")
    return 0


def _become(environment: Environment, name: str, *arguments: str) -> NoReturn:
    """Become a program of an environment, which so keeps the terminal."""
    program = str(environments.require(environment).bin / name)
    if not os.access(program, os.X_OK):
        raise ToolError(f"{name}: there is no such program in {environment.bin}")
    sys.stdout.flush()
    os.execve(program, [program, *arguments], environments.variables(environment))


def _module(name: str, *arguments: str) -> NoReturn:
    """Become a module of the checkout in the main environment."""
    os.chdir(ROOT)
    _become(MAIN, "python", "-m", name, *arguments)


def _choose(kind: str, names: Sequence[str], name: str) -> str:
    if name not in names:
        raise ToolError(f"There is no {kind} {name!r}: there is {', '.join(names)}.")
    return name


def playbook(arguments: Sequence[str]) -> int:
    """Run ansible-playbook with the collection on its path."""
    _become(MAIN, "ansible-playbook", *arguments)


def run(arguments: Sequence[str]) -> int:
    """Run another program of the main environment (pytest, mypy ...)."""
    if not arguments:
        raise ToolError("./dev run needs the name of a program (pytest, mypy ...).")
    _become(MAIN, *arguments)


def demo(arguments: Sequence[str]) -> int:
    """Show the collection at work: [identity] [--keep], or operate [--url URL]."""
    if not arguments or arguments[0].startswith("-"):
        arguments = ["identity", *arguments]
    _module(f"tests.demo.{_choose('demo', ('identity', 'operate'), arguments[0])}", *arguments[1:])


def bench(arguments: Sequence[str]) -> int:
    """Measure; NAME is the benchmark."""
    name, *rest = arguments or [""]
    names = sorted(file.stem.partition("_")[2] for file in (ROOT / "tests" / "bench").glob("bench_*.py"))
    _module(f"tests.bench.bench_{_choose('benchmark', names, name)}", *rest)


def mutate(_arguments: Sequence[str]) -> int:
    """Break the code in small ways and see what the unit tests notice."""
    return mutation.mutate()


def test(arguments: Sequence[str]) -> int:
    """Run the tests: [STAGE...] [-k EXPRESSION]."""
    environments.require(MAIN)
    _become(NOX, "nox", "--noxfile", str(ROOT / "noxfile.py"), "--session", "test", "--", *arguments)


def generate(arguments: Sequence[str]) -> int:
    """Write what is generated from tables, or only compare (--check)."""
    _module("tests.tools.generate", *arguments)


def show_licences(_arguments: Sequence[str]) -> int:
    """List everything that is fetched, with its licence and its purpose."""
    tell(licences.show())
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "setup": setup,
    "playbook": playbook,
    "run": run,
    "demo": demo,
    "bench": bench,
    "mutate": mutate,
    "test": test,
    "generate": generate,
    "licences": show_licences,
    "engine": background.main,
}


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    name, *rest = argv or ["--help"]
    if name in ("-h", "--help"):
        tell("usage: ./dev COMMAND [ARGUMENT...]\n\nDevelops, tests and shows the collection.\n\ncommands:")
        tell("\n".join(f"  {each:10}{(function.__doc__ or '').splitlines()[0]}" for each, function in COMMANDS.items()))
        return 0
    if name not in COMMANDS:
        print(f"./dev: There is no command {name!r}: there is {', '.join(COMMANDS)}.", file=sys.stderr)
        return 2
    return processes.exit_status(lambda: COMMANDS[name](rest))
