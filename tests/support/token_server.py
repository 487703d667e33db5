# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An OAuth2 authorization server for the client credentials grant, which also misbehaves when it is told to.

Tokens are RS256 JWTs. The server publishes its key and metadata as an OpenID provider does; a running Camunda
8.6.0 accepted it as its issuer. It keeps the token requests for inspection.

    with TokenServer({"operate": "the secret"}) as server:
        server.url         # the issuer; /.well-known/openid-configuration and /jwks are below it
        server.token_url   # POST here
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote_plus

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

_KEY_ID = "tests"


@dataclass(frozen=True)
class TokenRequest:
    """One request for a token; ``form`` and the two credentials are decoded."""

    form: Mapping[str, str]
    client_id: str | None
    client_secret: str | None
    authentication: str  # header or body


@dataclass(frozen=True)
class Refusal:
    """An answer in place of a token."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(status: int, error: str = "", *, headers: Mapping[str, str] | None = None) -> Refusal:
    """An error answer as RFC 6749 section 5.2 has it."""
    body = json.dumps({"error": error, "error_description": f"About {error}."}).encode() if error else b""
    return Refusal(status, body, headers or {})


class TokenServer:
    """An authorization server on a port of its own.

    Args:
        clients: client secrets by client ID.
        lifetime: seconds that a token lives; None leaves ``expires_in`` out.
        authentication: what is accepted: header, body or any.
        claims: more claims for every token, such as Camunda's cluster ID.
        delay: seconds before each answer to a token request.
    """

    def __init__(
        self,
        clients: Mapping[str, str],
        *,
        lifetime: int | None = 3600,
        authentication: str = "any",
        claims: Mapping[str, Any] | None = None,
        delay: float = 0.0,
    ) -> None:
        self.clients = dict(clients)
        self.lifetime = lifetime
        self.authentication = authentication
        self.claims = dict(claims or {})
        self.delay = delay
        self.requests: list[TokenRequest] = []
        self.issued: list[str] = []
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._refusals: deque[Refusal] = deque()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """The issuer."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    def refuse(self, *refusals: Refusal) -> None:
        """Answer the next token requests with these, in this order."""
        with self._lock:
            self._refusals.extend(refusals)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def metadata(self) -> dict[str, Any]:
        """The document at /.well-known/openid-configuration."""
        return {
            "issuer": self.url,
            "token_endpoint": self.token_url,
            "jwks_uri": f"{self.url}/jwks",
            "authorization_endpoint": f"{self.url}/authorize",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        """The document at /jwks."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]}

    def token(self, audience: str | None = None, subject: str = "tests", lifetime: int = 3600) -> str:
        """A token without asking for it."""
        now = int(time.time())
        claims = {"iss": self.url, "sub": subject, "client_id": subject, "iat": now, "exp": now + lifetime}
        claims |= {"jti": secrets.token_hex(8), **({"aud": audience} if audience else {}), **self.claims}
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": _KEY_ID})

    def grant(self, authorization: str, body: bytes) -> Refusal:
        """Answer a token request."""
        request = _parse(authorization, body)
        with self._lock:
            self.requests.append(request)
            refused = self._refusals.popleft() if self._refusals else self._check(request)
        time.sleep(self.delay)
        if refused:
            return refused
        token = self.token(request.form.get("audience"), request.client_id or "", self.lifetime or 3600)
        self.issued.append(token)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime}
        return Refusal(200, json.dumps({name: value for name, value in answer.items() if value is not None}).encode())

    def _check(self, request: TokenRequest) -> Refusal | None:
        if request.form.get("grant_type") != "client_credentials":
            return refusal(400, "unsupported_grant_type")
        known = self.clients.get(request.client_id or "")
        if (
            known is None
            or known != request.client_secret
            or self.authentication not in ("any", request.authentication)
        ):
            return refusal(401, "invalid_client")
        return None


def _parse(authorization: str, body: bytes) -> TokenRequest:
    form = dict(parse_qsl(body.decode("ascii"), keep_blank_values=True))
    kind, _space, value = authorization.partition(" ")
    if kind.lower() != "basic":
        return TokenRequest(form, form.get("client_id"), form.get("client_secret"), "body")
    try:
        name, _colon, secret = base64.b64decode(value, validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name = secret = ""
    return TokenRequest(form, unquote_plus(name), unquote_plus(secret), "header")


def _handler(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            documents = {"/.well-known/openid-configuration": server.metadata, "/jwks": server.keys}
            document = documents.get(self.path)
            self._answer(Refusal(200, json.dumps(document()).encode()) if document else Refusal(404, b""))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            known = self.path.partition("?")[0] == "/token"
            self._answer(server.grant(self.headers.get("Authorization", ""), body) if known else Refusal(404, b""))

        def _answer(self, answer: Refusal) -> None:
            self.send_response(answer.status)
            for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler
