# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks as a user would, and hands back each task's result together with the requests that it caused.

A start of ansible-playbook costs 0.5 to 1 s and a module 0.25 s, so one play holds many steps:

    run = play([
        task("c7_user", {"id": "jdoe", "state": "absent"}),
        task("c7_user", {"id": "jdoe"}, check=True, diff=True),
    ])
    assert run[0].changed is False and not run[0].requests.writes
    assert run[1].ok["diff"]

Where `BPMOPS_CAMUNDA_TEST_RESULTS` names a file, all results go there too, for tests/tools/same_results.py.

With `watch=api.state` each task also has the state of the engine `before` and `after` it.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets as random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..tools.environments import CORES as ENVIRONMENTS
from .proxy import Exchanges, Proxy

CALLBACKS = Path(__file__).parent / "callback_plugins"
# The versions of ansible-core that plays can run on: in ./dev test the main one, in ./dev test versions all.
CORES = os.environ.get("BPMOPS_CAMUNDA_TEST_CORES", "2.19").split(",")
TIMEOUT = 240  # seconds that one playbook may take

# Variables of the caller's shell that would change what a play does.
FOREIGN = re.compile(
    r"ANSIBLE|CAMUNDA|OPERATON|ZEEBE|BPMOPS_CAMUNDA_TEST|(https?|all|no)_proxy$|PYTHONPATH$", re.IGNORECASE
)


def task(
    module: str,
    arguments: Mapping[str, Any] | None = None,
    *,
    check: bool | None = None,
    diff: bool | None = None,
    **keywords: Any,
) -> dict[str, Any]:
    """A task of a playbook: module (without a dot: one of this collection), its arguments, other task keywords."""
    name = module if "." in module else f"bpmops.camunda.{module}"
    made: dict[str, Any] = {name: dict(arguments or {}), **keywords}
    if check is not None:
        made["check_mode"] = check
    if diff is not None:
        made["diff"] = diff
    return made


@dataclass
class Outcome:
    """What one host, or one item of a loop, reported for a task."""

    status: str  # ok, failed, skipped, unreachable
    result: dict[str, Any]
    host: str


@dataclass
class TaskRun:
    """A task that ran: its outcomes, and the requests that reached the proxy meanwhile."""

    name: str
    action: str
    requests: Exchanges
    outcomes: list[Outcome] = field(default_factory=list)  # one for each host
    items: list[Outcome] = field(default_factory=list)  # one for each item of a loop
    before: Any = None  # what `watch` returned just before the task
    after: Any = None

    @property
    def outcome(self) -> Outcome:
        assert len(self.outcomes) == 1, f"{self.name}: {len(self.outcomes)} hosts reported"
        return self.outcomes[0]

    @property
    def result(self) -> dict[str, Any]:
        """The result of the only host, whatever its status."""
        return self.outcome.result

    @property
    def ok(self) -> dict[str, Any]:
        """The result; fails the test when the task did."""
        assert self.outcome.status == "ok", f"{self.name} {self.outcome.status}: {json.dumps(self.result, indent=1)}"
        return self.result

    @property
    def failure(self) -> dict[str, Any]:
        """The result of a task that had to fail; fails the test when it did not."""
        assert self.outcome.status == "failed", f"{self.name} did not fail: {json.dumps(self.result, indent=1)}"
        return self.result

    @property
    def changed(self) -> bool:
        changed = self.ok["changed"]
        assert isinstance(changed, bool)
        return changed


@dataclass
class Run:
    """A playbook that ran."""

    rc: int
    stdout: str
    stderr: str
    log: str  # of ANSIBLE_LOG_PATH
    record: str  # what the recorder wrote, as text
    tasks: list[TaskRun]
    requests: Exchanges  # of the whole play

    def __getitem__(self, index: int) -> TaskRun:
        return self.tasks[index]

    def __iter__(self) -> Iterator[TaskRun]:
        return iter(self.tasks)

    @property
    def changed(self) -> list[bool]:
        """`changed` of all tasks in order; fails the test when one of them failed."""
        return [each.changed for each in self.tasks]


