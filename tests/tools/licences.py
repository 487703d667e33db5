# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The allow list: every package and artifact that the project fetches, with its licence and its purpose.

``licences.tsv`` beside this file is the list; nothing else may be fetched. Tests compare it with the requirements
files and with the jars of the engines, and its licences with what packages and poms declare about themselves.
Several names are what one package declares: a choice, or the licences of its parts.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from .cache import ROOT
from .environments import MAIN, Environment
from .processes import ToolError, output_of

TABLE = Path(__file__).with_name("licences.tsv")
REPOSITORY = Path.home() / ".m2" / "repository"  # where Maven keeps poms
BESIDE_THE_ENGINES = frozenset({"maven-dependency-plugin", "camunda-engine-rest-openapi"})  # fetched by Maven too
OLDER = "comes with older versions of Camunda 7"  # a purpose: only ./dev test versions fetches that
POM = "{http://maven.apache.org/POM/4.0.0}"

# Open-source licences, by their SPDX names where the metadata is so precise.
ALLOWED = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "EDL-1.0", "EPL-1.0", "EPL-2.0",
        "GPL", "GPL-2.0-or-later", "GPL-2.0-with-classpath-exception", "GPL-3.0-or-later", "ISC", "LGPL-2.1",
        "LGPL-2.1-or-later", "MIT", "MIT-0", "MPL-1.1", "MPL-2.0", "PSF-2.0", "Public-Domain", "W3C",
    }
)  # fmt: skip

# What metadata say in other words, in lower case.
NAMES = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license, 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "apache-2.0 license": "Apache-2.0",
    "the apache license, version 2.0": "Apache-2.0",
    "the apache software license, version 2.0": "Apache-2.0",
    "bsd license": "BSD",
    "bsd 2-clause": "BSD-2-Clause",
    "modified bsd": "BSD-3-Clause",
    "eclipse distribution license - v 1.0": "EDL-1.0",
    "edl 1.0": "EDL-1.0",
    "epl 1.0": "EPL-1.0",
    "eclipse public license - v 1.0": "EPL-1.0",
    "epl 2.0": "EPL-2.0",
    "eclipse public license v2.0": "EPL-2.0",
    "eclipse public license v. 2.0": "EPL-2.0",
    "gnu general public license (gpl)": "GPL",
    "gnu general public license v3 or later (gplv3+)": "GPL-3.0-or-later",
    "gplv3+": "GPL-3.0-or-later",
    "gpl2 w/ cpe": "GPL-2.0-with-classpath-exception",
    "gnu general public license, version 2 with the gnu classpath exception": "GPL-2.0-with-classpath-exception",
    "the gnu general public license (gpl), version 2, with classpath exception": "GPL-2.0-with-classpath-exception",
    "gnu lesser general public license": "LGPL-2.1",
    "lgpl 2.1": "LGPL-2.1",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "expat license": "MIT",
    "jquery license": "MIT",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "mpl 1.1": "MPL-1.1",
    "mpl 2.0": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "public domain": "Public-Domain",
    "w3c license": "W3C",
}
SPDX = {name.lower(): name for name in ALLOWED}


class Row(NamedTuple):
    """One thing that is fetched.

    kind: python (from a Python package index), maven, or system (with apt-get, where it is missing).
    name: of the package in lower case, or ``group:artifact``.
    """

    kind: str
    name: str
    licence: str
    purpose: str


def table() -> list[Row]:
    """The committed list."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [Row(*line.split("\t")) for line in lines if not line.startswith("#")]


def names(kind: str) -> set[str]:
    """What the list allows of a kind."""
    return {row.name for row in table() if row.kind == kind}


def jars(*, older: bool = False) -> set[str]:
    """The artifacts that the list allows for the pinned engines; ``older``: for older versions too."""
    rows = [row for row in table() if row.kind == "maven" and (older or row.purpose != OLDER)]
    return {row.name.rpartition(":")[2] for row in rows} - BESIDE_THE_ENGINES


def show() -> str:
    """The list for people."""
    rows = [(row.kind, row.name, row.purpose, row.licence) for row in table()]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


def normal(name: str) -> str:
    """A name of a Python package as all spellings of it have it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required(*files: Path) -> set[str]:
    """The packages that requirements files name."""
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    found = [re.match(r"([A-Za-z0-9][A-Za-z0-9._-]*)", line) for line in lines]
    return {normal(match.group(1)) for match in found if match}


