# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ./dev mutate makes of the words of mutmut; mutmut itself is not run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.bpmops.camunda.tests.tools import mutation
from ansible_collections.bpmops.camunda.tests.tools.cache import ROOT

MODULE = "ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.guards"
NAME = f"{MODULE}.x__remove_caller__mutmut_5"
SHOWN = f"""# {NAME}: survived
--- ansible_collections/bpmops/camunda/plugins/module_utils/camunda7/guards.py
+++ ansible_collections/bpmops/camunda/plugins/module_utils/camunda7/guards.py
@@ -1,4 +1,4 @@
 def _remove_caller(client):
-    change = find(client.caller)
+    change = find(None)
     return change
"""
SURVIVOR = mutation.Survivor("camunda7.guards._remove_caller", "- change = find(client.caller)\n+ change = find(None)")


def _names(count: int) -> list[str]:
    return [f"{MODULE}.x_check__mutmut_{number}" for number in range(count)]


def _report(statuses: dict[str, str], accepted: frozenset[mutation.Survivor] = frozenset()) -> int:
    return mutation._report(statuses, lambda _name: SHOWN, accepted)


def test_the_statuses_are_read() -> None:
    printed = f"    {NAME}: survived\n    {MODULE}.xǁKeyǁ__str____mutmut_1: no tests\n\n"
    assert mutation._statuses(printed) == {NAME: "survived", f"{MODULE}.xǁKeyǁ__str____mutmut_1": "no tests"}


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("desired.plan.x_plan__mutmut_12", "desired.plan.plan"),
        ("camunda7.guards.x__grant_everybody__mutmut_1", "camunda7.guards._grant_everybody"),
        ("camunda7.caller.xǁCallerǁmay__mutmut_3", "camunda7.caller.Caller.may"),
        ("camunda7.authorizations.xǁKeyǁ__str____mutmut_3", "camunda7.authorizations.Key.__str__"),
    ],
)
def test_a_mutant_is_named_after_its_function(name: str, function: str) -> None:
    found = mutation._survivor(f"ansible_collections.bpmops.camunda.plugins.module_utils.{name}", "")
    assert found.function == function


def test_a_change_is_its_lines_without_indentation() -> None:
    assert mutation._survivor(NAME, SHOWN) == SURVIVOR


def test_a_file_of_survivors_counts_only_rows_with_a_reason(tmp_path: Path) -> None:
    row = {"function": SURVIVOR.function, "change": SURVIVOR.change.splitlines()}
    file = tmp_path / "survivors.json"
    file.write_text(json.dumps([{**row, "reason": "why"}, {**row, "function": "other", "reason": " "}]))
    assert mutation._accepted(file) == {SURVIVOR}


@pytest.mark.parametrize(("killed", "status"), [(100, 0), (90, 0), (89, 1), (0, 1)])
@pytest.mark.parametrize("other", ["survived", "no tests", "suspicious", "not checked"])
def test_the_status_tells_whether_enough_mutants_were_killed(killed: int, status: int, other: str) -> None:
    statuses = {name: "killed" if number < killed else other for number, name in enumerate(_names(100))}
    assert _report(statuses) == status


def test_without_mutants_something_is_wrong() -> None:
    assert _report({}) == 1


def test_a_test_without_an_end_counts_as_a_kill() -> None:
    assert _report(dict.fromkeys(_names(3), "timeout")) == 0


def test_survivors_on_purpose_are_marked_and_still_count(capsys: pytest.CaptureFixture[str]) -> None:
    accepted = frozenset({SURVIVOR, mutation.Survivor("gone", "- a\n+ b")})
    assert _report({NAME: "survived"}, accepted) == 1
    said = "".join(capsys.readouterr())
    assert f"left on purpose: {SURVIVOR.function}\n{SURVIVOR.change}" in said
    assert "no survivor any more, remove it from survivors.json: gone" in said
    assert "camunda7/guards.py: 0 of 1 mutants killed: 0.0%" in said
    assert "0 of 1 mutants killed: 0.0%; 1 left on purpose." in said


def test_other_survivors_are_told_with_their_status_and_change(capsys: pytest.CaptureFixture[str]) -> None:
    _report({NAME: "no tests"})
    assert f"no tests: {SURVIVOR.function}\n{SURVIVOR.change}" in "".join(capsys.readouterr())


def test_what_is_mutated_and_the_tests_of_it_exist() -> None:
    for pattern in mutation.MUTATED:
        assert list((ROOT / "plugins" / "module_utils").glob(pattern)), pattern
    for name in mutation.TESTS:
        assert (ROOT / name).exists(), name


def test_every_survivor_left_on_purpose_is_complete() -> None:
    rows = json.loads(mutation.SURVIVORS.read_text(encoding="utf-8"))
    assert all(row.keys() == {"function", "change", "reason"} and row["reason"].endswith(".") for row in rows)
    assert len(mutation._accepted()) == len(rows)
