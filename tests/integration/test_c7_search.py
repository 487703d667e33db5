# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""c7_search on engines with objects of every kind: what it finds is what the tests' own client finds in one request."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import catalog, traits
from ansible_collections.bpmops.camunda.tests.engines.camunda7 import MAX_RESULTS
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.camunda7_processes import populate
from ansible_collections.bpmops.camunda.tests.support.engines import Engine, running
from ansible_collections.bpmops.camunda.tests.support.plays import Play, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy
from ansible_collections.bpmops.camunda.tests.support.tasks import run_module
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Row = dict[str, Any]
Search = Callable[..., Row]

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "search"
GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_search.rst"

DATE = "2026-01-01T00:00:00.000+0000"
STATISTICS = {"failedJobs", "incidents", "incidentsForType", "rootIncidents"}
"""Parameters of process-definition/statistics: they add numbers, and the engine reads every value but true as false."""

# Filters that the engine takes together with another one only.
COMPANIONS = {
    ("task", "includeAssignedTasks"): {"candidateUser": "bob"},
    ("history/variable-instance", "variableValue"): {"variableName": "amount"},
}

# The field of an object that holds what the list is sorted by, where it has another name.
SORTED_FIELDS = {
    "instanceId": "processInstanceId",
    "definitionKey": "processDefinitionKey",
    "definitionId": "processDefinitionId",
    "definitionName": "processDefinitionName",
    "created": "createdDate",
    "jobPriority": "priority",
    "jobRetries": "retries",
    "jobDueDate": "dueDate",
    "taskPriority": "priority",
    "duration": "durationInMillis",
}

STARTED = {
    "task": "created",
    "incident": "incidentTimestamp",
    "job": "createTime",
    "history/incident": "createTime",
    "history/detail": "time",
    "history/identity-link-log": "time",
    "history/user-operation": "timestamp",
    "history/decision-instance": "evaluationTime",
    "deployment": "deploymentTime",
}
"""The date that ``started_*`` means, where it is not startTime; the end is always endTime."""


@pytest.fixture(scope="module")
def search(searched: Engine, through: Proxy) -> Search:
    """Runs c7_search, and returns the result of the task."""

    def run(entity: str, **options: Any) -> Row:
        return run_module("c7_search", searched.connection(through.url), {"entity": entity, **options})

    return run


@pytest.fixture(scope="module")
def everything(searched: Engine) -> Callable[[str], list[Row]]:
    """Returns all objects of an entity, as one request without a filter finds them."""
    return lru_cache(maxsize=None)(partial(_all, searched.api))


def _all(api: Camunda7, name: str) -> list[Row]:
    rows: list[Row] = api.get(f"/{name}", **({"deserializeValues": "false"} if traits.TRAITS[name].in_url else {}))
    assert rows, f"the engine was not filled with {name}"
    return rows


def _words(name: str) -> dict[str, catalog.Word]:
    return catalog.corrected(name, traits.TRAITS[name].rows())["filters"]


def _sample(word: catalog.Word) -> Any:
    """A value that a filter takes."""
    if word.name.endswith("Expression"):
        dates = ("Date", "After", "Before", "On", "OrNotExistent")
        if word.name == "candidateGroupsExpression":
            return "${currentUserGroups()}"
        return "${now()}" if word.name[: -len("Expression")].endswith(dates) else "${'x'}"
    if word.kind == "variables":
        operators = word.choices or ("eq", "neq", "gt", "gteq", "lt", "lteq", "like")
        return [{"name": "amount", "operator": each, "value": "x%" if "ike" in each else 1} for each in operators]
    samples: dict[str, Any] = {
        "": "x",
        "list": ["x", "y"],
        "flag": True,
        "bool": False,
        "int": 1,
        "long": 1,
        "when": DATE,
        "value": 1,
        "conditions": [{"operator": "gt", "value": DATE}, {"operator": "lt", "value": DATE}],
        "authorization-type": "grant",
        "resource": "task",
    }
    return word.choices[0] if word.kind == "choice" else samples[word.kind]


@pytest.mark.parametrize("name", traits.NAMES)
def test_each_filter_is_accepted(search: Search, name: str) -> None:
    for word in _words(name).values():
        if word.kind == "or":
            continue
        found = search(name, filter={word.name: _sample(word), **COMPANIONS.get((name, word.name), {})})
        assert "failed" not in found, (word, found)


