# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the body of an answer to a file, in constant memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from ..errors import UsageError
from ..files import Update
from .client import Rules


class Download:
    """The file of the option ``dest``, which appears complete or not at all.

    Attributes:
        size: bytes that it has.
    """

    def __init__(self, dest: str, rules: Rules, *, write: bool) -> None:
        self.size = 0
        self._dest = dest
        self._rules = rules
        self._write = write
        self._file: Optional[Update] = None

    def accepts(self, status: int) -> bool:
        """Whether an answer with this status is a success, or a redirect to follow."""
        return self._rules.accepts(status)

    def begin(self, status: int) -> Optional[Callable[[bytes], object]]:
        """Start with an answer. One that is no success is kept in memory."""
        self._close()
        if not self._rules.expected(status):
            return None
        self.size = 0
        file = self._file = Update(self._dest, write=self._write)

        def put(block: bytes) -> None:
            try:
                file.put(block)
            except OSError as error:
                raise self._failure(error) from None
            self.size += len(block)

        return put

    def finish(self) -> bool:
        """Put the file in its place; return whether its content changes."""
        try:
            return self._file is not None and self._file.finish()
        except OSError as error:
            raise self._failure(error) from None

    def _failure(self, error: OSError) -> UsageError:
        reason = (error.strerror or str(error)).lower()
        return UsageError(f"dest: {self._dest} cannot be written: {reason}.")

    def _close(self) -> None:
        if self._file is not None:
            self._file.__exit__()
        self._file = None

    def __enter__(self) -> Download:
        return self

    def __exit__(self, *_error: object) -> None:
        self._close()
