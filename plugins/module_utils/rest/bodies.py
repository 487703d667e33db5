# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of requests and answers that need not fit into memory. Imported only for them."""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional, Protocol, Union

from ..errors import UsageError

if TYPE_CHECKING:
    from .bounded import Exchange

_READ = 1 << 20


class Receiver(Protocol):
    """What becomes of answers."""

    def accepts(self, status: int, /) -> bool:
        """Whether an answer with this status, 300 or more, is a success."""

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


def take(
    blocks: Iterable[bytes], put: Optional[Callable[[bytes], object]], exchange: Exchange, *, is_packed: bool
) -> bytes:
    """Return a body, unpacked; or hand it over block by block, of any size, and return nothing."""
    if put is not None:
        exchange.largest = sys.maxsize
        for block in _unpacked(blocks, _READ) if is_packed else blocks:
            put(block)
        return b""
    parts: list[bytes] = []
    left = exchange.largest
    # It is read to its end first: a body that never ends is too large, whatever it holds.
    for block in _unpacked([b"".join(blocks)], _READ):
        left -= len(block)
        if left < 0:
            raise exchange.too_large()
        parts.append(block)
    return b"".join(parts)


def _unpacked(blocks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Yield the blocks of a body that was compressed with gzip, each of ``most`` bytes at most."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    empty = True
    for packed in blocks:
        empty = empty and not packed
        yield unpacker.decompress(packed, most)
        while unpacker.unconsumed_tail:
            yield unpacker.decompress(unpacker.unconsumed_tail, most)
    if not unpacker.eof and not empty:
        raise zlib.error("the end is missing")
