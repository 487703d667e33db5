# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes everything that is generated from the code: ``./dev generate``.

``--check`` writes nothing, lists the files that are stale, and ends with status 1 if there are any.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

from . import camunda7_catalog, camunda7_reference, doc_fragments, editor_schema, plugin_tables
from .cache import ROOT


@dataclass(frozen=True)
class Generator:
    """A row of the table.

    Attributes:
        what: it writes.
        texts: returns the texts of its files, by their paths relative to the repository.
        downloads: it needs a vendor's artifact. ``--check`` and the unit tests leave it out: its own drift test
            compares.
    """

    what: str
    texts: Callable[[], Mapping[str, str]]
    downloads: bool = False


GENERATORS: tuple[Generator, ...] = (
    Generator("documentation of the connection options", doc_fragments.texts),
    Generator("action groups and routing", plugin_tables.runtime),
    Generator("table of plugins in the README", plugin_tables.readme),
    Generator("JSON Schema of c7_identity for editors", editor_schema.texts),
    Generator("reference of the entities of Camunda 7", camunda7_reference.texts),
    Generator("query tables of Camunda 7", camunda7_catalog.texts, downloads=True),
)


def stale(generators: Sequence[Generator] = GENERATORS) -> dict[str, str]:
    """Return what the files that are not up to date should contain, by their paths relative to the repository."""
    texts = {path: text for generator in generators for path, text in generator.texts().items()}
    return {path: text for path, text in texts.items() if not _is(path, text)}


def _is(path: str, text: str) -> bool:
    file = ROOT / path
    return file.exists() and file.read_text(encoding="utf-8") == text


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Write the files that are stale, or only list them."""
    parser = argparse.ArgumentParser(prog="./dev generate", description="Write everything that is generated.")
    parser.add_argument("--check", action="store_true", help="write nothing, list what is stale")
    check = parser.parse_args(arguments).check
    sys.path.insert(0, os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0])
    found = stale([generator for generator in GENERATORS if not (check and generator.downloads)])
    for path, text in found.items():
        print(f"{path} is stale, run: ./dev generate" if check else f"wrote {path}")
        if not check:
            (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / path).write_text(text, encoding="utf-8")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
