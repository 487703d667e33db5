# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lookups that search and get have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..module_utils.errors import RefusedError
from ..module_utils.query.search import ARGUMENTS, NOT_EMPTY
from ..module_utils.query.single import get
from ..module_utils.query.source import C, Catalog, E
from ..module_utils.query.work import search
from ..module_utils.task import Context, Product, Spec
from .lookup import merge


def search_spec(product: Product[C], arguments: Mapping[str, Any] = ARGUMENTS) -> Spec[C]:
    """Return the spec of a lookup that searches.

    Args:
        arguments: the argument spec of a search of this product.
    """
    own = {name: argument for name, argument in arguments.items() if name not in ("entity", "dest", "resume")}
    return Spec(product, own, reads_only=True, not_empty=NOT_EMPTY)


def search_term(catalog: Catalog[C, E], spec: Spec[C], module: str) -> staticmethod[[Context[C], Any], list[Any]]:
    """Return how a term is looked up: the name of an entity, or a mapping of options.

    Args:
        module: the module that can write more objects to a file, for messages.
    """
    work = search(catalog)

    def term(context: Context[C], given: Any) -> list[Any]:
        params = merge(context, given, "entity", spec)
        found = work(replace(context, params=params)).result
        if params["count_only"]:
            return [found["total"]]
        if found["truncated"]:
            raise RefusedError(
                f"More than {params['limit']} {params['entity']} match. Narrow the filter, raise limit, or write them "
                f"to a file with the module {module} and its option dest."
            )
        objects: list[Any] = found["objects"]
        return objects

    return staticmethod(term)


def get_spec(product: Product[C], *own: str) -> Spec[C]:
    """Return the spec of a lookup that gets objects; the terms are their keys.

    Args:
        own: further options of the product's lookup.
    """
    return Spec(product, {name: {} for name in ("entity", "view", "required", *own)}, reads_only=True)


def get_term(catalog: Catalog[C, E]) -> staticmethod[[Context[C], Any], list[Any]]:
    """Return how a term, which is a key, is looked up."""
    work = get(catalog)

    def term(context: Context[C], given: Any) -> list[Any]:
        params = {**context.params, catalog.key: None, catalog.keys: [given], "concurrency": 1}
        objects: list[Any] = work(replace(context, params=params)).result["objects"]
        return objects

    return staticmethod(term)
