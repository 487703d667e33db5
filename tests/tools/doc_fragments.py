# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the documentation fragments of the connection options from the tables that the code uses.

    ./dev run python -m tests.tools.doc_fragments

A test compares what is committed with what this would write.
"""

from __future__ import annotations

import importlib
import os
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .descriptions import BASE, PRODUCT

FOLDER = Path(__file__).resolve().parents[2] / "plugins" / "doc_fragments"
UTILS = "ansible_collections.bpmops.camunda.plugins.module_utils"
WIDTH = 110


@dataclass(frozen=True)
class Product:
    """A product with connection options.

    Attributes:
        room: its room in module_utils, and the name of its fragment.
        title: what users call it.
        prefix: how the variables of its lookups begin; also the section in ansible.cfg.
    """

    room: str
    title: str
    prefix: str


PRODUCTS = (
    Product("camunda7", "Camunda 7 and its forks", "bpmops_camunda_c7"),
    Product("camunda8", "Camunda 8", "bpmops_camunda_c8"),
)

TEMPLATE = '''# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated from plugins/module_utils/{room}/product.py by tests/tools/doc_fragments.py."""

from __future__ import annotations


class ModuleDocFragment:
    """The connection options of {title}; for lookups ``bpmops.camunda.{room}.lookup``."""

    DOCUMENTATION = r"""
{modules}
requirements:
  - requests >= 2.31
"""

    LOOKUP = r"""
{lookups}
requirements:
  - requests >= 2.31
"""
'''


def render(product: Product) -> str:
    """Return the text of the fragment file of a product."""
    table = getattr(importlib.import_module(f"{UTILS}.{product.room}.product"), product.room.upper()).options
    own = importlib.import_module(f"{UTILS}.options").IN_PROCESS
    said = {**BASE, **PRODUCT[product.room]}
    modules = [line for option in (*table, own) for line in _for_modules(option, said[option.name])]
    lookups = [line for option in table for line in _for_lookups(option, said[option.name], product.prefix)]
    return TEMPLATE.format(
        room=product.room,
        title=product.title,
        modules="\n".join(["options:", *modules]),
        lookups="\n".join(["options:", *lookups]),
    )


def _for_modules(option: Any, description: Sequence[str]) -> list[str]:
    sentences = list(description)
    if option.env:
        names = ", then ".join(f"E({name})" for name in option.env)
        sentences.append(f"If it is not given, {names} is used from the environment.")
    return _option(option, sentences)


def _for_lookups(option: Any, description: Sequence[str], prefix: str) -> list[str]:
    lines = _option(option, description)
    if option.env:
        # Ansible takes the last one that is set, the tables mean the first one.
        lines += ["    env:", *(f"      - name: {name}" for name in reversed(option.env))]
    if not option.secret:
        lines += ["    ini:", f"      - section: {prefix}", f"        key: {option.name}"]
    return [*lines, "    vars:", f"      - name: {prefix}_{option.name}"]


def _option(option: Any, sentences: Sequence[str]) -> list[str]:
    lines = [f"  {option.name}:", "    description:"]
    for sentence in sentences:
        lines.append("      - >-")
        lines += textwrap.wrap(
            sentence, WIDTH, initial_indent=" " * 8, subsequent_indent=" " * 8, break_on_hyphens=False
        )
    lines.append(f"    type: {option.type}")
    if option.default is not None:
        lines.append(f"    default: {_scalar(option.default)}")
    if option.choices:
        lines += ["    choices:", *(f"      - {_scalar(choice)}" for choice in option.choices)]
    return lines


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def main() -> None:
    """Write the fragments of all products."""
    sys.path.insert(0, os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)[0])
    for product in PRODUCTS:
        (FOLDER / f"{product.room}.py").write_text(render(product), encoding="utf-8")


if __name__ == "__main__":
    main()
