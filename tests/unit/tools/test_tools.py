# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The development tools: what is made once, and that no process is left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable

import pytest
from ansible_collections.bpmops.camunda.tests.tools import cache, environments, processes, stage

FOREVER = "import time; time.sleep(60)"


def eventually(condition: Callable[[], object], seconds: float = 10) -> bool:
    give_up = time.monotonic() + seconds
    while not condition() and time.monotonic() < give_up:
        time.sleep(0.05)
    return bool(condition())


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BPMOPS_CAMUNDA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


# What is made once


def test_a_folder_is_made_once(own_cache: Path) -> None:
    calls: list[Path] = []

    def make(folder: Path) -> None:
        calls.append(folder)
        (folder / "file").write_text("whole")

    for _again in range(2):
        assert (cache.made(own_cache / "thing", make) / "file").read_text() == "whole"
    assert len(calls) == 1


def test_a_folder_whose_making_was_cut_short_is_made_anew(own_cache: Path) -> None:
    def cut_short(folder: Path) -> None:
        (folder / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.made(own_cache / "thing", cut_short)
    assert not (own_cache / "thing").exists()
    made = cache.made(own_cache / "thing", lambda folder: (folder / "whole").touch())
    assert [file.name for file in made.iterdir()] == ["whole"]


def test_a_digest_tells_where_one_part_ends() -> None:
    assert cache.digest("ab", "c") != cache.digest("a", "bc")
    assert cache.digest("ab", "c") == cache.digest(b"ab", "c")


def test_an_environment_is_complete_only_for_its_own_requirements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    environment = environments.Environment("core-2.19", ("3.11",))
    environment.requirements.parent.mkdir()
    environment.requirements.write_text("a==1")
    assert not environment.is_complete
    environment.path.mkdir(parents=True)
    assert not environment.is_complete  # its build was cut short
    (environment.path / environments.MARKER).touch()
    assert environment.is_complete
    environment.requirements.write_text("a==2")
    assert not environment.is_complete


def test_a_missing_interpreter_is_named() -> None:
    sentence = environments.build(environments.Environment("core-2.19", ("3.99", "3.98")))
    assert sentence == "core-2.19 needs one of Python 3.99, 3.98 with venv (Debian: python3-venv); none is installed."


def test_the_collections_path_leads_to_the_checkout() -> None:
    for _again in range(2):
        link = environments.collections() / "ansible_collections" / "bpmops" / "camunda"
        assert link.resolve() == cache.ROOT


def test_every_requirement_is_pinned() -> None:
    files = list((cache.ROOT / "tests").glob("requirements-*.txt"))
    lines = [line for file in files for line in file.read_text().splitlines() if line and not line.startswith("#")]
    known = (environments.MOLECULE, environments.MUTATION, *environments.ENVIRONMENTS)
    assert {each.requirements for each in known} == set(files)
    assert [line for line in lines if "==" not in line] == []


# Stages


def test_counts_are_read_from_the_report_of_pytest(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    assert stage.count(report) == (0, 1)
    report.write_text('<testsuites><testsuite tests="9" failures="2" errors="1" skipped="1"/></testsuites>')
    assert stage.count(report) == (5, 3)


@pytest.fixture
def output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where stages write, with nothing in it; no environment is made."""
    monkeypatch.setattr(stage, "OUTPUT", tmp_path / "output")
    monkeypatch.setattr(environments, "build", lambda environment: None)
    return tmp_path / "output"


def test_a_stage_says_what_passed_and_failed(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def steps(run: stage.Stage) -> None:
        run.passed += 2
        raise processes.ToolError("Java is missing.")

    stage.Stage("unit").run("pure tests", steps)
    told = re.sub(r"\d+\.\d s", "0.0 s", capsys.readouterr().out)
    assert told == "\n=== unit: pure tests\nJava is missing.\n=== unit: 2 passed, 1 failed in 0.0 s\n"


@pytest.mark.parametrize(
    ("status", "report", "expression", "counts"),
    [
        (0, 'tests="2"', "", (2, 0)),
        (1, 'tests="2" failures="1"', "", (1, 1)),
        (5, 'tests="0"', "", (0, 1)),  # a folder without tests
        (5, 'tests="0"', "some", (0, 0)),  # none that was selected
        (2, 'tests="2"', "", (2, 1)),  # pytest was stopped
        (3, "", "", (0, 1)),
    ],
)
def test_runs_of_pytest_are_counted(
    output: Path, monkeypatch: pytest.MonkeyPatch, status: int, report: str, expression: str, counts: tuple[int, int]
) -> None:
    def run(command: list[object], **options: object) -> int:
        file = next(str(part).partition("=")[2] for part in command if str(part).startswith("--junitxml="))
        if report:
            Path(file).write_text(f"<testsuites><testsuite {report}/></testsuites>")
        return status

    output.mkdir()
    monkeypatch.setattr(processes, "run", run)
    done = stage.Stage("unit", expression)
    done.pytest("tests/unit")
    assert (done.passed, done.failed) == counts


@pytest.fixture(scope="session")
def nox_bin() -> Path:
    return environments.require(environments.NOX).bin


def test_other_versions_are_tested_only_when_that_is_asked_for(nox_bin: Path) -> None:
    program = (
        "import noxfile; print(*noxfile.WHAT); print(*noxfile.chosen([])); print(*noxfile.chosen(['versions', 'unit']))"
    )
    done = subprocess.run(
        [nox_bin / "python", "-c", program], cwd=cache.ROOT, capture_output=True, text=True, check=True
    )
    every, default, named = (line.split() for line in done.stdout.splitlines())
    assert set(every) - set(default) == {"versions"}
    assert named == ["unit", "versions"]


def test_an_unknown_stage_is_an_error(nox_bin: Path) -> None:
    command = [nox_bin / "nox", "--session", "test", "--", "unit", "units"]
    done = subprocess.run(command, cwd=cache.ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no stage units: the stages are unit, sanity, lint" in done.stderr


def test_a_stage_that_fails_is_seen_in_the_exit_status(nox_bin: Path) -> None:
    env = {**os.environ, "BPMOPS_CAMUNDA_CACHE": str(nox_bin.parents[2])}
    command = [nox_bin / "nox", "--session", "camunda8", "--", "-k", "no expression"]
    done = subprocess.run(command, cwd=cache.ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "=== camunda8: 0 passed, 1 failed in" in done.stdout


def test_a_run_of_no_test_fails(nox_bin: Path) -> None:
    command = [nox_bin / "nox", "--session", "total"]
    done = subprocess.run(command, cwd=cache.ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "\n0 passed, 0 failed (0 s)\n")


@pytest.mark.parametrize("failing", ["", "test", "test versions"])
def test_ci_runs_everything_and_fails_when_a_part_fails(tmp_path: Path, failing: str) -> None:
    run = tmp_path / ".ci" / "run"
    run.parent.mkdir()
    run.write_text((cache.ROOT / ".ci" / "run").read_text())
    dev = tmp_path / "dev"
    dev.write_text(f'#!/bin/sh\necho "$*"\n[ "$*" != "{failing}" ]\n')
    dev.chmod(0o755)
    done = subprocess.run(["bash", str(run)], capture_output=True, text=True, check=False)
    assert done.stdout == "test\ntest versions\n"
    assert (done.returncode != 0) == bool(failing)
    part = subprocess.run(["bash", str(run), "unit", "-k", "x"], capture_output=True, text=True, check=False)
    assert part.stdout == "test unit -k x\n"


# Processes


@pytest.fixture
def sleeper(tmp_path: Path):
    process = processes.spawn([sys.executable, "-c", FOREVER], log=tmp_path / "log")
    yield process
    processes.stop(process)


def test_a_process_is_told_from_another_with_its_id(sleeper: subprocess.Popen[bytes]) -> None:
    start = processes.started_at(sleeper.pid)
    assert start
    assert processes.stop_by_id(sleeper.pid, start + "0") is False
    assert processes.started_at(sleeper.pid) == start
    assert processes.stop_by_id(sleeper.pid, start) is True
    assert processes.started_at(sleeper.pid) is None
    assert processes.stop_by_id(sleeper.pid, start) is False


def test_a_process_that_ignores_the_request_to_end_is_ended(tmp_path: Path) -> None:
    deaf = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); {FOREVER}"
    log = tmp_path / "log"
    process = processes.spawn([sys.executable, "-c", deaf], log=log)
    assert eventually(lambda: "ready" in log.read_text())
    processes.stop(process, grace=0.2)
    assert process.returncode == -signal.SIGKILL


def test_a_missing_program_is_named() -> None:
    with pytest.raises(processes.ToolError, match=r"no-such-program-7: there is no such program\."):
        processes.spawn(["no-such-program-7"])


def test_the_end_of_the_log_is_told_when_a_program_fails(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
    with pytest.raises(processes.ToolError, match=r"(?s)^Trying failed: .*    the reason$"):
        processes.check(command, log=tmp_path / "log", what="Trying")


PARENT = """
import sys
from pathlib import Path
from tests.tools import processes
processes.interruptible()
code = f"import os, time; open({sys.argv[1]!r}, 'w').write(str(os.getpid())); time.sleep(60)"
processes.run([sys.executable, "-c", code])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_child_ends_with_us_however_we_end(tmp_path: Path, number: signal.Signals) -> None:
    file = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(file)], cwd=cache.ROOT, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: file.exists() and file.read_text())
        child = int(file.read_text())
        start = processes.started_at(child)
        assert start
        os.kill(parent.pid, number)
        parent.wait(10)
        assert eventually(lambda: processes.started_at(child) != start)
    finally:
        parent.kill()
        parent.wait()
