# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options of Camunda 7 and its forks."""

from __future__ import annotations

from ..rest.options import Option, product_options

OPTIONS: tuple[Option, ...] = product_options(
    env={
        "url": ("CAMUNDA7_URL",),
        "username": ("CAMUNDA7_USERNAME",),
        "password": ("CAMUNDA7_PASSWORD",),
    },
    descriptions={
        "url": (
            "Base URL of the REST API, up to and with C(/engine-rest).",
            "Not the URL of the web applications: their copy of the API under C(/camunda/api) wants a browser session.",
        ),
    },
    extra=(
        Option(
            "engine",
            env=("CAMUNDA7_ENGINE",),
            description=("Name of the process engine. Without it the server's default engine is used.",),
        ),
    ),
)
