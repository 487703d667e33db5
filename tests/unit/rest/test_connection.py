# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From parameters to a checked connection."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.auth import STRATEGIES
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.connection import Connection
from hypothesis import given
from hypothesis import strategies as st

URL = "http://camunda.example.com:8080/engine-rest"
SECRET = secrets.token_urlsafe(12)
BASIC = {"username": "mary", "password": SECRET}
OAUTH2 = {"client_id": "ops", "client_secret": SECRET, "token_url": "https://login.example.com/token/"}


def connection(**params: Any) -> Connection:
    return Connection.from_parameters({"url": URL, **params})


@pytest.mark.parametrize(
    ("params", "strategy"),
    [
        ({}, "none"),
        (BASIC, "basic"),
        ({"token": SECRET}, "bearer"),
        ({"api_key": SECRET}, "api_key"),
        (OAUTH2, "oauth2"),
        ({**BASIC, **OAUTH2, "auth_type": "basic"}, "basic"),
        ({**BASIC, **OAUTH2, "auth_type": "oauth2"}, "oauth2"),
        ({**BASIC, **OAUTH2, "auth_type": "none"}, "none"),
        ({**OAUTH2, "auth_type": "OAUTH"}, "oauth2"),
        ({**BASIC, "auth_type": "Cookie"}, "cookie"),
        ({**BASIC, "token": "", "client_id": ""}, "basic"),
    ],
)
def test_the_strategy_follows_from_the_credentials(params: dict[str, Any], strategy: str) -> None:
    assert connection(**params).auth_type == strategy


def test_a_product_says_what_a_user_name_means() -> None:
    params = {"url": URL, **BASIC}
    assert Connection.from_parameters(params, password_strategy="cookie").auth_type == "cookie"
    assert Connection.from_parameters({**params, "auth_type": "basic"}, password_strategy="cookie").auth_type == "basic"


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"url": ""}, "url is missing"),
        ({"url": None}, "url is missing"),
        ({"url": "camunda.example.com:8080"}, "like https://"),
        ({"url": "ftp://camunda.example.com"}, "like https://"),
        ({"url": "http://"}, "like https://"),
        ({"url": "http://camunda.example.com:port"}, "not a valid URL"),
        ({"url": "http://[::1"}, "not a valid URL"),
        ({"url": "http://a b"}, "like https://"),
        ({"url": URL + "?a=b"}, "query"),
        ({"url": URL + "#/x"}, "fragment"),
        ({"url": f"http://mary:{SECRET}@example.com"}, "contains credentials"),
        ({"proxy": f"http://mary:{SECRET}@example.com"}, "contains credentials"),
        ({**OAUTH2, "token_url": f"https://ops:{SECRET}@example.com/token"}, "contains credentials"),
        ({"username": "mary"}, "needs password too"),
        ({"password": SECRET}, "without username"),
        ({"client_id": "ops"}, "client_secret and token_url"),
        ({"client_secret": SECRET}, "without client_id"),
        ({**OAUTH2, "token_url": None}, "needs token_url too"),
        ({"auth_type": "bearer"}, "needs token too"),
        ({"auth_type": "digest"}, "none of auto"),
        ({"auth_type": "berer"}, "Did you mean bearer?"),
        ({**BASIC, "token": SECRET}, "auth_type: bearer or basic"),
        ({**BASIC, **OAUTH2}, "auth_type: oauth2 or basic"),
        ({**BASIC, "username": "a:b"}, "colon"),
        ({"token": SECRET + "\n"}, "line break"),
        ({"api_key": SECRET + "\xfc"}, "outside ASCII"),
        ({"api_key": SECRET, "api_key_name": "X Key"}, "api_key_name"),
        ({"url": f" http://mary:{SECRET}@example.com"}, "contains credentials"),
        ({"url": f"mary:{SECRET}@example.com"}, "contains credentials"),
        ({"url": f"https:/mary:{SECRET}@example.com"}, "contains credentials"),
        ({"url": f"http://mary:{SECRET}/x@example.com/e"}, "contains credentials"),
        ({"proxy": f"mary:{SECRET}@example.com:1"}, "contains credentials"),
        ({"proxy": f"http://example.com/?pw={SECRET}"}, "query"),
        ({"url": f"{URL};pw={SECRET}"}, "parameters"),
        ({**OAUTH2, "token_url": f"https://example.com/token;pw={SECRET}"}, "parameters"),
        ({**OAUTH2, "token_url": f"https://example.com/token#{SECRET}"}, "fragment"),
        ({"url": "http://camunda.example.com/\x1b[2J"}, "like https://"),
        ({"deadline": -1}, "deadline must be a number of at least 0, not -1"),
        ({"deadline": float("nan")}, "deadline must be a number of at least 0, not nan"),
        ({"connect_timeout": float("inf")}, "connect_timeout must be a number of at least 0, not inf"),
        ({"read_timeout": float("-inf")}, "read_timeout must be a number of at least 0, not -inf"),
        ({"request_retries": -1}, "request_retries must be a number of at least 0, not -1"),
        ({"ca_path": "/does/not/exist.pem"}, "/does/not/exist.pem does not exist"),
        ({"client_key": "/does/not/exist.pem"}, "without client_cert"),
    ],
)
def test_what_is_wrong_is_said_without_secrets(params: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        connection(**params)
    assert words in caught.value.message
    assert SECRET not in caught.value.message


def test_a_key_file_needs_its_certificate(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.touch()
    with pytest.raises(UsageError, match="without client_cert"):
        connection(**BASIC, client_key=str(key))


@pytest.mark.parametrize("name", ["client_key", "client_cert"])
@pytest.mark.parametrize("label", ["ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED"])
def test_an_encrypted_key_is_refused_before_anybody_is_asked_for_its_passphrase(
    tmp_path: Path, name: str, label: str
) -> None:
    (tmp_path / "plain.pem").touch()
    (tmp_path / "key.pem").write_text(f"-----BEGIN {label}\n")
    files = {"client_cert": str(tmp_path / "plain.pem"), name: str(tmp_path / "key.pem")}
    with pytest.raises(UsageError, match=f"{name}: the key in .*key.pem is encrypted"):
        connection(**files)


def test_the_base_url_ends_without_a_slash_and_a_token_url_stays_as_it_is() -> None:
    made = connection(url=f" {URL}// ", **OAUTH2)
    assert (made.url, made.token_url) == (URL, OAUTH2["token_url"])
    assert (
        connection(**{**OAUTH2, "token_url": "https://a.example.com/t?p=1"}).token_url == "https://a.example.com/t?p=1"
    )


def test_secrets_are_not_in_the_text_form() -> None:
    made = connection(**BASIC, **OAUTH2, token=SECRET, api_key=SECRET, auth_type="basic")
    assert SECRET not in repr(made)


def test_zero_is_given_and_not_missing() -> None:
    made = connection(deadline=0, read_timeout=0, request_retries=0)
    assert (made.deadline, made.read_timeout, made.request_retries) == (0, 0, 0)


@given(st.dictionaries(st.sampled_from(sorted(Connection.__dataclass_fields__)), st.text() | st.none()))
def test_any_text_is_either_accepted_or_a_usage_error(params: dict[str, Any]) -> None:
    texts = {
        name: value
        for name, value in params.items()
        if name not in ("connect_timeout", "read_timeout", "deadline", "request_retries")
    }
    try:
        made = Connection.from_parameters(texts)
    except UsageError:
        return
    assert made.auth_type in STRATEGIES
    assert not made.url.endswith("/")
