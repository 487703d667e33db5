# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds Java and Maven, installs them where that is allowed, and makes jars with them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Optional

from ..tools.cache import cache, digest, made
from ..tools.processes import ToolError, check, tell

DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
PACKAGES = {"javac": "default-jdk-headless", "mvn": "maven"}  # of Debian and Ubuntu


def _homes() -> Iterator[Path]:
    """Folders that may hold a Java, the user's choice first."""
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"])
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path).resolve().parents[1]
    yield from sorted(Path("/usr/lib/jvm").glob("*"))


def _version(home: Path) -> int:
    """The major version of a Java, 0 when there is none."""
    release = home / "release"
    text = release.read_text(encoding="utf-8") if release.is_file() else ""
    found = re.search(r'^JAVA_VERSION="(\d+)', text, re.MULTILINE)
    return int(found.group(1)) if found else 0


def find_java(minimum: int, program: str = "java") -> Optional[Path]:
    """The folder of a Java of at least this major version that has this program, or None."""
    suitable = (home for home in _homes() if _version(home) >= minimum and (home / "bin" / program).exists())
    return next(suitable, None)


def _install(program: str) -> None:
    """Install a missing program with apt-get, or raise ToolError with what to install."""
    package = PACKAGES[program]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        packages = " ".join(PACKAGES.values())
        raise ToolError(
            f"{program} is missing: install a JDK 17 or newer and Maven (Debian: apt-get install {packages})."
        )
    tell(f"Installing {package} ...")
    log = cache("apt-get.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    check(["apt-get", "update"], log=log, env=env, what="Updating the package lists")
    command = ["apt-get", "install", "--yes", "--no-install-recommends", package]
    check(command, log=log, env=env, what=f"Installing {package}")


def jdk() -> Path:
    """The folder of a JDK that compiles and runs the engines (17 or newer)."""
    home = find_java(17, "javac")
    if home is None:
        _install("javac")
        home = find_java(17, "javac")
    if home is None:
        raise ToolError("The JDK that could be installed is older than 17: install a newer one and set JAVA_HOME.")
    return home


def maven() -> str:
    """The program mvn."""
    if shutil.which("mvn") is None:
        _install("mvn")
    return "mvn"


def _maven(name: str, *arguments: object) -> None:
    """Run Maven; its output is shown only when it fails."""
    command = [maven(), "--batch-mode", "--quiet", "-Dstyle.color=never", *arguments]
    check(command, log=_log(name), env={**os.environ, "JAVA_HOME": str(jdk())}, what=f"Downloading {name}")


def jars(name: str, pom: Path, properties: Mapping[str, str]) -> Path:
    """A folder with all jars that a pom file needs; only the first call downloads.

    Args:
        name: what they are, for the name of the folder.
        pom: a Maven project that has only dependencies.
        properties: values for the properties of the pom.
    """
    settings = [f"-D{key}={value}" for key, value in sorted(properties.items())]

    def copy(folder: Path) -> None:
        tell(f"Downloading {name} ...")
        goal = [f"{DEPENDENCY_PLUGIN}:copy-dependencies", f"-DoutputDirectory={folder}"]
        _maven(name, "--file", pom, *goal, *settings)

    return made(cache("jars", f"{name}-{digest(pom.read_bytes(), *settings)}"), copy)


def artifact(coordinates: str) -> Path:
    """One file of a Maven repository, ``group:name:version:kind``; only the first call downloads it."""
    name = coordinates.replace(":", "-")

    def copy(folder: Path) -> None:
        _maven(name, f"{DEPENDENCY_PLUGIN}:copy", f"-Dartifact={coordinates}", f"-DoutputDirectory={folder}")

    (file,) = made(cache("artifacts", name), copy).iterdir()
    return file


def compiled(name: str, source: str, main: str, library: Path) -> Path:
    """A jar made from one Java file, whose class is called ``main``, against the jars of a folder."""

    def make(folder: Path) -> None:
        bin_ = jdk() / "bin"
        file, classes = folder / f"{main}.java", folder / "classes"
        file.write_text(source, encoding="utf-8")
        compiler = [bin_ / "javac", "-parameters", "-cp", f"{library}/*", "-d", classes]
        check([*compiler, file], log=_log(name), what="Compiling")
        check([bin_ / "jar", "cf", folder / f"{main}.jar", "-C", classes, "."], log=_log(name), what="Packing")

    return made(cache("engines", f"{name}-{digest(source, library.name)}"), make) / f"{main}.jar"


def class_archive(name: str, command: Sequence[object], jar: Path) -> Path:
    """An archive of loaded classes, with which a Spring Boot program starts in two thirds of the time.

    It is written at the end of a first run, which ends as soon as the program could serve.

    Args:
        name: for the name of the folder.
        command: the program with its arguments; ``-cp`` has to be the same in every later run.
        jar: the program's own jar.
    """

    def make(folder: Path) -> None:
        java, *arguments = command
        options = [f"-XX:ArchiveClassesAtExit={folder / 'classes.jsa'}", "-Dspring.context.exit=onRefresh"]
        check([java, *options, *arguments], log=_log(name), what=f"The first run of {name}")

    return made(cache("engines", f"{name}-{digest(str(jar), str(command[0]))}-archive"), make) / "classes.jsa"


def _log(name: str) -> Path:
    log = cache("logs", f"{name}.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    return log
