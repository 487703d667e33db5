# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stages in noxfile.py consist of: runs of pytest and of tools, each of which counts what passed and failed.

Engines are started when the first stage asks for them and serve the whole run; they end with this process. Their logs
and the reports stay in ``tests/output``.

What pytest finds in its environment:

* ``BPMOPS_CAMUNDA_TEST_CAMUNDA7`` and ``BPMOPS_CAMUNDA_TEST_OPERATON``: a running engine and its administrator, as
  ``http://user:password@127.0.0.1:8080/engine-rest`` (in the stages that have engines).
* ``BPMOPS_CAMUNDA_TEST_CORES``: the versions of ansible-core that are there, ``2.16,2.19,2.21``.

What the user sets: ``BPMOPS_CAMUNDA_TEST_CAMUNDA8``, see tests/camunda8/conftest.py.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional
from urllib.parse import quote

from ..engines import launch
from . import environments, processes, same_results
from .cache import ROOT, cache, locked
from .environments import CORES, MAIN, Environment
from .processes import ToolError, tell

OUTPUT = ROOT / "tests" / "output"
NO_TESTS_COLLECTED = 5  # exit status of pytest

# The version of pip that ansible-test of our ansible-core puts into its environments. It would download a script for
# that from a host that is not a package index; a script of this name in its cache is used instead.
PIP = "24.2"
PIP_SCRIPT = Path.home() / ".ansible" / "test" / "cache" / f"get_pip_{PIP.replace('.', '_')}.py"
PIP_SCRIPT_TEXT = f"""\
import subprocess
import sys

# In a process of its own: it makes pip forget the user's configuration.
subprocess.run([sys.executable, "-m", "ensurepip"], check=True)
options = [argument for argument in sys.argv[1:] if argument.startswith("--") and not argument.startswith("--no-")]
subprocess.run([sys.executable, "-m", "pip", "install", *options, "pip=={PIP}"], check=True)
"""


@functools.cache
def engine(name: str) -> str:
    """The URL of an engine with its administrator in it; the engine is started unless it runs, and ends with us."""
    started = time.monotonic()
    running = launch.start(name)
    atexit.register(shutil.copy, running.log, OUTPUT)  # before launch's own handler removes the log
    tell(f"{name} {running.version} serves after {time.monotonic() - started:.1f} s")
    scheme, rest = running.url.split("://", 1)
    return f"{scheme}://{quote(running.user, safe='')}:{quote(running.password, safe='')}@{rest}"


def packages(*names: str) -> list[str]:
    """Arguments that name packages of the collection to mypy."""
    return [argument for name in names for argument in ("-p", f"ansible_collections.bpmops.camunda.{name}")]


@dataclass
class Stage:
    """A stage that runs: its methods are the steps.

    Attributes:
        name: of the stage.
        expression: which tests pytest selects (``-k``); empty: all. With one, tools are left out.
        environments: that it needs beside the main one; those that have no interpreter here are left out.
        passed: how many tests and checks passed so far.
        failed: how many failed.
    """

    name: str
    expression: str = ""
    environments: Sequence[Environment] = ()
    passed: int = 0
    failed: int = 0

    def run(self, what: str, steps: Callable[[Stage], None]) -> None:
        """Run the steps, between two lines that say what the stage proves and what came out."""
        tell(f"\n=== {self.name}: {what}")
        started = time.monotonic()
        OUTPUT.mkdir(exist_ok=True)
        try:
            environments.require(MAIN)
            for sentence in filter(None, map(environments.build, self.environments)):
                tell(sentence)
            steps(self)
        except ToolError as error:
            tell(str(error))
            self.failed += 1
        tell(f"=== {self.name}: {self.passed} passed, {self.failed} failed in {time.monotonic() - started:.1f} s")

    def pytest(self, folder: str, *engines: str, name: str = "", select: str = "", **variables: str) -> None:
        """Run the tests of a folder, with these engines.

        Args:
            name: of its reports, where the folder's name is another step's.
            select: which of the tests pytest selects (``-k``).
            variables: more of the environment of the tests.
        """
        more = {f"BPMOPS_CAMUNDA_TEST_{each.upper()}": engine(each) for each in engines}
        ready = [core for core, each in CORES.items() if each in (MAIN, *self.environments) and each.is_complete]
        report = OUTPUT / f"{name or folder.replace('/', '-')}.xml"
        record = report.with_suffix(".jsonl")
        for file in (report, record):
            file.unlink(missing_ok=True)
        more.update(variables, BPMOPS_CAMUNDA_TEST_CORES=",".join(ready), BPMOPS_CAMUNDA_TEST_RESULTS=str(record))
        command: list[object] = [MAIN.bin / "pytest", folder, f"--junitxml={report}", "--quiet"]
        expressions = [f"({each})" for each in (self.expression, select) if each]
        if expressions:
            command += ["-k", " and ".join(expressions)]
        status = processes.run(command, cwd=ROOT, env=environments.variables(MAIN, **more))
        if status == NO_TESTS_COLLECTED and self.expression:
            return
        passed, failed = count(report)
        self.passed += passed
        self.failed += failed or int(status != 0)

    def same_results(self, one: str, other: str) -> None:
        """Compare what tasks returned in two earlier runs of pytest, which are named as their reports are."""
        files = [OUTPUT / f"{name}.jsonl" for name in (one, other)]
        if not all(file.exists() for file in files):
            tell(f"There is nothing to compare: {one} or {other} has no results.")
            self.failed += int(not self.expression)
            return
        compared, differences = same_results.compare(*files)
        tell("\n".join([*differences, f"{compared} results of tasks were compared, {len(differences)} fields differ"]))
        self.passed += int(compared > 0)
        self.failed += len(differences) + int(compared == 0)

    def tool(self, program: str, *arguments: str, cwd: Optional[Path] = None) -> None:
        """Run a tool of the main environment that is right when it ends with 0; show what it wrote only otherwise."""
        if self.expression:
            return
        started = time.monotonic()
        log = OUTPUT / f"{program}.log"
        log.unlink(missing_ok=True)
        variables = environments.variables(MAIN, NO_COLOR="1")
        status = processes.run([MAIN.bin / program, *arguments], log=log, cwd=cwd or ROOT, env=variables)
        tell(f"{'ok' if status == 0 else 'FAILED':6} {program} ({time.monotonic() - started:.1f} s)")
        if status == 0:
            self.passed += 1
        else:
            self.failed += 1
            tell(log.read_text(encoding="utf-8", errors="replace"))

    def ansible_test_sanity(self) -> None:
        """Run ``ansible-test sanity`` on a copy of the checkout: it looks at every file that it sees."""
        if self.expression:
            return
        if not PIP_SCRIPT.exists():
            PIP_SCRIPT.parent.mkdir(parents=True, exist_ok=True)
            PIP_SCRIPT.write_text(PIP_SCRIPT_TEXT, encoding="utf-8")
        version = processes.output_of([MAIN.bin / "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        folder = cache("sanity", environments.collections().name)
        with locked(folder):
            copy = environments.lay_out(folder)
            self.tool("ansible-test", "sanity", "--venv", "--python", str(version), "--color", "no", cwd=copy)


def count(report: Path) -> tuple[int, int]:
    """How many tests passed and failed, from pytest's JUnit report; without one, pytest itself failed."""
    if not report.exists():
        return 0, 1
    suites = ET.parse(report).getroot().findall("testsuite")
    total, failed, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites for name in names)
        for names in (("tests",), ("failures", "errors"), ("skipped",))
    )
    return max(total - failed - skipped, 0), failed
