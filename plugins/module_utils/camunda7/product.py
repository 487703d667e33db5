# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Camunda 7 and its forks: connection options and client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..options import Option, product_options
from ..rest.client import Client
from ..rest.connection import Connection
from ..rest.response import Response
from ..secrets import Redactor
from ..task import Product
from .client import Camunda7

# Explanations of errors are only imported after an error.


def explain(response: Response) -> tuple[Optional[str], str]:
    """Return the type and the message of an error answer; see ``problems.explain``."""
    from . import problems

    return problems.explain(response)


def repeat_answer(response: Response) -> Optional[bool]:
    """Return whether an error answer may be asked again; see ``problems.repeat_answer``."""
    from . import problems

    return problems.repeat_answer(response)


def connect(params: Mapping[str, Any], redactor: Redactor, read_only: bool) -> Camunda7:
    """Return the client for a task's parameters."""
    connection = Connection.from_parameters(params)
    rest = Client(connection, read_only=read_only, redactor=redactor, explain=explain, repeat_answer=repeat_answer)
    known = connection.auth_type in {"basic", "cookie"}
    return Camunda7(
        rest,
        engine=params.get("engine"),
        authenticated=connection.auth_type != "none",
        caller=connection.username if known else None,
        password=connection.password if known else None,
    )


CAMUNDA7 = Product(
    "camunda7",
    product_options(
        {"url": ("CAMUNDA7_URL",), "username": ("CAMUNDA7_USERNAME",), "password": ("CAMUNDA7_PASSWORD",)},
        Option("engine", env=("CAMUNDA7_ENGINE",)),
    ),
    connect,
)
