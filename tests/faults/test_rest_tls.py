# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TLS: whom the client trusts, whom it shows its certificate, and what it says when that fails."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import TlsError, TransportError, UsageError
from ansible_collections.bpmops.camunda.tests.support.certificates import Authority
from ansible_collections.bpmops.camunda.tests.support.fault_server import FaultServer, answer, close
from ansible_collections.bpmops.camunda.tests.support.rest import setup


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def no_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)


def failure(url: str, **params: Any) -> TlsError:
    made = setup(url, **params)
    with pytest.raises(TlsError) as caught:
        made.client.read("GET", "/x")
    assert made.pauses == []  # repeating would not help
    return caught.value


def test_an_authority_of_ones_own(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(authority.server_context()) as server:
        assert "ca_path" in failure(server.url).message
        client = setup(server.url, ca_path=str(authority.path)).client
        assert [client.read("GET", "/x").status for _number in range(3)] == [200, 200, 200]
        assert server.connections == 2
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
        assert setup(server.url).client.read("GET", "/x").status == 200


def test_no_verification_gives_no_warning(authority: Authority) -> None:
    with FaultServer(authority.server_context()) as server, warnings.catch_warnings():
        # Last in the list, so that what the product adds to it comes before.
        warnings.simplefilter("error", append=True)
        assert setup(server.url, validate_certs=False).client.read("GET", "/x").status == 200


def test_another_host_name(authority: Authority) -> None:
    with FaultServer(authority.server_context("elsewhere", host="elsewhere.example.com")) as server:
        assert "another host name" in failure(server.url, ca_path=str(authority.path)).message


def test_an_expired_certificate(authority: Authority) -> None:
    with FaultServer(authority.server_context("expired", days=-1)) as server:
        assert "not valid now" in failure(server.url, ca_path=str(authority.path)).message


def test_https_to_a_server_that_speaks_http() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer_at_once() -> None:
            client, _address = listener.accept()
            with client:
                client.recv(10_000)
                client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        threading.Thread(target=answer_at_once, daemon=True).start()
        assert "Is url an http:// address" in failure(f"https://127.0.0.1:{listener.getsockname()[1]}").message


def test_a_client_certificate(authority: Authority, tmp_path: Path) -> None:
    certificate, key = authority.issue("client", host="client.example.com")
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    stranger, stranger_key = Authority(tmp_path / "other").issue("stranger")
    trust: dict[str, Any] = {"ca_path": str(authority.path)}
    with FaultServer(authority.server_context(clients=True)) as server:
        found = setup(server.url, **trust, client_cert=str(certificate), client_key=str(key)).client.read("GET", "/x")
        assert found.status == 200
        assert setup(server.url, **trust, client_cert=str(both)).client.read("GET", "/x").status == 200
        # How a refusal shows depends on the moment: as an alert, or as a connection that ends.
        with pytest.raises(TransportError):
            setup(server.url, request_retries=0, **trust).client.read("GET", "/x")
        with pytest.raises(TransportError):
            params: dict[str, Any] = {"client_cert": str(stranger), "client_key": str(stranger_key)}
            setup(server.url, request_retries=0, **trust, **params).client.read("GET", "/x")
        assert (
            "not the key of client_cert"
            in failure(server.url, **trust, client_cert=str(certificate), client_key=str(stranger_key)).message
        )


def test_files_that_are_no_certificates(authority: Authority, tmp_path: Path) -> None:
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_text("nonsense")
    with FaultServer(authority.server_context()) as server:
        assert "not valid PEM" in failure(server.url, ca_path=str(nonsense)).message
        assert "not valid PEM" in failure(server.url, ca_path=str(authority.path), client_cert=str(nonsense)).message
    with pytest.raises(UsageError, match="does not exist"):
        setup("https://127.0.0.1", ca_path=str(tmp_path / "missing.pem"))


def test_an_end_in_the_middle_is_unclear_and_not_a_matter_of_tls(authority: Authority) -> None:
    with FaultServer(authority.server_context()) as server:
        server.script(close(), answer(200, {"ok": True}))
        made = setup(server.url, ca_path=str(authority.path))
        with pytest.raises(TransportError) as caught:
            made.client.write("POST", "/x")
        assert caught.value.sent and not isinstance(caught.value, TlsError)
        assert made.client.read("GET", "/x").data == {"ok": True}


def test_no_cipher_in_common(authority: Authority) -> None:
    context = authority.server_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")  # the certificate is not an RSA one
    with FaultServer(context) as server:
        assert "version and cipher of TLS in common" in failure(server.url, ca_path=str(authority.path)).message
