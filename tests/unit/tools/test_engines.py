# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How engines are described: configuration, Java, and what is said when Java is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.bpmops.camunda.tests.engines import camunda7, java, launch
from ansible_collections.bpmops.camunda.tests.tools.processes import ToolError

WHITELIST = "bpm.generic-properties.properties.general-resource-whitelist-pattern".replace("bpm.", "{}.bpm.", 1)


@pytest.mark.parametrize("product", ["camunda", "operaton"])
def test_properties_get_the_prefix_of_the_product(product: str) -> None:
    settings = camunda7._settings(product, 8080, "secret", {**camunda7.NO_AUTHORIZATION, **camunda7.NO_LOGIN})
    assert settings[f"{product}.bpm.admin-user.password"] == "secret"
    assert settings[f"{product}.bpm.authorization.enabled"] is False
    assert settings["test.login"] is False
    assert settings[WHITELIST.format(product)] == ".+"
    assert [key for key in settings if key.startswith("bpm.")] == []


def test_none_removes_a_default() -> None:
    settings = camunda7._settings("camunda", 8080, "secret", camunda7.DEFAULT_ID_PATTERN)
    assert WHITELIST.format("camunda") not in settings


@pytest.mark.parametrize(
    "name", ["CAMUNDA_BPM_ADMIN_USER_ID", "SERVER_PORT", "OPERATON_BPM_ID", "SPRING_PROFILES_ACTIVE"]
)
def test_the_configuration_of_the_users_shell_does_not_reach_an_engine(name: str) -> None:
    assert launch.CONFIGURATION.match(name)
    assert not launch.CONFIGURATION.match("PATH")


@pytest.fixture
def javas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, Path]:
    """Java 11, 17 (without a compiler) and 21, in this order of preference."""
    homes = {}
    for version, programs in ((11, ["java", "javac"]), (17, ["java"]), (21, ["java", "javac"])):
        home = homes[version] = tmp_path / f"java-{version}"
        (home / "bin").mkdir(parents=True)
        (home / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}.0.1"\n')
        for program in programs:
            (home / "bin" / program).touch()
    monkeypatch.setattr(java, "_homes", lambda: iter(homes.values()))
    return homes


def test_a_java_is_taken_that_is_new_enough_and_has_the_program(javas: dict[int, Path]) -> None:
    assert java.find_java(17) == javas[17]
    assert java.find_java(17, "javac") == javas[21]
    assert java.find_java(22) is None


def test_a_missing_program_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ToolError) as error:
        java.maven()
    assert str(error.value) == (
        "mvn is missing: install a JDK 17 or newer and Maven (Debian: apt-get install default-jdk-headless maven)."
    )
