# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OAuth2 client credentials against an authorization server that can say no, be slow, and count."""

from __future__ import annotations

import json
import os
import secrets
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import (
    AnswerError,
    AuthenticationError,
    CamundaError,
    DeadlineError,
    TlsError,
    TransportError,
)
from ansible_collections.bpmops.camunda.tests.support.fault_server import Behaviour, FaultServer, Received, answer
from ansible_collections.bpmops.camunda.tests.support.rest import Setup, setup
from ansible_collections.bpmops.camunda.tests.support.token_server import Refusal, TokenServer, refusal

SECRET = secrets.token_urlsafe(16) + "+/&:% "
REFUSED = refusal(401, "invalid_client")


class Api(FaultServer):
    """A server that accepts the tokens of one authorization server until they are revoked."""

    def __init__(self, issuer: TokenServer) -> None:
        super().__init__()
        self.revoked: set[str] = set()

        def check(request: Received) -> Behaviour:
            token = request.headers.get("authorization", "").removeprefix("Bearer ")
            return answer(200, {}) if token in issuer.issued and token not in self.revoked else answer(401)

        self.route(check)


@pytest.fixture
def issuer() -> Iterator[TokenServer]:
    with TokenServer({"ops": SECRET}) as made:
        yield made


@pytest.fixture
def api(issuer: TokenServer) -> Iterator[Api]:
    with Api(issuer) as made:
        yield made


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "tokens"


def log_in(api: Api, issuer: TokenServer, **params: Any) -> Setup:
    given = {"client_id": "ops", "client_secret": SECRET, "token_url": issuer.token_url, "audience": "operate-api"}
    return setup(api.url, **{**given, **params})


def test_one_token_for_many_requests(api: Api, issuer: TokenServer) -> None:
    client = log_in(api, issuer, scope="a b").client
    for _number in range(5):
        client.read("GET", "/x")
    (request,) = issuer.requests
    assert request.form == {
        "grant_type": "client_credentials",
        "client_id": "ops",
        "client_secret": SECRET,
        "audience": "operate-api",
        "scope": "a b",
    }
    assert len(api.requests) == 5


def test_the_client_in_the_header(api: Api, issuer: TokenServer) -> None:
    issuer.authentication = "header"
    issuer.clients["ops:\u00fc"] = SECRET
    log_in(api, issuer, client_id="ops:\u00fc", client_authentication="header", audience=None).client.read("GET", "/x")
    (request,) = issuer.requests
    assert (request.client_id, request.client_secret, request.authentication) == ("ops:\u00fc", SECRET, "header")
    assert request.form == {"grant_type": "client_credentials"}
    with pytest.raises(AuthenticationError, match="client_authentication"):
        log_in(api, issuer).client.read("GET", "/x")


@pytest.mark.parametrize(
    ("refused", "words"),
    [
        (REFUSED, "401 invalid_client: About invalid_client.. Check client_id and client_secret"),
        (refusal(400, "invalid_scope"), "Check scope"),
        (refusal(403, "access_denied"), "Check audience"),
        (refusal(400, "unsupported_grant_type"), "Check token_url"),
        (refusal(404), "404. Check token_url"),
        (refusal(302, headers={"Location": "http://127.0.0.1:1/"}), "Check token_url"),
        (Refusal(200, b"<html>Log in</html>"), "holds no token"),
        (Refusal(200, b'{"access_token": ""}'), "holds no token"),
        (Refusal(200, b'{"access_token": "a\\nb"}'), "holds no token"),
        (Refusal(200, b'["access_token"]'), "holds no token"),
    ],
)
def test_a_refusal_is_final_and_explained(api: Api, issuer: TokenServer, refused: Refusal, words: str) -> None:
    issuer.refuse(refused)
    made = log_in(api, issuer)
    with pytest.raises(AnswerError) as caught:
        made.client.read("GET", "/x")
    assert words in caught.value.message
    assert f"POST {issuer.token_url}: no token: " in caught.value.message
    assert len(issuer.requests) == 1 and api.requests == []


def test_a_refused_secret_is_not_tried_by_every_thread(api: Api, issuer: TokenServer) -> None:
    issuer.clients.clear()
    issuer.delay = 0.1
    client = log_in(api, issuer).client

    def work(_number: int) -> str:
        with pytest.raises(AuthenticationError) as caught:
            client.read("GET", "/x")
        return caught.value.message

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(work, range(8)))) == 1
    assert len(issuer.requests) == 1


