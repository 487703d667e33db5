# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options: one table for argument specs, documentation and lookups."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Optional

from ansible.module_utils.errors import AnsibleFallbackNotFound


@dataclass(frozen=True)
class Option:
    """One option of a module or lookup.

    Attributes:
        name: the option's name.
        type: its Ansible type.
        description: sentences of the documentation, in Ansible's markup.
        default: the value when it is neither given nor in the environment.
        choices: the values it may have; empty for any.
        secret: whether its value must never be shown.
        env: environment variables that stand in for it; the first that is set and not empty is used.
        elements: the type of the elements of a list.
    """

    name: str
    type: str = "str"
    description: tuple[str, ...] = ()
    default: Any = None
    choices: tuple[str, ...] = ()
    secret: bool = False
    env: tuple[str, ...] = ()
    elements: Optional[str] = None


BASE: tuple[Option, ...] = (
    Option("url", description=("Base URL of the server, with C(http://) or C(https://).",)),
    Option(
        "auth_type",
        default="auto",
        description=(
            "How to log in.",
            "V(auto) chooses by the credentials that are given: V(oauth2) for O(client_id), V(bearer) for O(token), "
            "V(api_key) for O(api_key), user name and password for O(username), V(none) without any. "
            "Credentials of more than one kind are an error then.",
            "V(none) sends no credentials.",
            "V(basic) sends O(username) and O(password) with every request.",
            "V(bearer) sends O(token).",
            "V(api_key) sends O(api_key) as a header or query parameter.",
            "V(oauth2) fetches a token from O(token_url) with O(client_id) and O(client_secret) "
            "(client credentials grant).",
            "V(cookie) logs in with O(username) and O(password) once and keeps the session.",
            "Upper and lower case are the same, and V(oauth) is accepted for V(oauth2).",
        ),
    ),
    Option("username", description=("User name, for O(auth_type=basic) and O(auth_type=cookie).",)),
    Option(
        "password",
        secret=True,
        description=(
            "Password of O(username).",
            "Servers lock an account after a few failed logins. A task that runs in process therefore sends wrong "
            "credentials once: later items of its loop, and repetitions with C(until), fail without a request. "
            "A task that runs as a process sends them once for each item.",
        ),
    ),
    Option("token", secret=True, description=("A token that is at hand, for O(auth_type=bearer).",)),
    Option("api_key", secret=True, description=("Key of an API gateway, for O(auth_type=api_key).",)),
    Option(
        "api_key_name",
        default="X-API-Key",
        description=("Name of the header or query parameter that carries O(api_key).",),
    ),
    Option(
        "api_key_location",
        default="header",
        choices=("header", "query"),
        description=("Where O(api_key) goes. Prefer V(header): queries end up in the log files of servers.",),
    ),
    Option("client_id", description=("Client ID, for O(auth_type=oauth2).",)),
    Option("client_secret", secret=True, description=("Client secret of O(client_id).",)),
    Option(
        "token_url",
        description=("Address of the authorization server's token endpoint, for O(auth_type=oauth2).",),
    ),
    Option("audience", description=("Audience to ask a token for. Leave it out where O(scope) is used instead.",)),
    Option("scope", description=("Scope to ask a token for. Several are separated by spaces.",)),
    Option(
        "client_authentication",
        default="body",
        choices=("body", "header"),
        description=(
            "How the client logs in at O(token_url).",
            "V(body) sends the credentials as form fields.",
            "V(header) sends them as HTTP basic authentication.",
        ),
    ),
    Option(
        "token_cache",
        env=("CAMUNDA_TOKEN_CACHE_DIR",),
        description=(
            "Directory that keeps tokens between tasks, so that a play asks for one token and not for one per task.",
            "It must belong to the user that runs the task, with mode V(0700); it is created when it is missing.",
            "The default is C(bpmops-camunda/tokens) in C($XDG_CACHE_HOME) or C(~/.cache).",
            "V(none) keeps tokens in memory only.",
            "A directory that cannot be used gives a warning.",
            "The client secret is never stored.",
        ),
    ),
    Option(
        "validate_certs",
        type="bool",
        default=True,
        description=("Whether to verify the server's TLS certificate. Use V(false) for tests only.",),
    ),
    Option(
        "ca_path",
        type="path",
        env=("CAMUNDA_MTLS_CA_PATH",),
        description=(
            "File with the certificates (PEM) of the authorities to trust, or an OpenSSL directory of them.",
            "Without it E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) and E(SSL_CERT_FILE) are looked at, "
            "then the authorities that come with the Python library C(requests) are trusted.",
        ),
    ),
    Option(
        "client_cert",
        type="path",
        env=("CAMUNDA_MTLS_CERT_PATH",),
        description=("File with the client certificate (PEM) for mutual TLS. It may contain the key too.",),
    ),
    Option(
        "client_key",
        type="path",
        env=("CAMUNDA_MTLS_KEY_PATH",),
        description=("File with the unencrypted key (PEM) of O(client_cert).",),
    ),
    Option(
        "proxy",
        description=(
            "URL of the HTTP proxy, without credentials, which are refused here. V(none) connects directly.",
            "Without it E(HTTPS_PROXY), E(HTTP_PROXY), E(ALL_PROXY) and E(NO_PROXY) are respected; "
            "use these for a proxy that wants credentials.",
        ),
    ),
    Option(
        "connect_timeout",
        type="float",
        default=20.0,
        description=("Seconds to wait for a connection to each address of the host. V(0) waits without a limit.",),
    ),
    Option(
        "read_timeout",
        type="float",
        default=60.0,
        description=("Seconds to wait for the next bytes of an answer. V(0) waits without a limit.",),
    ),
    Option(
        "deadline",
        type="float",
        default=300.0,
        description=(
            "Seconds that one request may take in all: connecting, a login, every attempt with its whole answer, and "
            "the pauses in between. Only how long the system takes to resolve a host name cannot be limited.",
            "It limits each request and not the task, so that large tasks are not cut off. "
            "To limit the task use the keyword C(timeout).",
            "V(0) is no limit.",
        ),
    ),
    Option(
        "retries",
        type="int",
        default=4,
        description=(
            "How often to repeat a request that failed for a reason that may pass, with growing random pauses.",
            "What may have changed something on the server is not sent twice.",
        ),
    ),
)

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