@pytest.mark.parametrize("name", traits.NAMES)
def test_the_engine_knows_each_filter(searched: Engine, name: str) -> None:
    """A filter that it does not know it ignores: a value of the wrong type shows which it knows."""
    api, unknown = searched.api, set()
    total = len(api.get(f"/{name}"))
    for word in {**_words(name), "misspelt": catalog.Word("misspelt")}.values():
        if "post" in catalog.load(name).reads and word.kind != "value":
            answer = api.call("POST", f"/{name}", {word.name: {}})
        else:
            answer = api.call("GET", f"/{name}", **{word.name: "nobody-4711"})
        if answer.ok and len(answer.json()) == total:
            unknown.add(word.name)
    assert unknown == {"misspelt"} | (STATISTICS if name == "process-definition/statistics" else set())


@pytest.mark.parametrize("name", traits.NAMES)
def test_each_sort_field_is_accepted(search: Search, everything: Callable[[str], list[Row]], name: str) -> None:
    for sort in catalog.load(name).sorts.values():
        parameters = {"variable": "amount", "type": "Integer"} if sort.parameters else {}
        found = search(name, sort=[{"field": sort.name, "order": "desc", **parameters}])
        assert "failed" not in found, (sort, found)
        assert _ids(found["objects"]) == _ids(everything(name))


@pytest.mark.parametrize("name", traits.NAMES)
def test_the_fields_are_those_of_the_table(search: Search, name: str) -> None:
    entity = catalog.load(name)
    shown = [set(row) for row in search(name)["objects"]]
    assert set.intersection(*shown) >= set(entity.fields) - entity.optional
    assert set.union(*shown) <= set(entity.fields)
    assert set(search(name, fields=list(entity.fields))["objects"][0]) == set(entity.fields)


def _ids(rows: list[Row]) -> list[str]:
    return sorted(row["id"] for row in rows)


# Random searches


@st.composite
def searches(draw: st.DrawFn, name: str, rows: list[Row]) -> Row:
    """Options of a search that finds something, usually."""
    entity, row = catalog.load(name), draw(st.sampled_from(rows))
    drawn = draw(st.lists(st.sampled_from(sorted(entity.filters)), max_size=2, unique=True))
    where = {filter: _found_in(row, _words(name)[filter]) for filter in drawn}
    sorts = [sort.name for sort in entity.sorts.values() if not sort.parameters] or [None]
    most = 3 if "post" in entity.reads else 1
    fields = [each for each in draw(st.lists(st.sampled_from(sorts), max_size=most, unique=True)) if each]
    orders = [{"field": field, "order": draw(st.sampled_from(["asc", "DESC"]))} for field in fields]
    return {
        "filter": {filter: value for filter, value in where.items() if value is not None},
        "sort": orders,
        "page_size": draw(st.sampled_from([1, 2, 3, 7, 1000])),
        "limit": draw(st.sampled_from([1, 2, 5, 1000])),
    }


def _found_in(row: Row, word: catalog.Word) -> Any:
    """A value by which a filter finds this object, if its name tells the field."""
    if word.kind in ("", "list") and not word.name.endswith("Expression"):
        field = word.name[:-2] if word.kind == "list" else word.name.removesuffix("Like")
        value = row.get(field)
        usable = isinstance(value, str) and value.strip() == value != "" and "," not in value
        return ([value, "nobody"] if word.kind == "list" else value) if usable else None
    if word.kind == "when" and word.name.endswith(("After", "Before")):
        return next((value for value in row.values() if isinstance(value, str) and value.endswith("+0000")), None)
    return True if word.kind == "flag" and word.name not in ("includeAssignedTasks", *STATISTICS) else None


def _expected(api: Camunda7, name: str, options: Row) -> requests.Response:
    """The answer to one request for everything that matches; by POST where the engine sorts by the id too."""
    entity = catalog.load(name)
    where, raw = options["filter"], {"deserializeValues": "false"} if entity.in_url else {}
    order = [{"sortBy": row["field"], "sortOrder": row["order"].lower()} for row in options["sort"]]
    if "post" not in entity.reads:
        texts = {key: ",".join(value) if isinstance(value, list) else value for key, value in where.items()}
        texts = {key: "true" if value is True else value for key, value in texts.items()}
        return api.call("GET", f"/{name}", **texts, **(order[0] if order else {}), **raw)
    if entity.id_sort and entity.id_sort not in [row["sortBy"] for row in order]:
        order.append({"sortBy": entity.id_sort, "sortOrder": "asc"})
    return api.call("POST", f"/{name}", {**where, "sorting": order}, **raw)


