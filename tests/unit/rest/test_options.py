# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option tables and the argument specs made of them."""

from __future__ import annotations

import secrets
from dataclasses import fields

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.product import CAMUNDA7
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.product import CAMUNDA8
from ansible_collections.bpmops.camunda.plugins.module_utils.options import BASE, Option, argument_spec, product_options
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.auth import STRATEGIES
from ansible_collections.bpmops.camunda.plugins.module_utils.rest.connection import Connection
from ansible_collections.bpmops.camunda.plugins.module_utils.rest_request.product import REST
from ansible_collections.bpmops.camunda.tests.tools import descriptions


def test_the_table_and_the_connection_agree() -> None:
    assert {option.name for option in (*BASE, *REST.options)} == {item.name for item in fields(Connection)}
    defaults = {item.name: item.default for item in fields(Connection)}
    for option in BASE:
        if option.name not in ("url", "auth_type"):
            assert option.default == defaults[option.name], option.name


def test_every_option_is_described_and_every_secret_is_marked() -> None:
    for room, table in (("camunda7", CAMUNDA7.options), ("camunda8", CAMUNDA8.options), ("rest", REST.options)):
        said = {**descriptions.BASE, **descriptions.PRODUCT[room]}
        for option in table:
            assert said[option.name] and all(text.endswith(".") for text in said[option.name]), option.name
    assert {option.name for option in BASE if option.secret} == {"password", "token", "api_key", "client_secret"}
    texts = " ".join(descriptions.BASE["auth_type"])
    assert all(f"V({strategy})" in texts for strategy in ("auto", *STRATEGIES))


def test_the_argument_spec_validates(monkeypatch: pytest.MonkeyPatch) -> None:
    password = secrets.token_hex(8)
    monkeypatch.setenv("CAMUNDA7_URL", "http://localhost/engine-rest")
    monkeypatch.setenv("CAMUNDA7_PASSWORD", password)
    monkeypatch.setenv("CAMUNDA7_ENGINE", "from the environment")
    result = ArgumentSpecValidator(argument_spec(CAMUNDA7.options)).validate(
        {"username": "mary", "deadline": "0.5", "engine": "x"}
    )
    assert not result.error_messages
    found = result.validated_parameters
    assert (found["url"], found["password"], found["engine"]) == ("http://localhost/engine-rest", password, "x")
    assert (found["deadline"], found["request_retries"], found["validate_certs"]) == (0.5, 4, True)
    assert password in result._no_log_values


@pytest.mark.parametrize("empty", [None, ""])
def test_an_environment_variable_that_is_empty_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, empty: str | None
) -> None:
    options = (Option("url", env=("FIRST_URL", "SECOND_URL")), Option("engine", env=("THE_ENGINE",)))
    for name in ("FIRST_URL", "THE_ENGINE"):
        monkeypatch.delenv(name, raising=False)
        if empty is not None:
            monkeypatch.setenv(name, empty)
    monkeypatch.setenv("SECOND_URL", "http://localhost")
    result = ArgumentSpecValidator(argument_spec(options)).validate({})
    assert result.validated_parameters == {"url": "http://localhost", "engine": None}
    monkeypatch.setenv("FIRST_URL", "http://first")
    assert ArgumentSpecValidator(argument_spec(options)).validate({}).validated_parameters["url"] == "http://first"


def test_credentials_of_camunda_8_do_not_go_to_camunda_7() -> None:
    names = {
        name
        for option in CAMUNDA7.options
        for name in option.env
        if option.secret or option.name in ("client_id", "url")
    }
    assert all(name.startswith("CAMUNDA7_") for name in names)


def test_a_product_adds_options_and_names_environment_variables() -> None:
    own = Option("engine")
    made = product_options({"url": ("THE_URL",)}, own)
    table = {option.name: option for option in made}
    assert table["url"].env == ("THE_URL",)
    assert table["token_cache"].env == ("CAMUNDA_TOKEN_CACHE_DIR",)
    assert made[-1] is own and len(made) == len(BASE) + 1
