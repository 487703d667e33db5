# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The story of ``./dev demo operate``: a kitchen on a real Camunda 8.6, its incidents, its history, and cleaning up.

The engine is named by the environment (CAMUNDA_REST_ADDRESS, CAMUNDA_BASIC_AUTH_USERNAME and _PASSWORD), as for the
modules. Every step is checked, and the story ends with 1 when one does not come out as told.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from ..support.camunda8 import Camunda8, World, make_world

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "operate"
URL = os.environ["CAMUNDA_REST_ADDRESS"]
LOGIN = (os.environ["CAMUNDA_BASIC_AUTH_USERNAME"], os.environ["CAMUNDA_BASIC_AUTH_PASSWORD"])


class StoryError(Exception):
    """A step did not come out as told."""


class Run(NamedTuple):
    """A playbook that has ended."""

    code: int
    output: str


def say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def expect(what: str, found: object, wanted: object, output: str = "") -> None:
    """Report a fact that was told, or end the story."""
    if found != wanted:
        raise StoryError(f"{what}: expected {wanted}, found {found}\n{output}")
    print(f"   {what}: {found}", flush=True)


def playbook(name: str, show: str = "", **variables: Any) -> Run:
    """Run an example or a playbook of the collection; ``show`` is a pattern of the lines of output that are shown."""
    shipped = name.startswith("bpmops.")
    command = ["ansible-playbook", name if shipped else str(EXAMPLES / name), "-e", json.dumps(variables)]
    print(
        f"   $ ansible-playbook {name}" + "".join(f" -e {key}={value}" for key, value in variables.items()), flush=True
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in [line.strip() for line in done.stdout.splitlines() if show and re.search(show, line)][:12]:
        print("   | " + line)
    expect("ended with", done.returncode, 0, done.stdout + done.stderr)
    return Run(done.returncode, done.stdout)


def story(api: Camunda8, folder: Path) -> None:
    say("Deploy a process and a decision; start instances, let jobs fail, cancel some, let others end")
    world: World = make_world(api)
    expect(
        "instances that are failed, active, canceled",
        [len(world.failed), len(world.active), len(world.canceled)],
        [3] * 3,
    )

    say("How many there are")
    run = playbook("count_by_state.yml", r'"msg"')
    expect("completed ones", re.findall(r"COMPLETED: (\d+)", run.output), ["16"], run.output)

    say("What went wrong")
    run = playbook("find_incidents.yml", r'"msg"')
    expect("incidents", run.output.count("The stove is cold"), 3, run.output)
    playbook("bpmops.camunda.incident_report", incident_report_dest=str(folder / "incidents"))
    report = (folder / "incidents.md").read_text(encoding="utf-8")
    for line in report.splitlines()[:8]:
        print("   | " + line)
    expect("incidents in the report", report.count("## JOB_NO_RETRIES in order"), 3)

    say("One of them, from all sides")
    playbook("look_at_instance.yml", r'"(state|failed_in|season|number)"|"cook"', instance_key=str(world.failed[0]))

    say("The finished ones, into a file")
    dest = folder / "instances.jsonl"
    playbook("export.yml", r'"msg"', export_dest=str(dest))
    lines = dest.read_text(encoding="utf-8").splitlines()
    print("   | " + lines[0])
    expect("lines", len(lines), 19)

    say("Retention: first a dry run, then for real; called instances go with those that called them")
    policy = {"operate_cleanup_older_than": "0s", "operate_cleanup_report": str(folder / "cleanup.json")}
    playbook("bpmops.camunda.operate_cleanup", "Would delete", **policy, operate_cleanup_dry_run=True)
    expect("still there", api.search("process-instances", filter={"state": "COMPLETED"})["total"], 16)
    playbook("bpmops.camunda.operate_cleanup", "Deleted", **policy)
    done = json.loads((folder / "cleanup.json").read_text(encoding="utf-8"))
    expect("deleted", done["deleted"], 19)
    states = [api.search("process-instances", filter={"state": state})["total"] for state in ("COMPLETED", "CANCELED")]
    expect("completed and canceled ones that are left", states, [0, 0])
    expect("active ones that are left", api.search("process-instances", filter={"state": "ACTIVE"})["total"], 10)


def main() -> int:
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            story(Camunda8(URL, *LOGIN), Path(folder))
        except StoryError as error:
            print(f"\nThis is not what should have happened. {error}", file=sys.stderr)
            return 1
    print(f"\nDone in {time.monotonic() - begin:.0f} s: counted, reported, exported, cleaned up.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
