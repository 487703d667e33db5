# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write files atomically, and return whether their content changes."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from typing import Any, Optional

from .errors import UsageError

_PREFIX = ".bpmops-"
_OPEN_FILES = "/proc/self/fd"


def check_dest(dest: str) -> None:
    """Make sure that a file can be written.

    Raises:
        UsageError: it cannot, found before the first request.
    """
    folder = os.path.dirname(os.path.abspath(dest))
    if os.path.isdir(dest):
        raise UsageError(f"dest: {dest} is a directory; give the name of a file.")
    if os.path.exists(dest) and not os.path.isfile(dest):
        raise UsageError(f"dest: {dest} is a device, pipe or socket, which a file would replace.")
    if not os.path.isdir(folder):
        raise UsageError(f"dest: the directory {folder} does not exist (on the host where the task runs).")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UsageError(f"dest: {folder} cannot be written to by the user that runs the task.")


def write_text(dest: str, text: str, *, check_mode: bool) -> bool:
    """Write a string to a file; return whether its content changes."""
    return write(dest, [text.encode("utf-8")], check_mode=check_mode)


def write(dest: str, blocks: Iterable[bytes], *, check_mode: bool) -> bool:
    """Write blocks to a file with mode 0600; return whether its content changes. An equal file stays as it is."""
    with Update(dest, write=not check_mode) as new:
        for block in blocks:
            new.put(block)
        return new.finish()


class Update:
    """Writes a file, unless its content is the same, and says whether it is.

    Args:
        write: whether to write at all; False in check mode.
    """

    def __init__(self, dest: str, *, write: bool) -> None:
        self._open = contextlib.ExitStack()
        self._old = self._open.enter_context(_existing(dest))
        self._new = self._open.enter_context(Replacement(dest)) if write else None
        self._same = self._old is not None

    def put(self, block: bytes) -> None:
        """Add a block."""
        self._same = self._same and self._old.read(len(block)) == block
        if self._new is not None:
            self._new.put(block)

    def finish(self) -> bool:
        """Put the file in the place of ``dest``; return whether its content changes."""
        changed = not self._same or bool(self._old.read(1))
        if self._new is not None and changed:
            self._new.finish()
        return changed

    def __enter__(self) -> Update:
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()


def _existing(path: str) -> contextlib.AbstractContextManager[Any]:
    """The file to compare with, or None when there is none yet."""
    return open(path, "rb") if os.path.exists(path) else contextlib.nullcontext()


class Replacement:
    """A file that takes the place of ``dest`` when it is finished; until then nothing is there.

    On Linux it has no name until it is finished, so that even a process that is killed leaves nothing behind.
    Elsewhere, and on file systems without this (NFS), it has a temporary name beside ``dest``, removed at the end.
    """

    def __init__(self, dest: str) -> None:
        self._dest = dest
        self._folder = os.path.dirname(os.path.abspath(dest))
        self._name: Optional[str] = None
        handle = _unnamed(self._folder)
        if handle is None:
            handle, self._name = tempfile.mkstemp(dir=self._folder, prefix=_PREFIX)
        self._file = os.fdopen(handle, "wb")

    def put(self, block: bytes) -> None:
        """Add a block."""
        self._file.write(block)

    def finish(self) -> None:
        """Put the file in the place of ``dest``."""
        self._file.flush()
        if self._name is None:
            self._name = os.path.join(self._folder, f"{_PREFIX}{os.getpid()}-{os.urandom(4).hex()}")
            _name(self._file.fileno(), self._name)
        os.replace(self._name, self._dest)

    def __enter__(self) -> Replacement:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()
        if self._name is not None:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._name)


def _unnamed(folder: str) -> Optional[int]:
    """Open a file without a name in ``folder``, with mode 0600; None where that is not possible."""
    flag = getattr(os, "O_TMPFILE", None)
    if flag is None or not os.path.isdir(_OPEN_FILES):
        return None
    try:
        return os.open(folder, flag | os.O_WRONLY, 0o600)
    except OSError:
        return None


def _name(handle: int, path: str) -> None:
    """Give a file without a name one. See ``O_TMPFILE`` in open(2)."""
    # With a directory Python calls linkat, which can follow the link in /proc; the path is absolute all the same.
    os.link(f"{_OPEN_FILES}/{handle}", path, src_dir_fd=handle, follow_symlinks=True)
