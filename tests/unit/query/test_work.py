# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What modules and lookups that search and get return, and what they refuse before the first request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import RefusedError, UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.query import single, work
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor
from ansible_collections.bpmops.camunda.plugins.module_utils.task import Context, Outcome
from ansible_collections.bpmops.camunda.tests.unit.query.stores import Offsets, Row, catalog

ROWS = [{"id": each, "group": each % 2} for each in range(1, 6)]


def run(done: Any, arguments: Row, check: bool, options: Row) -> Outcome:
    params = {**{name: row.get("default") for name, row in arguments.items()}, **options}
    outcome: Outcome = done(Context(params, None, check, Redactor(), print))
    return outcome


def search(source: Offsets, *, check: bool = False, **options: Any) -> Outcome:
    return run(work.search(catalog(source)), work.SEARCH, check, {"entity": "stones", **options})


def get(source: Offsets, *, check: bool = False, **options: Any) -> Outcome:
    arguments = single.get_arguments("id", "ids", "xml", "part")
    return run(single.get(catalog(source)), arguments, check, {"entity": "stones", **options})


def test_objects_or_their_number() -> None:
    source = Offsets(ROWS)
    assert search(source, filter={"group": 0}, fields=["id"]) == Outcome(
        False,
        {
            "objects": [{"id": "2"}, {"id": "4"}],
            "total": 2,
            "total_is_lower_bound": False,
            "truncated": False,
            "resume": None,
        },
    )
    counted = search(source, filter={"group": 0}, count_only=True)
    assert counted.result == {"total": 2, "total_is_lower_bound": False, "truncated": False, "resume": None}
    cut = search(source, limit=2)
    assert [row["id"] for row in cut.result["objects"]] == ["1", "2"]
    assert (cut.result["total"], cut.result["truncated"], cut.result["resume"]) == (5, True, 2)


def test_objects_in_a_file(tmp_path: Path) -> None:
    source, dest = Offsets(ROWS), tmp_path / "stones.jsonl"
    preview = search(source, dest=str(dest), page_size=2, check=True)
    assert preview.changed and not dest.exists()
    done = search(source, dest=str(dest), page_size=2)
    assert done == preview and done.result["count"] == 5 and "objects" not in done.result
    assert [json.loads(line)["id"] for line in dest.read_text().splitlines()] == ["1", "2", "3", "4", "5"]
    assert not search(source, dest=str(dest), page_size=5).changed


def test_one_object_or_several() -> None:
    source = Offsets(ROWS)
    assert get(source, id="3") == Outcome(False, {"missing": [], "object": {"id": "3", "group": 1}})
    assert get(source, id="9").result == {"missing": ["9"], "object": None}
    several = get(source, ids=["4", "9", "1", "8"])
    assert several.result == {"missing": ["9", "8"], "objects": [{"id": "4", "group": 0}, {"id": "1", "group": 1}]}
    assert get(source, ids=[]).result == {"missing": [], "objects": []}
    with pytest.raises(RefusedError, match=r"There is no stone 9, 8 \(required: true\)") as refused:
        get(source, ids=["4", "9", "1", "8"], required=True)
    assert refused.value.facts["missing"] == ["9", "8"]


def test_views(tmp_path: Path) -> None:
    source, dest = Offsets(ROWS), tmp_path / "stone.xml"
    assert get(source, id="3", view="xml").result["object"] == "xml None of 3"
    assert get(source, ids=["3", "4"], view="part", name="a").result["objects"] == ["part a of 3", "part a of 4"]
    assert get(source, id="3", view="xml", dest=str(dest), check=True).changed and not dest.exists()
    done = get(source, id="3", view="xml", dest=str(dest))
    assert done == Outcome(True, {"missing": [], "dest": str(dest)}) and dest.read_text() == "xml None of 3"
    assert not get(source, id="3", view="xml", dest=str(dest)).changed
    nothing = get(source, id="9", view="xml", dest=str(dest))
    assert nothing == Outcome(False, {"missing": ["9"], "object": None}) and dest.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"id": "1", "entity": "stone"}, r"^entity: 'stone' is none of .*Did you mean stones\?"),
        ({"id": "1", "view": "xlm"}, r"^view: stones have no view 'xlm'\. Did you mean xml\?"),
        ({"ids": ["1", " "]}, r"^ids: ' ' is not an id"),
        ({"id": "1", "dest": "/tmp/x"}, r"^dest: only a document of one object can be written: give id and view: xml"),
        ({"ids": ["1"], "view": "xml", "dest": "/tmp/x"}, r"^dest: only a document of one object"),
        ({"id": "1", "view": "part", "name": "a", "dest": "/tmp/x"}, r"^dest: only a document of one object"),
        ({"id": "1", "view": "part"}, r"^name: the view part of stones needs the option name"),
        ({"id": "1", "view": "xml", "name": "a"}, r"^name: the view xml of stones takes no name"),
        ({"id": "1", "name": "a"}, r"^name: the view object of stones takes no name"),
    ],
    ids=str,
)
def test_a_mistake_sends_nothing(options: Row, message: str) -> None:
    source = Offsets(ROWS)
    with pytest.raises(UsageError, match=message):
        get(source, **options)
    assert source.gets == []


def test_a_folder_that_is_not_there_is_an_error_before_the_first_request(tmp_path: Path) -> None:
    source, dest = Offsets(ROWS), str(tmp_path / "nowhere" / "file")
    with pytest.raises(UsageError, match="nowhere"):
        search(source, dest=dest)
    with pytest.raises(UsageError, match="nowhere"):
        get(source, id="1", view="xml", dest=dest)
    assert source.requests == [] and source.gets == []
