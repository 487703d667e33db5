# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the guide and of the collection, and the role."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.support.camunda8 import PROCESSES, Camunda8, World, world_in
from ansible_collections.bpmops.camunda.tests.support.plays import Play, Run
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "operate"
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_operate.rst"


@pytest.fixture
def run(camunda8: Camunda8, world: World, tmp_path: Path) -> Iterator[Any]:
    """Runs a playbook with the connection in the environment, through a proxy."""
    with Proxy(camunda8.url) as proxy:
        play = Play(tmp_path, proxy=proxy)
        environment = {**camunda8.environment, "CAMUNDA_OPERATE_BASE_URL": proxy.url}

        def start(playbook: Path, *arguments: str, **variables: Any) -> Run:
            run = play.run_playbook([str(playbook), "-e", json.dumps(variables), *arguments], environment=environment)
            assert run.rc == 0, run.stdout + run.stderr
            return run

        yield start


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.stem)
def test_the_guide_shows_the_examples_that_are_tested(example: Path) -> None:
    assert textwrap.indent(example.read_text(encoding="utf-8"), "    ") in GUIDE.read_text(encoding="utf-8")


def test_find_incidents(run: Any, world: World) -> None:
    done = run(EXAMPLES / "find_incidents.yml")
    found = {row["processInstanceKey"]: row["message"] for row in done[0].ok["objects"]}
    assert {str(key): "The stove is cold" for key in world.failed}.items() <= found.items()


def test_count_by_state(run: Any, world: World) -> None:
    done = run(EXAMPLES / "count_by_state.yml", process=world.process("order"))
    totals = {each.result["item"]: each.result["total"] for each in done[0].items}
    active = len(world.active) + len(world.failed) + len(world.waiting_callers)
    assert totals == {"ACTIVE": active, "COMPLETED": 0, "CANCELED": len(world.canceled)}


def test_export(run: Any, world: World, tmp_path: Path) -> None:
    dest = tmp_path / "instances.jsonl"
    run(EXAMPLES / "export.yml", export_dest=str(dest))
    rows = [json.loads(line) for line in dest.read_text(encoding="utf-8").splitlines()]
    assert {str(key) for key in (*world.finished, *world.canceled)} <= {row["key"] for row in rows}
    assert all(row["endDate"] for row in rows)


def test_look_at_one_instance(run: Any, world: World) -> None:
    shown = run(EXAMPLES / "look_at_instance.yml", instance_key=str(world.failed[2]))[-1].ok["msg"]
    assert shown["state"] == "ACTIVE" and shown["failed_in"] == ["cook"]
    assert shown["variables"]["number"] in ("2", 2)


def test_feed_a_loop(run: Any, world: World, tmp_path: Path) -> None:
    run(EXAMPLES / "feed_a_loop.yml", process=world.process("order"), tickets=str(tmp_path))
    assert {str(key) for key in world.failed} == {path.stem for path in tmp_path.glob("*.txt")}


def test_incident_report(run: Any, world: World, tmp_path: Path) -> None:
    run(ROOT / "playbooks" / "incident_report.yml", incident_report_dest=str(tmp_path / "report"))
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert {str(key) for key in world.failed} <= {row["processInstanceKey"] for row in report["incidents"]}
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| JOB_NO_RETRIES |" in text and f"- process instance {world.failed[0]}" in text
    assert f"## JOB_NO_RETRIES in {world.process('order')}" in text and "    The stove is cold" in text


def test_export_playbook(run: Any, world: World, tmp_path: Path) -> None:
    dest = tmp_path / "definitions.jsonl"
    run(
        ROOT / "playbooks" / "operate_export.yml",
        operate_export_dest=str(dest),
        operate_export_entity="process-definitions",
        operate_export_filter={"name": world.prefix},
        operate_export_fields=["bpmnProcessId"],
    )
    rows = [json.loads(line) for line in dest.read_text(encoding="utf-8").splitlines()]
    assert sorted(row["bpmnProcessId"] for row in rows) == sorted(world.process(name) for name in PROCESSES)


@pytest.fixture
def old_world(camunda8: Camunda8) -> Iterator[World]:
    """What may be deleted."""
    with world_in(camunda8, "bpmops-old", size=2, finished=2) as world:
        yield world


def test_clean_up(run: Any, camunda8: Camunda8, old_world: World, world: World, tmp_path: Path) -> None:
    """The role and the example; the retention is so short that only the other conditions protect the rest."""
    report = tmp_path / "report.json"
    role: dict[str, Any] = {
        "operate_cleanup_processes": [{"bpmn_process_id": old_world.process("delivery")}],
        "operate_cleanup_older_than": "0s",
        "operate_cleanup_report": str(report),
    }
    playbook = ROOT / "playbooks" / "operate_cleanup.yml"
    run(playbook, "--check", **role)
    assert not report.exists()
    run(playbook, operate_cleanup_dry_run=True, **role)
    dry = json.loads(report.read_text(encoding="utf-8"))
    assert dry["dry_run"] is True and dry["deleted"] == 2 * len(old_world.callers)
    assert [camunda8.state(key) for key in old_world.callers] == ["COMPLETED"] * 2
    run(playbook, **role)
    real = json.loads(report.read_text(encoding="utf-8"))
    assert real == {**dry, "dry_run": False}
    assert [camunda8.state(key) for key in old_world.callers] == [None] * 2
    assert [camunda8.state(key) for key in old_world.waiting_callers] == ["ACTIVE"] * 2
    assert [camunda8.state(key) for key in old_world.finished] == ["COMPLETED"] * len(old_world.finished)
    again = run(playbook, **role)
    assert json.loads(report.read_text(encoding="utf-8"))["deleted"] == 0
    assert again.requests and not again.requests.writes
    done = run(EXAMPLES / "clean_up.yml", process=old_world.process("greeting"), retention="0s")
    assert done[2].ok["counts"]["deleted"] == len(old_world.finished)
    assert [camunda8.state(key) for key in old_world.finished] == [None] * len(old_world.finished)
    assert [camunda8.state(key) for key in world.finished] == ["COMPLETED"] * len(world.finished)
