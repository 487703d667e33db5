# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The story of ``./dev demo``: the identity of a company as code, on a real engine that is empty at the start.

The modules find the engine in the environment (CAMUNDA7_URL, CAMUNDA7_USERNAME, CAMUNDA7_PASSWORD). Every
step is checked, and the story ends with 1 when one does not come out as told.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import requests

from ..engines import background, launch
from ..tools.processes import ToolError, exit_status

ROOT = Path(__file__).resolve().parents[2]
STATE = ROOT / "examples" / "identity" / "state"


class StoryError(Exception):
    """A step did not come out as told."""


class Run(NamedTuple):
    """A playbook that has ended."""

    code: int
    output: str

    @property
    def counts(self) -> tuple[int, ...]:
        """What was found to create, update and delete."""
        found = re.search(r"Found (\d+) to create, (\d+) to update, (\d+) to delete", self.output)
        if not found:
            raise StoryError("The playbook did not report what it found:\n" + self.output)
        return tuple(map(int, found.groups()))


def say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def expect(what: str, found: object, wanted: object, output: str = "") -> None:
    """Report a fact that was told, or end the story."""
    if found != wanted:
        raise StoryError(f"{what}: expected {wanted}, found {found}\n{output}")
    print(f"   {what}: {found}", flush=True)


def playbook(name: str, variables: Path, arguments: Sequence[str] = (), show: str = "") -> Run:
    """Run a playbook of the collection; ``show`` is a pattern of the lines of its output that are shown."""
    command = ["ansible-playbook", f"bpmops.camunda.{name}", "-e", f"@{variables}", *arguments]
    print("   $ " + " ".join(command[:2] + list(arguments)), flush=True)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    for line in [line for line in lines if show and re.search(show, line)][:12]:
        print("   | " + line)
    return Run(done.returncode, done.stdout + done.stderr)


def engine(method: str, path: str, body: object = None) -> object:
    """Call the REST API behind Ansible's back."""
    login = (os.environ["CAMUNDA7_USERNAME"], os.environ["CAMUNDA7_PASSWORD"])
    answer = requests.request(method, os.environ["CAMUNDA7_URL"] + path, json=body, auth=login, timeout=20)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def count(kind: str) -> int:
    rows = engine("GET", f"/{kind}")
    return len(rows) if isinstance(rows, list) else -1


def story(variables: Path) -> None:
    say("A fresh engine has its administrator and nothing else")
    fresh = {kind: count(kind) for kind in ("user", "group", "tenant", "authorization")}
    expect("users, groups, tenants", (fresh["user"], fresh["group"], fresh["tenant"]), (1, 1, 0))

    say("Check mode with diff: what would be done, and nothing is written")
    run = playbook("identity_reconcile", variables, ["--check", "--diff"], r'^\+    "id": "(aabel|hr|emea)"')
    expect("ended with", run.code, 0, run.output)
    planned = run.counts
    expect("would be updated and deleted", planned[1:], (0, 0), run.output)
    expect("the engine holds", {kind: count(kind) for kind in fresh}, fresh)

    say("Reconcile: users, groups, tenants, memberships, authorizations in one task")
    run = playbook("identity_reconcile", variables)
    expect("ended with", run.code, 0, run.output)
    expect("created, updated, deleted (as planned)", run.counts, planned, run.output)
    expect("users, groups, tenants", (count("user"), count("group"), count("tenant")), (41, 9, 3))
    expect("no password in the output", [word for word in _secrets(variables) if word in run.output], [])

    say("The second run finds nothing to do")
    run = playbook("identity_reconcile", variables)
    expect("ended with", run.code, 0, run.output)
    expect("created, updated, deleted", run.counts, (0, 0, 0), run.output)

    say("Somebody changes things behind Ansible's back")
    engine("DELETE", "/user/ccosta")
    engine("PUT", "/user/dduarte/profile", {"id": "dduarte", "firstName": "Dario", "lastName": "Changed"})
    engine("PUT", "/group/auditors/members/bbrandt")
    grant = {"type": 1, "permissions": ["ALL"], "userId": "bbrandt", "resourceType": 6, "resourceId": "*"}
    engine("POST", "/authorization/create", grant)
    print("   a user removed, a user renamed, an auditor who should not be one, ALL on all processes for one person")

    say("The drift check finds exactly that, and fails as a scheduled job should")
    run = playbook("identity_drift", variables, [])
    expect("ended with", run.code, 2, run.output)
    told = re.search(r'"msg": "The engine differs from the declared state in \d+ points: ([^"]*)"', run.output)
    found = sorted(told.group(1).strip().split("; ")) if told else []
    wanted = [
        "create membership user ccosta of group accounting",
        "create user ccosta",
        "delete authorization grant user bbrandt on process_definition *",
        "delete membership user bbrandt of group auditors",
        "update user dduarte",
    ]
    expect("differences", found, wanted, run.output)

    say("Heal")
    run = playbook("identity_reconcile", variables)
    expect("created, updated, deleted", run.counts, (2, 1, 2), run.output)
    run = playbook("identity_drift", variables)
    expect("the drift check ends with", run.code, 0, run.output)


def _secrets(variables: Path) -> list[str]:
    declared = json.loads(variables.read_text(encoding="utf-8"))["c7_identity_passwords"].values()
    return [os.environ["CAMUNDA7_PASSWORD"], *declared]


def tell_story() -> int:
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        variables = Path(folder, "variables.json")
        values = {
            "c7_identity_src": str(STATE),
            "c7_identity_purge": ["users", "groups", "tenants", "memberships", "authorizations"],
            "c7_identity_passwords": {name: secrets.token_urlsafe(12) for name in ("aabel", "bbrandt", "ccosta")},
        }
        variables.write_text(json.dumps(values), encoding="utf-8")
        try:
            story(variables)
        except StoryError as error:
            print(f"\nThis is not what should have happened. {error}", file=sys.stderr)
            return 1
    print(f"\nDone in {time.monotonic() - begin:.0f} s: declared, reconciled, unchanged, drifted, found, healed.")
    return 0


def _start(keep: bool) -> launch.Running:
    """A fresh engine, which goes on when it is to be kept."""
    if not keep:
        return launch.start("camunda7")
    with launch.background("camunda7") as running:
        if running:
            raise ToolError("camunda7 runs already. The demo needs a fresh one: ./dev engine stop camunda7")
    return launch.start_in_background("camunda7")


def main() -> int:
    """Start an engine and tell the story on it."""
    parser = argparse.ArgumentParser(prog="./dev demo identity", description="Tells the story of identity as code.")
    parser.add_argument("--keep", action="store_true", help="leave the engine running")
    keep = parser.parse_args().keep
    with contextlib.ExitStack() as stack:
        engine = _start(keep)
        if not keep:
            stack.enter_context(engine)
        print(f"{engine.name} {engine.version} serves at {engine.url}", flush=True)
        os.environ.update(background.exports(engine))
        status = tell_story()
        if keep:
            background.describe(engine)
    return status


if __name__ == "__main__":
    sys.exit(exit_status(main))
