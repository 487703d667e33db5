# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authentication strategies, by the value of the option ``auth_type``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from . import fixed

if TYPE_CHECKING:
    from ...secrets import Redactor
    from ..connection import Connection
    from ..transport import Transport
    from .base import Auth


class Strategy(NamedTuple):
    """One way of logging in.

    Attributes:
        needs: the options without which it is not possible. ``auth_type: auto`` recognises it by the first.
        make: makes it from the options, the transport to the server, and a redactor, which learns the secrets that
            come into being later.
    """

    needs: tuple[str, ...]
    make: Callable[[Connection, Transport, Redactor], Auth]


# Imported where they are used: Ansible compiles a module's code again in every task.


def _oauth2(connection: Connection, _transport: Transport, redactor: Redactor) -> Auth:
    from .. import token_cache
    from .oauth2 import OAuth2

    cache = token_cache.TokenCache(token_cache.cache_directory(connection.token_cache))
    return OAuth2(connection, redactor, cache)


def _cookie(connection: Connection, transport: Transport, redactor: Redactor) -> Auth:
    from .cookie import Cookie

    return Cookie(connection, transport, redactor)


STRATEGIES: Mapping[str, Strategy] = {
    "none": Strategy((), fixed.none),
    "oauth2": Strategy(("client_id", "client_secret", "token_url"), _oauth2),
    "bearer": Strategy(("token",), fixed.bearer),
    "api_key": Strategy(("api_key",), fixed.api_key),
    "basic": Strategy(("username", "password"), fixed.basic),
    "cookie": Strategy(("username", "password"), _cookie),
}
