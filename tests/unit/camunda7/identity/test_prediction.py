# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random documents on random states of a model engine: what is planned is what happens, and the caller stays able."""

from __future__ import annotations

import copy
from typing import Any

from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import work
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import AuthorizationId
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.caller import Caller
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.permissions import SECURABLES
from ansible_collections.bpmops.camunda.plugins.module_utils.desired.plan import Stages
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import CamundaError
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor
from ansible_collections.bpmops.camunda.tests.support.identity_model import Model
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

MANY = settings(max_examples=3 * settings.default.max_examples)
NAMES = ("a", "b")  # few, so that they collide
names = st.sampled_from(NAMES)
some = st.lists(names, unique=True, max_size=2)
RESOURCE_NAMES = ("user", "group", "tenant", "tenant", "group_membership", "tenant_membership", "authorization")
permissions = st.lists(st.sampled_from(["CREATE", "DELETE"]), unique=True, max_size=2) | st.just(["ALL"])


@st.composite
def rows(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(["grant", "grant", "grant", "revoke", "global"]))
    grantee = {} if kind == "global" else {draw(st.sampled_from(["user", "group"])): draw(names)}
    resource = draw(st.sampled_from(RESOURCE_NAMES))
    which = draw(st.sampled_from([*NAMES, "*"]))
    return {"type": kind, **grantee, "resource": resource, "id": which, "permissions": draw(permissions)}


def _key(row: dict[str, Any]) -> tuple[int, str, str, int, str]:
    kind = {"global": 0, "grant": 1, "revoke": 2}[row["type"]]
    grantee = next((name for name in ("user", "group") if name in row), "")
    return kind, grantee, row.get(grantee, "*"), SECURABLES[row["resource"]].number, row["id"]


def _distinct(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({_key(row): row for row in found}.values())


@st.composite
def cases(draw: Any) -> tuple[Model, dict[str, Any]]:
    """An engine and a task; many authorizations are both there and declared."""
    objects = {kind: set(draw(some)) for kind in ("user", "group", "tenant")}
    pairs = (("members", "group", "user"), ("users", "tenant", "user"), ("groups", "tenant", "group"))
    members = {
        (option, container, name)
        for option, holder, member in pairs
        for container in sorted(objects[holder])
        for name in sorted(objects[member])
        if draw(st.booleans())
    }
    pool = draw(st.lists(rows(), max_size=8))
    there = {_key(row): sorted(row["permissions"]) for row in pool if draw(st.integers(0, 3))}
    declared = [{**row, "permissions": draw(st.just(row["permissions"]) | permissions)} for row in _distinct(pool)]

    def lists(*options: str) -> dict[str, list[str]]:
        return {option: draw(some) for option in options if draw(st.booleans())}

    task = {
        "users": [{"id": name} for name in draw(some)],
        "groups": [{"id": name, **lists("members")} for name in draw(some)],
        "tenants": [{"id": name, **lists("users", "groups")} for name in draw(some)],
        "authorizations": [row for row in declared if draw(st.booleans())],
        "src": None,
        "passwords": None,
        "update_password": "on_create",
        "purge": draw(st.lists(st.sampled_from(work.PURGE), unique=True)),
        "protect": draw(st.lists(names, unique=True, max_size=1)),
        "max_deletions": "100%",
        "concurrency": 1,
        "allow": ["purge_undeclared"],
    }
    return Model(objects, members, there), task


def _plan(model: Model, task: dict[str, Any]) -> tuple[Stages, list[dict[str, Any]]]:
    client: Any = model
    return work.plan_task(client, task, Redactor())


def _changes(model: Model, task: dict[str, Any]) -> list[Any]:
    try:
        return [change for stage in _plan(model, task)[0] for change in stage]
    except CamundaError:
        assume(False)
        raise


@MANY
@given(cases())
def test_what_is_planned_is_what_happens_and_a_second_run_is_silent(case: tuple[Model, dict[str, Any]]) -> None:
    model, task = case
    before = copy.deepcopy(model)
    changes = _changes(model, task)
    assert len({(change.kind.name, change.key) for change in changes}) == len(changes)
    for change in changes:
        model.apply(change)
    for change in changes:
        if change.kind.name == "authorization":
            assert model.rows.get(tuple(change.key)) == (change.after["permissions"] if change.after else None)
            assert before.rows.get(tuple(change.key)) == (change.before["permissions"] if change.before else None)
    # Nothing else: what is left was there or was created with an object, what is gone went with one.
    planned = {tuple(change.key) for change in changes if change.kind.name == "authorization"}
    for key, value in model.rows.items():
        assert key in planned or before.rows.get(key, value) == value
    removed = {(change.kind.name, change.key) for change in changes if change.action == "delete"}
    if not removed:
        assert before.rows.keys() <= model.rows.keys() | planned
    assert _changes(model, task) == []


# The caller's only right on a tenant that the same run deletes; what is declared in its place is created after that.
ONLY_RIGHT = (
    Model({"user": {"a"}, "group": {"a"}, "tenant": {"a"}}, set(), {(1, "user", "a", 11, "a"): ["ALL"]}),
    {
        "users": [],
        "groups": [],
        "tenants": [],
        "src": None,
        "passwords": None,
        "update_password": "on_create",
        "authorizations": [{"type": "global", "resource": "tenant", "id": "a", "permissions": ["ALL"]}],
        "purge": ["authorizations", "tenants"],
        "protect": [],
        "max_deletions": "100%",
        "concurrency": 1,
        "allow": ["purge_undeclared"],
    },
)

# The caller's only right on a tenant: its own row is replaced by a row of its group, and then the group is deleted.
LENT_RIGHT = (
    Model(
        {"user": {"a"}, "group": {"a"}, "tenant": set()},
        {("members", "a", "a")},
        {(1, "user", "a", 11, "a"): ["CREATE"]},
    ),
    {
        **ONLY_RIGHT[1],
        "authorizations": [{"type": "grant", "group": "a", "resource": "tenant", "id": "*", "permissions": ["ALL"]}],
        "purge": ["groups", "authorizations"],
    },
)


@MANY
@example(ONLY_RIGHT)
@example(LENT_RIGHT)
@given(cases())
def test_the_caller_never_lacks_a_right_that_it_had(case: tuple[Model, dict[str, Any]]) -> None:
    model, task = copy.deepcopy(case)
    model.caller = "a"
    model.objects["user"].add("a")

    def now() -> Caller:
        groups = frozenset(group for option, group, name in model.members if (option, name) == ("members", "a"))
        found: Any = {AuthorizationId(*key): {"permissions": row} for key, row in model.rows.items()}
        return Caller("a", groups, found)

    # Also what is not kept in a row of its own: the rights on any other object.
    ids = [*NAMES, "*"]
    targets = [(SECURABLES[name].number, each) for name in RESOURCE_NAMES for each in ids]
    had = now().rights(targets)
    changes = _changes(model, task)
    for change in changes:
        model.apply(change)
        if change.action == "delete" and change.kind.name in SECURABLES and change.kind.name != "authorization":
            had = {right for right in had if right[1:] != (SECURABLES[change.kind.name].number, change.key)}
        assert had <= now().rights(targets), str(change)
    assert "a" in model.objects["user"]
