# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that the development tools start: run to the end, found again later, and never left behind.

Standard library only, Python 3.9+. Nothing here ever looks for a process by name: only ids of processes that were
started here are signalled, and an id read from a file only together with the start time of its process.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NoReturn, Optional

BOUND = Path(__file__).with_name("bound.py")
GRACE = 10.0  # seconds between asking a process to end and ending it


class ToolError(Exception):
    """Something that the user can mend; the text says how."""


def tell(text: str) -> None:
    """Print one line of progress at once."""
    print(text, flush=True)


def spawn(
    command: Sequence[object],
    *,
    log: Optional[Path] = None,
    env: Optional[Mapping[str, str]] = None,
    cwd: Optional[Path] = None,
    detached: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own, without a terminal's input.

    Args:
        command: the program and its arguments.
        log: file that gets both outputs; without it the program writes where we write.
        env: its whole environment; default ours.
        cwd: its working directory; default ours.
        detached: it goes on when this process ends; otherwise it ends with it, however this process ends.
    """
    if shutil.which(str(command[0])) is None:
        raise ToolError(f"{command[0]}: there is no such program.")
    binding = [] if detached else [sys.executable, BOUND, os.getpid()]
    output: Optional[IO[bytes]] = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            [str(part) for part in (*binding, *command)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
        )
    finally:
        if output:
            output.close()


def signal_group(pid: int, number: int) -> bool:
    """Send a signal to a process group that we made (its id is the id of its first process); False if it is gone."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        return False
    return True


def stop(process: subprocess.Popen[bytes], grace: float = GRACE) -> None:
    """End a child of ours and its group: SIGTERM, and SIGKILL after ``grace`` seconds."""
    if process.poll() is None:
        signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    # What the child started may outlive it, and may not.
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def run(
    command: Sequence[object],
    *,
    log: Optional[Path] = None,
    env: Optional[Mapping[str, str]] = None,
    cwd: Optional[Path] = None,
) -> int:
    """Run a program to its end and return its exit status; an interrupt ends it (and its group) too."""
    process = spawn(command, log=log, env=env, cwd=cwd)
    try:
        return process.wait()
    except BaseException:
        # The same as Ctrl-C in a terminal: pytest and ansible tidy up after it.
        signal_group(process.pid, signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
        raise
    finally:
        stop(process)


def output_of(command: Sequence[object], **options: Any) -> Optional[str]:
    """What a short program prints, or None when it is missing or fails."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            **options,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def check(command: Sequence[object], *, log: Path, what: str, **options: Any) -> None:
    """Run a program whose output matters only when it fails; then raise ToolError with the end of its log."""
    if run(command, log=log, **options) != 0:
        raise ToolError(f"{what} failed: {' '.join(str(part) for part in command)}\n{tail(log)}")


def tail(log: Path, lines: int = 40) -> str:
    """The last lines of a log file, indented, under its name."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return "\n".join([f"The end of {log}:", *("    " + line for line in text.splitlines()[-lines:])])


def started_at(pid: int) -> Optional[str]:
    """When a process was started, in a form that only serves to be compared; None when there is no such process."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    return output_of(["ps", "-o", "lstart=", "-p", str(pid)]) or None


def stop_by_id(pid: int, start_time: str, grace: float = GRACE) -> bool:
    """End a process group that an earlier call of this program started; False when it was gone already.

    Args:
        pid: its first process.
        start_time: what `started_at` said of it then; another process with the same id is left alone.
    """
    if started_at(pid) != start_time:
        return False
    signal_group(pid, signal.SIGTERM)
    give_up = time.monotonic() + grace
    while started_at(pid) == start_time and time.monotonic() < give_up:
        time.sleep(0.1)
    if started_at(pid) == start_time:
        signal_group(pid, signal.SIGKILL)
    return True


def _interrupt(number: int, _frame: object) -> NoReturn:
    # One is enough: what tidies up is not to be interrupted by a second.
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def exit_status(function: Callable[[], int]) -> int:
    """The exit status of a command of ``./dev``, whose errors are told; an interrupt stops what it started."""
    interruptible()
    try:
        return function()
    except ToolError as error:
        print(f"./dev: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("./dev: interrupted", file=sys.stderr)
        return 130


def interruptible() -> None:
    """Make Ctrl-C, SIGTERM and a closed terminal unwind the stack, so that every `finally` stops what it started."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
