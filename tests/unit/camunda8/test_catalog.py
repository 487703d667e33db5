# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entity table and the checks that are made from it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1 import V1, Operate
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1_catalog import BY_NAME, ENTITIES, NAMES
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1_types import DECODED
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8.v1_types import KEY as KEY_TYPE
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.query.entity import Entity
from ansible_collections.bpmops.camunda.plugins.module_utils.query.ranges import Sorted

INSTANCES = BY_NAME["process-instances"]
VARIABLES = BY_NAME["variables"]
KEY = 2251799813685276


def client() -> Operate:
    rest: Any = None
    return Operate(rest, rest)


def test_all_eight_entities_and_their_oddities() -> None:
    assert (
        V1.names()
        == NAMES
        == (
            "process-definitions",
            "process-instances",
            "incidents",
            "flownode-instances",
            "variables",
            "decision-definitions",
            "drd",
            "decision-instances",
        )
    )
    assert V1.find("process_instances") is INSTANCES
    assert [entity.name for entity in ENTITIES if entity.identifier == "id"] == ["decision-instances"]
    for entity in ENTITIES:
        assert len(entity.fields) == len(set(entity.fields))
        dates = {column.field for column in (entity.started, entity.ended) if isinstance(column, Sorted)}
        assert {entity.identifier, *dates} <= set(entity.fields)
        assert set(entity.filters) == set(entity.sorts) == set(entity.fields) - {DECODED}
        assert set(entity.aliases.values()) <= set(entity.filters)
        assert set(entity.aliases).isdisjoint(entity.filters)


@pytest.mark.parametrize("entity", ENTITIES, ids=NAMES)
def test_the_rule_for_names_of_keys_agrees_with_the_table(entity: Entity) -> None:
    shown = entity.show({**dict.fromkeys(entity.filters, 1), "value": "1"})
    assert {name for name, value in shown.items() if value == "1" and name != "value"} == {
        name for name, known in entity.filters.items() if known.type is KEY_TYPE
    }


def test_unknown_names_are_errors_that_help() -> None:
    with pytest.raises(UsageError, match=r"'proces_instances' is none of .*Did you mean process-instances\?"):
        V1.find("proces_instances")
    with pytest.raises(
        UsageError, match=r"filter: process-instances cannot be filtered by 'State'\. Did you mean state\? Valid: key, "
    ):
        INSTANCES.where({"State": "ACTIVE"})
    with pytest.raises(UsageError, match=r"no field 'bpmnProcesId'\. Did you mean bpmnProcessId\? Valid: key, "):
        INSTANCES.project(["bpmnProcesId"])


def test_names_of_the_documentation_are_accepted() -> None:
    given = {"processInstanceKey": str(KEY), "incidents": "true", "parentProcessInstanceKey": 5}
    assert INSTANCES.where(given) == {"key": KEY, "incident": True, "parentKey": 5}
    with pytest.raises(UsageError, match=r"^filter\.key: another name of key, which is given too"):
        INSTANCES.where({"processInstanceKey": 1, "key": 1})


@pytest.mark.parametrize(
    ("name", "given", "sent"),
    [
        ("key", str(KEY), KEY),
        ("key", KEY, KEY),
        ("key", 2**63 - 1, 2**63 - 1),
        ("parentProcessInstanceKey", f" {KEY} ", KEY),
        ("processVersion", "3", 3),
        ("incident", "True", True),
        ("incident", False, False),
        ("bpmnProcessId", "order", "order"),
        ("startDate", "2026-01-31", "2026-01-31T00:00:00.000+0000"),
        ("startDate", "2026-01-31T12:30:00+02:00||/d", "2026-01-31T10:30:00.000+0000||/d"),
    ],
)
def test_values_are_sent_with_the_right_type(name: str, given: Any, sent: Any) -> None:
    checked = INSTANCES.where({name: given})
    assert list(checked.values()) == [sent]
    assert type(next(iter(checked.values()))) is type(sent)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("key", "abc"),
        ("key", "-1"),
        ("key", True),
        ("key", 1.0),
        ("key", 2**63),
        ("key", ""),
        ("key", "٣"),  # digits of another script
        ("processVersion", 2**31),
        ("incident", "yes"),
        ("incident", 1),
        ("bpmnProcessId", 5),
        ("bpmnProcessId", None),
        ("bpmnProcessId", ["a", "b"]),
        ("state", "active"),
        ("state", "DONE"),
        ("startDate", "yesterday"),
        ("startDate", "2026-02-30"),
        ("startDate", "2026-01-31||/q"),
        ("startDate", 1795380079102),
    ],
)
def test_values_of_the_wrong_type_are_errors(name: str, given: Any) -> None:
    with pytest.raises(UsageError, match=rf"^filter\.{name}: "):
        INSTANCES.where({name: given})


def test_what_the_server_would_ignore_or_answer_with_500_is_refused_with_the_reason() -> None:
    flownodes = BY_NAME["flownode-instances"]
    with pytest.raises(UsageError, match="the server ignores it as a filter"):
        flownodes.where({"flowNodeName": "Pay"})
    for entity, name in ((INSTANCES, "parentKey"), (flownodes, "flowNodeName")):
        with pytest.raises(UsageError, match="the server answers 500"):
            entity.order([{"field": name}])
    with pytest.raises(UsageError, match="DESC only if it is the first field"):
        client().start(INSTANCES, INSTANCES.order([{"field": "state"}, {"field": "endDate", "order": "desc"}]), None)
    client().start(INSTANCES, INSTANCES.order([{"field": "endDate", "order": "desc"}, {"field": "state"}]), None)


@pytest.mark.parametrize("resume", ["1", 5, {}, [], [1], [1, 2, 3]], ids=str)
def test_a_place_that_does_not_fit_the_sort_order(resume: Any) -> None:
    with pytest.raises(UsageError, match=r"^resume: must be a list of 2 values"):
        client().start(INSTANCES, INSTANCES.order([{"field": "state"}]), resume)


@pytest.mark.parametrize(
    ("given", "sent"), [('"x"', '"x"'), (5, "5"), (True, "true"), (1.5, "1.5"), ("5", "5"), ('{"a": 1}', '{"a": 1}')]
)
def test_values_of_variables_are_json_texts(given: Any, sent: str) -> None:
    assert VARIABLES.where({"value": given}) == {"value": sent}


def test_a_value_that_is_no_json_names_the_way_to_write_it() -> None:
    with pytest.raises(UsageError, match=r"write the string abc as '\"abc\"'"):
        VARIABLES.where({"value": "x"})