@dataclass
class Play:
    """Runs tasks on localhost against one server. Tests get one from the fixture `play`.

    parameters: connection options, given to every module of the collection by module_defaults; their values travel as
    variables in a file of their own, because ansible-core prints the source line of a failing task.
    """

    directory: Path
    parameters: dict[str, Any] = field(default_factory=dict)
    proxy: Proxy | None = None
    core: str | None = None  # version of ansible-core, such as "2.16"; None: that of the running Python
    environment: dict[str, str] = field(default_factory=dict)
    count: int = 0

    def __call__(
        self,
        tasks: Sequence[Mapping[str, Any]],
        *,
        variables: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        hosts: Sequence[str] = ("localhost",),
        keywords: Mapping[str, Any] | None = None,
        arguments: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        watch: Callable[[], Any] | None = None,
        meanwhile: Mapping[int, Callable[[], Any]] | None = None,
    ) -> Run:
        """Run one play.

        variables: go to a vars file. parameters: added to, or replacing, the connection options (None removes one).
        keywords: more keywords of the play. arguments: of the command line, such as "--check" or "-vvvvv".
        watch: called before the first, between any two, and after the last task. Needs the proxy.
        meanwhile: called just before the task with this index; for what happens behind Ansible's back. Needs the proxy.
        A task that fails does not end the play: look at `ok`, `failure` or `changed` of each task.
        """
        given = {**self.parameters, **(parameters or {})}
        defaults = {name: value for name, value in given.items() if value is not None}
        document = {
            "hosts": "all",
            "gather_facts": False,
            "connection": "local",
            "ignore_errors": True,
            "vars_files": ["variables.json"],
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "module_defaults": {
                "group/bpmops.camunda.camunda": {name: f"{{{{ connection_of_the_test.{name} }}}}" for name in defaults},
            },
            "tasks": list(tasks),
            **(keywords or {}),
        }
        folder = self._folder()
        _write(folder / "play.json", [document])
        _write(folder / "variables.json", {**(variables or {}), "connection_of_the_test": defaults})
        command = [str(folder / "play.json"), "-i", ",".join(hosts) + ",", *arguments]
        before: list[Any] = []
        after: list[Any] = []
        errors: list[BaseException] = []

        def between_tasks(label: str) -> None:
            try:
                seen = watch() if watch else None
                after.append(seen)  # of the task before this one
                if meanwhile and int(label) in meanwhile:
                    meanwhile[int(label)]()
                    seen = watch() if watch else None
                before.append(seen)
            except BaseException as error:
                errors.append(error)

        if self.proxy is None:
            assert not (watch or meanwhile), "only the proxy can tell when a task starts"
            return self.run_playbook(command, environment=environment, folder=folder)
        self.proxy.on_mark = between_tasks
        try:
            run = self.run_playbook(command, environment=environment, folder=folder)
        finally:
            self.proxy.on_mark = None
        for error in errors:
            raise error
        after.append(watch() if watch else None)
        for number, each in enumerate(run.tasks):
            each.before, each.after = before[number], after[number + 1]
        return run

    def run_playbook(
        self, arguments: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path | None = None
    ) -> Run:
        """Run ansible-playbook with these arguments, recorded like a play: for playbooks that the collection ships."""
        folder = folder or self._folder()
        record, log = folder / "record.jsonl", folder / "ansible.log"
        record.touch()
        seen = len(self.proxy.requests) if self.proxy else 0
        command = [str(bin_folder(self.core) / "ansible-playbook"), *arguments]
        variables = {**self._environment(folder), **(environment or {})}
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            stdout, stderr = process.communicate(timeout=TIMEOUT)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        requests = Exchanges(self.proxy.requests[seen:]) if self.proxy else Exchanges()
        text = record.read_text()
        _keep(text)
        run = Run(
            process.returncode,
            stdout,
            stderr,
            log.read_text() if log.exists() else "",
            text,
            _read_record(text, requests),
            requests,
        )
        assert run.tasks, f"no task ran, ansible-playbook ended with {run.rc}:\n{stdout}\n{stderr}"
        return run

    def _folder(self) -> Path:
        self.count += 1
        folder = self.directory / f"play-{self.count}"
        folder.mkdir(parents=True)
        return folder

    def _environment(self, folder: Path) -> dict[str, str]:
        """The caller's environment without what would change the play; all files of Ansible in the test's folder."""
        home = self.directory / "home"
        home.mkdir(exist_ok=True)
        variables = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
        (folder / "ansible.cfg").touch()
        variables.update(
            HOME=str(home),
            LC_ALL="C.UTF-8",
            ANSIBLE_CONFIG=str(folder / "ansible.cfg"),
            ANSIBLE_HOME=str(home / "ansible"),
            ANSIBLE_LOCAL_TEMP=str(home / "local"),
            ANSIBLE_REMOTE_TEMP=str(home / "remote"),
            ANSIBLE_COLLECTIONS_PATH=os.environ["ANSIBLE_COLLECTIONS_PATH"],
            ANSIBLE_CALLBACK_PLUGINS=str(CALLBACKS),
            ANSIBLE_CALLBACKS_ENABLED="recorder",
            ANSIBLE_LOG_PATH=str(folder / "ansible.log"),
            ANSIBLE_NOCOLOR="1",
            ANSIBLE_LOCALHOST_WARNING="0",
            ANSIBLE_RETRY_FILES_ENABLED="0",
            BPMOPS_CAMUNDA_TEST_RECORD=str(folder / "record.jsonl"),
        )
        if self.proxy:
            variables["BPMOPS_CAMUNDA_TEST_MARK"] = self.proxy.control
        return {**variables, **self.environment}