@pytest.mark.parametrize("refused", [refusal(429, headers={"Retry-After": "0"}), refusal(500), refusal(503)])
def test_a_busy_authorization_server_is_asked_again(api: Api, issuer: TokenServer, refused: Refusal) -> None:
    issuer.refuse(refused)
    assert log_in(api, issuer).client.write("POST", "/x").status == 200
    assert len(issuer.requests) == 2


def test_the_deadline_covers_the_token_too(api: Api, issuer: TokenServer) -> None:
    issuer.refuse(refusal(429, headers={"Retry-After": "60"}))
    with pytest.raises(AnswerError, match="limits token requests"):
        log_in(api, issuer, deadline=1).client.read("GET", "/x")
    assert len(issuer.requests) == 1
    issuer.delay = 5
    begun = time.monotonic()
    with pytest.raises(DeadlineError) as caught:
        log_in(api, issuer, deadline=0.5).client.write("POST", "/x")
    assert time.monotonic() - begun < 2
    assert not caught.value.sent  # the write itself never left
    assert "look before you repeat it" not in caught.value.message


def test_an_authorization_server_that_is_not_there(api: Api, issuer: TokenServer) -> None:
    with pytest.raises(TransportError, match="Check token_url") as caught:
        log_in(api, issuer, token_url="http://127.0.0.1:1/token", request_retries=0).client.write("POST", "/x")
    assert not caught.value.sent
    with pytest.raises(TlsError, match="Is token_url an http:// address"):
        log_in(api, issuer, token_url=issuer.token_url.replace("http:", "https:")).client.read("GET", "/x")


def test_a_revoked_token_is_replaced_once(api: Api, issuer: TokenServer, cache: Path) -> None:
    client = log_in(api, issuer, token_cache=str(cache)).client
    client.read("GET", "/x")
    api.revoked.update(issuer.issued)
    assert client.write("POST", "/x").status == 200
    assert len(issuer.requests) == 2
    assert [request.method for request in api.requests] == ["GET", "POST", "POST"]
    # The new token is on disk, the old one is not.
    log_in(api, issuer, token_cache=str(cache)).client.read("GET", "/x")
    assert len(issuer.requests) == 2


def test_a_token_that_is_never_accepted(api: Api, issuer: TokenServer) -> None:
    api.script(answer(401))
    with pytest.raises(AuthenticationError, match="a new one too") as caught:
        log_in(api, issuer).client.read("GET", "/x")
    assert (len(issuer.requests), len(api.requests)) == (2, 2)
    assert caught.value.path == "/x"


def test_threads_replace_a_token_once(api: Api, issuer: TokenServer) -> None:
    client = log_in(api, issuer).client
    client.read("GET", "/x")
    api.revoked.update(issuer.issued)
    issuer.delay = 0.1
    together = threading.Barrier(4)

    def work(_number: int) -> int:
        together.wait(10)
        return client.read("GET", "/x").status

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work, range(4))) == {200}
    assert len(issuer.requests) == 2


@pytest.mark.parametrize(("lifetime", "tokens"), [(1, 2), (3600, 1), (None, 1)])
def test_a_token_is_replaced_before_it_ends(api: Api, issuer: TokenServer, lifetime: int | None, tokens: int) -> None:
    issuer.lifetime = lifetime
    client = log_in(api, issuer).client
    client.read("GET", "/x")
    time.sleep(0.95)  # a second less a tenth
    client.read("GET", "/x")
    assert len(issuer.requests) == tokens


# The cache on disk

CHILD = """
import sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.bpmops.camunda.tests.support.rest import setup
params = dict(zip(("client_id", "client_secret", "token_url", "token_cache"), sys.argv[3:]))
print(setup(sys.argv[2], audience="operate-api", **params).client.read("GET", "/x").status)
"""


def test_processes_share_one_token(api: Api, issuer: TokenServer, cache: Path) -> None:
    issuer.delay = 1.0  # all of them are there before the first has it
    place = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0]
    command = [sys.executable, "-c", CHILD, place, api.url, "ops", SECRET, issuer.token_url, str(cache)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _number in range(21)]
    assert [child.communicate(timeout=60)[0].strip() for child in children] == [b"200"] * 21
    assert len(issuer.requests) == 1
    assert len(api.requests) == 21


