# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token cache on disk: whatever is odd about it means that there is no token."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import DeadlineError
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.deadline import Deadline
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.token_cache import Token, TokenCache, cache_directory

NOW = 1_800_000_000.0
NAME = TokenCache.name("https://login.example.com", "ops", None, None, "secret")


def token(value: str | None = None, asked: float = NOW, use_until: float | None = NOW + 100) -> Token:
    return Token(value or secrets.token_hex(8), asked, use_until)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "one" / "two"


@pytest.fixture
def cache(directory: Path) -> TokenCache:
    return TokenCache(str(directory))


def test_a_token_comes_back_until_it_ends(cache: TokenCache, directory: Path) -> None:
    kept = token()
    assert cache.get(NAME, NOW) is None
    cache.put(NAME, kept)
    assert cache.get(NAME, NOW + 99) == kept
    assert cache.get(NAME, NOW + 100) is None
    assert cache.get(NAME, NOW - 61) is None  # the clock was set back
    assert [file.name for file in directory.iterdir()] == [NAME]


def test_a_token_whose_end_is_not_known_is_not_kept(cache: TokenCache, directory: Path) -> None:
    cache.put(NAME, token(use_until=None))
    assert not directory.exists()
    assert token(use_until=None).usable(NOW + 10**9)


def test_names_differ_with_each_part_and_tell_nothing() -> None:
    parts: list[str | None] = ["https://login.example.com", "ops", "a", "b", "secret"]
    others = [[*parts[:index], value, *parts[index + 1 :]] for index in range(5) for value in (None, "", "x", "a,b")]
    names = {TokenCache.name(*each) for each in (parts, *others)}
    assert len(names) == 21
    assert all(len(name) == 64 and int(name, 16) for name in names)


def test_only_the_refused_token_is_removed(cache: TokenCache) -> None:
    refused, newer = token(), token()
    cache.put(NAME, newer)
    cache.remove(NAME, refused)
    assert cache.get(NAME, NOW) == newer
    cache.remove(NAME, newer)
    assert cache.get(NAME, NOW) is None


CORRUPTIONS: dict[str, Callable[[Path], object]] = {
    "empty": lambda file: file.write_bytes(b""),
    "half": lambda file: file.write_bytes(file.read_bytes()[:-9]),
    "binary": lambda file: file.write_bytes(b"\xff\x00"),
    "a list": lambda file: file.write_text("[]"),
    "nested": lambda file: file.write_text("[" * 100_000),
    "no end": lambda file: file.write_text(json.dumps({"token": "x", "asked": NOW})),
    "not a number": lambda file: file.write_text(json.dumps({"token": "x", "asked": NOW, "use_until": "soon"})),
    "NaN": lambda file: file.write_text(json.dumps({"token": "x", "asked": NOW, "use_until": float("nan")})),
    "no token": lambda file: file.write_text(json.dumps({"token": "", "asked": NOW, "use_until": NOW + 9})),
    "two lines": lambda file: file.write_text(json.dumps({"token": "x\r\nX: y", "asked": NOW, "use_until": NOW + 9})),
    "huge": lambda file: file.write_text(json.dumps({"token": "x" * (1 << 20), "asked": NOW, "use_until": NOW + 9})),
    "readable for the group": lambda file: file.chmod(0o640),
    "readable for all": lambda file: file.chmod(0o604),
    "in an open directory": lambda file: file.parent.chmod(0o701),
}


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_corruption_is_a_miss(cache: TokenCache, directory: Path, name: str) -> None:
    cache.put(NAME, token())
    CORRUPTIONS[name](directory / NAME)
    assert cache.get(NAME, NOW) is None


def test_a_link_is_a_miss(cache: TokenCache, directory: Path, tmp_path: Path) -> None:
    cache.put(NAME, token())
    elsewhere = (directory / NAME).rename(tmp_path / "elsewhere")
    (directory / NAME).symlink_to(elsewhere)
    assert cache.get(NAME, NOW) is None
    (tmp_path / "link").symlink_to(directory)
    elsewhere.rename(directory / "other")
    assert cache.get("other", NOW) is not None
    assert TokenCache(str(tmp_path / "link")).get("other", NOW) is None


def test_a_pipe_does_not_hang(cache: TokenCache, directory: Path) -> None:
    cache.put("x", token())
    os.mkfifo(directory / NAME, 0o600)
    assert cache.get(NAME, NOW) is None


def test_what_belongs_to_others_is_neither_read_nor_written(
    cache: TokenCache, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put(NAME, token())
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert cache.get(NAME, NOW) is None
    cache.put("new", token())
    assert [file.name for file in directory.iterdir()] == [NAME]


def test_a_directory_that_others_can_see_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    cache = TokenCache(str(tmp_path))
    cache.put(NAME, token())
    with cache.lock(NAME, Deadline(1)):
        assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(cache: TokenCache, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "replace", full)
    cache.put(NAME, token())
    assert list(directory.iterdir()) == []


def test_a_lock_lets_one_pass(cache: TokenCache) -> None:
    with cache.lock(NAME, Deadline(1)):
        with cache.lock("another", Deadline(1)):
            pass
        with pytest.raises(DeadlineError), cache.lock(NAME, Deadline(0.1)):
            raise AssertionError("the lock is held")
    with cache.lock(NAME, Deadline(1)):
        pass


def test_an_error_inside_opens_the_lock(cache: TokenCache) -> None:
    with pytest.raises(RuntimeError), cache.lock(NAME, Deadline(1)):
        raise RuntimeError
    with cache.lock(NAME, Deadline(0.1)):
        pass


def test_without_locks_everybody_passes(cache: TokenCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_args: object) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with cache.lock(NAME, Deadline(1)), cache.lock(NAME, Deadline(1)):
        pass


def test_no_directory_means_no_cache() -> None:
    cache = TokenCache(None)
    cache.put(NAME, token())
    assert cache.get(NAME, NOW) is None
    with cache.lock(NAME, Deadline(1)), cache.lock(NAME, Deadline(1)):
        pass


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_directory(None) == f"{tmp_path}/.cache/bpmops-camunda/tokens"
    assert cache_directory("~/tokens") == f"{tmp_path}/tokens"
    assert cache_directory("none") is None
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_directory(None) == "/somewhere/bpmops-camunda/tokens"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert cache_directory(None) is None


def test_root_does_not_use_the_home_of_another_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    real = os.stat(tmp_path)
    monkeypatch.setattr(os, "stat", lambda _path: os.stat_result([*real[:4], 1234, *real[5:]]))
    assert cache_directory(None) is None
