# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of ``./dev test``.

A stage is a row of `STAGES`: a few steps, each of which counts what passed and what failed. Engines are started when
the first step asks for them and serve the whole run; their logs stay in ``tests/output``.

What pytest finds in its environment:

* ``BPMOPS_CAMUNDA_TEST_CAMUNDA7`` and ``BPMOPS_CAMUNDA_TEST_OPERATON``: a running engine and its administrator, as
  ``http://user:password@127.0.0.1:8080/engine-rest`` (in the stages that have engines).
* ``BPMOPS_CAMUNDA_TEST_CORES``: the versions of ansible-core that are there, ``2.16,2.19,2.21``.

What the user sets: ``BPMOPS_CAMUNDA_TEST_CAMUNDA8``, see tests/camunda8/conftest.py.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional
from urllib.parse import quote

from ..engines import launch
from . import environments, processes
from . import same_results as results
from .cache import ROOT, cache, locked
from .processes import ToolError, tell

OUTPUT = ROOT / "tests" / "output"
# What pip tells while ansible-test makes its environments.
NOISE = re.compile(r" *(Collecting|Downloading|Installing|Looking|Obtaining|Preparing|Processing|Successfully|Using|━)")
NO_TESTS_COLLECTED = 5  # exit status of pytest


@dataclass(frozen=True)
class Count:
    """How many tests or checks passed and failed."""

    passed: int
    failed: int

    def __add__(self, other: Count) -> Count:
        return Count(self.passed + other.passed, self.failed + other.failed)


@dataclass
class Session:
    """One call of ``./dev test``.

    Attributes:
        expression: which tests pytest selects (``-k``); empty: all.
        stack: closes what was opened, engines above all.
        engines: those that run already, by name.
        cores: the versions of ansible-core that are there.
    """

    expression: str
    stack: contextlib.ExitStack
    engines: dict[str, launch.Running] = field(default_factory=dict)
    cores: tuple[str, ...] = ()

    def engine(self, name: str) -> launch.Running:
        """The engine of this name, started now unless it runs."""
        if name not in self.engines:
            started = time.monotonic()
            self.engines[name] = running = self.stack.enter_context(launch.start(name))
            self.stack.callback(shutil.copy, running.log, OUTPUT / f"{name}.log")
            tell(f"{name} {running.version} serves after {time.monotonic() - started:.1f} s")
        return self.engines[name]


Step = Callable[[Session], Count]


@dataclass(frozen=True)
class Stage:
    """A row of the table of stages.

    Attributes:
        name: by which it is asked for.
        what: it proves.
        steps: of which it consists.
        environments: that it needs beside the main one.
        by_default: whether it runs when no stage is named.
    """

    name: str
    what: str
    steps: tuple[Step, ...]
    environments: tuple[environments.Environment, ...] = ()
    by_default: bool = True


def address(engine: launch.Running) -> str:
    """The URL of an engine with its administrator in it."""
    scheme, rest = engine.url.split("://", 1)
    return f"{scheme}://{quote(engine.user, safe='')}:{quote(engine.password, safe='')}@{rest}"


def _count(report: Path) -> Count:
    """Read pytest's JUnit report; without one, pytest itself failed."""
    if not report.exists():
        return Count(0, 1)
    suites = ET.parse(report).getroot().findall("testsuite")
    total, failed, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites for name in names)
        for names in (("tests",), ("failures", "errors"), ("skipped",))
    )
    return Count(max(total - failed - skipped, 0), failed)


def pytest(folder: str, engines: Sequence[str] = (), *, name: str = "", select: str = "", **variables: str) -> Step:
    """A step that runs the tests of a folder, with these engines.

    Args:
        name: of its reports, where the folder's name is another step's.
        select: which of the tests pytest selects (``-k``).
        variables: more of the environment of the tests.
    """

    def step(session: Session) -> Count:
        more = {f"BPMOPS_CAMUNDA_TEST_{engine.upper()}": address(session.engine(engine)) for engine in engines}
        more["BPMOPS_CAMUNDA_TEST_CORES"] = ",".join(session.cores)
        report = OUTPUT / f"{name or folder.replace('/', '-')}.xml"
        record = report.with_suffix(".jsonl")
        for file in (report, record):
            file.unlink(missing_ok=True)
        more.update(variables, BPMOPS_CAMUNDA_TEST_RESULTS=str(record))
        command: list[object] = [environments.MAIN.bin / "pytest", folder, f"--junitxml={report}", "--quiet"]
        expressions = [f"({each})" for each in (session.expression, select) if each]
        if expressions:
            command += ["-k", " and ".join(expressions)]
        status = processes.run(command, cwd=ROOT, env=environments.variables(environments.MAIN, **more))
        if status == NO_TESTS_COLLECTED and session.expression:
            return Count(0, 0)
        count = _count(report)
        return count if status == 0 or count.failed else count + Count(0, 1)

    return step


