# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused or kept, and what the engine does by itself, as the plan knows it; on a model engine."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import work
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import AuthorizationId
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.caller import Caller
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.permissions import MANAGED, securable_of
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import RefusedError, UsageError
from ansible_collections.bpmops.camunda.plugins.module_utils.secrets import Redactor
from ansible_collections.bpmops.camunda.tests.support.identity_model import Model
from hypothesis import given
from hypothesis import strategies as st

GRANT, REVOKE, GLOBAL = 1, 2, 0
USER, GROUP, MEMBERSHIP, AUTHORIZATION, TENANT = 1, 2, 3, 4, 11
EVERYTHING = sorted(MANAGED)
MANAGED_NAMES = sorted(securable_of(number).name for number in MANAGED)
OPTIONS: dict[str, Any] = {
    "users": None,
    "groups": None,
    "tenants": None,
    "authorizations": None,
    "src": None,
    "passwords": None,
    "update_password": "on_create",
    "purge": [],
    "protect": [],
    "max_deletions": None,
    "concurrency": 1,
    "allow": [],
}


def _run(model: Model, **options: Any) -> tuple[list[str], list[dict[str, Any]]]:
    """Plan and carry out a task; return what changed, and what was kept."""
    client: Any = model
    stages, kept = work.plan_task(client, {**OPTIONS, **options}, Redactor())
    changes = [change for stage in stages for change in stage]
    for change in changes:
        model.apply(change)
    return [str(change) for change in changes], kept


def _bot(**more: Any) -> Model:
    """A service account as one makes it: the user bot, and a group that may do everything."""
    model = Model({"user": {"bot", "jdoe"}, "group": {"robots", "ops"}, "tenant": {"t"}}, caller="bot")
    model.members = {("members", "robots", "bot"), ("members", "ops", "jdoe")}
    model.rows = {(GRANT, "group", "robots", number, "*"): ["ALL"] for number in EVERYTHING}
    model.rows.update(more)
    return model


# The brake and the empty document


@pytest.mark.parametrize("kind", ["users", "groups", "tenants", "authorizations"])
@pytest.mark.parametrize("empty", [{}, {"users": [], "groups": [], "tenants": [], "authorizations": []}])
def test_a_kind_of_which_nothing_is_declared_is_not_purged(kind: str, empty: dict[str, Any]) -> None:
    model = _bot()
    with pytest.raises(RefusedError, match=rf"Refused to purge {kind}: .*allow: \[purge_undeclared\]"):
        _run(model, **empty, purge=[kind, "memberships"])
    assert model.reads == []
    _run(model, **empty, purge=[kind], allow=["purge_undeclared"])


def test_members_of_lists_that_are_not_declared_stay_and_need_no_permission() -> None:
    assert _run(_bot(), groups=[{"id": "ops"}], purge=["memberships"]) == ([], [])


def test_a_purge_of_most_users_is_refused_and_of_a_few_is_not() -> None:
    model = _bot()
    model.objects["user"] |= {f"u{number}" for number in range(60)}
    few = [{"id": f"u{number}"} for number in range(49)]
    with pytest.raises(RefusedError, match="13 of 62 users would be deleted, and the limit is 12"):
        _run(model, users=few[:-1], purge=["users"])
    assert len(model.objects["user"]) == 62
    changes, _kept = _run(model, users=few, purge=["users"])
    assert len(changes) == 12
    changes, _kept = _run(model, users=few[:20], purge=["users"], max_deletions="29")
    assert len(changes) == 29


def test_the_error_names_all_kinds_and_the_name_that_allows_it() -> None:
    with pytest.raises(RefusedError) as caught:
        _run(_bot(), purge=["users", "memberships", "authorizations"])
    assert caught.value.message == (
        "Refused to purge users, authorizations: the desired state declares none, so all of them would be deleted. "
        "Check that it is complete. To proceed anyway, set allow: [purge_undeclared]."
    )
    assert caught.value.facts == {"guards": ["purge_undeclared"]}


def test_a_wrong_limit_is_found_before_the_first_request() -> None:
    model = _bot()
    with pytest.raises(UsageError, match="max_deletions: 'many' is neither"):
        _run(model, users=[{"id": "bot"}, {"id": "jdoe"}], purge=["users"], max_deletions="many")
    assert model.reads == []


# The caller's rights

