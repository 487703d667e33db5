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
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from . import environments
from .cache import ROOT, cache
from .environments import COLLECTION
from .processes import ToolError, run, tell

MUTATED = (
    "desired/*.py",
    "checks.py",
    "rest/retry.py",
    "camunda7/identity/authorization_rows.py",
    "camunda7/identity/authorizations.py",
    "camunda7/identity/guards.py",
    "camunda7/identity/caller.py",
    "camunda7/identity/side_effects.py",
    "camunda7/identity/purge.py",
    "camunda7/identity/writes.py",
)
"""The files below module_utils on which data and rights depend."""
TESTS = (
    "tests/unit/desired",
    "tests/unit/camunda7/identity/test_authorizations.py",
    "tests/unit/camunda7/identity/test_caller.py",
    "tests/unit/camunda7/identity/test_guards.py",
    "tests/unit/camunda7/identity/test_prediction.py",
    "tests/unit/camunda7/test_reading.py",
    "tests/unit/camunda7/identity/test_refusals.py",
    "tests/unit/camunda7/identity/test_side_effects.py",
    "tests/unit/camunda7/identity/test_writes.py",
    "tests/unit/camunda7/identity/test_writing.py",
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
    """Copy the checkout, and write the settings of mutmut."""
    environments.lay_out(folder)
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


def _statuses(printed: str) -> dict[str, str]:
    """The status of every mutant by its name, from what ``mutmut results --all true`` prints."""
    return dict(re.findall(r"^\s*(\S+): (.+)$", printed, re.MULTILINE))


def _file(name: str) -> str:
    """The file of a mutant below module_utils: ``camunda7/identity/guards.py``."""
    module = re.sub(r"^.*\.module_utils\.|\.[^.]+$", "", name)
    return module.replace(".", "/") + ".py"


def _survivor(name: str, shown: str) -> Survivor:
    """The mutant with this name, from the diff that ``mutmut show`` prints."""
    lines = [line for line in shown.splitlines() if re.match(r"[-+](?![-+]{2} )", line)]
    function = re.sub(r"^.*\.module_utils\.|__mutmut_\d+$", "", name).replace("xǁ", "").replace("ǁ", ".")
    function = function.replace(".x_", ".")
    return Survivor(function, "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines))


def _accepted(file: Path = SURVIVORS) -> frozenset[Survivor]:
    """The survivors that are left on purpose; each row of the file has function, change (lines) and reason."""
    rows = json.loads(file.read_text(encoding="utf-8"))
    return frozenset(Survivor(row["function"], "\n".join(row["change"])) for row in rows if row["reason"].strip())


def _report(statuses: Mapping[str, str], show: Callable[[str], str], accepted: frozenset[Survivor]) -> int:
    """Tell which mutants survived and the share of those that did not, by file and in all; 1 when it is too small.

    A mutant that makes the tests run without an end counts as noticed; one that no test ran does not.

    Args:
        statuses: the status of every mutant by its name.
        show: returns the diff of the mutant with a name.
    """
    alive = sorted(name for name, status in statuses.items() if status not in ("killed", "timeout"))
    survivors = {name: _survivor(name, show(name)) for name in alive}
    for name, survivor in survivors.items():
        mark = "left on purpose" if survivor in accepted else statuses[name]
        tell(f"\n{mark}: {survivor.function}\n{survivor.change}")
    for gone in sorted(accepted.difference(survivors.values())):
        tell(f"\nno survivor any more, remove it from {SURVIVORS.name}: {gone.function}\n{gone.change}")
    tell("")
    total, left = Counter(map(_file, statuses)), Counter(map(_file, alive))
    for file, count in sorted(total.items()):
        tell(f"{file}: {count - left[file]} of {count} mutants killed: {1 - left[file] / count:.1%}")
    share = 1 - len(alive) / len(statuses) if statuses else 0.0
    named = sum(survivor in accepted for survivor in survivors.values())
    tell(f"{len(statuses) - len(alive)} of {len(statuses)} mutants killed: {share:.1%}; {named} left on purpose.")
    return 0 if share >= WANTED else 1


def mutate() -> int:
    """Run all mutants and report the share that the tests noticed; 1 when it is too small."""
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

    def printed(*arguments: str) -> str:
        return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout

    return _report(_statuses(printed("results", "--all", "true")), lambda name: printed("show", name), _accepted())
