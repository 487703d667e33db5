# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules on a target's own Python: the oldest that is supported, and one that lacks what they need."""

from __future__ import annotations

import subprocess
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.bpmops.camunda.tests.support.engines import Engine, running
from ansible_collections.bpmops.camunda.tests.support.plays import Play, plain_secret, task
from ansible_collections.bpmops.camunda.tests.tools.environments import TARGET

ROOT = Path(__file__).resolve().parents[2]

# Where Python 3.9 is not installed, ./dev says so and there is nothing to test.
TARGETS = [str(TARGET.bin / "python")] if TARGET.is_complete else []


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running("camunda7") as engine:
        try:
            yield engine
        finally:
            engine.api.reset(engine.fresh)


def _play(engine: Engine, folder: Path, interpreter: str) -> Play:
    parameters = {**engine.connection(engine.url), "in_process": False}
    return Play(folder, parameters, environment={"ANSIBLE_PYTHON_INTERPRETER": interpreter})


@pytest.mark.parametrize("interpreter", TARGETS)
def test_modules_run_on_python_3_9(engine: Engine, interpreter: str, tmp_path: Path) -> None:
    document = {
        "users": [{"id": "old", "password": plain_secret()}],
        "groups": [{"id": "oldies", "members": ["old"]}],
        "tenants": [{"id": "past", "users": ["old"], "groups": ["oldies"]}],
        "authorizations": [{"group": "oldies", "resource": "task", "permissions": ["READ"]}],
    }
    variables = {"ansible_python_interpreter": interpreter}
    run = _play(engine, tmp_path, interpreter)(
        [
            task("c7_identity", document, vars=variables),
            task("c7_identity", document, vars=variables),
            task("c7_user", {"id": "old", "state": "absent"}, vars=variables),
            task("c7_identity_info", vars=variables),
            task("rest_request", {"url": f"{engine.url}/engine"}, vars=variables),
            # This interpreter has no Jinja2, which a host that is not the controller need not have.
            task("rest_request", {"url": f"{engine.url}/engine", "result": "body[0].name"}, vars=variables),
        ]
    )
    assert [each.ok["changed"] for each in run.tasks[:5]] == [True, False, True, False, False]
    assert run[4].ok["body"] == [{"name": "default"}]
    assert "Jinja2" in run[5].failure["msg"] and "pip install Jinja2" in run[5].failure["msg"]


SLOW = "import time\ntime.sleep(0.5)\ndef work():\n    return done()\ntime.sleep(0.5)\ndef done():\n    return 'done'\n"
THREADS = """
import importlib.util, sys, threading
if len(sys.argv) > 2:
    spec = importlib.util.spec_from_file_location("imports", sys.argv[2])
    imports = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(imports)
    imports.one_at_a_time()
sys.path.insert(0, sys.argv[1])
def work(pause, results):
    threading.Event().wait(pause)
    from package import slow
    try:
        results.append(slow.work())
    except NameError as error:
        results.append(str(error))
results = []
threads = [threading.Thread(target=work, args=(pause, results)) for pause in (0, 0.7)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(sorted(results))
"""


@pytest.mark.parametrize("interpreter", TARGETS)
def test_threads_see_whole_modules_on_python_3_9(interpreter: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "module.zip", "w") as archive:
        archive.writestr("package/__init__.py", "")
        archive.writestr("package/slow.py", SLOW)

    def run(*arguments: str) -> str:
        command = [interpreter, "-c", THREADS, str(tmp_path / "module.zip"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert run() == """['done', "name 'done' is not defined"]"""
    assert run(str(ROOT / "plugins" / "module_utils" / "imports.py")) == "['done', 'done']"


def test_a_missing_library_is_named_with_its_interpreter(engine: Engine, tmp_path: Path) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    interpreter = str(tmp_path / "bare" / "bin" / "python")
    run = _play(engine, tmp_path, interpreter)(
        [task("c7_user", {"id": "x"}, vars={"ansible_python_interpreter": interpreter})]
    )
    message = run[0].failure["msg"]
    assert "requests" in message and interpreter in message and "pip install" in message
