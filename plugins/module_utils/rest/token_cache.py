# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens on disk, shared by the many short processes of a play."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Optional

from .connection import header_safe
from .deadline import Deadline

_LARGEST = 1 << 20
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_CORRUPTION = (OSError, ValueError, KeyError, TypeError, RecursionError)
_BUSY = (errno.EAGAIN, errno.EACCES)


@dataclass(frozen=True)
class Token:
    """A token, when it was asked for, and until when to use it (seconds since 1970; None: not known)."""

    value: str = field(repr=False)
    asked: float
    use_until: Optional[float]

    def usable(self, now: float) -> bool:
        """Whether the token can be sent. A token from the future means that a clock was set back."""
        return self.use_until is None or self.asked - 60 <= now < self.use_until


class TokenCache:
    """Files with one token each, in a directory that only the user can access.

    Attributes:
        directory: where they are; None for nowhere.

    Everything that is odd about the directory or a file (owner, mode, links, contents) means that there is no token:
    the cache is never a reason to fail. Client secrets are not stored; a hash of the secret is part of the file name,
    so that a new secret does not find the old token.

    Args:
        directory: where; created with mode 0700 when it is missing. None: remember nothing.
    """

    def __init__(self, directory: Optional[str]) -> None:
        self.directory = directory

    @staticmethod
    def name(*parts: Optional[str]) -> str:
        """Return the name of the file for the token of ``parts`` (URL, client, audience, secret ...)."""
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def get(self, name: str, now: float) -> Optional[Token]:
        """Return the token called ``name`` if there is one that can still be used at ``now``."""
        with contextlib.suppress(*_CORRUPTION), self._open_directory() as place:
            with os.fdopen(os.open(name, _READ, dir_fd=place), "rb") as file:
                if not _private(os.fstat(file.fileno()), stat.S_ISREG):
                    return None
                data = json.loads(file.read(_LARGEST))
            token = Token(str(data["token"]), float(data["asked"]), float(data["use_until"]))
            if header_safe(token.value) and token.usable(now):
                return token
        return None

    def put(self, name: str, token: Token) -> None:
        """Store ``token``, unless its expiry is unknown."""
        if token.use_until is None:
            return
        data = {"token": token.value, "asked": token.asked, "use_until": token.use_until}
        temporary = f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
        with contextlib.suppress(OSError), self._open_directory() as place:
            try:
                with os.fdopen(os.open(temporary, _CREATE | os.O_EXCL, 0o600, dir_fd=place), "w") as file:
                    json.dump(data, file)
                os.replace(temporary, name, src_dir_fd=place, dst_dir_fd=place)
            except OSError:
                os.unlink(temporary, dir_fd=place)

    def problem(self) -> str:
        """Return why tokens cannot be stored; an empty string if they can or need not be."""
        if self.directory is None:
            return ""
        try:
            with self._open_directory() as place:
                return "" if os.access(".", os.W_OK, dir_fd=place) else "it is not writable"
        except OSError as error:
            return (error.strerror or str(error)).lower()

    def remove(self, name: str, token: Token) -> None:
        """Delete ``token``, which was refused, unless another process has replaced it already."""
        kept = self.get(name, token.asked)
        if kept is not None and kept.value == token.value:
            with contextlib.suppress(OSError), self._open_directory() as place:
                os.unlink(name, dir_fd=place)

    @contextlib.contextmanager
    def lock(self, name: str, deadline: Deadline) -> Iterator[None]:
        """Let one process at a time fetch the token called ``name``.

        Where locks do not work (some network file systems) everybody may pass.

        Raises:
            DeadlineError: another process holds it until the deadline.
        """
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):
                place = stack.enter_context(self._open_directory())
                file = os.open(f"{name}.lock", _CREATE, 0o600, dir_fd=place)
                stack.callback(os.close, file)
                _wait_for_lock(file, deadline)
            yield

    @contextlib.contextmanager
    def _open_directory(self) -> Iterator[int]:
        """Open the directory. Files are opened relative to it, so that nobody can replace it meanwhile."""
        if self.directory is None:
            raise OSError(errno.ENOENT, "no cache")
        os.makedirs(self.directory, mode=0o700, exist_ok=True)
        place = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            if not _private(os.fstat(place), stat.S_ISDIR):
                raise OSError(errno.EPERM, "others have access to the cache directory")
            yield place
        finally:
            os.close(place)


def cache_directory(option: Optional[str]) -> Optional[str]:
    """Return the directory that the option ``token_cache`` means, None for no cache."""
    if option == "none":
        return None
    if option:
        return os.path.expanduser(option)
    home = os.path.expanduser("~")
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    with contextlib.suppress(OSError):
        # Root with another user's HOME (sudo) must not create directories there that the user cannot use.
        if os.geteuid() == 0 and os.stat(home).st_uid != 0:
            return None
    return os.path.join(base, "bpmops-camunda", "tokens") if os.path.isabs(base) else None


def _private(status: os.stat_result, is_kind: Callable[[int], bool]) -> bool:
    """Whether a file or directory is of the right kind, ours and closed to everybody else."""
    return is_kind(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _wait_for_lock(file: int, deadline: Deadline) -> None:
    pause = 0.02
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if error.errno not in _BUSY:
                raise
        if deadline.remaining() <= 0:
            raise deadline.error("Waiting for a token that another process fetches", sent=False)
        time.sleep(min(pause, max(deadline.remaining(), 0.001)))
        pause = min(pause * 1.5, 0.25)
