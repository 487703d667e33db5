# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation fragments say what the option tables say."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.bpmops.camunda.plugins.doc_fragments import attributes, c7_guards, camunda7, camunda8
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.options import GUARDS, PURGE_UNDECLARED
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.product import CAMUNDA7
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.product import CAMUNDA8
from ansible_collections.bpmops.camunda.plugins.module_utils.options import IN_PROCESS
from ansible_collections.bpmops.camunda.tests.tools import descriptions
from ansible_collections.bpmops.camunda.tests.tools.doc_fragments import FOLDER, PRODUCTS, Product, render

TABLES = {"camunda7": CAMUNDA7.options, "camunda8": CAMUNDA8.options}
FRAGMENTS: dict[str, Any] = {"camunda7": camunda7.ModuleDocFragment, "camunda8": camunda8.ModuleDocFragment}


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.room)
def test_the_committed_fragments_are_the_generated_ones(product: Product) -> None:
    committed = (FOLDER / f"{product.room}.py").read_text(encoding="utf-8")
    assert committed == render(product), "run: ./dev run python -m tests.tools.doc_fragments"


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.room)
def test_the_yaml_holds_every_option_of_the_table(product: Product) -> None:
    table = TABLES[product.room]
    modules = yaml.safe_load(FRAGMENTS[product.room].DOCUMENTATION)["options"]
    lookups = yaml.safe_load(FRAGMENTS[product.room].LOOKUP)["options"]
    said = {**descriptions.BASE, **descriptions.PRODUCT[product.room]}
    assert set(modules) == {option.name for option in (*table, IN_PROCESS)}
    assert set(lookups) == {option.name for option in table}
    for option in table:
        for documented in (modules[option.name], lookups[option.name]):
            assert documented["type"] == option.type
            assert documented.get("default") == option.default
            assert tuple(documented.get("choices", ())) == option.choices
            assert documented["description"][: len(said[option.name])] == list(said[option.name])
        assert [item["name"] for item in lookups[option.name].get("env", [])] == list(reversed(option.env))
        assert all(name in modules[option.name]["description"][-1] for name in option.env)
        assert ("ini" in lookups[option.name]) is not option.secret


def test_the_attributes() -> None:
    found = yaml.safe_load(attributes.ModuleDocFragment.DOCUMENTATION)["attributes"]
    assert set(found) == {"action_group", "check_mode", "diff_mode", "idempotent", "platform"}
    assert {attribute["support"] for attribute in found.values()} == {"full"}
    assert found["action_group"]["membership"] == ["bpmops.camunda.camunda"]


def test_the_guards_are_described_for_all_modules_alike() -> None:
    every = yaml.safe_load(c7_guards.ModuleDocFragment.DOCUMENTATION)["options"]["allow"]
    purge = yaml.safe_load(c7_guards.ModuleDocFragment.PURGE)["options"]["allow"]
    assert every["choices"] == list(GUARDS)
    assert purge["choices"] == [*GUARDS, PURGE_UNDECLARED]
    assert purge["description"][:-1] == every["description"]
