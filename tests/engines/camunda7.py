# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it takes to run Camunda 7 or Operaton: jars, one small Java program, one configuration file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import java

FILES = Path(__file__).with_name("jvm")
# Measured on two cores, seconds to the first answer: 5.9 with the defaults, 3.6 with these, 2.5 with the archive too.
OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-Xmx512m")

# Engines that some tests need, to be given as properties to `launch.start`; two of them combine as {**A, **B}.
# Keys that begin with "bpm." are the product's own (camunda.bpm... or operaton.bpm...). None removes a default.
_ENGINE = "bpm.generic-properties.properties."
MAX_RESULTS = {_ENGINE + "query-max-results-limit": 50}
PASSWORD_POLICY = {_ENGINE + "enable-password-policy": True}
DEFAULT_ID_PATTERN = {_ENGINE + "general-resource-whitelist-pattern": None}  # [a-zA-Z0-9]+|camunda-admin
LOGIN_LOCK = {
    _ENGINE + "login-max-attempts": 3,
    _ENGINE + "login-delay-base": 1,
    _ENGINE + "login-delay-factor": 1,
    _ENGINE + "login-delay-max-time": 2,
}
READ_ONLY_IDENTITY = {"test.read-only-identity": True}
ADHOC_EXPRESSIONS = {_ENGINE + "enable-expressions-in-adhoc-queries": True}
NO_LOGIN = {"test.login": False}
NO_AUTHORIZATION = {"bpm.authorization.enabled": False}
SECOND_ENGINE = {"test.second-engine": "second"}


@dataclass(frozen=True)
class Product:
    """One of the two products, which differ in names only.

    Attributes:
        prefix: of the product's properties (``<prefix>.bpm...``) and of the name of its administrators' group.
        version: the one that is used unless another is asked for.
        maven: properties of the pom file.
        renamed: what Engine.java says, and what it has to say for this product.
    """

    prefix: str
    version: str
    maven: Mapping[str, str]
    renamed: Mapping[str, str] = field(default_factory=dict)


PRODUCTS = {
    "camunda7": Product("camunda", "7.24.0", {}),
    "operaton": Product(
        "operaton",
        "1.0.3",
        {
            "engine.group": "org.operaton.bpm.springboot",
            "engine.artifact": "operaton-bpm-spring-boot-starter-rest",
        },
        {
            "org.camunda.bpm": "org.operaton.bpm",
            "${camunda.bpm": "${operaton.bpm",
            "CAMUNDA_ADMIN": "OPERATON_ADMIN",
        },
    ),
}


@dataclass(frozen=True)
class Engine:
    """An engine that can be started.

    Attributes:
        name: camunda7 or operaton.
        version: of the product.
        url: what the product's clients take as their base URL.
        user: the id of an administrator.
        password: that user's password.
        command: program and arguments.
    """

    name: str
    version: str
    url: str
    user: str
    password: str = field(repr=False)
    command: Sequence[object] = field(repr=False)

    @property
    def ready(self) -> str:
        """The URL that answers 200, without a login, when the engine serves."""
        return f"{self.url}/engine"


def _settings(prefix: str, port: int, password: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration, as flat Spring properties."""
    settings = {
        "server.address": "127.0.0.1",
        "server.port": port,
        "spring.main.banner-mode": "off",
        "spring.datasource.url": "jdbc:h2:mem:engine;DB_CLOSE_DELAY=-1",
        "spring.datasource.driver-class-name": "org.h2.Driver",
        "spring.datasource.username": "sa",
        "spring.datasource.password": "sa",
        "test.login": True,
        "bpm.admin-user.id": "admin",
        "bpm.admin-user.password": password,
        "bpm.admin-user.first-name": "Admin",
        "bpm.authorization.enabled": True,
        "bpm.job-execution.enabled": False,
        _ENGINE + "general-resource-whitelist-pattern": ".+",
        _ENGINE + "enforce-history-time-to-live": False,
        **properties,
    }
    return {
        f"{prefix}.{key}" if key.startswith("bpm.") else key: value
        for key, value in settings.items()
        if value is not None
    }


def library(name: str, version: str = "") -> Path:
    """The folder with the jars of an engine, which are fetched when they are not there.

    Args:
        name: a key of `PRODUCTS`.
        version: of the engine; empty: the pinned one.
    """
    product = PRODUCTS[name]
    version = version or product.version
    return java.jars(f"{name}-{version}", FILES / "camunda7.pom.xml", {**product.maven, "engine.version": version})


def describe(name: str, version: str, folder: Path, port: int, password: str, properties: Mapping[str, Any]) -> Engine:
    """Prepare an engine; see `launch.start`, which then runs it.

    Args:
        name: a key of `PRODUCTS`.
        version: of the engine; empty: the pinned one.
        folder: where its configuration and log go.
        port: a free port.
        password: of the administrator ``admin``.
        properties: changes of the configuration.
    """
    product = PRODUCTS[name]
    version = version or product.version
    label = f"{name}-{version}"
    jars = library(name, version)
    source = (FILES / "Engine.java").read_text(encoding="utf-8")
    for ours, theirs in product.renamed.items():
        source = source.replace(ours, theirs)
    jar = java.compiled(label, source, "Engine", jars)

    configuration = folder / "application.yml"
    configuration.touch(mode=0o600)
    # JSON is YAML too.
    configuration.write_text(json.dumps(_settings(product.prefix, port, password, properties)), encoding="utf-8")
    program = [java.jdk() / "bin" / "java", *OPTIONS, "-cp", f"{jar}:{jars}/*", "Engine"]
    command = [*program, f"--spring.config.location=file:{configuration}"]
    archive = java.class_archive(label, command, jar)
    command.insert(1, f"-XX:SharedArchiveFile={archive}")

    url = f"http://127.0.0.1:{port}/engine-rest"
    return Engine(name, version, url, "admin", password, command)
