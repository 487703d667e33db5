# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any HTTP API: connection options and client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..options import Option, product_options
from ..secrets import Redactor
from ..task import Product
from .address import address, place
from .client import Rest


def connect(params: Mapping[str, Any], redactor: Redactor, read_only: bool) -> Rest:
    """Return the client for a task's parameters."""
    rest = Rest(params, redactor, read_only)
    if params.get("url"):
        rest.client(address(params["url"]).origin)
    return rest


# Credentials in the environment are those of Camunda: they are not for any server that a URL names.
_NOT_FROM_ENVIRONMENT: Mapping[str, tuple[str, ...]] = {"ca_path": (), "client_cert": (), "client_key": ()}
_OPTIONS = product_options(_NOT_FROM_ENVIRONMENT, Option("write_timeout", type="float", default=0.0))

REST = Product(
    "rest",
    tuple(replace(option, default=20.0) if option.name == "read_timeout" else option for option in _OPTIONS),
    connect,
    place,
)
