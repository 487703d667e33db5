# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What TLS failures mean. Imported only when there is one."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Optional

# Messages of OpenSSL and their meaning here. The first row that occurs in the message counts.
_MEANINGS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("HOSTNAME MISMATCH", "IP ADDRESS MISMATCH", "DOESN'T MATCH"),
        "the server's certificate is for another host name. Use the name in the certificate in {option}",
    ),
    (
        ("HAS EXPIRED", "NOT YET VALID"),
        "the server's certificate is not valid now. Check both clocks, or have it renewed",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED",),
        "the server's certificate is signed by an authority that is not trusted here. "
        "Give the authority's certificate (PEM) as ca_path",
    ),
    (
        ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER", "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"),
        "the server does not speak TLS on this port. Is {option} an http:// address",
    ),
    (
        ("CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_CERTIFICATE"),
        "the server requires a client certificate that it trusts. Check client_cert and client_key",
    ),
    (("KEY_VALUES_MISMATCH",), "client_key is not the key of client_cert"),
    (
        ("NO_CERTIFICATE_OR_CRL", "NO_START_LINE", "PEM", "ASN1"),
        "a file with certificates or a key is not valid PEM. Check ca_path, client_cert and client_key",
    ),
    (
        ("HANDSHAKE_FAILURE",),
        "the server refused the handshake. It may want a client certificate (client_cert), "
        "or have no version and cipher of TLS in common with this host",
    ),
    (("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL"), "the server and this host have no version of TLS in common"),
)


def meaning(error: Exception, option: str) -> str:
    """Say in words what a TLS failure means and what to do; ``option`` is the option that holds the URL."""
    reason = getattr(error, "reason", None)
    text = " ".join(str(part) for part in (reason, error, getattr(error, "verify_message", ""))).upper()
    for signs, words in _MEANINGS:
        if any(sign in text for sign in signs):
            return words.format(option=option)
    return f"the TLS handshake failed ({reason or type(error).__name__})"


def find(error: Exception) -> Optional[Exception]:
    """Return the TLS failure inside an exception of the HTTP library, if there is one.

    A plain EOF is not a TLS failure; it can happen after the request was sent.
    """
    for item in nested(error):
        if isinstance(item, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            continue
        # urllib3 1 compares host names itself, and has an exception of its own for that.
        if isinstance(item, ssl.SSLError) or (
            isinstance(item, ValueError) and type(item).__name__ == "CertificateError"
        ):
            return item
    return None


def nested(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and all that it wraps: HTTP libraries nest them in arguments, reasons and causes."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, BaseException) and not any(item is other for other in seen):
            seen.append(item)
            yield item
            waiting += [*item.args, getattr(item, "reason", None), item.__cause__, item.__context__]
