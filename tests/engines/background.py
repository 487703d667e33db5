# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``./dev engine``: engines that go on in the background. Standard library only."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ..tools.processes import tell
from . import launch


def exports(engine: launch.Running) -> dict[str, str]:
    """What the modules read when their options are not given."""
    return {"CAMUNDA7_URL": engine.url, "CAMUNDA7_USERNAME": engine.user, "CAMUNDA7_PASSWORD": engine.password}


def describe(engine: launch.Running) -> None:
    """Say how to reach an engine that goes on, and how to stop it."""
    tell(f"{engine.name} {engine.version} serves at {engine.url} (process {engine.pid}, log {engine.log}).")
    for name, value in exports(engine).items():
        tell(f"  export {name}='{value}'")
    tell(f"  Stop it with: ./dev engine stop {engine.name}")


def start(arguments: argparse.Namespace) -> int:
    """Start an engine in the background, unless it runs there already."""
    describe(launch.start_in_background(arguments.name, arguments.port))
    return 0


def stop(arguments: argparse.Namespace) -> int:
    """Stop an engine of the background by the ids of its own processes."""
    with launch.background(arguments.name) as engine:
        if engine:
            engine.stop()
        tell(f"{arguments.name} {'was stopped' if engine else 'does not run'}.")
    return 0


def status(arguments: argparse.Namespace) -> int:
    """Say whether engines run in the background; 1 when the one asked for does not."""
    alive = True
    for name in [arguments.name] if arguments.name else launch.NAMES:
        with launch.background(name) as engine:
            alive = engine is not None
            if engine:
                describe(engine)
            else:
                tell(f"{name} does not run.")
    return 0 if alive or not arguments.name else 1


def main(argv: Sequence[str]) -> int:
    """Start, stop or look at an engine in the background."""
    parser = argparse.ArgumentParser(prog="./dev engine", description=main.__doc__)
    actions = parser.add_subparsers(required=True, metavar="start|stop|status")
    for function in (start, stop, status):
        action = actions.add_parser(function.__name__, help=function.__doc__)
        action.add_argument("name", choices=launch.NAMES, nargs="?" if function is status else None)
        action.set_defaults(function=function)
        if function is start:
            action.add_argument("--port", type=int, default=0, help="default: any that is free")
    arguments = parser.parse_args(argv)
    exit_status: int = arguments.function(arguments)
    return exit_status
