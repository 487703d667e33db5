# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache folder: what is costly to make lies there once, whole, for every checkout.

It is ``$BPMOPS_CAMUNDA_CACHE``, or ``~/.cache/bpmops-camunda``.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Callable, Union

ROOT = Path(__file__).resolve().parents[2]


def cache(*parts: str) -> Path:
    """A path in the cache folder."""
    home = os.environ.get("BPMOPS_CAMUNDA_CACHE") or Path.home() / ".cache" / "bpmops-camunda"
    return Path(home).absolute().joinpath(*parts)


def digest(*contents: Union[bytes, str]) -> str:
    """A short name for exactly these contents."""
    whole = hashlib.sha256()
    for content in contents:
        part = content.encode() if isinstance(content, str) else content
        whole.update(b"%d:" % len(part) + part)
    return whole.hexdigest()[:12]


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other processes away from a file or folder of the cache while it is being made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(path.name + ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def made(folder: Path, make: Callable[[Path], None]) -> Path:
    """A folder of the cache (without links in its path), made now unless it is there; it appears whole or not at all.

    Args:
        folder: its path, which names what it holds, versions and all.
        make: fills the folder that it gets, which is moved into place when it returns.
    """
    with locked(folder):
        if not folder.exists():
            unfinished = folder.with_name(folder.name + ".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir(parents=True)
            make(unfinished)
            unfinished.rename(folder)
    return folder.resolve()