def _has_ties(name: str, options: Row) -> bool:
    entity, fields = catalog.load(name), [row["field"] for row in options["sort"]]
    return bool(fields) and entity.id_sort not in fields and not (entity.id_sort and "post" in entity.reads)


def _is_sorted(rows: list[Row], field: str) -> bool:
    """Whether objects with the same value stand together: the engine sorts some lists by what it does not show."""
    values = [row.get(field) for row in rows]
    groups = [value for before, value in zip([object(), *values], values) if value != before]
    return all(field in row for row in rows) and len(groups) == len(set(groups))


@pytest.mark.parametrize("name", traits.NAMES)
def test_random_searches_find_what_one_large_request_finds(
    searched: Engine, search: Search, everything: Callable[[str], list[Row]], name: str
) -> None:
    show = traits.TRAITS[name].show

    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(searches(name, everything(name)))
    def same(options: Row) -> None:
        found = search(name, **options)
        answer = _expected(searched.api, name, options)
        if not answer.ok:  # the engine refuses some filters together
            assert answer.json()["message"][:200] in found["msg"]
            return
        assert "failed" not in found, found
        expected = [show(row) for row in answer.json()]
        wanted = expected[: options["limit"]]
        assert found["total"] == len(expected)
        assert found["truncated"] is (len(expected) > len(wanted))
        if not _has_ties(name, options):
            assert found["objects"] == wanted
            return
        # Which of two equal objects comes first is not the engine's to say twice in the same way.
        by_id = {row["id"]: row for row in expected}
        assert [by_id[row["id"]] for row in found["objects"]] == found["objects"]
        assert len(set(_ids(found["objects"]))) == len(wanted)
        fields = [SORTED_FIELDS.get(row["field"], row["field"]) for row in options["sort"]]
        if len(fields) == 1 and _is_sorted(expected, fields[0]):
            assert [row[fields[0]] for row in found["objects"]] == [row[fields[0]] for row in wanted]

    same()


@pytest.mark.parametrize("name", traits.NAMES)
def test_small_pages_lose_nothing_in_any_order(
    search: Search, everything: Callable[[str], list[Row]], name: str
) -> None:
    for sort in catalog.load(name).sorts.values():
        if not sort.parameters:
            found = search(name, sort=[{"field": sort.name}], page_size=7, fields=["id"])
            assert _ids(found["objects"]) == _ids(everything(name)), sort


# Time ranges


def _moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")


DATED = [name for name in traits.NAMES if traits.TRAITS[name].started]


@pytest.mark.parametrize("name", DATED)
def test_after_is_inclusive_and_before_is_exclusive(
    search: Search, everything: Callable[[str], list[Row]], name: str
) -> None:
    fields = {"started": STARTED.get(name, "startTime")}
    if traits.TRAITS[name].ended:
        fields["ended"] = "endTime"
    for which, field in fields.items():
        times = {row["id"]: _moment(row[field]) for row in everything(name) if row[field]}
        assert times
        for when in sorted(set(times.values()))[:4]:
            text = when.isoformat()
            after = search(name, **{f"{which}_after": text})["objects"]
            before = search(name, **{f"{which}_before": text})["objects"]
            assert _ids(after) == sorted(key for key, time in times.items() if time >= when), text
            assert _ids(before) == sorted(key for key, time in times.items() if time < when), text
            both = {f"{which}_after": text, f"{which}_before": (when + timedelta(milliseconds=1)).isoformat()}
            assert _ids(search(name, **both)["objects"]) == sorted(key for key, time in times.items() if time == when)


def test_ages_count_back_from_now(search: Search, everything: Callable[[str], list[Row]]) -> None:
    ended = [row for row in everything("history/process-instance") if row["endTime"]]
    assert search("history/process-instance", older_than="1d", count_only=True)["total"] == 0
    assert search("history/process-instance", ended_after="1d", count_only=True)["total"] == len(ended)
    assert search("task", started_after="1d", older_than="0s", count_only=True)["total"] == len(everything("task"))
    refused = search("execution", started_after="1d")
    assert refused["msg"] == "started_after: execution have no such date."