def test_what_is_on_disk(api: Api, issuer: TokenServer, cache: Path) -> None:
    log_in(api, issuer, token_cache=str(cache)).client.read("GET", "/x")
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    names = sorted(file.name for file in cache.iterdir())
    assert len(names) == 2 and names[1] == names[0] + ".lock"
    for file in cache.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        text = file.read_text()
        assert SECRET not in text and json.dumps(SECRET) not in text
    assert "ops" not in names[0] and len(names[0]) == 64


@pytest.mark.parametrize("name", ["client_secret", "client_id", "audience", "scope", "token_url"])
def test_another_client_finds_nothing(api: Api, issuer: TokenServer, cache: Path, name: str) -> None:
    log_in(api, issuer, token_cache=str(cache)).client.read("GET", "/x")
    other = {name: "another"} if name != "token_url" else {name: issuer.token_url + "?realm=another"}
    issuer.clients |= {"another": SECRET, "ops": "another" if name == "client_secret" else SECRET}
    log_in(api, issuer, token_cache=str(cache), **other).client.read("GET", "/x")
    assert len(issuer.requests) == 2


def test_no_cache(api: Api, issuer: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    for _number in range(2):
        log_in(api, issuer, token_cache="none").client.read("GET", "/x")
    assert len(issuer.requests) == 2 and list(tmp_path.iterdir()) == []
    for _number in range(2):
        log_in(api, issuer, token_cache=None).client.read("GET", "/x")
    assert len(issuer.requests) == 3
    assert (tmp_path / "xdg" / "bpmops-camunda" / "tokens").is_dir()


def test_a_holder_of_the_lock_is_not_waited_for_beyond_the_deadline(api: Api, issuer: TokenServer, cache: Path) -> None:
    issuer.delay = 3
    slow = threading.Thread(target=log_in(api, issuer, token_cache=str(cache)).client.read, args=("GET", "/x"))
    slow.start()
    time.sleep(0.3)
    begun = time.monotonic()
    with pytest.raises(DeadlineError, match="another process"):
        log_in(api, issuer, token_cache=str(cache), deadline=0.5).client.read("GET", "/x")
    assert time.monotonic() - begun < 1.5
    slow.join()
    assert len(issuer.requests) == 1


def test_a_broken_cache_does_not_matter(api: Api, issuer: TokenServer, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    for place in (file, file / "below", Path("/proc/nowhere")):
        client = log_in(api, issuer, token_cache=str(place)).client
        client.read("GET", "/x")
        assert len(client.warnings) == 1 and f"Tokens cannot be stored in {place}: " in client.warnings[0]
    assert len(issuer.requests) == 3


@pytest.mark.parametrize(("mode", "reason"), [(0o777, "others have access"), (0o755, "others have access")])
def test_a_cache_that_others_can_read_gives_a_warning(
    api: Api, issuer: TokenServer, cache: Path, mode: int, reason: str
) -> None:
    cache.mkdir(parents=True)
    cache.chmod(mode)
    client = log_in(api, issuer, token_cache=str(cache)).client
    client.read("GET", "/x")
    assert reason in client.warnings[0] and list(cache.iterdir()) == []


def test_a_cache_that_works_or_is_not_wanted_gives_no_warning(api: Api, issuer: TokenServer, cache: Path) -> None:
    for place in (str(cache), "none"):
        client = log_in(api, issuer, token_cache=place).client
        client.read("GET", "/x")
        assert client.warnings == ()


def test_a_login_that_is_refused_is_an_authentication_error(api: Api, issuer: TokenServer) -> None:
    issuer.refuse(Refusal(401, b"{}"), Refusal(407, b""))
    with pytest.raises(AuthenticationError):
        log_in(api, issuer, request_retries=0).client.read("GET", "/x")
    with pytest.raises(AnswerError, match=r"407\. The proxy requires a login") as caught:
        log_in(api, issuer, request_retries=0).client.read("GET", "/x")
    assert not isinstance(caught.value, AuthenticationError)


def test_every_error_is_one_of_ours(api: Api, issuer: TokenServer) -> None:
    issuer.refuse(Refusal(200, b"\xff" * 100), Refusal(500, b"[" * 100_000))
    for _number in range(2):
        with pytest.raises(CamundaError):
            log_in(api, issuer, request_retries=0).client.read("GET", "/x")
