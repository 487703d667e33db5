# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connection options of Camunda 8: addresses and audiences of its services."""

from __future__ import annotations

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.product import locate
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError

SERVICES = ("operate", "zeebe")


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v2/", "//"])
def test_the_version_at_the_end_of_a_url_is_accepted(end: str) -> None:
    assert locate({"url": f"http://localhost:8080/operate{end}"}, "operate")["url"] == "http://localhost:8080/operate"


def test_saas_by_cluster_and_region() -> None:
    located = locate({"cluster_id": "c-1", "region": "bru-2", "url": None, "token_url": ""}, "operate")
    assert located["url"] == "https://bru-2.operate.camunda.io/c-1"
    assert located["token_url"] == "https://login.cloud.camunda.io/oauth/token"
    assert located["audience"] == "operate.camunda.io"
    commands = locate(located, "zeebe")
    assert commands["url"] == "https://bru-2.zeebe.camunda.io/c-1"
    assert commands["audience"] == "zeebe.camunda.io"


def test_what_is_given_wins_but_not_the_name_of_another_component() -> None:
    given = {"cluster_id": "c-1", "region": "bru-2", "url": "http://127.0.0.1:1/x/v1", "token_url": "http://t/"}
    located = locate({**given, "audience": "zeebe.camunda.io"}, "operate")
    assert (located["url"], located["token_url"]) == ("http://127.0.0.1:1/x", "http://t/")
    assert located["audience"] == "operate.camunda.io"
    assert locate({"url": "http://h", "audience": "operate-api"}, "operate")["audience"] == "operate-api"


def test_half_a_cluster_is_an_error() -> None:
    for half in ({"cluster_id": "c-1"}, {"region": "bru-2"}):
        with pytest.raises(UsageError, match="both cluster_id and region"):
            locate(half, "operate")
    with pytest.raises(UsageError, match="cluster_id may have letters"):
        locate({"cluster_id": "c/../d", "region": "bru-2"}, "operate")


def test_saas_with_one_address_for_the_cluster() -> None:
    """From 8.9; the credentials have an audience of their own."""
    given = {"cluster_id": "c-1", "region": "bru-2", "saas_address": "cluster", "client_id": "me"}
    for service in ("operate", "zeebe"):
        located = locate(given, service)
        assert located["url"] == "https://bru-2.api.camunda.io/c-1"
        assert located["token_url"] == "https://login.cloud.camunda.io/oauth/token"
        assert "audience" not in located
        assert locate({**given, "audience": "of-its-own"}, service)["audience"] == "of-its-own"
    own = locate({**given, "operate_url": "http://h/operate/v1", "operate_audience": "a"}, "operate")
    assert (own["url"], own["audience"]) == ("http://h/operate", "a")


@pytest.mark.parametrize(
    ("service", "given", "audience"),
    [
        ("operate", {"client_id": "me"}, "operate-api"),
        ("zeebe", {"client_id": "me"}, "zeebe-api"),
        ("operate", {"client_id": "me", "audience": "mine"}, "mine"),
        ("zeebe", {"client_id": "me", "audience": "mine"}, "mine"),
        ("zeebe", {"client_id": "me", "audience": "mine", "zeebe_audience": "its"}, "its"),
        ("operate", {"client_id": "me", "audience": "mine", "zeebe_audience": "its"}, "mine"),
        ("operate", {"client_id": "me", "operate_audience": "its"}, "its"),
        # Microsoft Entra knows scopes only.
        ("operate", {"client_id": "me", "scope": "app/.default"}, None),
        ("operate", {"client_id": "me", "scope": "app/.default", "operate_audience": "its"}, "its"),
        ("operate", {"username": "me"}, None),
        ("operate", {"client_id": "", "audience": None}, None),
    ],
)
def test_audiences(service: str, given: dict[str, str], audience: str | None) -> None:
    assert locate({"url": "http://h", **given}, service).get("audience") == audience


@pytest.mark.parametrize(
    ("given", "operate", "zeebe"),
    [
        ({"url": "http://h/"}, "http://h", "http://h"),
        ({"url": "http://h", "zeebe_url": "http://z/v2/"}, "http://h", "http://z"),
        ({"url": "http://h", "operate_url": "http://o/v1"}, "http://o", "http://h"),
        ({"operate_url": "http://o", "zeebe_url": "http://z"}, "http://o", "http://z"),
        # One process, one address.
        ({"operate_url": "http://o"}, "http://o", "http://o"),
        ({"zeebe_url": "http://z"}, "http://z", "http://z"),
        ({"operate_url": "https://r.operate.camunda.io/c"}, *(f"https://r.{name}.camunda.io/c" for name in SERVICES)),
        ({"operate_url": "http://o", "url": "", "zeebe_url": None}, "http://o", "http://o"),
        ({}, None, None),
    ],
)
def test_addresses_of_both_services(given: dict[str, str], operate: str | None, zeebe: str | None) -> None:
    assert [locate(given, service).get("url") for service in SERVICES] == [operate, zeebe]


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({"url": "http://task"}, "http://task"),
        ({"url": "http://rest"}, "http://operate"),
        ({}, "http://operate"),
        ({"url": "http://rest", "operate_url": "http://task"}, "http://task"),
        ({"url": "http://task", "operate_url": "http://other-task"}, "http://other-task"),
    ],
)
def test_the_environment_does_not_override_the_task(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], url: str
) -> None:
    """An address of another cluster in the environment must not lead a deletion there."""
    monkeypatch.setenv("CAMUNDA_OPERATE_BASE_URL", "http://operate")
    monkeypatch.setenv("ZEEBE_REST_ADDRESS", "http://rest")
    # What the task does not give, Ansible takes from the environment.
    assert locate({"url": "http://rest", "operate_url": "http://operate", **given}, "operate")["url"] == url