# Variables, alternatives, results


def test_conditions_on_variables(search: Search) -> None:
    def amounts(*conditions: tuple[str, Any]) -> int:
        rows = [{"name": "amount", "operator": operator, "value": value} for operator, value in conditions]
        found = search("history/process-instance", filter={"variables": rows}, count_only=True)
        total: int = found["total"]
        return total

    assert amounts(("eq", 3)) == 1
    assert amounts(("eq", "3")) == 0
    assert amounts(("gteq", 3), ("lt", 5)) == 2
    assert amounts(("eq", 1.5)) == 3
    names = [{"name": "my_var", "operator": "like", "value": "x_"}]
    assert search("history/process-instance", filter={"variables": names}, count_only=True)["total"] == 12
    comma = [{"name": "note", "operator": "eq", "value": "a,b"}]
    assert search("history/process-instance", filter={"variables": comma}, count_only=True)["total"] == 12


def test_alternatives_are_joined_with_or_and_filters_with_and(search: Search) -> None:
    either = [{"processDefinitionKey": "outside", "businessKey": "waiting 0"}]
    found = search("process_instance", or_queries=either, sort=[{"field": "businessKey"}], fields=["businessKey"])
    assert [row["businessKey"] for row in found["objects"]] == [f"outside {number}" for number in range(5)] + [
        "waiting 0"
    ]
    found = search("process-instance", filter={"businessKeyLike": "% 0"}, or_queries=either, count_only=True)
    assert found["total"] == 2
    refused = search("job", or_queries=[{"jobId": "x"}])
    assert refused["msg"] == "or_queries: job cannot be filtered by alternatives."


def test_tasks_by_a_variable_of_their_process(search: Search, searched: Engine) -> None:
    order = [{"field": "processVariable", "variable": "amount", "type": "Integer", "order": "DESC"}]
    found = search("task", filter={"processDefinitionKey": "approve"}, sort=order)["objects"]
    amounts = [searched.api.get(f"/process-instance/{row['processInstanceId']}/variables")["amount"] for row in found]
    whole = [row["value"] for row in amounts if row["type"] == "Integer"]
    assert whole == sorted(whole, reverse=True) != []


def test_a_search_goes_on_where_it_stopped(search: Search, everything: Callable[[str], list[Row]]) -> None:
    resume, ids = None, []
    while True:
        found = search("job", limit=5, resume=resume)
        ids += [row["id"] for row in found["objects"]]
        resume = found["resume"]
        if resume is None:
            break
    assert ids == _ids(everything("job"))


def test_names_stand_beside_the_numbers_of_authorizations(search: Search) -> None:
    found = search("authorization", filter={"type": "grant", "resourceType": "task"})["objects"]
    assert {(row["type"], row["typeName"], row["resourceType"], row["resourceName"]) for row in found} == {
        (1, "grant", 7, "task")
    }


def test_statistics_have_no_names_of_java_classes(search: Search) -> None:
    found = search("process-definition/statistics", filter={"failedJobs": True, "incidents": True})["objects"]
    assert sum(row["failedJobs"] for row in found) == 2
    assert {incident["incidentType"] for row in found for incident in row["incidents"]} == {
        "failedJob",
        "failedExternalTask",
        "custom",
    }
    assert "@class" not in json.dumps(found)


def test_objects_go_to_a_file(search: Search, everything: Callable[[str], list[Row]], tmp_path: Path) -> None:
    dest = tmp_path / "found.jsonl"
    options = {"dest": str(dest), "page_size": 10}
    done = search("history/activity-instance", **options)
    rows = [json.loads(line) for line in dest.read_text(encoding="utf-8").splitlines()]
    assert rows == everything("history/activity-instance")
    assert (done["changed"], done["count"]) == (True, len(rows))
    assert search("history/activity-instance", **options)["changed"] is False


# Requests


