# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``rest_request`` and the table of hostile answers: in memory and to a file, it ends soon and says what came."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from ansible_collections.bpmops.camunda.tests.faults.test_hostile_servers import ANSWERS, BOMBS, tasks
from ansible_collections.bpmops.camunda.tests.support.fault_server import FaultServer

# Where it differs from the modules of one product: a web page, and a body that is no text, may be what the task wants.
PAGES = {"login page", "page as XHTML"}
WORDS = {"404 page": ": 404 Not Found"}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none(name: str) -> None:
    behaviour, words = ANSWERS[name]
    with FaultServer() as server:
        server.script(behaviour)
        result = tasks(server.url).run("rest_request", follow_redirects=False)
        assert len(server.requests) == 1
    if name in PAGES:
        assert result["body"].startswith("<html")
        return
    assert result["failed"] and result["changed"] is False
    assert re.search(WORDS.get(name, words), result["msg"]), result["msg"]


@pytest.mark.parametrize("name", [name for name in ANSWERS if name not in PAGES | set(BOMBS)])
def test_an_answer_that_is_none_leaves_no_file(name: str, tmp_path: Path) -> None:
    behaviour, _words = ANSWERS[name]
    with FaultServer() as server:
        server.script(behaviour)
        result = tasks(server.url).run("rest_request", dest=str(tmp_path / "x"), follow_redirects=False)
    assert result["failed"] and result["changed"] is False
    assert os.listdir(tmp_path) == []
