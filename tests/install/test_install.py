# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built collection, installed into an empty collections path, works from there by its full names."""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from ansible_collections.bpmops.camunda.tests.support.engines import Engine, running
from ansible_collections.bpmops.camunda.tests.support.plays import FOREIGN, bin_folder

ROOT = Path(__file__).resolve().parents[2]
NOT_SHIPPED = ("tests/", "dev", "noxfile.py", ".ci", ".git", "pyproject.toml")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running("camunda7") as engine:
        engine.api.reset(engine.fresh)
        try:
            yield engine
        finally:
            engine.api.reset(engine.fresh)


def _run(program: str, *arguments: str, home: Path, env: Mapping[str, str] | None = None) -> str:
    base = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
    base |= {"HOME": str(home), "ANSIBLE_HOME": str(home), "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
    command = [str(bin_folder(None) / program), *arguments]
    done = subprocess.run(
        command, cwd=home, env={**base, **(env or {})}, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    _run("ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(folder), home=folder)
    (built,) = folder.glob("bpmops-camunda-*.tar.gz")
    return built


@pytest.fixture(scope="module")
def installed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("collections")
    options = ("--offline", "--no-deps", "-p", str(path))
    _run("ansible-galaxy", "collection", "install", str(archive), *options, home=archive.parent)
    return path


def test_the_archive_holds_what_users_need_and_nothing_else(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        names = {name.removeprefix("./") for name in tar.getnames()}
    assert not [name for name in names if name.startswith(NOT_SHIPPED)]
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    for wanted in ("README.md", "LICENSE", "requirements.txt", "meta/runtime.yml", "roles/c7_identity/tasks/main.yml"):
        assert wanted in names


def test_the_archive_is_small(archive: Path) -> None:
    assert archive.stat().st_size < 500_000


def test_the_playbooks_run_from_there(installed: Path, engine: Engine, tmp_path: Path) -> None:
    env = {
        "ANSIBLE_COLLECTIONS_PATH": str(installed),
        "CAMUNDA7_URL": engine.url,
        "CAMUNDA7_USERNAME": engine.username,
        "CAMUNDA7_PASSWORD": engine.password,
    }
    exported = tmp_path / "identity.yml"
    source = json.dumps(
        {"c7_identity_src": str(installed / "ansible_collections/bpmops/camunda/examples/identity/state")}
    )

    def playbook(name: str, variables: str) -> str:
        return _run("ansible-playbook", f"bpmops.camunda.{name}", "-e", variables, home=tmp_path, env=env)

    assert "changed=1" in playbook("identity_reconcile", source)
    assert "changed=0" in playbook("identity_reconcile", source)
    assert "changed=0" in playbook("identity_drift", source)
    assert "changed=1" in playbook("identity_export", json.dumps({"c7_identity_dest": str(exported)}))
    document = yaml.safe_load(exported.read_text(encoding="utf-8"))
    assert len(document["users"]) == 41
    assert "changed=0" in playbook("identity_reconcile", json.dumps({"c7_identity_src": str(exported)}))


def test_every_module_is_documented_where_it_is_installed(installed: Path, tmp_path: Path) -> None:
    modules = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
    env = {"ANSIBLE_COLLECTIONS_PATH": str(installed)}
    names = [f"bpmops.camunda.{name}" for name in modules]
    shown = json.loads(_run("ansible-doc", "--json", *names, home=tmp_path, env=env))
    assert sorted(shown) == names
    assert all("url" in entry["doc"]["options"] for entry in shown.values())
