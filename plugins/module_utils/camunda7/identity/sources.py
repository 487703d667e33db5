# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find and read files of desired state."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from ...errors import UsageError
from .document import Source
from .parse import parse

ENDINGS = (".yml", ".yaml", ".json")

# Templates, encrypted files, backups of editors: what they declare would be missing, and purge would remove it.
_LOOKS_LIKE_DOCUMENT = re.compile(r"\.(ya?ml|json)\W", re.IGNORECASE)


def read_documents(path: str) -> Iterator[Source]:
    """Read a YAML or JSON file, or all of them below a directory in the order of their names.

    Links to files and directories are followed. Names that begin with a dot are skipped: Kubernetes keeps the files of
    a mounted ConfigMap in hidden directories, to which the visible names are links.

    Raises:
        UsageError: there is no such file, none in the directory, one cannot be parsed, or one that looks like a
            document would not be read.
    """
    if not os.path.isdir(path):
        if not os.path.exists(path):
            raise UsageError(
                f"There is no file or directory {os.path.abspath(path)} on the host where this task runs. "
                "A relative src starts in the directory where ansible-playbook was started."
            )
        yield _parse(path, os.path.basename(path))
        return
    names = sorted(os.path.relpath(file, path) for file in _files(path, ()))
    strange = [name for name in names if _LOOKS_LIKE_DOCUMENT.search(os.path.basename(name))]
    if strange:
        raise UsageError(
            f"The directory {os.path.abspath(path)} has files that are not read, because their names do not end with "
            f"{', '.join(ENDINGS)}: {', '.join(strange)}. Rename or move them; templates are not rendered."
        )
    documents = [name for name in names if name.lower().endswith(ENDINGS)]
    if not documents:
        raise UsageError(f"The directory {os.path.abspath(path)} has no file that ends with {', '.join(ENDINGS)}.")
    for name in documents:
        yield _parse(os.path.join(path, name), name)


def _files(folder: str, above: tuple[str, ...]) -> Iterator[str]:
    """The files below a directory that are not hidden. ``above``: the real paths of the directories around it."""
    real = os.path.realpath(folder)
    if real in above:
        raise UsageError(f"The link {folder} leads back to a directory that it is in.")
    try:
        entries = sorted(os.listdir(folder))
    except OSError as error:
        raise UsageError(f"The directory {folder} cannot be read: {error.strerror}.") from None
    for entry in entries:
        path = os.path.join(folder, entry)
        if entry.startswith("."):
            continue
        if os.path.isdir(path):
            yield from _files(path, (*above, real))
        else:
            yield path


def _parse(path: str, name: str) -> Source:
    try:
        with open(path, "rb") as file:
            content = file.read()
        return Source(name, parse(content, name))
    except OSError as error:
        raise UsageError(f"{name}: the file cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UsageError(f"{name}: {error}.") from None
