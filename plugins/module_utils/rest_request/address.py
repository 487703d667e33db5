# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses: a URL of a task, and those that an answer names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit

from ..errors import CamundaError, UsageError

# What stays as it is; a percent sign because the address may be encoded already.
_PATH = "/%:@!$&'()*+,;=~"
_QUERY = _PATH + "?[]"
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """A URL in three parts.

    Attributes:
        origin: scheme, host, and the port unless it is the scheme's own.
        path: percent-encoded, at least a slash.
        query: encoded, without the question mark.
    """

    origin: str
    path: str
    query: str = field(default="", repr=False)

    def join(self, reference: str, source: str) -> Address:
        """Return the address that a reference in an answer of this address leads to.

        Args:
            source: what holds the reference, for errors.

        Raises:
            CamundaError: it is no address.
        """
        try:
            return address(urljoin(f"{self.origin}{self.path}", reference), source)
        except (UsageError, ValueError):
            raise CamundaError(f"{source} is not an address that can be followed.") from None


def address(url: str, source: str = "url") -> Address:
    """Parse a URL.

    Args:
        source: what holds it, for errors, which never repeat it: it may hold a password.

    Raises:
        UsageError: it is not a complete URL, has another scheme, or holds credentials.
    """
    text = url.strip()
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise UsageError(f"{source}: the URL holds a line break or another control character.")
    scheme = text.partition(":")[0].lower()
    if not re.match(r"https?://", text, re.IGNORECASE):
        known = f"the scheme {scheme} is not supported" if re.match(r"[a-zA-Z][\w+.-]*:", text) else "it has no scheme"
        raise UsageError(f"{source}: {known}. Use a URL that begins with http:// or https://.")
    # Every spelling of a login is a secret in the wrong place.
    if "@" in re.split("[?#]", text)[0]:
        raise UsageError(
            f"{source}: the URL contains credentials. Give them in the options that are made for them. "
            "An @ in the path is written %40."
        )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise UsageError(f"{source}: the URL is not valid. It must be like https://host:port/path.") from None
    if not re.fullmatch(r"[A-Za-z0-9._~:%-]+", name) or port == 0:
        raise UsageError(f"{source}: the URL has no valid host. It must be like https://host:port/path.")
    place = f"[{name}]" if ":" in name else name
    if port is not None and port != _PORTS[scheme]:
        place = f"{place}:{port}"
    return Address(f"{scheme}://{place}", quote(parts.path or "/", safe=_PATH), quote(parts.query, safe=_QUERY))


def place(url: str) -> str:
    """Return what tasks must have in common to share a connection: the origin of their URLs.

    Whatever is no URL is its own place; the error comes later.
    """
    try:
        return address(url).origin
    except UsageError:
        return url
