# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write by mistake never reaches the engine, and what was exported goes back in without a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.bpmops.camunda.tests.engines import camunda7 as settings
from ansible_collections.bpmops.camunda.tests.support.camunda7 import Camunda7
from ansible_collections.bpmops.camunda.tests.support.engines import Engine
from ansible_collections.bpmops.camunda.tests.support.plays import Play, assert_no_secret, plain_secret, task
from ansible_collections.bpmops.camunda.tests.support.proxy import Proxy

Variant = Callable[[Mapping[str, Any]], Engine]
PURGE = ["users", "groups", "tenants", "memberships", "authorizations"]
MARK = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def test_a_password_is_a_string_or_nothing_happens(play: Play, api: Camunda7, unique: Callable[[str], str]) -> None:
    name, password, other = unique("vic"), plain_secret(), plain_secret()
    always = {"update_password": "always"}
    api.create_user(name, password)
    wrong = [None, "", " ", True, 5349, 1.5, {"value": other}, [other], "********", MARK]
    steps = [
        *(task("c7_identity", {"users": [{"id": name}], "passwords": {name: each}, **always}) for each in wrong),
        *(task("c7_identity", {"users": [{"id": name, "password": each}], **always}) for each in wrong),
        *(task("c7_user", {"id": name, "user_password": each, **always}) for each in wrong),
    ]
    run = play(steps)
    for step, value in zip(run, wrong * 3):
        assert "password" in step.failure["msg"], value
        assert not step.requests, value
        assert str(value) not in step.failure["msg"] or not str(value).strip() or value is None, value
    assert_no_secret(run, [other])
    assert api.accepts(name, password)


def test_a_source_of_nothing_purges_nothing(play: Play, clean_engine: Engine, tmp_path: Path) -> None:
    api = clean_engine.api
    api.create_user("bystander")
    variables = {"c7_identity_src": "", "c7_identity_purge": PURGE}
    run = play(
        [
            task("c7_identity", {"src": "", "purge": ["users"]}),
            task("c7_identity", {"src": None, "users": [], "purge": ["users"]}),
            task("ansible.builtin.include_role", {"name": "bpmops.camunda.c7_identity"}, vars=variables),
        ]
    )
    failed = [step for step in run if step.action.endswith(".c7_identity")]
    assert len(failed) == 3
    for step in failed:
        assert "src" in step.failure["msg"]
        assert not step.requests
    assert "bystander" in api.state().users


@pytest.mark.parametrize("file", ["users.yml.j2", "users.yml~", "users.yaml.bak", "users.json.orig"])
def test_a_file_that_would_be_left_out_is_named(play: Play, clean_engine: Engine, tmp_path: Path, file: str) -> None:
    clean_engine.api.create_user("bystander")
    folder = tmp_path / "state"
    folder.mkdir()
    (folder / "a.yml").write_text("users: [{id: a}]\n")
    (folder / "README.md").write_text("Users are in `users.yml`.\n")
    (folder / file).write_text("users: [{id: bystander}]\n")
    run = play([task("c7_identity", {"src": str(folder), "purge": ["users"]})])
    assert file in run[0].failure["msg"] and "README" not in run[0].failure["msg"]
    assert not run[0].requests
    assert "bystander" in clean_engine.api.state().users


def test_yaml_that_is_no_string_is_refused_inline_as_in_files(play: Play, api: Camunda7) -> None:
    before = api.state()
    grant = {"group": "ops", "resource": "application", "permissions": ["ACCESS"]}
    run = play(
        [
            task("c7_identity", {"users": [{"id": True}]}),
            task("c7_identity", {"users": [{"id": 7}]}),
            task("c7_identity", {"users": [{"id": 1.5, "first_name": False}]}),
            task("c7_identity", {"groups": [{"id": "g", "members": [7]}]}),
            task("c7_identity", {"authorizations": [{**grant, "id": 7}]}),
            task("c7_user", {"id": True}),
            task("c7_user", {"id": "a", "last_name": False}),
            task("c7_group", {"id": 7}),
            task("c7_tenant", {"id": {"a": "b"}}),
            task("c7_group_member", {"group": "g", "members": ["a", 7]}),
            task("c7_group_member", {"group": "g", "member": 7}),
            task("c7_tenant_member", {"tenant": "t", "users": [True]}),
            task("c7_authorization", {**grant, "resource_id": 7}),
            task("c7_authorization", {**grant, "group": True}),
        ]
    )
    for step in run:
        assert "it must be a string" in step.failure["msg"]
        assert not step.requests
    assert api.state() == before


def test_what_ansible_masked_is_refused(play: Play, api: Camunda7, unique: Callable[[str], str]) -> None:
    """The id of a user that is also the caller's password: Ansible masks it in the registered result."""
    before, hidden = api.state(), "camunda-********"
    grant = {"group": "ops", "resource": "application", "permissions": ["ACCESS"]}
    run = play(
        [
            task("c7_identity", {"users": [{"id": MARK}]}),
            task("c7_identity", {"users": [{"id": "a", "first_name": hidden}]}),
            task("c7_identity", {"groups": [{"id": "g", "members": [hidden]}]}),
            task("c7_identity", {"authorizations": [{**grant, "id": hidden}]}),
            task("c7_user", {"id": MARK}),
            task("c7_user", {"id": "a", "last_name": hidden}),
            task("c7_group", {"id": hidden}),
            task("c7_group_member", {"group": "g", "members": [MARK]}),
            task("c7_authorization", {**grant, "resource_id": hidden}),
        ]
    )
    for step in run:
        assert "masked" in step.failure["msg"]
        assert not step.requests
    assert api.state() == before