def product_options(
    env: Mapping[str, tuple[str, ...]],
    extra: tuple[Option, ...] = (),
    without: frozenset[str] = frozenset(),
    descriptions: Optional[Mapping[str, tuple[str, ...]]] = None,
) -> tuple[Option, ...]:
    """Return the connection options of one product.

    Args:
        env: environment variables by option name, in place of those in BASE.
        extra: the product's own rows; one with the name of a row in BASE replaces it.
        without: names of rows in BASE that make no sense for the product.
        descriptions: other descriptions by option name.
    """
    own = {option.name for option in extra}
    texts = descriptions or {}
    common = tuple(
        replace(
            option,
            env=env.get(option.name, option.env),
            description=texts.get(option.name, option.description),
        )
        for option in BASE
        if option.name not in without and option.name not in own
    )
    return common + extra


def argument_spec(options: tuple[Option, ...]) -> dict[str, dict[str, Any]]:
    """Return the argument spec of ``options`` for AnsibleModule."""
    return {option.name: _argument(option) for option in options}


def _argument(option: Option) -> dict[str, Any]:
    # no_log is always said: Ansible warns about names that look like secrets and say nothing.
    spec: dict[str, Any] = {"type": option.type, "no_log": option.secret}
    if option.default is not None:
        spec["default"] = option.default
    if option.choices:
        spec["choices"] = list(option.choices)
    if option.elements:
        spec["elements"] = option.elements
    if option.env:
        spec["fallback"] = (_first_set, list(option.env))
    return spec


def _first_set(*names: str) -> str:
    """Return the first of these environment variables that is not empty: CI systems set what they do not know to "".

    Raises:
        AnsibleFallbackNotFound: there is none.
    """
    for name in names:
        if os.environ.get(name):
            return os.environ[name]
    raise AnsibleFallbackNotFound
