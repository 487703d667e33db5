# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of ``./dev``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from ..engines import launch
from . import environments, processes, stages
from .processes import tell


def setup(_arguments: argparse.Namespace) -> int:
    """Make the virtual environments and the collections path, and say where they are."""
    environments.require(environments.MAIN)
    for environment in environments.ENVIRONMENTS:
        tell(environments.build(environment) or f"{environment.name}: {environment.path}")
    tell(f"ANSIBLE_COLLECTIONS_PATH: {environments.collections()}")
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Become a program of the main environment, which so keeps the terminal."""
    environment = environments.require(environments.MAIN)
    program = str(environment.bin / arguments.program)
    if not os.access(program, os.X_OK):
        raise processes.ToolError(f"{arguments.program}: there is no such program in {environment.bin}")
    sys.stdout.flush()
    os.execve(program, [program, *arguments.arguments], environments.variables(environment))


def test(arguments: argparse.Namespace) -> int:
    """Run the stages of the tests."""
    return stages.run(arguments.stages, arguments.expression)


# What the modules read when their options are not given.
VARIABLES = {
    "camunda7": ("CAMUNDA7_URL", "CAMUNDA7_USERNAME", "CAMUNDA7_PASSWORD"),
    "operaton": ("CAMUNDA7_URL", "CAMUNDA7_USERNAME", "CAMUNDA7_PASSWORD"),
}


def _exports(engine: launch.Running) -> dict[str, str]:
    return dict(zip(VARIABLES[engine.name], (engine.url, engine.user, engine.password)))


def _describe(engine: launch.Running) -> None:
    """Say how to reach an engine that goes on, and how to stop it."""
    tell(f"{engine.name} {engine.version} serves at {engine.url} (process {engine.pid}, log {engine.log}).")
    for name, value in _exports(engine).items():
        tell(f"  export {name}='{value}'")
    tell(f"  Stop it with: ./dev engine stop {engine.name}")


def engine_start(arguments: argparse.Namespace) -> int:
    """Start an engine in the background, unless it runs there already."""
    _describe(launch.start_in_background(arguments.name, arguments.port))
    return 0


def engine_stop(arguments: argparse.Namespace) -> int:
    """Stop an engine of the background by the ids of its own processes."""
    with launch.background(arguments.name) as engine:
        if engine:
            engine.stop()
        tell(f"{arguments.name} {'was stopped' if engine else 'does not run'}.")
    return 0


def engine_status(arguments: argparse.Namespace) -> int:
    """Say whether engines run in the background; 1 when the one asked for does not."""
    alive = True
    for name in [arguments.name] if arguments.name else launch.NAMES:
        with launch.background(name) as engine:
            alive = engine is not None
            if engine:
                _describe(engine)
            else:
                tell(f"{name} does not run.")
    return 0 if alive or not arguments.name else 1


# Options of another program are not ours to read: no argument starts with this character.
FOREIGN: dict[str, Any] = {"prefix_chars": "\0", "add_help": False}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev", description="Develops, tests and shows the collection.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    command = commands.add_parser("setup", help="make the virtual environments (every other command does so too)")
    command.set_defaults(function=setup)

    command = commands.add_parser("playbook", help="run ansible-playbook with the collection on its path", **FOREIGN)
    command.add_argument("arguments", nargs="*", metavar="ARGUMENT")
    command.set_defaults(function=run, program="ansible-playbook")

    command = commands.add_parser(
        "run", help="run another program of the main environment (pytest, mypy ...)", **FOREIGN
    )
    command.add_argument("program")
    command.add_argument("arguments", nargs="*", metavar="ARGUMENT")
    command.set_defaults(function=run)

    stage_list = "".join(f"\n  {stage.name:12} {stage.what}" for stage in stages.STAGES)
    command = commands.add_parser(
        "test",
        help="run the tests",
        description=f"Runs the tests: all stages, or those that are named.\n\nstages:{stage_list}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(stages.NAMES))
    command.add_argument("-k", dest="expression", metavar="EXPRESSION", help="only the tests that pytest selects by it")
    command.set_defaults(function=test)

    command = commands.add_parser("engine", help="start, stop or look at an engine in the background")
    actions = command.add_subparsers(dest="action", required=True, metavar="start|stop|status")
    start = actions.add_parser("start", help="start it and say how to reach it")
    start.add_argument("--port", type=int, default=0, help="default: any that is free")
    start.set_defaults(function=engine_start)
    stop = actions.add_parser("stop", help="stop it, and nothing else")
    stop.set_defaults(function=engine_stop)
    for action in (start, stop):
        action.add_argument("name", choices=launch.NAMES)
    status = actions.add_parser("status", help="say whether it runs and how to reach it")
    status.add_argument("name", nargs="?", choices=launch.NAMES)
    status.set_defaults(function=engine_status)
    return parser


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        with processes.interruptible():
            status: int = arguments.function(arguments)
            return status
    except processes.ToolError as error:
        print(f"./dev: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("./dev: interrupted", file=sys.stderr)
        return 130