_GRANTEES = [
    (GRANT, "user", "bot"),
    (REVOKE, "user", "bot"),
    (GRANT, "group", "g"),
    (GRANT, "group", "h"),
    (REVOKE, "group", "h"),
    (GLOBAL, "", "*"),
    (GRANT, "user", "other"),
    (GRANT, "group", "other"),
]
_RIGHTS = st.dictionaries(
    st.tuples(st.sampled_from(_GRANTEES), st.sampled_from(["x", "*"])),
    st.lists(st.sampled_from(["READ", "UPDATE"]), unique=True) | st.just(["ALL"]),
)
# The engine's order of evaluation (statement authCheck of 7.24), written out.
_ORDER = [
    (GRANT, "user", "x"),
    (REVOKE, "user", "x"),
    (GRANT, "user", "*"),
    (REVOKE, "user", "*"),
    (GRANT, "group", "x"),
    (REVOKE, "group", "x"),
    (GRANT, "group", "*"),
    (REVOKE, "group", "*"),
    (GLOBAL, "", "x"),
    (GLOBAL, "", "*"),
]


@given(_RIGHTS, st.sampled_from(["READ", "UPDATE"]), st.sampled_from(["x", "y", "*"]))
def test_the_first_authorization_that_names_the_permission_decides(rights: Any, permission: str, which: str) -> None:
    rows: Any = {
        AuthorizationId(*grantee, USER, place): {"permissions": names} for (grantee, place), names in rights.items()
    }
    mine = {"bot", "g", "h", "*"}
    expected = False
    for kind, grantee, place in _ORDER:
        if place == "x" and which != "x":
            continue
        found = [
            names
            for ((each, whose, name), where), names in rights.items()
            if (each, whose, where) == (kind, grantee, place) and name in mine and {permission, "ALL"} & set(names)
        ]
        if found:
            expected = kind != REVOKE
            break
    assert Caller("bot", frozenset({"g", "h"}), rows).is_authorized(permission, USER, which) is expected


PURGES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "authorizations": ({"users": [{"id": "jdoe"}], "authorizations": []}, ["authorizations"]),
    "groups": ({"groups": [{"id": "ops"}]}, ["groups"]),
    "everything": (
        {"users": [{"id": "jdoe"}], "groups": [{"id": "ops"}], "tenants": [{"id": "t"}]},
        list(work.PURGE),
    ),
}


@pytest.mark.parametrize("purge", PURGES)
def test_purge_keeps_what_gives_the_caller_its_rights(purge: str) -> None:
    document, kinds = PURGES[purge]
    model = _bot()
    rights = dict(model.rows)
    changes, kept = _run(model, **document, purge=kinds, allow=["purge_undeclared"])
    assert changes == []
    assert rights.items() <= model.rows.items()
    assert ("members", "robots", "bot") in model.members and "robots" in model.objects["group"]
    objects = [name for each in kept if each["guard"] == "remove_caller_rights" for name in each["objects"]]
    expected = ["group robots"] if "groups" in kinds else []
    if "authorizations" in kinds:
        expected += [f"authorization grant group robots on {name} *" for name in MANAGED_NAMES]
    assert sorted(objects) == sorted(expected)


def test_the_kept_say_which_permissions_would_be_lost() -> None:
    _changes, kept = _run(_bot(), groups=[{"id": "ops"}], purge=["groups"])
    (item,) = kept
    assert item["objects"] == ["group robots"]
    names = ", ".join(MANAGED_NAMES)
    assert item["reason"] == f"bot, which this task logs in as, would lose permissions on {names}"


def test_what_the_caller_does_not_need_goes() -> None:
    """Rights that it has twice, on other resources, of groups that it does not belong to, and revokes."""
    surplus = {
        (GRANT, "user", "bot", USER, "*"): ["READ"],
        (GRANT, "group", "robots", 0, "*"): ["ACCESS"],
        (GRANT, "group", "ops", USER, "*"): ["ALL"],
        (GRANT, "user", "jdoe", AUTHORIZATION, "*"): ["ALL"],
        (REVOKE, "group", "robots", USER, "*"): ["READ"],
        (GLOBAL, "", "*", GROUP, "*"): ["READ"],
        (GRANT, "user", "bot", USER, "jdoe"): ["UPDATE"],
    }
    model = _bot()
    model.rows.update(surplus)
    changes, _kept = _run(model, purge=["authorizations"], allow=["purge_undeclared"], users=[])
    assert len(changes) == len(surplus)
    assert not model.rows.keys() & surplus.keys()