def same_results(one: str, other: str) -> Step:
    """A step that compares what tasks returned in two earlier steps, which are named as their reports are."""

    def step(session: Session) -> Count:
        files = [OUTPUT / f"{name}.jsonl" for name in (one, other)]
        if not all(file.exists() for file in files):
            tell(f"There is nothing to compare: {one} or {other} has no results.")
            return Count(0, 0 if session.expression else 1)
        compared, differences = results.compare(*files)
        tell("\n".join([*differences, f"{compared} results of tasks were compared, {len(differences)} fields differ"]))
        return Count(int(compared > 0), len(differences) + int(compared == 0))

    return step


def _check(name: str, command: Sequence[object], cwd: Path, env: dict[str, str]) -> Count:
    """Run a tool that is right when it ends with 0, and show what it wrote only when it does not."""
    started = time.monotonic()
    log = OUTPUT / f"{name}.log"
    log.unlink(missing_ok=True)
    status = processes.run([str(part) for part in command], log=log, cwd=cwd, env=env)
    tell(f"{'ok' if status == 0 else 'FAILED':6} {name} ({time.monotonic() - started:.1f} s)")
    if status != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        tell("\n".join(line for line in lines if not NOISE.match(line)))
    return Count(1, 0) if status == 0 else Count(0, 1)


def tool(program: str, *arguments: str) -> Step:
    """A step that runs a tool of the main environment, and is left out when single tests are selected."""

    def step(session: Session) -> Count:
        if session.expression:
            return Count(0, 0)
        environment = environments.MAIN
        variables = environments.variables(environment, NO_COLOR="1")
        return _check(program, [environment.bin / program, *arguments], ROOT, variables)

    return step


def packages(*names: str) -> list[str]:
    """Arguments that name packages of the collection to mypy."""
    return [argument for name in names for argument in ("-p", f"ansible_collections.bpmops.camunda.{name}")]


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


def _sanity_folder() -> Path:
    return cache("sanity", environments.collections().name)


def _copy_of_collection() -> Path:
    """A fresh copy of the checkout: ansible-test does not follow the link, and looks at every file that it sees."""
    copy = _sanity_folder() / "ansible_collections" / "bpmops" / "camunda"
    shutil.rmtree(copy, ignore_errors=True)
    unwanted = shutil.ignore_patterns(".git", ".*_cache", ".hypothesis", ".ansible", "__pycache__")

    def ignore(folder: str, names: list[str]) -> set[str]:
        return unwanted(folder, names) | ({OUTPUT.name} if Path(folder) == OUTPUT.parent else set())

    shutil.copytree(ROOT, copy, ignore=ignore, symlinks=True)
    return copy


