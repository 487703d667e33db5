# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write objects to a file as JSON Lines, one page in memory at a time."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, Callable

from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError

_BLOCK = 1 << 20


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


def write_lines(dest: str, pages: Iterable[list[dict[str, Any]]], *, check_mode: bool) -> bool:
    """Write the objects of all pages to a file; return whether its content changes."""
    return _write(dest, (_lines(page) for page in pages), check_mode)


def write_text(dest: str, text: str, *, check_mode: bool) -> bool:
    """Write a text to a file; return whether its content changes."""
    return _write(dest, [text.encode("utf-8")], check_mode)


def _write(dest: str, blocks: Iterable[bytes], check_mode: bool) -> bool:
    """The file appears complete or not at all, with mode 0600; an equal one stays. Check mode writes nothing."""
    written = hashlib.sha256()
    with _nothing() if check_mode else _replacing(dest) as (put, keep):
        for block in blocks:
            written.update(block)
            put(block)
        changed = written.digest() != _digest(dest)
        keep(changed)
    return changed


def _lines(page: list[dict[str, Any]]) -> bytes:
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    # One call for all is twice as fast as one for each. The mark cannot stand in a text, where quotes are escaped;
    # where objects hold lists of objects it stands too often.
    text, mark = encode(page), '},{"'
    if text.count(mark) == len(page) - 1:
        text = text[1:-1].replace(mark, '}\n{"') + "\n"
    else:
        text = "".join([encode(row) + "\n" for row in page])
    return text.encode("utf-8", "surrogatepass")


def _digest(path: str) -> bytes:
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for block in iter(lambda: file.read(_BLOCK), b""):
                found.update(block)
    except FileNotFoundError:
        return b""
    return found.digest()


_Steps = tuple[Callable[[bytes], Any], Callable[[bool], None]]


@contextlib.contextmanager
def _nothing() -> Iterator[_Steps]:
    yield lambda block: None, lambda changed: None


@contextlib.contextmanager
def _replacing(dest: str) -> Iterator[_Steps]:
    """Give the two steps: write a block to a file beside ``dest``; put that in the place of ``dest`` if it differs."""
    handle, name = tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(dest)), prefix=".operate-")
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
