# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options: one table for argument specs, documentation and lookups.

Their descriptions are in tests/tools/descriptions.py.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Option:
    """One option of a module or lookup.

    Attributes:
        name: the option's name.
        type: its Ansible type.
        default: the value when it is neither given nor in the environment.
        choices: the values it may have; empty for any.
        secret: whether its value must never be shown.
        env: environment variables that stand in for it; the first that is set and not empty is used.
    """

    name: str
    type: str = "str"
    default: Any = None
    choices: tuple[str, ...] = ()
    secret: bool = False
    env: tuple[str, ...] = ()


BASE: tuple[Option, ...] = (
    Option("url"),
    Option("auth_type", default="auto"),
    Option("username"),
    Option("password", secret=True),
    Option("token", secret=True),
    Option("api_key", secret=True),
    Option("api_key_name", default="X-API-Key"),
    Option("api_key_location", default="header", choices=("header", "query")),
    Option("client_id"),
    Option("client_secret", secret=True),
    Option("token_url"),
    Option("audience"),
    Option("scope"),
    Option("client_authentication", default="body", choices=("body", "header")),
    Option("token_cache", env=("CAMUNDA_TOKEN_CACHE_DIR",)),
    Option("validate_certs", type="bool", default=True),
    Option("ca_path", type="path", env=("CAMUNDA_MTLS_CA_PATH",)),
    Option("client_cert", type="path", env=("CAMUNDA_MTLS_CERT_PATH",)),
    Option("client_key", type="path", env=("CAMUNDA_MTLS_KEY_PATH",)),
    Option("proxy"),
    Option("connect_timeout", type="float", default=20.0),
    Option("read_timeout", type="float", default=60.0),
    Option("deadline", type="float", default=300.0),
    Option("request_retries", type="int", default=4),
)

IN_PROCESS = Option("in_process", type="bool", default=True, env=("BPMOPS_CAMUNDA_IN_PROCESS",))
"""The option that all modules have, and no other plugin."""

ORCHESTRATION_CLUSTER_ENV: Mapping[str, tuple[str, ...]] = {
    "auth_type": ("CAMUNDA_AUTH_STRATEGY",),
    "username": ("CAMUNDA_BASIC_AUTH_USERNAME",),
    "password": ("CAMUNDA_BASIC_AUTH_PASSWORD",),
    "token": ("CAMUNDA_OAUTH_TOKEN",),
    "client_id": ("CAMUNDA_CLIENT_ID", "ZEEBE_CLIENT_ID"),
    "client_secret": ("CAMUNDA_CLIENT_SECRET", "ZEEBE_CLIENT_SECRET"),
    "token_url": ("CAMUNDA_OAUTH_URL", "ZEEBE_OAUTH_URL"),
    "audience": ("CAMUNDA_TOKEN_AUDIENCE", "ZEEBE_TOKEN_AUDIENCE"),
    "scope": ("CAMUNDA_TOKEN_SCOPE", "ZEEBE_TOKEN_SCOPE"),
}
"""The environment variables of Camunda's own clients for Camunda 8, which several products of it share."""


STATE: Mapping[str, Any] = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}
TIME_RANGE: Mapping[str, Any] = {
    name: {"type": "str"} for name in ("started_after", "started_before", "ended_after", "ended_before", "older_than")
}
CONCURRENCY: Mapping[str, Any] = {"concurrency": {"type": "int", "default": 4}}
WAIT: Mapping[str, Any] = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "float", "default": 60.0},
    "wait_interval": {"type": "float", "default": 0.5},
}
"""Argument specs that modules share; ``wait_*`` are seconds. Their ranges are in checks.py."""


def allow(*guards: str) -> dict[str, dict[str, Any]]:
    """Return the option ``allow``: the names of the guards that a task switches off."""
    return {"allow": {"type": "list", "elements": "str", "choices": list(guards), "default": []}}


def product_options(env: Mapping[str, tuple[str, ...]], *extra: Option) -> tuple[Option, ...]:
    """Return the connection options of one product.

    Args:
        env: environment variables by option name, in place of those in BASE.
        extra: the product's own rows.
    """
    return (*(replace(option, env=env.get(option.name, option.env)) for option in BASE), *extra)


def argument_spec(options: tuple[Option, ...]) -> dict[str, dict[str, Any]]:
    """Return the argument spec of ``options`` for AnsibleModule."""
    return {option.name: _argument(option) for option in options}


def _argument(option: Option) -> dict[str, Any]:
    # Always set no_log: without it Ansible warns about names that look like secrets.
    spec: dict[str, Any] = {"type": option.type, "no_log": option.secret}
    if option.default is not None:
        spec["default"] = option.default
    if option.choices:
        spec["choices"] = list(option.choices)
    if option.env:
        spec["fallback"] = (_first_set, list(option.env))
    return spec


def _first_set(*names: str) -> str:
    """Return the first of these environment variables that is not empty. CI systems set unknown ones to "".

    Raises:
        AnsibleFallbackNotFound: there is none.
    """
    for name in names:
        if os.environ.get(name):
            return os.environ[name]
    # Only imported here: clients and tests need no Ansible.
    from ansible.module_utils.errors import AnsibleFallbackNotFound

    raise AnsibleFallbackNotFound
