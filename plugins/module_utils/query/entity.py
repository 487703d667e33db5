# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entities: the tables by which filters, sort orders, fields and keys are checked before the first request.

Nothing here knows a product. What is special about a server is a column, or a function named in a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Optional, TypeVar

from ..errors import UsageError
from ..words import nearest

if TYPE_CHECKING:
    from .ranges import TimeRange

Row = Mapping[str, Any]
Check = Callable[[str, Any], Any]
"""Takes the option's name, for messages, and its value; returns the value as it is sent, or raises UsageError."""

ORDERS = ("ASC", "DESC")


@dataclass(frozen=True)
class Type:
    """How the values of a filter are checked, and compared with an answer.

    Attributes:
        check: checks a value and returns it as it is sent.
        matches: whether the field of an answer is what the filter asks for: (answer's value, sent value). None if the
            answer cannot tell.
    """

    check: Check
    matches: Optional[Callable[[Any, Any], bool]] = None


@dataclass(frozen=True)
class Filter:
    """A name that a search filters by.

    Attributes:
        name: its name in the API.
        refused: why the server cannot filter by it; empty if it can.
        choices: the valid values, if they are few and fixed.
    """

    name: str
    type: Type
    refused: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sort:
    """A name that a search sorts by.

    Attributes:
        name: its name in the API.
        refused: why the server cannot sort by it; empty if it can.
        parameters: what has to be given with it, such as the name of a variable.
    """

    name: str
    refused: str = ""
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """Something that the server returns for one object beside the object itself.

    Attributes:
        path: appended to the object's path.
        document: whether it is a document such as XML, which ``dest`` can write to a file.
        named: whether it is one of several, such as a variable, so that the option ``name`` says which.
    """

    path: str
    document: bool = False
    named: bool = False


OBJECT = View("")
"""The object itself."""


def text_key(option: str, value: Any) -> str:
    """Return an identifier that is any string.

    Raises:
        UsageError: it is not a string, or is blank.
    """
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{option}: {value!r} is not an id.")
    return value


@dataclass(frozen=True)
class Entity:
    """One kind of object that a server searches.

    Attributes:
        name: its name in paths, and in the option ``entity``.
        one: what one object is called in messages.
        filters, sorts: what can be filtered and sorted by, by name.
        fields: the names of the fields that the server returns; empty if they are not known.
        identifier: the field that identifies an object.
        check_key: checks an identifier and returns it as it is sent.
        started, ended: how ``started_*`` and ``ended_*`` are found; None if there is no such date.
        views: the views of one object, by name.
        aliases: other names of filters.
        alternatives: the name under which the server takes a list of filters of which one must match; empty if none.
        show: an object of an answer as it is shown.
    """

    name: str
    one: str
    filters: Mapping[str, Filter]
    sorts: Mapping[str, Sort]
    fields: tuple[str, ...] = ()
    identifier: str = "id"
    check_key: Check = text_key
    started: Optional[TimeRange] = None
    ended: Optional[TimeRange] = None
    views: Mapping[str, View] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    alternatives: str = ""
    show: Callable[[Row], dict[str, Any]] = dict

    def where(self, given: Any, option: str = "filter") -> dict[str, Any]:
        """Return a filter as it is sent.

        Args:
            given: what the user gave.
            option: the option that holds it, for messages.

        Raises:
            UsageError: an unknown name (servers ignore those and return everything), a name that the server cannot
                filter by or that is given twice, or a value that is empty, of the wrong type or not among the choices.
        """
        if not isinstance(given, Mapping):
            raise UsageError(f"{option}: {given!r} is not a mapping of names to values.")
        checked: dict[str, Any] = {}
        for name, value in given.items():
            row = self._find(self.filters, self.aliases.get(name, str(name)), option, "cannot be filtered by")
            here = f"{option}.{name}"
            if value is None or value in ([], {}) or (isinstance(value, str) and not value.strip()):
                raise UsageError(
                    f"{here}: the value is empty. The server would ignore it and match everything; omit the name, or "
                    "give a value."
                )
            if row.name in checked:
                raise UsageError(f"{here}: another name of {row.name}, which is given too. Keep one of them.")
            checked[row.name] = row.type.check(here, value)
            if row.choices and checked[row.name] not in row.choices:
                raise UsageError(f"{here}: {value!r} is none of {', '.join(row.choices)}.")
        return checked

    def order(self, given: Sequence[Any]) -> list[dict[str, str]]:
        """Return a sort order: rows of ``field``, ``order`` (ASC or DESC) and the parameters of the field.

        Raises:
            UsageError: an unknown field, one that the server cannot sort by, or a wrong order or parameter.
        """
        order: list[dict[str, str]] = []
        for row in given:
            if not isinstance(row, Mapping) or not row.get("field"):
                raise UsageError(f"sort: {row!r} is not a mapping with field and order.")
            sort = self._find(self.sorts, str(row["field"]), "sort", "cannot be sorted by")
            direction = str(row.get("order") or ORDERS[0]).upper()
            if direction not in ORDERS:
                raise UsageError(f"sort: the order of {sort.name} is ASC or DESC, not {row['order']!r}.")
            parameters = {name: value for name, value in row.items() if name not in ("field", "order") and value}
            if set(parameters) != set(sort.parameters):
                needed = f"needs {' and '.join(sort.parameters)}" if sort.parameters else "takes field and order only"
                raise UsageError(f"sort: {sort.name} {needed}.")
            order.append({"field": sort.name, "order": direction, **parameters})
        return order

    def project(self, given: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the fields to return.

        Raises:
            UsageError: the server returns no such field.
        """
        for name in given if self.fields else ():
            if name not in self.fields:
                raise self._unknown(name, self.fields, "fields", "have no field")
        return tuple(given)

    def view(self, name: str) -> View:
        """Return a view of one object; ``object`` is the object itself.

        Raises:
            UsageError: the entity has no such view.
        """
        if name == "object":
            return OBJECT
        if name not in self.views:
            raise self._unknown(name, ("object", *self.views), "view", "have no view")
        return self.views[name]

    def check_rows(self, where: Mapping[str, Any], rows: Iterable[Row]) -> None:
        """Check that the objects of an answer match the filter.

        Servers ignore a name that they do not know, such as one of a later version, and return everything.

        Raises:
            UsageError: names the filter that the server ignores.
        """
        known = [
            (name, self.filters[name].type.matches, value) for name, value in where.items() if name in self.filters
        ]
        tests = [(name, matches, value) for name, matches, value in known if matches is not None]
        for row in rows:
            for name, matches, value in tests:
                if not matches(row.get(name), value):
                    raise UsageError(
                        f"filter.{name}: this server ignores it and returned objects that do not match; its version "
                        "is older than this field, or newer than this collection."
                    )

    def _find(self, table: Mapping[str, R], name: str, option: str, unable: str) -> R:
        if name not in table:
            raise self._unknown(name, table, option, unable)
        row = table[name]
        if row.refused:
            raise UsageError(f"{option}: {self.name} {unable} {name}: {row.refused}.")
        return row

    def _unknown(self, name: str, names: Iterable[str], option: str, unable: str) -> UsageError:
        listed = ", ".join(names) or "nothing"
        return UsageError(f"{option}: {self.name} {unable} {name!r}.{nearest(name, names)} Valid: {listed}.")


R = TypeVar("R", Filter, Sort)
