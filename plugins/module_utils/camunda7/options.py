# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection options of Camunda 7 and its forks."""

from __future__ import annotations

from ..rest.options import Option, product_options

OPTIONS: tuple[Option, ...] = product_options(
    {
        "url": ("CAMUNDA7_URL",),
        "username": ("CAMUNDA7_USERNAME",),
        "password": ("CAMUNDA7_PASSWORD",),
    },
    Option("engine", env=("CAMUNDA7_ENGINE",)),
)
