# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Camunda 8: connection options, addresses of the services of a cluster, client."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Optional

from ..errors import UsageError
from ..options import ORCHESTRATION_CLUSTER_ENV, Option, product_options
from ..rest.client import Client
from ..rest.connection import Connection
from ..rest.response import Response
from ..secrets import Redactor
from ..task import Product
from .v1 import Operate

SAAS_TOKEN_URL = "https://login.cloud.camunda.io/oauth/token"

_ENV: Mapping[str, tuple[str, ...]] = {
    **ORCHESTRATION_CLUSTER_ENV,
    "url": ("CAMUNDA_REST_ADDRESS", "ZEEBE_REST_ADDRESS"),
    "operate_url": ("CAMUNDA_OPERATE_BASE_URL",),
    "operate_audience": ("CAMUNDA_OPERATE_OAUTH_AUDIENCE",),
    "zeebe_url": (),
    "zeebe_audience": (),
}

# Up to Camunda 8.8 each component of a SaaS cluster has a host of its own, whose name is also the audience of its
# tokens. Console's environment file names those of one component for all, so they are replaced here.
_SAAS_HOST = re.compile(r"\b(operate|zeebe)\.camunda\.io\b")


def locate(params: Mapping[str, Any], service: str) -> dict[str, Any]:
    """Return the connection parameters that are given, with url, token_url and audience of one service.

    Args:
        params: the parameters of a task.
        service: ``operate`` for Operate API v1, ``zeebe`` for the Orchestration Cluster API v2.

    Raises:
        UsageError: a cluster without its region, or the other way round.
    """
    given = {name: value for name, value in params.items() if value not in (None, "")}
    for name in ("url", "audience"):
        own = f"{service}_{name}"
        # The environment does not override what the task gives.
        if own in given and (name not in given or _in_environment(name, given) or not _in_environment(own, given)):
            given[name] = given[own]
    if given.get("cluster_id") or given.get("region"):
        given = {**_saas(given, service), **given}
    elif given.get("client_id") and "scope" not in given:
        given.setdefault("audience", f"{service}-api")
    # Services of one process have one address.
    urls = [given[name] for name in ("url", "operate_url", "zeebe_url") if name in given]
    if urls:
        given["url"] = urls[0]
    for name in ("url", "audience"):
        if name in given:
            given[name] = _SAAS_HOST.sub(f"{service}.camunda.io", given[name])
    if "url" in given:
        given["url"] = re.sub(r"(/+v[12])?/*$", "", given["url"].strip())
    return given


def _in_environment(name: str, given: Mapping[str, Any]) -> bool:
    """Whether an option has the value that the environment gives it."""
    return given[name] in map(os.environ.get, _ENV[name])


def _saas(given: Mapping[str, Any], service: str) -> dict[str, str]:
    """Return url, token_url and audience of a SaaS cluster."""
    for name in ("cluster_id", "region"):
        if name not in given:
            raise UsageError("A cluster of Camunda 8 SaaS needs both cluster_id and region.")
        if not re.fullmatch(r"[A-Za-z0-9-]+", given[name]):
            raise UsageError(f"The option {name} may have letters, digits and hyphens only.")
    cluster, region, host = given["cluster_id"], given["region"], f"{service}.camunda.io"
    if given.get("saas_address") == "cluster":
        # The credentials have an audience of their own then, which Console shows.
        return {"url": f"https://{region}.api.camunda.io/{cluster}", "token_url": SAAS_TOKEN_URL}
    return {"url": f"https://{region}.{host}/{cluster}", "token_url": SAAS_TOKEN_URL, "audience": host}


def explain(response: Response) -> tuple[Optional[str], str]:
    """Return the type and the message of an error answer; see ``problems.explain``."""
    from . import problems  # only imported after an error

    return problems.explain(response)


def repeat_answer(response: Response) -> Optional[bool]:
    """Return whether an error answer may be asked again; see ``problems.repeat_answer``."""
    from . import problems

    return problems.repeat_answer(response)


def connect(params: Mapping[str, Any], redactor: Redactor, read_only: bool) -> Operate:
    """Return the client for a task's parameters."""
    operate, zeebe = (
        Connection.from_parameters(locate(params, service), password_strategy="cookie")
        for service in ("operate", "zeebe")
    )

    def client(connection: Connection) -> Client:
        return Client(connection, read_only=read_only, redactor=redactor, explain=explain, repeat_answer=repeat_answer)

    rest = client(operate)
    return Operate(rest, rest if operate == zeebe else client(zeebe), repeats=operate.request_retries > 0)


CAMUNDA8 = Product(
    "camunda8",
    product_options(
        _ENV,
        Option("operate_url", env=_ENV["operate_url"]),
        Option("operate_audience", env=_ENV["operate_audience"]),
        Option("zeebe_url"),
        Option("zeebe_audience"),
        Option("cluster_id", env=("CAMUNDA_CLUSTER_ID",)),
        Option("region", env=("CAMUNDA_CLUSTER_REGION",)),
        Option("saas_address", default="component", choices=("component", "cluster")),
    ),
    connect,
)
