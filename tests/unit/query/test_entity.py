# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of an entity checks what a task gives, before the first request, and what a server answers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.query.entity import (
    OBJECT,
    Entity,
    Filter,
    Sort,
    Type,
    View,
    text_key,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.query.source import Catalog


def whole(option: str, value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdigit():
        raise UsageError(f"{option}: {value!r} is not a number.")
    return int(value)


def text(option: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{option}: {value!r} is not a string.")
    return value


def anything(_option: str, value: Any) -> Any:
    return value


TEXT = Type(text, lambda answered, sent: answered == sent)
FILTERS = (
    Filter("id", TEXT),
    Filter("size", Type(whole, lambda answered, sent: answered == sent)),
    Filter("colour", TEXT, choices=("red", "green")),
    Filter("names", Type(anything)),
    Filter("secret", TEXT, refused="nobody may"),
)
SORTS = (
    Sort("id"),
    Sort("size"),
    Sort("secret", refused="it has no order"),
    Sort("variable", parameters=("name", "type")),
)
VIEWS = {"xml": View("/xml", document=True), "part": View("/parts", named=True)}
BOX = Entity(
    "big-box",
    "big box",
    {row.name: row for row in FILTERS},
    {row.name: row for row in SORTS},
    ("id", "size", "colour"),
    views=VIEWS,
    aliases={"color": "colour", "dimension": "size"},
)
BARE = Entity("bare", "bare thing", {}, {})
CATALOG: Catalog[Any, Entity] = Catalog(
    lambda: ("big-box", "bare"), {"big-box": BOX, "bare": BARE}.__getitem__, lambda client: client
)


def refused(message: str) -> Any:
    return pytest.raises(UsageError, match=message)


def test_a_filter_as_it_is_sent() -> None:
    given = {"size": "7", "color": "red", "names": ["a"], "id": "x"}
    assert BOX.where(given) == {"size": 7, "colour": "red", "names": ["a"], "id": "x"}
    assert BOX.where({}) == {}
    assert BOX.where({"names": False}) == {"names": False} and BOX.where({"size": 0}) == {"size": 0}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"colours": "red"},
            r"^filter: big-box cannot be filtered by 'colours'\. Did you mean colour\? Valid: id, size, ",
        ),
        ({"Size": 1}, r"^filter: .* 'Size'\. Did you mean size\?"),
        ({"zzz": 1}, r"^filter: big-box cannot be filtered by 'zzz'\. Valid: id, size, colour, names, secret\.$"),
        ({5: 1}, r"^filter: big-box cannot be filtered by '5'"),
        ({"secret": "x"}, r"^filter: big-box cannot be filtered by secret: nobody may\.$"),
        ({"size": "x"}, r"^filter\.size: 'x' is not a number"),
        ({"dimension": "x"}, r"^filter\.dimension: 'x' is not a number"),
        ({"colour": "blue"}, r"^filter\.colour: 'blue' is none of red, green\."),
        ({"colour": "red", "color": "red"}, r"^filter\.color: another name of colour, which is given too"),
        ({"size": 1, "dimension": 1}, r"^filter\.dimension: another name of size"),
        *(({"names": empty}, r"^filter\.names: the value is empty") for empty in (None, "", " \t", [], {})),
        (["size"], r"^filter: \['size'\] is not a mapping"),
        ("size", r"^filter: 'size' is not a mapping"),
        (None, r"^filter: None is not a mapping"),
    ],
)
def test_a_filter_that_is_wrong(given: Any, message: str) -> None:
    with refused(message):
        BOX.where(given)


def test_the_option_that_holds_the_filter_is_named() -> None:
    with refused(r"^or_queries\[1\]\.size: "):
        BOX.where({"size": "x"}, "or_queries[1]")
    with refused(r"^or_queries\[1\]: big-box cannot be filtered by 'sizes'"):
        BOX.where({"sizes": "x"}, "or_queries[1]")


