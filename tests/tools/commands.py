# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of ``./dev``."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from ..engines import launch
from . import environments, licences, processes, stages
from .cache import ROOT
from .processes import tell


def setup(_arguments: argparse.Namespace) -> int:
    """Make the virtual environments and the collections path, and say where they are."""
    environments.require(environments.MAIN)
    for environment in environments.ENVIRONMENTS:
        tell(environments.build(environment) or f"{environment.name}: {environment.path}")
    tell(f"ANSIBLE_COLLECTIONS_PATH: {environments.collections()}")
    return 0


def _become(name: str, *arguments: str) -> NoReturn:
    """Become a program of the main environment, which so keeps the terminal."""
    environment = environments.require(environments.MAIN)
    program = str(environment.bin / name)
    if not os.access(program, os.X_OK):
        raise processes.ToolError(f"{name}: there is no such program in {environment.bin}")
    sys.stdout.flush()
    os.execve(program, [program, *arguments], environments.variables(environment))


def run(arguments: argparse.Namespace) -> int:
    """Run a program of the main environment."""
    _become(arguments.program, *arguments.arguments)


def _available(folder: str, prefix: str = "") -> list[str]:
    """The names of the Python files of a folder of the tests."""
    files = sorted((ROOT / "tests" / folder).glob(f"{prefix}*.py"))
    return [file.stem[len(prefix) :] for file in files if file.stem != "__init__"]


def _require(name: str, kind: str, names: Sequence[str]) -> None:
    if name not in names:
        raise processes.ToolError(f"There is no {kind} {name!r}: there is {', '.join(names) or 'none yet'}.")


def bench(arguments: argparse.Namespace) -> int:
    """Run ``tests/bench/bench_NAME.py``, which starts what it measures."""
    _require(arguments.name, "benchmark", _available("bench", "bench_"))
    os.chdir(ROOT)
    _become("python", "-m", f"tests.bench.bench_{arguments.name}", *arguments.arguments)


def test(arguments: argparse.Namespace) -> int:
    """Run the stages of the tests."""
    return stages.run(arguments.stages, arguments.expression)


def _exports(engine: launch.Running) -> dict[str, str]:
    """What the modules read when their options are not given."""
    return {"CAMUNDA7_URL": engine.url, "CAMUNDA7_USERNAME": engine.user, "CAMUNDA7_PASSWORD": engine.password}


def _describe(engine: launch.Running) -> None:
    """Say how to reach an engine that goes on, and how to stop it."""
    tell(f"{engine.name} {engine.version} serves at {engine.url} (process {engine.pid}, log {engine.log}).")
    for name, value in _exports(engine).items():
        tell(f"  export {name}='{value}'")
    tell(f"  Stop it with: ./dev engine stop {engine.name}")


# The stories of ``./dev demo``, each of which is ``tests/demo/<name>.py``, run as a program of the main environment: 0
# means that everything came out as told.
DEMOS = ("identity", "operate")


def _tell(name: str, *arguments: str, **variables: str) -> int:
    environment = environments.require(environments.MAIN)
    story = [environment.bin / "python", "-m", f"tests.demo.{name}", *arguments]
    return processes.run(story, cwd=ROOT, env=environments.variables(environment, **variables))


def _start_for_demo(name: str, stack: contextlib.ExitStack, keep: bool) -> launch.Running:
    """A fresh engine, which goes on when it is to be kept."""
    if not keep:
        return stack.enter_context(launch.start(name))
    with launch.background(name) as running:
        if running:
            raise processes.ToolError(f"{name} runs already. The demo needs a fresh one: ./dev engine stop {name}")
    return launch.start_in_background(name)


def demo(arguments: argparse.Namespace) -> int:
    """Tell a story: of identity on a real Camunda 7, of Operate on a simulated Camunda 8 or the user's own."""
    _require(arguments.name, "demo", DEMOS)
    if arguments.name == "operate":
        if arguments.keep:
            raise processes.ToolError("--keep is for the demo identity: the demo operate starts no engine.")
        return _tell("operate", *filter(None, [arguments.url]))
    if arguments.url:
        raise processes.ToolError("--url is for the demo operate: the demo identity needs an engine of its own.")
    with contextlib.ExitStack() as stack:
        engine = _start_for_demo("camunda7", stack, arguments.keep)
        tell(f"{engine.name} {engine.version} serves at {engine.url}")
        status = _tell("identity", **_exports(engine))
        if arguments.keep:
            _describe(engine)
    return status


def show_licences(_arguments: argparse.Namespace) -> int:
    """Print the allow list of what the project fetches."""
    tell(licences.show())
    return 0


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

    command = commands.add_parser("demo", help="show the collection at work")
    command.add_argument("name", nargs="?", default="identity", metavar="NAME", help="identity (default) or operate")
    command.add_argument("--keep", action="store_true", help="leave the engine of the demo identity running")
    command.add_argument(
        "--url",
        help="tell the demo operate on this Camunda 8; CAMUNDA_BASIC_AUTH_USERNAME and _PASSWORD hold the login",
    )
    command.set_defaults(function=demo)

    command = commands.add_parser("bench", help="measure", **FOREIGN)
    command.add_argument("name")
    command.add_argument("arguments", nargs="*", metavar="ARGUMENT")
    command.set_defaults(function=bench)

    stage_list = "".join(f"\n  {stage.name:12} {stage.what}" for stage in stages.STAGES)
    command = commands.add_parser(
        "test",
        help="run the tests",
        description=f"Runs the tests: the default stages, or those that are named.\n\nstages:{stage_list}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(stages.NAMES))
    command.add_argument("-k", dest="expression", metavar="EXPRESSION", help="only the tests that pytest selects by it")
    command.set_defaults(function=test)

    command = commands.add_parser("licences", help="list everything that is fetched, with its licence and its purpose")
    command.set_defaults(function=show_licences)

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
