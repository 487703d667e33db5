# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What TLS failures mean, and which authorities are trusted."""

from __future__ import annotations

import ssl

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.rest import tls
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.transport import verification


@pytest.mark.parametrize(
    ("reason", "text", "words"),
    [
        ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed: unable to get local issuer certificate", "ca_path"),
        ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed: self-signed certificate", "ca_path"),
        ("CERTIFICATE_VERIFY_FAILED", "certificate verify failed: certificate has expired", "not valid now"),
        (
            "CERTIFICATE_VERIFY_FAILED",
            "Hostname mismatch, certificate is not valid for 'x'",
            "name in the certificate in url",
        ),
        ("CERTIFICATE_VERIFY_FAILED", "IP address mismatch, certificate is not valid for '1'", "another host name"),
        ("WRONG_VERSION_NUMBER", "wrong version number", "Is url an http:// address"),
        ("RECORD_LAYER_FAILURE", "record layer failure", "Is url an http:// address"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "tlsv13 alert certificate required", "client_cert"),
        ("KEY_VALUES_MISMATCH", "key values mismatch", "not the key of client_cert"),
        ("NO_CERTIFICATE_OR_CRL_FOUND", "no certificate or crl found", "PEM"),
        ("TLSV1_ALERT_PROTOCOL_VERSION", "tlsv1 alert protocol version", "no version of TLS in common"),
        ("SOMETHING_NEW", "something new", "SOMETHING_NEW"),
    ],
)
def test_meanings(reason: str, text: str, words: str) -> None:
    error = ssl.SSLError(1, f"[SSL: {reason}] {text} (_ssl.c:1006)")
    error.reason = reason
    assert words in tls.meaning(error, "url")


def test_an_error_is_found_however_deep_and_circles_end() -> None:
    inner = ssl.SSLError(1, "x")
    middle = ValueError("text", inner)
    outer = RuntimeError(middle)
    inner.__context__ = outer
    assert tls.find(outer) is inner
    assert list(tls.nested(outer)) == [outer, middle, inner]


def test_a_connection_that_ends_is_no_failure_of_tls() -> None:
    assert tls.find(RuntimeError(ssl.SSLEOFError(8, "EOF occurred"))) is None


def test_authorities() -> None:
    environment = {"CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "/ssl", "REQUESTS_CA_BUNDLE": "/requests"}
    assert verification(True, "/own", environment) == "/own"
    assert verification(True, None, environment) == "/requests"
    assert verification(True, None, {"SSL_CERT_FILE": "/ssl"}) == "/ssl"
    assert verification(True, None, {}) is True
    assert verification(False, "/own", environment) is False