@pytest.mark.parametrize(
    "there",
    [
        {(GRANT, "user", "bot", USER, "*"): ["ALL"]},
        {(GLOBAL, "", "*", USER, "*"): ["ALL"]},
        {(GRANT, "user", "bot", TENANT, "t"): ["ALL"]},
        {(GRANT, "user", "bot", MEMBERSHIP, "ops"): ["CREATE"]},
    ],
)
def test_the_callers_own_and_the_global_authorizations_count(there: dict[Any, list[str]]) -> None:
    model = _bot()
    model.rows = dict(there)
    changes, kept = _run(model, users=[], purge=["authorizations"], allow=["purge_undeclared"])
    assert (changes, len(kept)) == ([], 1)
    changes, kept = _run(model, users=[], purge=["authorizations"], allow=["purge_undeclared", "remove_caller_rights"])
    assert (len(changes), kept) == (1, [])


REVOKE_ALL = {"type": "revoke", "user": "bot", "resource": "authorization", "permissions": ["ALL"]}
REVOKE_ONE = {"type": "revoke", "group": "robots", "resource": "user", "id": "x", "permissions": ["READ"]}
FEWER = {"group": "robots", "resource": "user", "permissions": ["READ", "CREATE"]}
REFUSED: dict[str, dict[str, Any]] = {
    "a revoke for the caller": {"authorizations": [REVOKE_ALL]},
    "a revoke for one of its groups": {"authorizations": [REVOKE_ONE]},
    "fewer permissions": {"authorizations": [FEWER]},
    "the membership": {"groups": [{"id": "robots", "members": ["jdoe"]}], "purge": ["memberships"]},
    "a group with a revoke": {"groups": [{"id": "bad", "members": ["bot"]}]},
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_declaration_that_takes_rights_from_the_caller_is_refused(case: str) -> None:
    model = _bot()
    model.objects["group"].add("bad")
    model.rows[(REVOKE, "group", "bad", USER, "x")] = ["READ"]
    before = dict(model.rows), set(model.members)
    with pytest.raises(RefusedError, match=r"bot, which this task logs in as.*allow: \[remove_caller_rights\]"):
        _run(model, **REFUSED[case])
    assert (model.rows, model.members) == before
    changes, _kept = _run(model, **REFUSED[case], allow=["remove_caller_rights"])
    assert changes
    model = _bot()
    model.caller = None  # with a token nobody knows who it is
    model.objects["group"].add("bad")
    assert _run(model, **REFUSED[case]) == (changes, [])


def test_rights_may_move_from_one_group_to_another_in_one_run() -> None:
    model = _bot()
    group = {"id": "machines", "members": ["bot"]}
    rows = [{"group": "machines", "resource": name, "permissions": ["ALL"]} for name in MANAGED_NAMES]
    document = {"groups": [group, {"id": "ops"}], "authorizations": rows, "purge": ["groups", "authorizations"]}
    changes, kept = _run(model, **document)
    assert kept == []
    assert "delete group robots" in changes
    assert {key[2] for key in model.rows if key[3] == USER} == {"machines"}
    assert _run(model, **document) == ([], [])


def test_without_a_look_at_the_authorizations_the_callers_groups_are_kept() -> None:
    """The engine hides them; then any of its groups may be the one that matters."""
    model = _bot()
    model.sees_authorizations = False
    changes, kept = _run(model, groups=[{"id": "machines"}], purge=["groups"])
    assert changes == ["create group machines", "delete group ops"]
    assert [item["objects"] for item in kept] == [["group robots"]]


def test_a_group_that_gives_the_caller_nothing_but_a_look_at_itself_goes() -> None:
    model = _bot()
    model.members.add(("members", "ops", "bot"))
    model.rows = {(GRANT, "user", "bot", USER, "*"): ["ALL"], (GRANT, "group", "ops", GROUP, "ops"): ["READ"]}
    assert _run(model, groups=[{"id": "robots"}], purge=["groups"]) == (["delete group ops"], [])


def test_one_name_is_enough_to_remove_the_administrators_or_the_caller() -> None:
    document: dict[str, Any] = {"users": [{"id": "jdoe"}], "groups": [{"id": "ops"}], "purge": ["users", "groups"]}
    model = _bot()
    model.objects["group"] = {"camunda-admin", "ops"}
    model.members = {("members", "camunda-admin", "bot")}
    model.rows = {(GRANT, "group", "camunda-admin", number, "*"): ["ALL"] for number in EVERYTHING}
    changes, kept = _run(copy.deepcopy(model), **document, allow=["remove_last_admin"])
    assert changes == ["delete group camunda-admin"]
    assert [item["guard"] for item in kept] == ["remove_caller"]
    model = _bot()
    changes, kept = _run(model, **document, allow=["remove_caller"])
    assert (changes, kept) == (["delete group robots", "delete user bot"], [])


@pytest.mark.parametrize(
    "document",
    [
        {"users": [{"id": "jdoe"}, {"id": "bot"}], "purge": ["users"]},
        {"users": [{"id": "new"}], "groups": [{"id": "ops", "members": ["new"]}]},
        {"authorizations": [{"group": "robots", "resource": "filter", "permissions": ["ALL"]}]},
        {"authorizations": [{"group": "robots", "resource": "user", "id": "jdoe", "permissions": ["ALL"]}]},
        {"authorizations": [{"group": "robots", "resource": "user", "id": "jdoe", "permissions": ["READ"]}]},
        {"authorizations": [{"group": "robots", "resource": "user", "id": "jdoe", "permissions": ["NONE"]}]},
        {"authorizations": [{"type": "revoke", "user": "jdoe", "resource": "user", "permissions": ["READ"]}]},
        {"tenants": [{"id": "t", "users": ["bot"]}]},
        {"users": [{"id": "bot"}], "groups": [{"id": "new"}], "purge": ["users"]},
    ],
)
def test_nothing_is_asked_about_the_caller_when_nothing_can_take_its_rights(document: dict[str, Any]) -> None:
    model = _bot()
    _run(model, **document)
    assert not [read for read in model.reads if "'member'" in read or "userIdIn" in read]


def test_at_most_three_requests_more() -> None:
    model = _bot()
    _run(model, groups=[{"id": "ops"}], purge=["groups"])
    assert [read for read in model.reads if "'member'" in read or "IdIn" in read] == [
        "group {'member': 'bot'}",
        "authorization {'userIdIn': 'bot,*'}",
        "authorization {'groupIdIn': 'robots'}",
    ]


def test_a_group_with_a_comma_gives_rights_too() -> None:
    model = _bot()
    model.objects["group"] = {"ro,bots", "ops"}
    model.members = {("members", "ro,bots", "bot")}
    model.rows = {(GRANT, "group", "ro,bots", USER, "*"): ["ALL"]}
    _changes, kept = _run(model, groups=[{"id": "ops"}], purge=["groups"])
    assert [item["objects"] for item in kept] == [["group ro,bots"]]


# What the engine does by itself


def test_a_declared_authorization_on_an_object_that_goes_is_created_after_it() -> None:
    model = Model({"user": {"gone", "u"}, "group": {"ops"}, "tenant": set()})
    row = {"group": "ops", "resource": "user", "id": "gone", "permissions": ["READ"]}
    task: dict[str, Any] = {"users": [{"id": "u"}], "authorizations": [row], "purge": ["users"]}
    assert _run(model, **task)[0] == ["delete user gone", "create authorization grant group ops on user gone"]
    assert (GRANT, "group", "ops", USER, "gone") in model.rows
    assert _run(model, **task)[0] == []


def test_a_declared_authorization_of_a_member_that_goes_is_created_after_it() -> None:
    """The tenant is not declared: its members are read because the row is."""
    members = {("users", "t", "gone"), ("users", "t", "u")}
    model = Model({"user": {"gone", "u"}, "group": set(), "tenant": {"t", "other"}}, members)
    keys = {name: (GRANT, "user", "gone", TENANT, name) for name in ("t", "other")}
    model.rows = {key: ["READ"] for key in keys.values()}
    model.rows[(GRANT, "user", "u", TENANT, "t")] = ["READ"]
    rows = [{"user": "gone", "resource": "tenant", "ids": ["t", "other"], "permissions": ["READ"]}]
    rows.append({"user": "u", "resource": "tenant", "id": "t", "permissions": ["READ"]})
    task: dict[str, Any] = {"users": [{"id": "u"}], "authorizations": rows, "purge": ["users"]}
    assert _run(model, **task)[0] == ["delete user gone", "update authorization grant user gone on tenant t"]
    assert set(keys.values()) <= model.rows.keys()
    assert _run(model, **task)[0] == []


def test_a_declared_authorization_on_a_membership_that_ends_is_created_after_it() -> None:
    model = Model({"user": {"u"}, "group": {"g"}, "tenant": set()}, {("members", "g", "u")})
    model.rows = {(GRANT, "user", "u", MEMBERSHIP, "g"): ["CREATE"]}
    row = {"user": "u", "resource": "group_membership", "id": "g", "permissions": ["CREATE"]}
    task = {"groups": [{"id": "g", "members": []}], "authorizations": [row], "purge": ["memberships"]}
    changes = ["delete membership user u of group g", "update authorization grant user u on group_membership g"]
    assert _run(model, **task)[0] == changes
    assert len(model.rows) == 1
    assert _run(model, **task)[0] == []


def test_a_user_that_a_guard_keeps_takes_no_authorizations_along() -> None:
    model = Model({"user": {"admin", "u"}, "group": {"g"}, "tenant": set()}, caller="admin")
    model.rows = {(GRANT, "group", "g", USER, "admin"): ["READ"]}
    row = {"group": "g", "resource": "user", "id": "admin", "permissions": ["READ"]}
    changes, kept = _run(model, users=[{"id": "u"}], authorizations=[row], purge=["users"])
    assert changes == []
    assert [item["guard"] for item in kept] == ["remove_caller"]


def test_an_authorization_that_the_engine_would_have_created_is_reduced_to_that() -> None:
    """It was there before the user became a member; purge takes what is undeclared in it, and no more."""
    model = Model({"user": {"bob"}, "group": set(), "tenant": {"t"}})
    key = (GRANT, "user", "bob", TENANT, "t")
    model.rows = {key: ["ALL"], (GRANT, "user", "bob", TENANT, "*"): ["READ"]}
    task: dict[str, Any] = {
        "tenants": [{"id": "t", "users": ["bob"]}],
        "authorizations": [],
        "purge": ["authorizations"],
    }
    task["allow"] = ["purge_undeclared"]
    assert _run(model, **task)[0] == [
        "create membership user bob of tenant t",
        "update authorization grant user bob on tenant t",
        "delete authorization grant user bob on tenant *",
    ]
    assert model.rows == {key: ["READ"]}
    assert _run(model, **task)[0] == []


def test_purge_sets_the_own_authorizations_of_declared_objects_to_the_default_and_deletes_those_of_others() -> None:
    model = Model({"user": {"bob", "other"}, "group": {"ops", "more"}, "tenant": {"t"}})
    model.members = {("users", "t", "bob"), ("groups", "t", "ops")}
    own = {"user": (USER, ["ALL"]), "group": (GROUP, ["READ"])}
    keys = {name: (GRANT, kind, name, own[kind][0], name) for kind in own for name in model.objects[kind]}
    tenant = {name: (GRANT, kind, name, TENANT, "t") for kind, name in (("user", "bob"), ("group", "ops"))}
    model.rows = {key: ["DELETE"] for key in (*keys.values(), *tenant.values())}
    task: dict[str, Any] = {
        "users": [{"id": "bob"}],
        "groups": [{"id": "ops"}],
        "tenants": [{"id": "t", "users": ["bob"]}],
        "purge": ["authorizations"],
        "allow": ["purge_undeclared"],
    }
    _run(model, **task)
    assert model.rows == {keys["bob"]: ["ALL"], keys["ops"]: ["READ"], tenant["bob"]: ["READ"]}
    assert _run(model, **task) == ([], [])


@pytest.mark.parametrize(("protect", "stays"), [(["svc-*"], True), (["other"], False)])
def test_protect_keeps_members_and_the_authorizations_on_what_it_names(protect: list[str], stays: bool) -> None:
    model = Model({"user": {"u"}, "group": {"svc-g"}, "tenant": {"svc-t"}})
    model.members = {("members", "svc-g", "u"), ("users", "svc-t", "u"), ("groups", "svc-t", "svc-g")}
    model.rows = {
        (GRANT, "user", "u", GROUP, "svc-g"): ["ALL"],
        (GRANT, "user", "u", MEMBERSHIP, "svc-g"): ["ALL"],
        (GRANT, "group", "svc-g", TENANT, "*"): ["ALL"],
        (REVOKE, "user", "u", TENANT, "svc-t"): ["ALL"],
        (GLOBAL, "", "*", TENANT, "svc-t"): ["READ", "UPDATE"],
    }
    document: dict[str, Any] = {
        "groups": [{"id": "svc-g", "members": []}],
        "tenants": [{"id": "svc-t", "users": [], "groups": []}],
        "purge": ["memberships", "authorizations"],
        "allow": ["purge_undeclared"],
    }
    changes, _kept = _run(model, **document, protect=protect)
    assert len(changes) == (0 if stays else 8)
