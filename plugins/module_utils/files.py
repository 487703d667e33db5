# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write files that appear complete or not at all, and say whether that changed something."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError


def check_dest(dest: str) -> None:
    """Make sure that a file can be written.

    Raises:
        UsageError: it cannot, found before the first request.
    """
    folder = os.path.dirname(os.path.abspath(dest))
    if os.path.isdir(dest):
        raise UsageError(f"dest: {dest} is a directory; give the name of a file.")
    if not os.path.isdir(folder):
        raise UsageError(f"dest: the directory {folder} does not exist (on the host where the task runs).")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"dest: {folder} cannot be written to by the user that runs the task.")


def write_text(dest: str, text: str, *, check_mode: bool) -> bool:
    """Write a text to a file; return whether its content changes."""
    return write(dest, [text.encode("utf-8")], check_mode=check_mode)


def write(dest: str, blocks: Iterable[bytes], *, check_mode: bool) -> bool:
    """Write blocks to a file with mode 0600; return whether its content changes. An equal file stays as it is."""
    with _existing(dest) as old, _nothing() if check_mode else _replacing(dest) as (put, keep):
        same = old is not None
        for block in blocks:
            same = same and old.read(len(block)) == block
            put(block)
        changed = not same or bool(old.read(1))
        keep(changed)
    return changed


def _existing(path: str) -> contextlib.AbstractContextManager[Any]:
    """The file to compare with, or None when there is none yet."""
    return open(path, "rb") if os.path.exists(path) else contextlib.nullcontext()


_Steps = tuple[Callable[[bytes], Any], Callable[[bool], None]]


@contextlib.contextmanager
def _nothing() -> Iterator[_Steps]:
    yield lambda block: None, lambda changed: None


@contextlib.contextmanager
def _replacing(dest: str) -> Iterator[_Steps]:
    """Give the two steps: write a block to a file beside ``dest``; put that in the place of ``dest`` if it differs."""
    handle, name = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(dest)), prefix=".bpmops-")
    try:
        with os.fdopen(handle, "wb") as file:

            def keep(changed: bool) -> None:
                file.flush()
                if changed:
                    os.replace(name, dest)

            yield file.write, keep
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