def test_how_many_requests_a_search_makes(search: Search, through: Proxy) -> None:
    def sent(entity: str, **options: Any) -> list[str]:
        seen = len(through.requests)
        assert "failed" not in search(entity, **options)
        return [f"{each.method} {each.path}" for each in through.requests[seen:]]

    assert sent("process-instance") == ["POST /process-instance"]
    assert sent("incident", sort=[{"field": "activityId"}]) == ["GET /incident"]
    assert sent("process-instance", count_only=True) == ["POST /process-instance/count"]
    assert sent("history/detail", count_only=True) == ["GET /history/detail/count"]
    assert sent("schema/log", count_only=True) == ["POST /schema/log"]
    # a page, a look whether there is more, the number
    assert sent("job", limit=3) == ["POST /job", "POST /job", "POST /job/count"]
    # whether the engine knows a filter that 7.24 brought, then the page
    assert sent("job", filter={"acquired": True}) == ["POST /job", "POST /job"]
    # an order with ties: 20 objects, then 40, then 80, then 160
    order = [{"field": "timestamp"}]
    assert sent("history/user-operation", sort=order, page_size=20) == ["GET /history/user-operation"] * 4


def test_the_file_of_every_search_is_complete_in_an_order_with_ties(search: Search, tmp_path: Path) -> None:
    dest = tmp_path / "found.jsonl"
    search("history/detail", sort=[{"field": "variableName"}], dest=str(dest), page_size=7)
    rows = [json.loads(line) for line in dest.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows)
    names = [row["variableName"] for row in rows if "variableName" in row]
    assert names == sorted(names)


