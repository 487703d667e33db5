# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options of Operate: Self-Managed by URL, SaaS by region and cluster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import UsageError
from ..rest.options import ORCHESTRATION_CLUSTER_ENV, Option, product_options

OPTIONS: tuple[Option, ...] = product_options(
    {
        **ORCHESTRATION_CLUSTER_ENV,
        "url": ("CAMUNDA_OPERATE_BASE_URL", "CAMUNDA_REST_ADDRESS", "ZEEBE_REST_ADDRESS"),
        "audience": ("CAMUNDA_OPERATE_OAUTH_AUDIENCE", *ORCHESTRATION_CLUSTER_ENV["audience"]),
    },
    Option("cluster_id", env=("CAMUNDA_CLUSTER_ID",)),
    Option("region", env=("CAMUNDA_CLUSTER_REGION",)),
)

SAAS_TOKEN_URL = "https://login.cloud.camunda.io/oauth/token"

# SaaS serves each component under a host of its own, whose name is also the audience of its tokens. Console's
# environment file names those of one component for all, so they are put right here.
_SAAS_HOST = re.compile(r"\b(operate|zeebe)\.camunda\.io\b")


def locate(params: Mapping[str, Any], service: str = "operate") -> dict[str, Any]:
    """Return the connection parameters that are given, with url, token_url and audience complete.

    Args:
        params: the parameters of a task.
        service: operate, or zeebe for the commands of API v2.

    Raises:
        UsageError: a cluster without its region, or the other way round.
    """
    given = {name: value for name, value in params.items() if value not in (None, "")}
    host = f"{service}.camunda.io"
    cluster, region = given.get("cluster_id"), given.get("region")
    if bool(cluster) != bool(region):
        raise UsageError("A cluster of Camunda 8 SaaS needs both cluster_id and region.")
    if cluster:
        for name in ("cluster_id", "region"):
            if not re.fullmatch(r"[A-Za-z0-9-]+", given[name]):
                raise UsageError(f"The option {name} may have letters, digits and hyphens only.")
        given.setdefault("url", f"https://{region}.{host}/{cluster}")
        given.setdefault("token_url", SAAS_TOKEN_URL)
        given.setdefault("audience", host)
    for name in ("url", "audience"):
        if name in given:
            given[name] = _SAAS_HOST.sub(host, given[name])
    if "url" in given:
        given["url"] = re.sub(r"(/+v[12])?/*$", "", given["url"].strip())
    return given
