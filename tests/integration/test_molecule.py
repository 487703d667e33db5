# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The molecule scenario of the role: converge, idempotence, verify, on a real engine."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.tools import environments

ROOT = Path(__file__).resolve().parents[2]


def test_the_scenario_of_the_role(clean_engine: Engine, tmp_path: Path) -> None:
    molecule = environments.require(environments.MOLECULE)
    variables = {
        "CAMUNDA7_URL": clean_engine.url,
        "CAMUNDA7_USERNAME": clean_engine.username,
        "CAMUNDA7_PASSWORD": clean_engine.password,
        "HOME": str(tmp_path),
        "ANSIBLE_HOME": str(tmp_path),
        "MOLECULE_EPHEMERAL_DIRECTORY": str(tmp_path / "molecule"),
        "NO_COLOR": "1",
    }
    done = subprocess.run(
        [molecule.bin / "molecule", "test", "--scenario-name", "c7_identity"],
        cwd=ROOT / "extensions",
        env=environments.variables(molecule, **variables),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    for step in ("converge", "idempotence", "verify", "cleanup"):
        assert f"{step}: Executed: Successful" in output, output
    assert clean_engine.password not in output
    assert clean_engine.api.state() == clean_engine.fresh