WRONG: list[tuple[Mapping[str, Any], str]] = [
    ({"entity": "proces-instance"}, "entity: 'proces-instance' is none of process-instance, "),
    (
        {"filter": {"businesKey": "x"}},
        "filter: process-instance cannot be filtered by 'businesKey'. Did you mean businessKey? ",
    ),
    ({"filter": {"businessKey": None}}, "filter.businessKey: the value is empty."),
    ({"filter": {"businessKey": " "}}, "filter.businessKey: the value is empty."),
    ({"filter": {"businessKey": 5}}, "filter.businessKey: 5 is not a string; put it in quotes."),
    ({"filter": {"businessKey": ["x"]}}, "filter.businessKey: ['x'] is not a string; put it in quotes."),
    ({"filter": {"suspended": False}}, "filter.suspended: false has no meaning here: "),
    ({"filter": {"suspended": "yes"}}, "filter.suspended: 'yes' is neither true nor false."),
    ({"filter": {"processInstanceIds": []}}, "filter.processInstanceIds: the value is empty. "),
    ({"filter": {"processInstanceIds": "x"}}, "filter.processInstanceIds: 'x' is not a list."),
    ({"filter": {"processInstanceIds": ["x", None]}}, "filter.processInstanceIds[1]: None is not a string; "),
    ({"filter": {"processInstanceIds": ["x", ""]}}, "filter.processInstanceIds[1]: the value is empty. "),
    ({"filter": {"variables": {"amount": 1}}}, "filter.variables: {'amount': 1} is not a list of mappings with name, "),
    ({"filter": {"variables": []}}, "filter.variables: the value is empty. "),
    (
        {"filter": {"variables": [{"name": "a", "value": 1}]}},
        "filter.variables[0]: operator is missing; ",
    ),
    (
        {"filter": {"variables": [{"nam": "a", "operator": "eq", "value": 1}]}},
        "filter.variables[0]: 'nam' is none of name, operator, value. Did you mean name?",
    ),
    (
        {"filter": {"variables": [{"name": "a", "operator": "notLike", "value": "x"}]}},
        "filter.variables[0].operator: 'notLike' is none of eq, neq, gt, gteq, lt, lteq, like. Did you mean like?",
    ),
    (
        {"filter": {"variables": [{"name": "a", "operator": "like", "value": 1}]}},
        "filter.variables[0].value: like compares strings, and 1 is none.",
    ),
    (
        {"filter": {"variables": [{"name": "a", "operator": "gt", "value": True}]}},
        "filter.variables[0].value: gt cannot compare True.",
    ),
    (
        {"filter": {"variables": [{"name": "a", "operator": "eq", "value": [1]}]}},
        "filter.variables[0].value: [1] is not a string, a number or a boolean.",
    ),
    ({"sort": [{"field": "startTime"}]}, "sort: process-instance cannot be sorted by 'startTime'. "),
    ({"sort": [{"field": "businessKey", "order": "up"}]}, "sort: the order of businessKey is ASC or DESC, not 'up'."),
    ({"entity": "task", "sort": [{"field": "processVariable"}]}, "sort: processVariable needs variable and type."),
    (
        {"entity": "incident", "sort": [{"field": "activityId"}, {"field": "incidentId"}]},
        "sort: the engine sorts incident by one field only.",
    ),
    ({"fields": ["businesKey"]}, "fields: process-instance have no field 'businesKey'. Did you mean businessKey? "),
    ({"resume": "x"}, "resume: 'x' is not the number that an earlier search returned as resume."),
    (
        {"entity": "incident", "sort": [{"field": "activityId"}], "resume": 3},
        "resume: incident cannot be continued in this ",
    ),
    (
        {"entity": "task", "filter": {"createdAfter": "yesterday"}},
        "filter.createdAfter: 'yesterday' is not a time like ",
    ),
    (
        {"entity": "task", "filter": {"createdAfter": "2026-13-45"}},
        "filter.createdAfter: '2026-13-45' is not a time like ",
    ),
    ({"entity": "task", "filter": {"createdAfter": ""}}, "filter.createdAfter: the value is empty. "),
    ({"entity": "task", "filter": {"priority": "high"}}, "filter.priority: 'high' is not an integer of 32 bits."),
    ({"entity": "task", "filter": {"priority": 2**31}}, "filter.priority: 2147483648 is not an integer of 32 bits."),
    (
        {"entity": "task", "filter": {"delegationState": "OPEN"}},
        "filter.delegationState: 'OPEN' is none of PENDING, RESOLVED.",
    ),
    (
        {"entity": "task", "filter": {"createdAfter": DATE}, "started_after": "1d"},
        "filter.createdAfter: a time range is ",
    ),
    (
        {"entity": "process-definition", "filter": {"keysIn": ["a,b"]}},
        "filter.keysIn: 'a,b' cannot be sent: the engine splits this list at commas, ",
    ),
    (
        {"entity": "process-definition", "filter": {"keysIn": ["a", " b"]}},
        "filter.keysIn: ' b' cannot be sent: the engine splits this list at commas, ",
    ),
    (
        {"entity": "job", "filter": {"dueDates": [{"operator": "gteq", "value": DATE}]}},
        "filter.dueDates[0].operator: 'gteq' is none of gt, lt. Did you mean gt?",
    ),
    (
        {"entity": "job", "filter": {"dueDates": [{"operator": "gt", "value": "x"}]}},
        "filter.dueDates[0].value: 'x' is not a ",
    ),
    (
        {"entity": "authorization", "filter": {"type": "grand"}},
        "filter.type: 'grand' is none of global, grant, revoke. Did ",
    ),
    ({"entity": "authorization", "filter": {"resourceType": "tasks"}}, "filter.resourceType: "),
    ({"or_queries": [{}]}, "or_queries: an empty filter matches everything. Remove it."),
    (
        {"or_queries": [{"businesKey": "x"}]},
        "or_queries[0]: process-instance cannot be filtered by 'businesKey'. Did you ",
    ),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=[message[:50] for _options, message in WRONG])
def test_mistakes_are_errors_before_the_first_request(
    search: Search, through: Proxy, options: Mapping[str, Any], message: str
) -> None:
    seen = len(through.requests)
    failed = search(**{"entity": "process-instance", **options})
    assert failed["failed"] is True
    assert failed["msg"].startswith(message)
    assert len(through.requests) == seen


# As users call it


def test_the_module_and_the_lookup(searched: Engine, through: Proxy, tmp_path: Path) -> None:
    play = Play(tmp_path, searched.connection(through.url), through)
    variables = {f"bpmops_camunda_c7_{name}": value for name, value in play.parameters.items()}
    broken = "'task', 'job', filter={'processDefinitionKey': 'broken'}"
    counted = "'process-instance', {'entity': 'task', 'or_queries': [{'assignee': 'bob'}]}, count_only=true"
    lookups = [f"{{{{ query('bpmops.camunda.c7_search', {terms}) }}}}" for terms in (broken, counted, "'job', limit=1")]
    run = play(
        [
            task("c7_search", {"entity": "task", "filter": {"assignee": "anna"}, "fields": ["id", "assignee"]}),
            task("c7_search", {"entity": "task", "filter": {"assignee": "anna"}, "in_process": False}, check=True),
            *(task("ansible.builtin.debug", {"msg": each}) for each in lookups),
        ],
        variables=variables,
    )
    assert {row["assignee"] for row in run[0].ok["objects"]} == {"anna"}
    assert run[0].ok["total"] == run[1].ok["total"] == len(run[0].ok["objects"])
    assert not run[0].changed and not run[1].changed
    assert len(run[2].ok["msg"]) == 5
    instances, tasks = searched.api.get("/process-instance"), searched.api.get("/task", assignee="bob")
    assert run[3].ok["msg"] == [len(instances), len(tasks)]
    assert "More than 1 job match." in run[4].failure["msg"]


