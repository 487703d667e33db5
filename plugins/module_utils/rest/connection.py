# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checked connection options."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Optional
from urllib.parse import urlsplit

from ..errors import UsageError
from .auth import STRATEGIES

_BASIC = "basic"
_HALVES = (("password", "username"), ("client_secret", "client_id"), ("client_key", "client_cert"))
_FILES = ("ca_path", "client_cert", "client_key")
_LIMITS = ("connect_timeout", "read_timeout", "write_timeout", "deadline", "request_retries")
_LARGEST_FILE = 1 << 20
_HEADER_VALUE = re.compile(r"[\x21-\x7e]+")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


@dataclass(frozen=True)
class Connection:
    """Where and how to connect. Attributes are the options of the same names, checked and complete.

    ``url`` has no trailing slash, ``auth_type`` is one of STRATEGIES (never auto).
    """

    url: str
    auth_type: str = "none"
    username: Optional[str] = None
    password: Optional[str] = field(default=None, repr=False)
    token: Optional[str] = field(default=None, repr=False)
    api_key: Optional[str] = field(default=None, repr=False)
    api_key_name: str = "X-API-Key"
    api_key_location: str = "header"
    client_id: Optional[str] = None
    client_secret: Optional[str] = field(default=None, repr=False)
    token_url: Optional[str] = None
    audience: Optional[str] = None
    scope: Optional[str] = None
    client_authentication: str = "body"
    token_cache: Optional[str] = None
    validate_certs: bool = True
    ca_path: Optional[str] = None
    client_cert: Optional[str] = None
    client_key: Optional[str] = None
    proxy: Optional[str] = None
    connect_timeout: float = 20.0
    read_timeout: float = 60.0
    write_timeout: float = 0.0
    deadline: float = 300.0
    request_retries: int = 4

    @staticmethod
    def from_parameters(params: Mapping[str, Any], *, password_strategy: str = _BASIC) -> Connection:
        """Check the parameters of a task and return the connection that they describe.

        Args:
            params: option values by name; others are ignored, empty strings count as not given.
            password_strategy: what ``auth_type: auto`` makes of a user name: basic or cookie.

        Raises:
            UsageError: something is missing, contradictory or malformed. No value that may be secret is repeated.
        """
        names = [item.name for item in fields(Connection)]
        given = {name: params[name] for name in names if params.get(name) not in (None, "")}
        if "url" not in given:
            raise UsageError("The option url is missing: give the base URL of the server.")
        for name in ("url", "token_url", "proxy"):
            if name in given and not (name == "proxy" and given[name] == "none"):
                given[name] = _check_url(name, given[name])
        given["auth_type"] = _strategy(given, password_strategy)
        _check_credentials(given)
        for name in _FILES:
            if name in given:
                _check_file(name, given[name])
        for name in _LIMITS:
            if not math.isfinite(given.get(name, 0)) or given.get(name, 0) < 0:
                raise UsageError(f"The option {name} must be a number of at least 0, not {given[name]}.")
        return Connection(**given)


def header_safe(value: str) -> bool:
    """Whether ``value`` can be part of a header: not empty, visible ASCII only."""
    return _HEADER_VALUE.fullmatch(value) is not None


def _strategy(given: Mapping[str, Any], password_strategy: str) -> str:
    chosen = str(given.get("auth_type", "auto")).lower().replace("-", "_")
    chosen = {"oauth": "oauth2"}.get(chosen, chosen)
    if chosen in STRATEGIES:
        return chosen
    if chosen != "auto":
        valid = ("auto", *STRATEGIES)
        from ..words import nearest

        raise UsageError(f"auth_type: {chosen} is none of {', '.join(valid)}.{nearest(chosen, valid)}")
    for half, other in _HALVES:
        if half in given and other not in given:
            raise UsageError(f"The option {half} is given without {other}.")
    found = {
        name: strategy.needs[0]
        for name, strategy in STRATEGIES.items()
        if strategy.needs
        and strategy.needs[0] in given
        and ("password" not in strategy.needs or name == password_strategy)
    }
    if len(found) > 1:
        raise UsageError(
            f"Credentials of several kinds are given ({' and '.join(found.values())}; some may come from environment "
            f"variables). Choose one with auth_type: {' or '.join(found)}."
        )
    return next(iter(found), "none")


def _check_credentials(given: Mapping[str, Any]) -> None:
    strategy = given["auth_type"]
    needed = STRATEGIES[strategy].needs
    missing = [name for name in needed if name not in given]
    if missing:
        raise UsageError(f"Logging in with auth_type: {strategy} needs {' and '.join(missing)} too.")
    if strategy == _BASIC and ":" in given["username"]:
        raise UsageError("A user name with a colon cannot log in with auth_type: basic; the server would cut it there.")
    if "client_key" in given and "client_cert" not in given:
        raise UsageError("The option client_key is given without client_cert.")
    for name in ("token", "api_key"):
        if name in needed and not header_safe(given[name]):
            raise UsageError(f"The option {name} contains a line break, a space or a character outside ASCII.")
    if not _HEADER_NAME.fullmatch(given.get("api_key_name", "X")):
        raise UsageError("The option api_key_name is not a valid header or parameter name.")


def _check_url(name: str, value: str) -> str:
    """Return ``value``, the base URL without its trailing slash. Errors do not repeat it: it may contain a password."""
    text = value.strip()
    # Wherever in the URL: every spelling of credentials is a secret in the wrong place.
    if "@" in text:
        raise UsageError(
            f"The option {name} contains credentials or another @. Use the options for credentials instead."
        )
    if "#" in text or ";" in text or ("?" in text and name != "token_url"):
        raise UsageError(f"The option {name} must not have a query (?), a fragment (#) or parameters (;).")
    try:
        parts = urlsplit(text)
        valid = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise UsageError(f"The option {name} is not a valid URL.") from None
    if not valid or not text.isascii() or re.search(r"[\s<>\"\\^`{|}]", text) or not text.isprintable():
        raise UsageError(f"The option {name} must be a URL like https://host:port/path.")
    return text.rstrip("/") if name == "url" else text


def _check_file(name: str, path: str) -> None:
    try:
        with open(path, "rb") as file:
            encrypted = name != "ca_path" and b"ENCRYPTED" in file.read(_LARGEST_FILE)
    except IsADirectoryError:
        encrypted = False
    except OSError:
        problem = "cannot be read" if os.path.exists(path) else "does not exist"
        raise UsageError(
            f"{name}: {path} {problem} (on the host where the task runs, as the user that runs it)."
        ) from None
    if encrypted:
        raise UsageError(
            f"{name}: the key in {path} is encrypted, and its passphrase cannot be entered. "
            "Give a key without one: openssl pkey -in KEY -out NEW_KEY, readable for this user only."
        )
