# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of ``./dev``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from . import environments, processes


def setup(_arguments: argparse.Namespace) -> int:
    """Make the virtual environments and the collections path, and say where they are."""
    environments.require(environments.MAIN)
    for environment in environments.ENVIRONMENTS:
        processes.tell(environments.build(environment) or f"{environment.name}: {environment.path}")
    processes.tell(f"ANSIBLE_COLLECTIONS_PATH: {environments.collections()}")
    return 0


def run(arguments: argparse.Namespace) -> int:
    """Become a program of the main environment, which so keeps the terminal."""
    environment = environments.require(environments.MAIN)
    program = str(environment.bin / arguments.program)
    if not os.access(program, os.X_OK):
        raise processes.ToolError(f"{arguments.program}: there is no such program in {environment.bin}")
    sys.stdout.flush()
    os.execve(program, [program, *arguments.arguments], environments.variables(environment))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev", description="Develops, tests and shows the collection.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    # Options of another program are not ours to read: no argument starts with this character.
    foreign = {"prefix_chars": "\0", "add_help": False}

    command = commands.add_parser("setup", help="make the virtual environments (every other command does so too)")
    command.set_defaults(function=setup)

    command = commands.add_parser("playbook", help="run ansible-playbook with the collection on its path", **foreign)
    command.add_argument("arguments", nargs="*", metavar="ARGUMENT")
    command.set_defaults(function=run, program="ansible-playbook")

    command = commands.add_parser(
        "run", help="run another program of the main environment (pytest, mypy ...)", **foreign
    )
    command.add_argument("program")
    command.add_argument("arguments", nargs="*", metavar="ARGUMENT")
    command.set_defaults(function=run)
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
