# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a product brings to be searched: a Catalog of its entities, and a Source, which is its server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Optional, Protocol, TypeVar

from ..errors import UsageError

if TYPE_CHECKING:
    from .entity import Entity

C = TypeVar("C")
E = TypeVar("E", bound="Entity")
E_contra = TypeVar("E_contra", bound="Entity", contravariant=True)

PAGE_SIZE = 1000
"""The default number of objects in a page."""


class Total(NamedTuple):
    """How many objects match; at least that many if it is not exact."""

    number: int
    exact: bool


class Page(NamedTuple):
    """One page of a search.

    Attributes:
        rows: the objects as the server sent them.
        place: where the next page starts, known to the source alone; None if this is the last page.
        resume: the same for a later task, as JSON.
        total: how many objects match; None if the answer does not tell.
        copies: second copies of objects that the source removed from the answer.
    """

    rows: list[dict[str, Any]]
    place: Any
    resume: Any
    total: Optional[Total] = None
    copies: int = 0


class Source(Protocol[E_contra]):
    """A server that is searched."""

    def start(self, entity: E_contra, order: Sequence[Mapping[str, str]], resume: Any) -> Any:
        """Return the place of the first page; ``resume`` is that of an earlier task, or None.

        Raises:
            UsageError: ``resume`` does not fit, or the server has no such order.
        """

    def page(
        self, entity: E_contra, where: Mapping[str, Any], order: Sequence[Mapping[str, str]], size: int, place: Any
    ) -> Page:
        """Return one page."""

    def count(self, entity: E_contra, where: Mapping[str, Any]) -> Total:
        """Return how many objects match."""

    def one(self, entity: E_contra, key: str, view: str, name: Optional[str]) -> Any:
        """Return one object, or a view of it, as the server sends it; None if there is no such object.

        Args:
            view: ``object``, or one of the entity's views.
            name: which one, for views of which there are several.
        """


@dataclass(frozen=True)
class Catalog(Generic[C, E]):
    """The entities of one API.

    Args:
        names: returns the names of the entities. The tables are imported with the first search.
        load: returns the entity of one of these names.
        source: makes the source from the product's client.
        page_size: the maximum number of objects in a page.
        key, keys: the options that name one object, and several.
    """

    names: Callable[[], tuple[str, ...]]
    load: Callable[[str], E]
    source: Callable[[C], Source[E]]
    page_size: int = PAGE_SIZE
    key: str = "id"
    keys: str = "ids"

    def find(self, name: str) -> E:
        """Return the entity called ``name``; underscores and hyphens are equivalent.

        Raises:
            UsageError: there is none; the message lists all.
        """
        wanted = name.strip().strip("/").replace("_", "-")
        names = self.names()
        if wanted not in names:
            from ..words import nearest  # only needed after a mistake

            raise UsageError(f"entity: {name!r} is none of {', '.join(names)}.{nearest(wanted, names)}")
        return self.load(wanted)
