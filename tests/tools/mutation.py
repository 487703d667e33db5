# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``./dev mutate``: break the code in small ways and count how many of the breaks the unit tests notice.

`mutmut` mutates a copy of the checkout. Only the code on which data and rights depend is mutated (`MUTATED`); a run
takes some minutes, so it is no stage of ``./dev test``. Survivors that are left on purpose stand with their reason in
``tests/mutation/survivors.json``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from . import environments
from .cache import ROOT, cache
from .processes import ToolError, output_of, run, tell

COLLECTION = Path("ansible_collections", "bpmops", "camunda")
MUTATED = (
    "desired/*.py",
    "checks.py",
    "rest/retry.py",
    "camunda7/authorizations.py",
    "camunda7/guards.py",
    "camunda7/caller.py",
    "camunda7/side_effects.py",
    "camunda7/purge.py",
)
"""The files below module_utils on which data and rights depend."""
TESTS = (
    "tests/unit/desired",
    "tests/unit/camunda7/test_authorizations.py",
    "tests/unit/camunda7/test_caller.py",
    "tests/unit/camunda7/test_guards.py",
    "tests/unit/camunda7/test_prediction.py",
    "tests/unit/camunda7/test_reading.py",
    "tests/unit/camunda7/test_refusals.py",
    "tests/unit/camunda7/test_side_effects.py",
    "tests/unit/camunda7/test_writing.py",
    "tests/unit/rest/test_retry.py",
    "tests/unit/test_checks.py",
    "tests/unit/test_runner.py",
)
"""The unit tests of these files. The others would only make each mutant slower."""
SURVIVORS = ROOT / "tests" / "mutation" / "survivors.json"
WANTED = 0.9
"""The share of mutants that the tests must notice."""


class Survivor(NamedTuple):
    """A mutant that no test noticed: the function, and the changed lines as ``- before`` and ``+ after``."""

    function: str
    change: str


def _copy(folder: Path) -> None:
    """Lay the tracked files out as the collection, and write the settings of mutmut."""
    shutil.rmtree(folder, ignore_errors=True)
    listed = output_of(["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]) or ""
    for name in filter(None, listed.splitlines()):
        if (ROOT / name).is_file():
            target = folder / COLLECTION / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    utils = COLLECTION / "plugins" / "module_utils"
    settings: dict[str, list[str]] = {
        "source_paths": [str(COLLECTION / "plugins")],
        "only_mutate": [str(utils / pattern) for pattern in MUTATED],
        "also_copy": [COLLECTION.parts[0]],
        "pytest_add_cli_args": ["--import-mode=importlib", "-p", "no:cacheprovider", "--hypothesis-profile=mutation"],
        "pytest_add_cli_args_test_selection": [str(COLLECTION / name) for name in TESTS],
    }
    rows = ["[mutmut]"]
    for name, values in settings.items():
        rows += [f"{name} =", *(f"    {value}" for value in values)]
    (folder / "setup.cfg").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _mutants(program: Path, folder: Path) -> dict[str, str]:
    """The status of every mutant by its name."""
    done = subprocess.run([program, "results", "--all", "true"], cwd=folder, capture_output=True, text=True, check=True)
    return dict(re.findall(r"^\s*(\S+): (.+)$", done.stdout, re.MULTILINE))


def _survivor(program: Path, folder: Path, name: str) -> Survivor:
    shown = subprocess.run([program, "show", name], cwd=folder, capture_output=True, text=True, check=True).stdout
    lines = [line for line in shown.splitlines() if re.match(r"[-+](?![-+]{2} )", line)]
    function = re.sub(r"^.*\.module_utils\.|__mutmut_\d+$", "", name).replace("ǁ", ".").replace(".x_", ".")
    return Survivor(function, "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines))


def _accepted() -> set[Survivor]:
    """The survivors that are left on purpose; each row of the file has function, change (lines) and reason."""
    rows = json.loads(SURVIVORS.read_text(encoding="utf-8"))
    return {Survivor(row["function"], "\n".join(row["change"])) for row in rows if row["reason"]}


def mutate() -> int:
    """Run all mutants and report the share that the tests noticed; 1 when it is too small.

    A mutant that makes the tests run without an end counts as noticed.
    """
    environment = environments.require(environments.MUTATION)
    folder = cache("mutation", environments.collections().name)
    _copy(folder)
    program = environment.bin / "mutmut"
    variables = environments.variables(environment, ANSIBLE_COLLECTIONS_PATH=str(folder / "mutants"))
    log = folder.with_suffix(".log")
    log.unlink(missing_ok=True)
    tell(f"Mutating {', '.join(MUTATED)}; progress goes to {log}.")
    if run([program, "run", "--max-children", str(os.cpu_count() or 1)], cwd=folder, env=variables, log=log):
        raise ToolError(f"mutmut failed; see {log}.")
    mutants = _mutants(program, folder)
    alive = sorted(name for name, status in mutants.items() if status not in ("killed", "timeout"))
    accepted = _accepted()
    for name in alive:
        survivor = _survivor(program, folder, name)
        mark = "left on purpose" if survivor in accepted else "survived"
        tell(f"\n{mark}: {survivor.function}\n{survivor.change}")
    share = 1 - len(alive) / len(mutants) if mutants else 0.0
    tell(f"\n{len(mutants) - len(alive)} of {len(mutants)} mutants killed: {share:.1%}")
    return 0 if share >= WANTED else 1
