# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual environments and the collections path of the development tools.

They lie in the cache folder:

* ``environments/core-2.19-<digest>`` and so on: one virtual environment for each supported ansible-core, ``nox`` for
  noxfile.py, and ``target-3.9`` for what runs on targets, filled from ``tests/requirements-<name>.txt``. The digest is
  that of this file: a changed file makes another environment, and checkouts with different files share none.
* ``collections/<hash of the checkout's path>/ansible_collections/bpmops/camunda``: a link to the checkout.

nox does not make them: it needs one itself before it runs, it would make one for each session, and it neither notices
changed requirements nor keeps a second process away. pip reads the user's own configuration; nothing here names a
package index.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .cache import ROOT, cache, digest, locked
from .processes import ToolError, check, output_of, tell

COLLECTION = Path("ansible_collections", "bpmops", "camunda")
MARKER = ".complete"  # written last, so an environment whose build was cut short has none


@dataclass(frozen=True)
class Environment:
    """One virtual environment.

    Attributes:
        name: the first part of its folder's name, and the last of its requirements file's.
        pythons: the Python versions that its packages run on, best first.
    """

    name: str
    pythons: tuple[str, ...]

    @property
    def requirements(self) -> Path:
        return ROOT / "tests" / f"requirements-{self.name}.txt"

    @property
    def path(self) -> Path:
        return cache("environments", f"{self.name}-{digest(self.requirements.read_bytes())}")

    @property
    def bin(self) -> Path:
        return self.path / "bin"

    @property
    def is_complete(self) -> bool:
        return (self.path / MARKER).exists()


MAIN = Environment("core-2.19", ("3.11", "3.12", "3.13"))
OLDEST = Environment("core-2.16", ("3.11", "3.12", "3.10"))
NEWEST = Environment("core-2.21", ("3.13", "3.12", "3.14"))
TARGET = Environment("target-3.9", ("3.9",))  # the oldest Python of targets; ansible-core is not installed there
NOX = Environment("nox", MAIN.pythons)
MOLECULE = Environment("molecule", MAIN.pythons)  # made when its test runs
MUTATION = Environment("mutation", MAIN.pythons)  # made by ./dev mutate
ENVIRONMENTS = (MAIN, OLDEST, NEWEST, TARGET, NOX)
CORES = {"2.16": OLDEST, "2.19": MAIN, "2.21": NEWEST}


def _candidates(version: str) -> Iterator[str]:
    """Programs that may be this Python; what `pyenv` puts on the PATH may refuse to run, its own folders do."""
    yield f"python{version}"
    root = os.environ.get("PYENV_ROOT") or output_of(["pyenv", "root"])
    if root:
        for folder in sorted(Path(root, "versions").glob(f"{version}.*"), reverse=True):
            yield str(folder / "bin" / "python")
    yield sys.executable


def find_python(version: str) -> Optional[str]:
    """A Python of this version (``3.11``) that runs and can make virtual environments, or None."""
    probe = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
    for candidate in _candidates(version):
        if output_of([candidate, "-c", probe]) == version:
            return candidate
    return None


def build(environment: Environment) -> Optional[str]:
    """Make an environment ready.

    Returns:
        None when it is ready, or a sentence that says which interpreter is missing.
    """
    with locked(environment.path):
        if environment.is_complete:
            return None
        python = next(filter(None, map(find_python, environment.pythons)), None)
        if python is None:
            versions = ", ".join(environment.pythons)
            needed = f"one of Python {versions} with venv (Debian: python3-venv)"
            return f"{environment.name} needs {needed}; none is installed."
        tell(f"Making {environment.path} with {python} ...")
        shutil.rmtree(environment.path, ignore_errors=True)
        log = environment.path.with_name(environment.path.name + ".log")
        log.unlink(missing_ok=True)
        check([python, "-m", "venv", environment.path], log=log, what="Making a virtual environment")
        pip: list[object] = [environment.bin / "python", "-m", "pip", "--disable-pip-version-check", "install"]
        check([*pip, "--requirement", environment.requirements], log=log, what="Installing packages")
        (environment.path / MARKER).touch()
    return None


def require(environment: Environment) -> Environment:
    """The same as `build`, where nothing goes without this environment."""
    missing = build(environment)
    if missing:
        raise ToolError(missing)
    return environment


def collections() -> Path:
    """The folder for ``ANSIBLE_COLLECTIONS_PATH`` in which the checkout is the collection."""
    name = digest(str(ROOT))
    link = cache("collections", name) / COLLECTION
    with locked(cache("collections", name)):
        if not (link.is_symlink() and link.resolve() == ROOT):
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(ROOT)
    return cache("collections", name)


def lay_out(folder: Path) -> Path:
    """Copy the checkout, without what git ignores, to where it is the collection in a new ``folder``; returns the copy.

    For tools that do not follow the link of `collections`, or that change what they look at.
    """
    shutil.rmtree(folder, ignore_errors=True)
    listed = output_of(["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]) or ""
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = folder / COLLECTION / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return folder / COLLECTION


def variables(environment: Environment, **more: str) -> dict[str, str]:
    """The process environment in which the programs of a virtual environment find each other and the collection."""
    removed = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "ANSIBLE_CONFIG")
    return {
        **{name: value for name, value in os.environ.items() if name not in removed},
        "PATH": os.pathsep.join([str(environment.bin), os.environ.get("PATH", os.defpath)]),
        "ANSIBLE_COLLECTIONS_PATH": str(collections()),
        "MYPYPATH": str(collections()),
        # Discovery may find another Python, without the libraries that the modules need.
        "ANSIBLE_PYTHON_INTERPRETER": str(environment.bin / "python"),
        **more,
    }
