# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of requests and answers that need not fit into memory. Imported only for them."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Optional, Protocol, Union

from ..errors import UsageError

_READ = 1 << 20


class Sink(Protocol):
    """Where the body of an answer goes instead of into memory."""

    def begin(self, status: int, /) -> Optional[Callable[[bytes], object]]:
        """Start with an answer, the last attempt's is void. Return what takes its blocks; None to keep it in memory."""


@dataclass(frozen=True)
class Upload:
    """A body that is read while it is sent, once for each attempt.

    Attributes:
        parts: bytes, and paths of files with the sizes that they have.
    """

    parts: tuple[Union[bytes, tuple[str, int]], ...]

    def __len__(self) -> int:
        return sum(len(part) if isinstance(part, bytes) else part[1] for part in self.parts)

    def blocks(self) -> Iterator[bytes]:
        """Yield the body.

        Raises:
            UsageError: a file cannot be read any more, or became shorter.
        """
        for part in self.parts:
            if isinstance(part, bytes):
                yield part
            else:
                yield from _of_file(*part)


def _of_file(path: str, left: int) -> Iterator[bytes]:
    try:
        with open(path, "rb") as file:
            while left:
                block = file.read(min(_READ, left))
                if not block:
                    raise OSError("it became shorter")
                left -= len(block)
                yield block
    except OSError as error:
        raise UsageError(f"{path} changed while it was sent, and the request was broken off: {error}.") from None


def file_part(path: str, option: str = "src") -> tuple[str, int]:
    """Return the part of an upload that is this file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return path, os.fstat(file.fileno()).st_size
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(
            f"{option}: {path} cannot be read: {reason} (on the host where the task runs, as the user that runs it)."
        ) from None


def copy(blocks: Iterable[bytes], put: Callable[[bytes], object], *, is_packed: bool) -> None:
    """Hand a body over, unpacked, block by block."""
    if not is_packed:
        for block in blocks:
            put(block)
        return
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    for block in blocks:
        put(unpacker.decompress(block, _READ))
        while unpacker.unconsumed_tail:
            put(unpacker.decompress(unpacker.unconsumed_tail, _READ))
    if not unpacker.eof:
        raise zlib.error("the end is missing")