def bin_folder(core: str | None) -> Path:
    """Where the programs of a version of ansible-core are; `./dev setup` makes them."""
    if core is None:
        return Path(sys.executable).parent
    return ENVIRONMENTS[core].bin


def _write(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False))


def _keep(record: str) -> None:
    """Add a record to those of the whole test run."""
    if "BPMOPS_CAMUNDA_TEST_RESULTS" in os.environ:
        test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
        line = json.dumps({"test": test, "events": [json.loads(event) for event in record.splitlines()]})
        with open(os.environ["BPMOPS_CAMUNDA_TEST_RESULTS"], "a", encoding="utf-8") as file:
            file.write(line + "\n")


def _read_record(text: str, requests: Exchanges) -> list[TaskRun]:
    by_uuid: dict[str, TaskRun] = {}
    for line in text.splitlines():
        event = json.loads(line)
        if event["event"] == "task":
            by_uuid[event["uuid"]] = TaskRun(event["name"], event["action"], requests.labelled(event["label"]))
            continue
        made = by_uuid[event["uuid"]]
        target = made.items if event["event"] == "item" else made.outcomes
        target.append(Outcome(event["status"], event["result"], event["host"]))
    return list(by_uuid.values())


# Secrets


def secret() -> str:
    """A new password, strong enough for policies, with characters that URLs and JSON write in other ways."""
    return f'Aa1!{random.token_hex(8)}"/ +%&\\ü{random.token_hex(8)}'


def plain_secret() -> str:
    """A random password of letters and digits, for where the server's reading of odd characters is not the matter."""
    return f"Aa1{random.token_hex(8)}"


def forms_of(value: str) -> set[str]:
    """Texts whose presence gives the secret away: its random parts, and their base64 whatever stands before them."""
    forms = set()
    for part in re.findall(r"[0-9a-f]{12,}", value):
        forms.add(part)
        for offset in range(3):
            encoded = base64.b64encode(b"\0" * offset + part.encode()).decode().rstrip("=")
            forms.add(encoded[offset + 1 if offset else 0 : -1])
    return forms


def assert_no_secret(run: Run, values: Sequence[str]) -> None:
    """No secret, plain or encoded, in anything that the run put out."""
    for where in ("stdout", "stderr", "log", "record"):
        text = getattr(run, where)
        for value in values:
            found = [form for form in forms_of(value) if form in text]
            if found:
                at = text.index(found[0])
                raise AssertionError(f"a secret is in the {where}: ...{text[max(0, at - 200) : at + 100]}...")