def our_requirements() -> list[Path]:
    """The requirements files of the project."""
    shipped = [ROOT / "requirements.txt", ROOT / "meta" / "ee-requirements.txt"]
    return [*shipped, *sorted((ROOT / "tests").glob("requirements-*.txt"))]


def sanity_requirements() -> list[Path]:
    """The requirements files from which ansible-test makes the environments of its sanity tests."""
    code = "import ansible_test, os; print(os.path.dirname(ansible_test.__file__))"
    folder = output_of([MAIN.bin / "python", "-c", code])
    if not folder:
        raise ToolError("The main environment has no ansible-test: run ./dev setup.")
    return sorted(Path(folder, "_data", "requirements").glob("sanity.*.txt"))


def joined(words: Iterable[Optional[str]]) -> str:
    """The SPDX names of licences, each once, in order; a name that is not known stays as it is."""
    found = [NAMES.get(word.lower()) or SPDX.get(word.lower()) or word for word in words if word]
    return ", ".join(dict.fromkeys(found))


_PROBE = """
import importlib.metadata, json
print(json.dumps([
    [each.metadata["Name"], each.metadata.get("License-Expression"), each.metadata.get("License"),
     [line.rpartition(" :: ")[2] for line in each.metadata.get_all("Classifier") or [] if line.startswith("License")]]
    for each in importlib.metadata.distributions()
]))
"""


def declared_by_packages(environment: Environment) -> dict[str, str]:
    """The licences that the packages of an environment declare, by their names.

    The expression counts most, then a short word, then the classifiers.
    """
    output = output_of([environment.bin / "python", "-c", _PROBE]) or "[]"
    declared = {}
    for name, expression, word, classifiers in json.loads(output):
        known = word and (word.lower() in NAMES or word.lower() in SPDX)
        words = re.split(r" AND | OR ", expression) if expression else [word] if known else classifiers
        declared[normal(name)] = joined(words)
    return declared


def artifact_of(jar: Path) -> str:
    """The artifact of a jar, whose file name has its version behind it."""
    return re.sub(r"-\d[^/]*$", "", jar.stem)


def poms() -> dict[str, Path]:
    """The poms that Maven has fetched, by ``artifact-version``."""
    return {pom.stem: pom for pom in REPOSITORY.rglob("*.pom")}


def declared_by_jars(files: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield name and licences of each jar, as its pom declares them; without Maven's poms there is nothing to say."""
    fetched = poms()
    for jar in files:
        # A classifier may stand behind the version.
        pom = next((fetched[stem] for stem in (jar.stem, jar.stem.rpartition("-scala-")[0]) if stem in fetched), None)
        if pom:
            group = ".".join(pom.relative_to(REPOSITORY).parts[:-3])
            yield f"{group}:{artifact_of(jar)}", joined(_licences(pom))


def _licences(pom: Path) -> list[Optional[str]]:
    """The names in a pom, or in the nearest of its parents that has any."""
    while pom.exists():
        root = ET.parse(pom).getroot()
        # Some poms have no namespace.
        space = POM if root.tag.startswith(POM) else ""
        found = [each.findtext(f"{space}name") for each in root.iter(f"{space}license")]
        if found:
            return [name.strip() if name else None for name in found]
        parent = [root.findtext(f"{space}parent/{space}{name}", "") for name in ("groupId", "artifactId", "version")]
        group, artifact, version = (part.strip() for part in parent)
        pom = REPOSITORY.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.pom")
    return []
