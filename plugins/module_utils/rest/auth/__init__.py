# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways of logging in, by the value of the option ``auth_type``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...secrets import Redactor
from ..connection import Connection
from ..transport import Transport
from .base import Auth


def build(connection: Connection, transport: Transport, redactor: Redactor) -> Auth:
    """Return the way of logging in that ``connection`` describes.

    Args:
        transport: leads to the server itself.
        redactor: learns secrets that come into being later.
    """
    return _STRATEGIES[connection.auth_type](connection, transport, redactor)


# Each is imported only where it is used: a module's code is compiled again in every task.


def _none(_connection: Connection, _transport: Transport, _redactor: Redactor) -> Auth:
    from .none import none

    return none()


def _basic(connection: Connection, _transport: Transport, redactor: Redactor) -> Auth:
    from .basic import basic

    redactor.add_basic(connection.username or "", connection.password or "")
    return basic(connection.username or "", connection.password or "")


def _bearer(connection: Connection, _transport: Transport, _redactor: Redactor) -> Auth:
    from .bearer import bearer

    return bearer(connection.token or "")


def _api_key(connection: Connection, _transport: Transport, _redactor: Redactor) -> Auth:
    from .api_key import api_key

    return api_key(connection.api_key_name, connection.api_key or "", connection.api_key_location)


def _oauth2(connection: Connection, _transport: Transport, redactor: Redactor) -> Auth:
    from .. import token_cache
    from .oauth2 import OAuth2

    cache = token_cache.TokenCache(token_cache.cache_directory(connection.token_cache))
    return OAuth2(connection, redactor, cache)


def _cookie(connection: Connection, transport: Transport, redactor: Redactor) -> Auth:
    from .cookie import Cookie

    return Cookie(connection, transport, redactor)


_STRATEGIES: Mapping[str, Callable[[Connection, Transport, Redactor], Auth]] = {
    "none": _none,
    "basic": _basic,
    "bearer": _bearer,
    "api_key": _api_key,
    "oauth2": _oauth2,
    "cookie": _cookie,
}
