# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The story of ``./dev demo operate``: a kitchen on Camunda 8, its incidents, its history, and cleaning up.

Without an argument it is told on the simulated Camunda 8 of the tests; with a URL on the user's cluster, which
CAMUNDA_BASIC_AUTH_USERNAME and _PASSWORD open. There it counts only instances of its own, and removes only these.
Every step is checked, and the story ends with 1 when one does not come out as told.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..support.camunda8 import PROCESSES, Camunda8, World, world_in
from ..support.fake_camunda8 import FakeCamunda8
from ..tools.processes import exit_status

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "operate"
SIMULATED = (
    "This story is told on a simulated Camunda 8: a small program of the tests that answers as a running 8.6.0 did "
    "(--url URL tells it on a cluster of yours)."
)


class StoryError(Exception):
    """A step did not come out as told."""


def say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def expect(what: str, found: object, wanted: object, output: str = "") -> None:
    """Report a fact that was told, or end the story."""
    if found != wanted:
        raise StoryError(f"{what}: expected {wanted}, found {found}\n{output}")
    print(f"   {what}: {found}", flush=True)


def playbook(api: Camunda8, name: str, show: str = "", **variables: Any) -> str:
    """Run an example or a playbook of the collection and return its output.

    Args:
        show: a pattern of the lines of output that are shown.
        variables: of the playbook.
    """
    shipped = name.startswith("bpmops.")
    command = ["ansible-playbook", name if shipped else str(EXAMPLES / name), "-e", json.dumps(variables)]
    print(
        f"   $ ansible-playbook {name}" + "".join(f" -e {key}={value}" for key, value in variables.items()), flush=True
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CAMUNDA_", "ZEEBE_"))}
    environment |= api.environment
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    for line in [line.strip() for line in done.stdout.splitlines() if show and re.search(show, line)][:12]:
        print("   | " + line)
    expect("ended with", done.returncode, 0, done.stdout + done.stderr)
    return done.stdout


def count(api: Camunda8, world: World, state: str) -> int:
    """How many instances of ours are in this state."""
    return len(api.instances(world.prefix, state=state))


def story(api: Camunda8, world: World, folder: Path) -> None:
    expect(
        "instances that are failed, active, canceled",
        [len(world.failed), len(world.active), len(world.canceled)],
        [3] * 3,
    )

    say("How many there are of one process")
    output = playbook(api, "count_by_state.yml", r'"msg"', process=world.process("order"))
    expect("active ones", re.findall(r"ACTIVE: (\d+)", output), ["8"], output)

    say("What went wrong")
    ours = "|".join(map(str, world.failed))
    output = playbook(api, "find_incidents.yml", rf'"msg".*({ours})')
    expect("incidents", len(re.findall(rf'"msg".*({ours}) JOB_NO_RETRIES: The stove is cold', output)), 3, output)
    playbook(api, "bpmops.camunda.incident_report", incident_report_dest=str(folder / "incidents"))
    report = (folder / "incidents.md").read_text(encoding="utf-8")
    for line in report.splitlines()[:8]:
        print("   | " + line)
    expect("incidents in the report", report.count(f"## JOB_NO_RETRIES in {world.process('order')}"), 3)

    say("One of them, from all sides")
    shown = r'"(state|failed_in|season|number)"|"cook"'
    playbook(api, "look_at_instance.yml", shown, instance_key=str(world.failed[0]))

    say("The finished ones, into a file")
    dest = folder / "instances.jsonl"
    finished = {"bpmnProcessId": world.process("greeting"), "state": "COMPLETED"}
    playbook(
        api,
        "bpmops.camunda.operate_export",
        r'"msg"',
        operate_export_dest=str(dest),
        operate_export_filter=finished,
        operate_export_fields=["key", "bpmnProcessId", "startDate", "endDate", "state"],
    )
    lines = dest.read_text(encoding="utf-8").splitlines()
    print("   | " + lines[0])
    expect("lines", len(lines), len(world.finished) + len(world.callers))

    say("Retention: first a dry run, then for real; called instances go with those that called them")
    policy = {
        "operate_cleanup_processes": [{"bpmn_process_id": world.process(name)} for name in PROCESSES],
        "operate_cleanup_older_than": "0s",
        "operate_cleanup_report": str(folder / "cleanup.json"),
    }
    playbook(api, "bpmops.camunda.operate_cleanup", "Would delete", **policy, operate_cleanup_dry_run=True)
    expect("still there", count(api, world, "COMPLETED"), 16)
    playbook(api, "bpmops.camunda.operate_cleanup", "Deleted", **policy)
    done = json.loads((folder / "cleanup.json").read_text(encoding="utf-8"))
    expect("deleted", done["deleted"], 19)
    expect(
        "completed, canceled and active ones that are left",
        [count(api, world, state) for state in ("COMPLETED", "CANCELED", "ACTIVE")],
        [0, 0, 10],
    )


def main() -> int:
    """Tell the story."""
    parser = argparse.ArgumentParser(prog="./dev demo operate", description="Tells the story of Operate.")
    parser.add_argument(
        "--url",
        help="of a Camunda 8 (default: a simulated one); CAMUNDA_BASIC_AUTH_USERNAME and _PASSWORD hold the login",
    )
    url = parser.parse_args().url
    print(f"This story is told on the Camunda 8 at {url}." if url else SIMULATED, flush=True)
    begin = time.monotonic()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        if url:
            names = ("CAMUNDA_BASIC_AUTH_USERNAME", "CAMUNDA_BASIC_AUTH_PASSWORD")
            api = Camunda8(url.rstrip("/"), *(os.environ.get(name, "") for name in names))
        else:
            fake = stack.enter_context(FakeCamunda8(csrf=True))
            api = Camunda8(fake.url, fake.username, fake.password)
        say("Deploy a process and a decision; start instances, let jobs fail, cancel some, let others end")
        try:
            with world_in(api, "demo") as world:
                story(api, world, Path(folder))
                say("Remove what is left of this story")
        except StoryError as error:
            print(f"\nThis is not what should have happened. {error}", file=sys.stderr)
            return 1
    print(f"\nDone in {time.monotonic() - begin:.0f} s: counted, reported, exported, cleaned up.")
    return 0


if __name__ == "__main__":
    sys.exit(exit_status(main))