def test_an_order_as_it_is_sent() -> None:
    given = [{"field": "size", "order": "desc"}, {"field": "id", "order": "Asc"}, {"field": "id"}]
    assert BOX.order(given) == [
        {"field": "size", "order": "DESC"},
        {"field": "id", "order": "ASC"},
        {"field": "id", "order": "ASC"},
    ]
    by_variable = {"field": "variable", "order": "DESC", "name": "amount", "type": "Long"}
    assert BOX.order([by_variable]) == [by_variable]
    assert BOX.order([]) == []
    assert BOX.order([{"field": "id", "name": None, "order": None}]) == [{"field": "id", "order": "ASC"}]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"field": "sizes"},
            r"^sort: big-box cannot be sorted by 'sizes'\. Did you mean size\? Valid: id, size, secret, ",
        ),
        ({"field": "colour"}, r"^sort: big-box cannot be sorted by 'colour'\."),
        ({"field": "secret"}, r"^sort: big-box cannot be sorted by secret: it has no order\."),
        ({"field": "size", "order": "up"}, r"^sort: the order of size is ASC or DESC, not 'up'\."),
        ({"field": "size", "order": 1}, r"^sort: the order of size is ASC or DESC, not 1\."),
        ({"field": "variable"}, r"^sort: variable needs name and type\."),
        ({"field": "variable", "name": "a"}, r"^sort: variable needs name and type\."),
        ({"field": "size", "name": "a"}, r"^sort: size takes field and order only\."),
        ({"order": "ASC"}, r"^sort: \{'order': 'ASC'\} is not a mapping with field"),
        ({"field": None}, r"^sort: .* is not a mapping with field"),
        ("size", r"^sort: 'size' is not a mapping"),
    ],
)
def test_an_order_that_is_wrong(row: Any, message: str) -> None:
    with refused(message):
        BOX.order([{"field": "id"}, row])


def test_fields() -> None:
    assert BOX.project(["size", "id"]) == ("size", "id")
    assert BOX.project([]) == ()
    with refused(r"^fields: big-box have no field 'sizes'\. Did you mean size\? Valid: id, size, colour\."):
        BOX.project(["id", "sizes"])
    # Where the fields are not known, all names are.
    assert BARE.project(["anything"]) == ("anything",)


def test_views() -> None:
    assert BOX.view("object") is OBJECT and BARE.view("object") is OBJECT
    assert BOX.view("xml").document and BOX.view("part").named
    with refused(r"^view: big-box have no view 'xmls'\. Did you mean xml\? Valid: object, xml, part\."):
        BOX.view("xmls")
    with refused(r"^view: bare have no view 'xml'\. Valid: object\."):
        BARE.view("xml")


def test_objects_that_do_not_match_show_that_the_server_ignores_a_filter() -> None:
    where = BOX.where({"size": 7, "colour": "red", "names": ["a"]})
    BOX.check_rows(where, [{"size": 7, "colour": "red"}, {"size": 7, "colour": "red", "names": ["b"]}])
    BOX.check_rows(where, [])
    with refused(r"^filter\.size: this server ignores it"):
        BOX.check_rows(where, [{"size": 7, "colour": "red"}, {"colour": "red"}])
    with refused(r"^filter\.colour: this server ignores it"):
        BOX.check_rows(where, [{"size": 7, "colour": "green"}])
    # What stands in a filter beside the filters of the table, such as alternatives, is not compared.
    BOX.check_rows({"orQueries": [{"size": 7}]}, [{"size": 8}])


@pytest.mark.parametrize("wrong", ["", "  ", None, 5, True, ["a"]], ids=repr)
def test_ids(wrong: Any) -> None:
    assert BOX.check_key("ids", "a b") == text_key("ids", "a b") == "a b"
    with refused(r"^ids: .* is not an id\.$"):
        BOX.check_key("ids", wrong)


def test_names_of_entities() -> None:
    for name in ("big-box", "big_box", " big_box ", "/big-box/"):
        assert CATALOG.find(name) is BOX
    with refused(r"^entity: 'bigbox' is none of big-box, bare\. Did you mean big-box\?"):
        CATALOG.find("bigbox")
    with refused(r"^entity: '' is none of big-box, bare\."):
        CATALOG.find("")