def test_a_named_engine(searched: Engine, through: Proxy, search: Search) -> None:
    seen = len(through.requests)
    assert search("task", engine="default")["total"] == search("task")["total"]
    assert [each.path for each in through.requests[seen:]] == ["/engine/default/task", "/task"]
    missing = search("task", engine="nowhere")
    assert "Check the option engine" in missing["msg"]


def test_an_engine_that_limits_its_answers(searched: Engine, tmp_path: Path) -> None:
    """queryMaxResultsLimit 50: pages become as large as it allows, and an order with ties ends there."""
    with running(searched.name, MAX_RESULTS) as engine, Proxy(engine.url) as proxy:
        populate(engine.api)

        def found(entity: str, **options: Any) -> Row:
            return run_module("c7_search", engine.connection(proxy.url), {"entity": entity, **options})

        rows = engine.api.rows("/history/activity-instance")
        assert len(rows) > 50
        assert found("history/activity-instance")["objects"] == rows
        pages = [each.target for each in proxy.requests.to("/history/activity-instance")]
        assert [page.split("maxResults=")[1] for page in pages] == ["1000", "50", "50"]
        assert _ids(found("history/activity-instance", sort=[{"field": "activityId"}])["objects"]) == _ids(rows)
        order = [{"field": "timestamp", "order": "desc"}]
        assert len(found("history/user-operation", sort=order, limit=30)["objects"]) == 30
        refused = found("history/user-operation", sort=order)
        assert refused["msg"].startswith("sort: more than 50 history/user-operation cannot be read in this order. ")
        assert found("history/user-operation")["total"] == found("history/user-operation", count_only=True)["total"]
        assert not proxy.writes


# The playbooks of the guide


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.stem)
def test_the_guide_shows_the_examples_that_are_tested(example: Path) -> None:
    assert textwrap.indent(example.read_text(encoding="utf-8"), "    ") in GUIDE.read_text(encoding="utf-8")


def test_the_examples_of_the_guide(searched: Engine, through: Proxy, tmp_path: Path) -> None:
    play, dest = Play(tmp_path, proxy=through), tmp_path / "finished.jsonl"
    login = {"USERNAME": searched.username, "PASSWORD": searched.password, "URL": through.url}
    environment = {f"CAMUNDA7_{name}": value for name, value in login.items()}

    def shown(name: str) -> list[Any]:
        """What the tasks of an example show."""
        given = ["-e", json.dumps({"process": "approve", "export_dest": str(dest)})]
        run = play.run_playbook([str(EXAMPLES / f"{name}.yml"), "-i", "localhost,", *given], environment=environment)
        assert run.rc == 0, run.stdout + run.stderr
        return [each.result["msg"] for task in run for each in (task.items or task.outcomes) if "msg" in each.result]

    failed = shown("failed_jobs")
    assert len(failed) == 2
    assert all(line.startswith("broken, fail: ") and "Cannot resolve identifier 'nothing'" in line for line in failed)
    overview = shown("overview")
    assert "broken version 2: 5 instances, 2 failed jobs, 2 incidents" in overview
    unassigned = [row for row in searched.api.get("/task") if row["assignee"] is None]
    assert overview[-1] == [len(searched.api.get("/incident")), len(unassigned), 1]
    assert shown("find_orders") == ["order 10: 10", "order 11: 11"]
    finished = [row for row in searched.api.get("/history/process-instance") if row["endTime"]]
    assert shown("export_history") == [f"{len(finished)} instances in {dest}"]
    assert len(dest.read_text(encoding="utf-8").splitlines()) == len(finished)
