# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what a playbook run reports to its callbacks as JSON Lines, and tells the proxy which task is running."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: recorder
type: notification
short_description: Records every task result for the tests
description:
  - Writes one JSON object for each task start, item result and task result to the file that
    E(BPMOPS_CAMUNDA_TEST_RECORD) names.
  - Sends a label for each task to the proxy at E(BPMOPS_CAMUNDA_TEST_MARK), when that is set.
author: bpmops.camunda contributors
"""


def plain(value):
    """Reduce whatever a callback is handed (tagged strings, lazy templates, message objects) to what JSON knows."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    event = getattr(value, "event", None)  # a warning, deprecation or error summary of ansible-core 2.19 and newer
    return str(event.msg) if event is not None else str(value)


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._record = Path(os.environ["BPMOPS_CAMUNDA_TEST_RECORD"])
        self._marks = None
        if "BPMOPS_CAMUNDA_TEST_MARK" in os.environ:
            host, _colon, port = os.environ["BPMOPS_CAMUNDA_TEST_MARK"].rpartition(":")
            self._marks = socket.create_connection((host, int(port)), timeout=30).makefile("rw")
        self._started = 0

    def _write(self, **event):
        with self._record.open("a", encoding="utf-8") as record:
            record.write(json.dumps(event) + "\n")

    def _start(self, task):
        label = str(self._started)
        self._started += 1
        if self._marks is not None:
            self._marks.write(label + "\n")
            self._marks.flush()
            self._marks.readline()  # from here on the proxy counts for this task
        self._write(event="task", label=label, uuid=str(task._uuid), name=str(task.get_name()), action=str(task.action))

    def _result(self, status, result, item=False):
        self._write(
            event="item" if item else "result",
            status=status,
            uuid=str(result._task._uuid),
            host=str(result._host.get_name()),
            result=plain(result._result),
        )

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._start(task)

    def v2_playbook_on_handler_task_start(self, task):
        self._start(task)

    def v2_runner_on_ok(self, result):
        self._result("ok", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._result("failed", result)

    def v2_runner_on_skipped(self, result):
        self._result("skipped", result)

    def v2_runner_on_unreachable(self, result):
        self._result("unreachable", result)

    def v2_runner_item_on_ok(self, result):
        self._result("ok", result, item=True)

    def v2_runner_item_on_failed(self, result):
        self._result("failed", result, item=True)

    def v2_runner_item_on_skipped(self, result):
        self._result("skipped", result, item=True)
