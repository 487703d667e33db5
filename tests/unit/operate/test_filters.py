# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entity table and the checks that are made from it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8 import filters
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda8 import v1_catalog as entities
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError

INSTANCES = entities.find("process-instances")
VARIABLES = entities.find("variables")
KEY = 2251799813685276


def test_all_eight_entities_and_their_oddities() -> None:
    assert entities.NAMES == (
        "process-definitions",
        "process-instances",
        "incidents",
        "flownode-instances",
        "variables",
        "decision-definitions",
        "drd",
        "decision-instances",
    )
    assert entities.find("process_instances") is INSTANCES
    assert [entity.name for entity in entities.ENTITIES if entity.identifier == "id"] == ["decision-instances"]
    for entity in entities.ENTITIES:
        names = [field.name for field in entity.fields]
        assert len(names) == len(set(names))
        assert {entity.identifier, entity.started or "key", entity.ended or "key"} <= set(names)


@pytest.mark.parametrize("entity", entities.ENTITIES, ids=entities.NAMES)
def test_the_rule_for_names_of_keys_agrees_with_the_table(entity: entities.Entity) -> None:
    by_rule = filters.keys_among(tuple(field.name for field in entity.fields))
    assert list(by_rule) == [field.name for field in entity.fields if field.type == entities.KEY]


def test_unknown_names_are_errors_that_help() -> None:
    with pytest.raises(UsageError, match=r"'proces_instances' is none of .*Did you mean process-instances\?"):
        entities.find("proces_instances")
    with pytest.raises(UsageError, match=r"filter: process-instances have no field 'State'\. Did you mean state\?"):
        filters.check_filter(INSTANCES, {"State": "ACTIVE"})
    with pytest.raises(UsageError, match=r"no field 'incidents'\. Did you mean incident\?"):
        filters.check_filter(INSTANCES, {"incidents": True})
    with pytest.raises(UsageError, match=r"fields: .*'bpmnProcesId'"):
        filters.check_fields(INSTANCES, ["bpmnProcesId"])


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
    checked = filters.check_filter(INSTANCES, {name: given})
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
        filters.check_filter(INSTANCES, {name: given})


def test_what_the_server_would_ignore_or_answer_with_500_is_refused_with_the_reason() -> None:
    flownodes = entities.find("flownode-instances")
    with pytest.raises(UsageError, match="the server ignores it as a filter"):
        filters.check_filter(flownodes, {"flowNodeName": "Pay"})
    for entity, name in ((INSTANCES, "parentKey"), (flownodes, "flowNodeName")):
        with pytest.raises(UsageError, match="the server answers 500"):
            filters.check_sort(entity, [{"field": name}])
    with pytest.raises(UsageError, match="ASC or DESC"):
        filters.check_sort(INSTANCES, [{"field": "startDate", "order": "asc"}])
    with pytest.raises(UsageError, match="only when it is named first"):
        filters.check_sort(INSTANCES, [{"field": "state"}, {"field": "endDate", "order": "DESC"}])
    assert filters.check_sort(INSTANCES, [{"field": "startDate"}]) == [{"field": "startDate", "order": "ASC"}]


@pytest.mark.parametrize(
    ("given", "sent"), [('"x"', '"x"'), (5, "5"), (True, "true"), (1.5, "1.5"), ("5", "5"), ('{"a": 1}', '{"a": 1}')]
)
def test_values_of_variables_are_json_texts(given: Any, sent: str) -> None:
    assert filters.check_filter(VARIABLES, {"value": given}) == {"value": sent}


def test_a_value_that_is_no_json_names_the_way_to_write_it() -> None:
    with pytest.raises(UsageError, match=r"write the string abc as '\"abc\"'"):
        filters.check_filter(VARIABLES, {"value": "x"})


def test_keys_are_shown_as_texts_and_variables_decoded() -> None:
    row = {"key": KEY, "scopeKey": KEY + 1, "name": "a", "value": '{"n": 9007199254740993}', "truncated": False}
    assert filters.present(VARIABLES, row) == {
        **row,
        "key": str(KEY),
        "scopeKey": str(KEY + 1),
        "decodedValue": {"n": 9007199254740993},
    }
    assert filters.present(INSTANCES, {"brandNewKey": KEY, "processVersion": 1}) == {
        "brandNewKey": str(KEY),
        "processVersion": 1,
    }


@pytest.mark.parametrize(("value", "truncated"), [('{"a": "bbbb', True), ("not json", False)])
def test_a_value_that_cannot_be_decoded_stays_alone(value: str, truncated: bool) -> None:
    row = {"key": "1", "value": value, "truncated": truncated}
    assert filters.present(VARIABLES, row) == row


def test_identifiers() -> None:
    decisions = entities.find("decision-instances")
    assert filters.check_key(INSTANCES, KEY) == str(KEY)
    assert filters.check_key(decisions, f"{KEY}-1") == f"{KEY}-1"
    with pytest.raises(UsageError, match="Their key is not unique"):
        filters.check_key(decisions, str(KEY))
    for wrong in ("abc", "../x", "1-1", "", True):
        with pytest.raises(UsageError, match=r"^key: "):
            filters.check_key(INSTANCES, wrong)
