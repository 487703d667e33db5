# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documentation fragments say what the code does."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.bpmops.camunda.plugins.doc_fragments import attributes, c7_guards
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.options import GUARDS, PURGE_UNDECLARED
from ansible_collections.bpmops.camunda.plugins.module_utils.options import IN_PROCESS
from ansible_collections.bpmops.camunda.tests.tools import doc_fragments
from ansible_collections.bpmops.camunda.tests.tools.doc_fragments import PRODUCTS, Product


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.name)
def test_the_yaml_of_a_product_holds_every_option_of_its_table(product: Product) -> None:
    fragment = importlib.import_module(f"{doc_fragments.PLUGINS}.doc_fragments.{product.name}").ModuleDocFragment
    table = doc_fragments.table(product)
    modules = yaml.safe_load(fragment.DOCUMENTATION)
    lookups = yaml.safe_load(fragment.LOOKUP)["options"]
    assert list(modules["options"]) == [option.name for option in (*table, IN_PROCESS)]
    assert list(lookups) == [option.name for option in table]
    for option in table:
        for documented in (modules["options"][option.name], lookups[option.name]):
            assert documented["type"] == option.type
            assert documented.get("default") == option.default
            assert tuple(documented.get("choices", ())) == option.choices
        # Ansible takes the last variable that is set, the tables mean the first one.
        assert [item["name"] for item in lookups[option.name].get("env", [])] == list(reversed(option.env))
        assert all(name in modules["options"][option.name]["description"][-1] for name in option.env)
        assert ("ini" in lookups[option.name]) is not option.secret
    groups = modules["attributes"]["action_group"]["membership"]
    assert groups == [f"bpmops.camunda.{product.name}", "bpmops.camunda.camunda"]


def test_the_attributes() -> None:
    found = yaml.safe_load(attributes.ModuleDocFragment.DOCUMENTATION)["attributes"]
    assert set(found) == {"check_mode", "diff_mode", "idempotent", "platform"}
    assert {attribute["support"] for attribute in found.values()} == {"full"}


def test_the_guards_are_described_for_all_modules_alike() -> None:
    every: Any = yaml.safe_load(c7_guards.ModuleDocFragment.DOCUMENTATION)["options"]["allow"]
    purge: Any = yaml.safe_load(c7_guards.ModuleDocFragment.PURGE)["options"]["allow"]
    assert every["choices"] == list(GUARDS)
    assert purge["choices"] == [*GUARDS, PURGE_UNDECLARED]
    assert purge["description"][:-1] == every["description"]


def test_lookups_document_the_options_that_they_have() -> None:
    """For modules ansible-test compares them."""
    folder = Path(__file__).resolve().parents[2] / "plugins" / "lookup"
    names = sorted(path.stem for path in folder.glob("*.py"))
    program = Path(sys.executable).with_name("ansible-doc")
    command = [str(program), "--json", "-t", "lookup", *(f"bpmops.camunda.{name}" for name in names)]
    documented = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for name in names:
        spec = importlib.import_module(f"{doc_fragments.PLUGINS}.lookup.{name}").LookupModule.spec
        options = documented[f"bpmops.camunda.{name}"]["doc"]["options"]
        assert set(options) == {"_terms", *spec.arguments()["argument_spec"]}, name