def sanity(session: Session) -> Count:
    """Run ``ansible-test sanity``, which makes environments of its own. There is no ignore file."""
    if session.expression:
        return Count(0, 0)
    if not PIP_SCRIPT.exists():
        PIP_SCRIPT.parent.mkdir(parents=True, exist_ok=True)
        PIP_SCRIPT.write_text(PIP_SCRIPT_TEXT, encoding="utf-8")
    main = environments.MAIN
    version = processes.output_of([main.bin / "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
    command = [main.bin / "ansible-test", "sanity", "--venv", "--python", version, "--color", "no"]
    with locked(_sanity_folder()):
        return _check("sanity", command, _copy_of_collection(), environments.variables(main))


STAGES = (
    Stage("unit", "pure tests: plans, options, retries, structure of the project", (pytest("tests/unit"),)),
    Stage("sanity", "ansible-test sanity, without any ignore file", (sanity,)),
    Stage(
        "lint",
        "style, types, playbooks, documentation, changelog",
        (
            tool("ruff", "check", "."),
            tool("mypy", *packages("plugins", "tests.engines", "tests.tools")),
            # What runs on targets, and the tools, have to do with an older Python than ansible-core.
            tool(
                "mypy", "--python-version", "3.9", *packages("plugins.modules", "plugins.module_utils", "tests.tools")
            ),
            tool("ansible-lint", "--offline", "--profile", "production"),
            tool("antsibull-docs", "lint-collection-docs", "--plugin-docs", "."),
            tool("antsibull-changelog", "lint"),
        ),
    ),
    Stage("faults", "what real engines do not do on demand: faults, floods, tokens", (pytest("tests/faults"),)),
    Stage("integration", "the modules on real engines", (pytest("tests/integration", ("camunda7", "operaton")),)),
    Stage(
        "camunda8",
        "the Operate modules on a simulated Camunda 8, or on the cluster in BPMOPS_CAMUNDA_TEST_CAMUNDA8",
        (pytest("tests/camunda8"),),
    ),
    Stage(
        "processes",
        "the same again, each module in a process of its own, with the same results",
        (
            pytest(
                "tests/integration",
                ("camunda7",),
                name="processes",
                # What runs in the test's own process, and a walk of which the other direction is enough.
                select="not operaton and not test_in_process and not test_dev_engine"
                " and not test_c7_prediction and not test_c7_interruption and not without_purge",
                BPMOPS_CAMUNDA_IN_PROCESS="0",
            ),
            same_results("tests-integration", "processes"),
            pytest(
                "tests/camunda8",
                name="processes-camunda8",
                select="not test_api and not test_facts",
                BPMOPS_CAMUNDA_IN_PROCESS="0",
            ),
            same_results("tests-camunda8", "processes-camunda8"),
        ),
    ),
    Stage("install", "the built collection, installed elsewhere", (pytest("tests/install", ("camunda7",)),)),
    Stage(
        "versions",
        "a short play and faults on other versions of ansible-core, Python and Camunda 7 (only when it is named)",
        (
            pytest("tests/compat", ("camunda7",)),
            pytest("tests/faults", name="faults-versions", select="2.16 or 2.21"),
            pytest("tests/integration", ("camunda7", "operaton"), name="integration-versions", select="2.16 or 2.21"),
        ),
        environments=(environments.OLDEST, environments.NEWEST, environments.TARGET),
        by_default=False,
    ),
)
NAMES = tuple(stage.name for stage in STAGES)


def _prepare(session: Session, stages: Sequence[Stage]) -> None:
    """Make the environments that stages need; those that have no interpreter here are left out, and that is said."""
    environments.require(environments.MAIN)
    needed = [environments.MAIN, *dict.fromkeys(each for stage in stages for each in stage.environments)]
    missing = {each: environments.build(each) for each in needed}
    for sentence in filter(None, missing.values()):
        tell(sentence)
    ready = [each.name for each, sentence in missing.items() if not sentence]
    session.cores = tuple(name.replace("core-", "") for name in ready if name.startswith("core-"))
    OUTPUT.mkdir(exist_ok=True)


def _run_stage(stage: Stage, session: Session) -> Count:
    tell(f"\n=== {stage.name}: {stage.what}")
    started = time.monotonic()
    total = sum((step(session) for step in stage.steps), Count(0, 0))
    tell(f"=== {stage.name}: {total.passed} passed, {total.failed} failed in {time.monotonic() - started:.1f} s")
    return total


def run(names: Sequence[str], expression: Optional[str]) -> int:
    """Run stages and print one closing line.

    Args:
        names: of stages; none: all but those that have to be named.
        expression: which tests pytest selects.

    Returns:
        The exit status: 0 when nothing failed.
    """
    unknown = set(names) - set(NAMES)
    if unknown:
        raise ToolError(f"There is no stage {', '.join(sorted(unknown))}: the stages are {', '.join(NAMES)}.")
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        session = Session(expression or "", stack)
        chosen = [stage for stage in STAGES if (stage.name in names if names else stage.by_default)]
        _prepare(session, chosen)
        total = sum((_run_stage(stage, session) for stage in chosen), Count(0, 0))
    tell(f"\n{total.passed} passed, {total.failed} failed ({time.monotonic() - started:.0f} s)")
    return 1 if total.failed or not total.passed else 0