def test_an_export_that_ansible_masks_is_warned_about(engine: Engine, tmp_path: Path) -> None:
    """A user whose id is its password: the registered document has marks in the place of the id."""
    api, name, dest = engine.api, plain_secret(), tmp_path / "identity.json"
    api.create_user(name, name)
    try:
        for resource in (1, 2, 4, 11):
            api.authorize(["ALL"], resource, user=name)
        with Proxy(engine.url) as proxy:
            connection = {**engine.connection(proxy.url), "username": name, "password": name}
            export = {"kinds": ["users"], "ids": [name]}
            run = Play(tmp_path, connection, proxy)(
                [
                    task("c7_identity_info", export, register="found"),
                    task("c7_identity", {"users": "{{ found.identity.users }}"}),
                    task("c7_identity_info", {**export, "dest": str(dest)}),
                    task("c7_identity", {"src": str(dest)}),
                    task("c7_identity_info", {**export, "ids": ["admin"]}),
                ]
            )
        assert "dest" in " ".join(run[0].ok["warnings"])
        assert "masked" in run[1].failure["msg"] and not run[1].requests
        assert [step.ok["changed"] for step in run.tasks[2:]] == [True, False, False]
        assert not any(step.ok.get("warnings") for step in run.tasks[2:])
        assert name not in run.stdout
    finally:
        api.delete_user(name)


def test_reserved_and_blank_ids_are_refused_before_the_first_write(play: Play, api: Camunda7) -> None:
    before = api.state()
    good = [{"id": "goodone"}]
    nobody = {"resource": "application", "permissions": ["ACCESS"]}
    grant = {**nobody, "group": "ops"}
    run = play(
        [
            task("c7_identity", {"users": [*good, {"id": "*"}]}),
            task("c7_identity", {"users": good, "groups": [{"id": "*"}]}),
            task("c7_identity", {"users": good, "tenants": [{"id": "*"}]}),
            task("c7_identity", {"users": [*good, {"id": " "}]}),
            task("c7_identity", {"users": [*good, {"id": ".."}, {"id": "a%2Fb"}]}),
            task("c7_identity", {"users": good, "authorizations": [{**grant, "id": ""}]}),
            task("c7_identity", {"users": good, "authorizations": [{**nobody, "user": "*"}]}),
            task("c7_identity", {"users": good, "authorizations": [{**nobody, "user": ""}]}),
            task("c7_user", {"id": "*"}),
            task("c7_group", {"id": "*"}),
            task("c7_tenant", {"id": "*"}),
            task("c7_user", {"id": " "}),
            task("c7_authorization", {**grant, "resource_id": ""}),
        ]
    )
    for step in run:
        assert step.failure["changed"] is False
        assert not step.requests.writes
    assert ".." in run[4].failure["msg"] and "a%2Fb" in run[4].failure["msg"]
    assert api.state() == before


def test_values_that_are_too_long_are_refused_before_the_first_request(play: Play) -> None:
    long, wide = "x" * 65, "x" * 256
    run = play(
        [
            task("c7_user", {"id": long}),
            task("c7_user", {"id": "a", "email": wide}),
            task("c7_group", {"id": long, "state": "absent"}),
            task("c7_group", {"id": "g", "type": wide}),
            task("c7_tenant", {"id": "t", "name": wide}),
            task("c7_group_member", {"group": "g", "members": [long]}),
            task("c7_tenant_member", {"tenant": long, "users": ["a"]}),
            task("c7_authorization", {"user": wide, "resource": "user", "permissions": ["READ"]}),
            task("c7_identity", {"users": [{"id": long}]}),
        ]
    )
    for step in run:
        assert "longer than" in step.failure["msg"]
        assert not step.requests


@pytest.mark.parametrize("name", ["identity.yml", "identity.json"])
def test_every_export_goes_back_in(variant: Variant, tmp_path: Path, name: str) -> None:
    """Also what this collection would not make: no address leads to it, or the engine does not look at it."""
    engine = variant({**settings.NO_LOGIN, **settings.NO_AUTHORIZATION})
    api, dest = engine.api, tmp_path / name
    present = api.state()
    for user in ("a%2Fb", "..", " ", "\t", "007", "on", "1.5", "é名", "a: b", "- x", "null", "<<", "=", "\x00"):
        if user not in present.users:
            api.create_user(user, firstName="~", lastName="\u2028\x85\ufeff", email="2026-01-01")
    for group in ("a%5Cb", "off"):
        if group not in present.groups:
            api.create_group(group, "yes", "no")
    if "a%2Fb" not in present.tenants:
        api.create_tenant("a%2Fb", "~")
    if not present.groups.get("off"):
        api.add_member("off", "on")
    for user, resource in (("*", "x"), ("on", ""), ("on", "007"), ("", "z")):
        if not [row for row in present.authorizations if row[1:5] == (user, None, 0, resource)]:
            row = {"type": 1, "userId": user, "resourceType": 0, "resourceId": resource, "permissions": ["ACCESS"]}
            api.send("POST", "/authorization/create", json=row)
    before = api.state()
    inline = {section: f"{{{{ found.identity.{section} }}}}" for section in PURGE if section != "memberships"}
    with Proxy(engine.url) as proxy:
        run = Play(tmp_path, {"url": proxy.url}, proxy)(
            [
                task("c7_identity_info", {"dest": str(dest)}),
                task("c7_identity", {"src": str(dest), "purge": PURGE}),
                task("c7_identity_info", register="found"),
                task("c7_identity", {**inline, "purge": PURGE}),
            ]
        )
    assert run.changed == [True, False, False, False]
    assert not run.requests.writes
    assert api.state() == before
