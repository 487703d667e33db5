# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module for tests of how modules run: it tells where it runs, and does what its options say. It needs no server."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Mapping
from typing import Any

from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.product import CAMUNDA7
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import UPDATE, Change, Kind
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import MissingLibraryError, RefusedError
from ansible_collections.bpmops.camunda.plugins.module_utils.runner import run
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor
from ansible_collections.bpmops.camunda.plugins.module_utils.task import Context, Outcome, Product, Spec


def connect(params: Mapping[str, Any], redactor: Redactor, read_only: bool) -> str:
    """Return a name for each client that is made, in place of a client."""
    redactor.add(params["password"])
    return uuid.uuid4().hex


THING = Kind("thing", key=str, merge=lambda _current, wanted: wanted, perform=lambda *_arguments: None)

SPEC = Spec(
    Product("probe", CAMUNDA7.options, connect),
    {
        "value": {"type": "raw"},
        "text": {"type": "str", "aliases": ["words"]},
        "kind": {"type": "str", "choices": ["a", "b"], "default": "a"},
        "number": {"type": "int"},
        "secret": {"type": "str", "no_log": True},
        "rows": {
            "type": "list",
            "elements": "dict",
            "options": {"name": {"required": True}, "secret": {"no_log": True}},
        },
        "old": {"type": "str", "removed_in_version": "9.0.0", "removed_from_collection": "bpmops.camunda"},
        "warnings": {"type": "list", "elements": "str", "default": []},
        "change": {"type": "bool", "default": False},
        "fail": {"type": "str", "choices": ["refused", "library", "crash", "exit"]},
    },
    rules={"mutually_exclusive": [("text", "number")], "required_if": [("kind", "b", ["number"])]},
)


def _fail(params: Mapping[str, Any]) -> None:
    if params["fail"] == "refused":
        raise RefusedError(f"No: {params['secret']}.", secret=params["secret"])
    if params["fail"] == "library":
        raise MissingLibraryError("There is no library of that name.")
    if params["fail"] == "crash":
        raise ValueError(f"It breaks: {params['secret']}")
    if params["fail"] == "exit":
        sys.exit(3)


def work(context: Context) -> Outcome:
    params = context.params
    for text in params["warnings"]:
        context.warn(text)
    _fail(params)
    result = {
        "here": "ansible.plugins.action" in sys.modules,
        "process": os.getpid(),
        "client": context.client,
        "variable": os.environ.get("PROBE"),
        "value": params["value"],
        "type": type(params["value"]).__name__,
        "seen": [params["text"], params["secret"], params["rows"], params["number"]],
        "check": context.check_mode,
    }
    return Outcome(
        params["change"], result, [Change(UPDATE, THING, "probe", {"value": "one"}, {"value": params["secret"]})]
    )


def main() -> None:
    run(SPEC, work)


if __name__ == "__main__":
    main()
