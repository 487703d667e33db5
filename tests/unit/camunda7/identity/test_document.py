# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired-state documents: every mistake is reported at once, with its place, and never with a password."""

from __future__ import annotations

import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity import (
    document,
    explain,
    schema,
    sources,
    work,
)
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.authorizations import AuthorizationId
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.identity.document import Source
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import MissingLibraryError, UsageError
from ansible_collections.bpmops.camunda.tests.tools.editor_schema import for_editors
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[4]


def _problems(*data: Any, **options: Any) -> list[str]:
    with pytest.raises(UsageError) as caught:
        document.load_documents([Source(f"f{n}.yml", item) for n, item in enumerate(data)], **options)
    problems: list[str] = caught.value.facts["problems"]
    assert all(problem in caught.value.message for problem in problems)
    return problems


def _load(*data: Any, **options: Any) -> document.Document:
    return document.load_documents([Source(f"f{n}.yml", item) for n, item in enumerate(data)], **options)


def test_what_is_declared_in_several_files_comes_together() -> None:
    loaded = _load(
        {"users": [{"id": "u", "first_name": "U", "password": "pw"}], "groups": None},
        None,
        {"groups": [{"id": "g", "members": ["u"]}, {"id": "h"}], "tenants": [{"id": "t", "groups": []}]},
        {"authorizations": [{"group": "g", "resource": 0, "ids": ["a", "b"], "permissions": ["ACCESS"]}]},
    )
    assert loaded.objects["user"] == {"u": {"id": "u", "firstName": "U", "password": "pw"}}
    # A list that is left out is not managed, an empty one is.
    assert loaded.members == {"members": {"g": ["u"]}, "users": {}, "groups": {"t": []}}
    assert list(loaded.authorizations) == [
        AuthorizationId(1, "group", "g", 0, "a"),
        AuthorizationId(1, "group", "g", 0, "b"),
    ]


def test_all_mistakes_are_reported_at_once() -> None:
    problems = _problems(
        {
            "users": [{"id": "a"}, {"id": 7}, {"idd": "x", "id": "b"}, {"first_name": "x"}, {"id": "x" * 65}],
            "groups": [{"id": "g", "members": "a"}, {"id": "g", "members": [7]}, {"id": "h", "members": ["a", "a"]}],
            "wrong": [],
            "authorizations": [
                {"resource": "proces_definition", "permissions": ["READ"], "group": "g"},
                {"resource": "user", "permissions": ["READD"], "group": "g"},
                {"resource": "user", "permissions": ["READ"]},
                {"resource": "user", "permissions": ["READ"], "user": "a", "group": "g"},
                {"resource": "user", "permissions": ["READ"], "type": "global", "group": "g"},
                {"resource": {}, "permissions": ["READ"], "user": "a"},
                {"resource": "user", "permissions": ["READ"], "group": "g", "id": "a", "ids": ["b"]},
                {"resource": "user", "permissions": ["READ"], "group": "g", "type": "GRANT"},
            ],
        },
        {"users": [{"id": "a"}], "authorizations": [{"resource": "user", "permissions": [], "group": "g"}] * 2},
    )
    text = "\n".join(problems)
    for expected in (
        "f0.yml: users[1].id: it must be a string, not an integer: write it in quotes",
        "f0.yml: users[2]: unknown key idd. Did you mean id?",
        "f0.yml: users[3]: id is missing",
        "f0.yml: users[4].id: it must not be longer than 64 characters",
        "f0.yml: groups[0].members: it must be an array, not a string",
        "f0.yml: groups[1].members[0]: it must be a string, not an integer",
        "f0.yml: groups[2].members: it names something twice",
        "f0.yml: document: unknown key wrong",
        "f0.yml: authorizations[0].resource: Unknown resource 'proces_definition'. Did you mean process_definition?",
        "f0.yml: authorizations[1].permissions: Unknown permission 'READD' for the resource user. Did you mean READ?",
        "f0.yml: authorizations[2]: an authorization of type grant has exactly one of user and group",
        "f0.yml: authorizations[3]: an authorization of type grant has exactly one",
        "f0.yml: authorizations[4]: an authorization of type global has neither user nor group",
        "f0.yml: authorizations[5].resource: it must be a string or an integer, not an object",
        "f0.yml: authorizations[6]: give id or ids, not both",
        "f0.yml: authorizations[7].type: it must be one of global, grant, revoke",
        "f1.yml: users[0]: the user a is declared twice, first in f0.yml: users[0]",
        "f1.yml: authorizations[1]: the authorization grant group g on user * is declared twice",
    ):
        assert expected in text
    assert len(problems) == 18


def test_a_member_that_purge_would_remove_is_a_mistake() -> None:
    data = {"users": [{"id": "u"}], "groups": [{"id": "g", "members": ["u", "v", "svc1"]}]}
    assert _load(data).members["members"] == {"g": ["u", "v", "svc1"]}
    (problem,) = _problems(data, purge=["users"], protect=["svc*"])
    assert problem.startswith("f0.yml: groups[0].members[1]: the user v is not declared")


def test_no_password_is_quoted() -> None:
    secret = "kJ8#-very-secret"
    data = {"users": [{"id": "u", "password": [secret]}, {"id": "v", "password": {"x": secret}}, secret]}
    assert len(_problems(data)) == 3
    assert secret not in "".join(_problems(data))


def test_a_template_in_a_password_is_pointed_out() -> None:
    (problem,) = _problems({"users": [{"id": "u", "password": "{{ pw }}"}]})
    assert "files are not templated" in problem


def test_a_directory_is_read_in_the_order_of_the_names_and_an_empty_one_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no file"):
        list(sources.read_documents(str(tmp_path)))
    with pytest.raises(UsageError, match="no file or directory"):
        list(sources.read_documents(str(tmp_path / "missing")))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.json").write_text('{"users": []}')
    (tmp_path / "a.yaml").write_text("groups: []\n")
    (tmp_path / ".hidden.yml").write_text("nonsense: [")
    (tmp_path / "readme.md").write_text("no state")
    assert [source.name for source in sources.read_documents(str(tmp_path))] == ["a.yaml", "b/x.json"]


def _tree(folder: Path, **files: str) -> None:
    for name, user in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"users": [{"id": user}]}))


def _users(folder: Path) -> list[str]:
    return sorted(document.load_documents(sources.read_documents(str(folder))).objects["user"])


def test_all_spellings_of_the_endings_and_linked_folders_are_read(tmp_path: Path) -> None:
    _tree(tmp_path, state__a_yml="a", state__b_YML="b", state__c_Yaml="c", state__d_JSON="d", other__e_yml="e")
    (tmp_path / "state" / "sub").symlink_to(tmp_path / "other")
    (tmp_path / "state" / "f.yml").symlink_to(tmp_path / "other" / "e.yml")
    (tmp_path / "other" / "e.yml").write_text("users: [{id: e}]\n")
    (tmp_path / "state" / "f.yml").unlink()
    assert _users(tmp_path / "state") == ["a", "b", "c", "d", "e"]


def test_a_mounted_config_map_is_read_once(tmp_path: Path) -> None:
    """Kubernetes: ``..data`` is a link to the current ``..2024_...`` directory, the visible names are links into it."""
    real = tmp_path / "..2024_01_01_00_00_00.1"
    _tree(real, a_yml="a", b_yml="b")
    (tmp_path / "..data").symlink_to(real.name)
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).symlink_to(f"..data/{name}")
    assert _users(tmp_path) == ["a", "b"]


def test_hidden_files_and_directories_are_no_documents(tmp_path: Path) -> None:
    _tree(tmp_path, a_yml="a")
    _tree(tmp_path / ".github", ci_yml="b")
    _tree(tmp_path / ".git", config_yml="c")
    (tmp_path / ".b.yml.swp").write_text("x")
    (tmp_path / "README.md").write_text("See a.yml.")
    (tmp_path / "notes.txt").write_text("x")
    assert _users(tmp_path) == ["a"]


@pytest.mark.parametrize(
    "name", ["b.yml.j2", "b.yml~", "b.yml.bak", "b.yml.orig", "B.YML.J2", "#b.yaml#", "b.json.vault"]
)
def test_a_file_that_looks_like_a_document_and_is_not_read_is_refused_by_name(tmp_path: Path, name: str) -> None:
    _tree(tmp_path, a_yml="a")
    (tmp_path / "sub.yml").mkdir()
    (tmp_path / "sub.yml" / name).write_text("users: [{id: b}]")
    with pytest.raises(UsageError) as caught:
        _users(tmp_path)
    assert f"sub.yml/{name}" in caught.value.message


def test_links_in_a_loop_are_refused(tmp_path: Path) -> None:
    _tree(tmp_path, a_yml="a", sub__b_yml="b")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    with pytest.raises(UsageError, match=r"sub/up leads back"):
        _users(tmp_path)


def test_a_directory_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _tree(tmp_path, a_yml="a", sub__b_yml="b")
    list_directory = os.listdir

    def listdir(path: str) -> list[str]:
        if path.endswith("sub"):
            raise PermissionError(13, "Permission denied")
        return list_directory(path)

    monkeypatch.setattr(os, "listdir", listdir)
    with pytest.raises(UsageError, match="sub cannot be read: Permission denied"):
        _users(tmp_path)


def test_a_missing_source_is_named_with_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        list(sources.read_documents("identity"))
    assert f"{tmp_path}/identity" in caught.value.message


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "users:\n"])
def test_a_file_without_data_declares_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yml").write_text(text)
    assert _users(tmp_path) == []


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": True}, "users[0].id: it must be a string, not a boolean: write it in quotes"),
        ({"id": 7}, "users[0].id: it must be a string, not an integer: write it in quotes"),
        ({"id": 1.5}, "users[0].id: it must be a string, not a number: write it in quotes"),
        ({"id": None}, "users[0].id: it must be a string, not null: write it in quotes, or leave it out"),
        ({"id": b"x"}, "users[0].id: it must be a string, not binary data: write it without !!binary"),
        ({"id": date(2026, 1, 1)}, "users[0].id: it must be a string, not a date: write it in quotes"),
        ({"id": ["x"]}, "users[0].id: it must be a string, not an array."),
        ({"id": {}}, "users[0].id: it must be a string, not an object."),
        ([], "users[0]: it must be an object, not an array."),
        ({"id": "\ud800"}, "users[0].id: it holds half of a surrogate pair"),
        ({"id": "u", "\udc00": "x"}, "users[0]: unknown key \\udc00."),
        ({"id": "u", "first_name": "\ud800"}, "users[0].first_name: it holds half of a surrogate pair"),
        (
            {"id": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"},
            "users[0].id: it holds what Ansible shows in place of a secret",
        ),
        ({"id": "x-********"}, "users[0].id: it holds what Ansible shows in place of a secret"),
        ({"id": "u", "email": "********"}, "users[0].email: it holds what Ansible shows in place of a secret"),
        ({"id": "u", "password": "********"}, "users[0].password: it holds what Ansible shows in place of a secret"),
        ({"id": "u", "password": ""}, "users[0].password: it must not be blank"),
        ({"id": "u", "password": " \n"}, "users[0].password: it must not be blank"),
        ({"id": "u", "password": None}, "users[0].password: it must be a string, not null"),
        ({1: "x", "id": "u"}, "users[0]: unknown key 1."),
    ],
)
def test_what_is_wrong_with_a_user_is_said(row: Any, message: str) -> None:
    (problem,) = _problems({"users": [row]})
    assert problem.startswith(f"f0.yml: {message}")


@pytest.mark.parametrize("password", [None, "", " \n", True, 5349, 1.5, ["kJ8#"], {"a": "kJ8#"}, "********", "\ud800"])
def test_a_password_by_the_side_is_a_string_that_is_not_blank(password: Any) -> None:
    loaded = _load({"users": [{"id": "jdoe"}, {"id": "fine"}]})
    with pytest.raises(UsageError) as caught:
        work._add_passwords(loaded, {"fine": "kJ8#", "jdoe": password})
    assert caught.value.message.startswith("passwords.jdoe: it ")
    assert "kJ8#" not in caught.value.message and "5349" not in caught.value.message
    assert loaded.objects["user"] == {"jdoe": {"id": "jdoe"}, "fine": {"id": "fine"}}


@pytest.mark.parametrize("resource", ["²", "\u0661", "\u0663", "-1", "1.0", "99999999999", "9" * 5000, ""])
def test_a_resource_is_a_name_or_an_ascii_number(resource: str) -> None:
    (problem,) = _problems({"authorizations": [{"resource": resource, "permissions": [], "group": "g"}]})
    assert "authorizations[0].resource: Unknown resource" in problem


def test_what_the_engine_has_may_be_declared(tmp_path: Path) -> None:
    """No address leads to it, or it has no effect: only writing it is refused (test_writable.py)."""
    grant = {"resource": "application", "permissions": ["ACCESS"]}
    rows = [{**grant, "user": "*"}, {**grant, "user": "u", "id": ""}, {**grant, "user": ""}]
    loaded = _load({"users": [{"id": "a%2Fb"}, {"id": ".."}, {"id": " "}], "authorizations": rows})
    assert len(loaded.objects["user"]) == 3
    assert list(loaded.authorizations) == [
        AuthorizationId(1, "user", "*", 0, "*"),
        AuthorizationId(1, "user", "u", 0, ""),
        AuthorizationId(1, "user", "", 0, "*"),
    ]


def test_a_wrong_value_does_not_grow_in_the_message_of_the_library() -> None:
    """``jsonschema`` writes the wrong value into its message; with aliases that has no end."""
    bomb: list[Any] = ["x" * 10]
    for _level in range(60):
        bomb = [bomb] * 10
    rows = [{"id": bomb}, bomb, {"id": "u", "first_name": {"a": bomb}}, {"id": "u", "x": bomb}]
    data = {"users": rows, "groups": bomb, "tenants": [{"id": "t", "users": [bomb]}], "other": bomb}
    assert len(_problems(data)) == 16


ids = st.text(max_size=3) | st.sampled_from(["x" * 64, "x" * 65, "\ud800", "é" * 64, "😀" * 64, "********"])
odd = st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | st.binary() | st.just(10**400)
lists = st.lists(ids | odd, max_size=3) | ids | odd
documents = st.fixed_dictionaries(
    {},
    optional={
        "users": st.lists(
            st.fixed_dictionaries({"id": ids}, optional={"first_name": ids | odd, "password": ids | st.just("\x1c")}),
            max_size=2,
        )
        | odd,
        "groups": st.lists(st.fixed_dictionaries({"id": ids | odd}, optional={"members": lists}) | odd, max_size=2),
        "authorizations": st.lists(
            st.fixed_dictionaries(
                {"resource": ids | odd, "permissions": lists},
                optional={"ids": lists, "id": ids, "type": ids | odd | st.just("grant"), "x": odd},
            ),
            max_size=2,
        ),
        "x": odd,
    },
)


@given(documents | odd)
def test_what_the_compiled_validator_accepts_is_valid(data: Any) -> None:
    compiled, findings = schema.accepts(data), list(explain.findings(data))
    assert not (compiled and findings)
    if not findings:
        # It accepts all that is valid: the slow way is for what is wrong.
        assert compiled


def test_a_valid_document_never_meets_the_slow_validator(monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow one takes three quarters of the time of a large document."""
    asked: list[Any] = []
    slow = jsonschema.Draft202012Validator

    def validator(*arguments: Any) -> Any:
        asked.append(arguments)
        return slow(*arguments)

    monkeypatch.setattr(jsonschema, "Draft202012Validator", validator)
    valid = {"users": [{"id": f"u{n}"} for n in range(100)]}
    _load(valid)
    assert asked == []
    _problems({**valid, "users": [*valid["users"], {"id": 7}]})
    assert asked


def test_without_the_compiled_validator_the_slow_one_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    valid = {"users": [{"id": "u"}], "groups": [{"id": "g", "members": ["u"]}]}
    assert not schema.accepts(valid)
    assert _load(valid).members["members"] == {"g": ["u"]}
    assert len(_problems({"users": [{"id": 7}, {"id": "\ud800"}]})) == 2


def test_without_the_slow_validator_valid_documents_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    assert _load({"users": [{"id": "u"}]}).objects["user"] == {"u": {"id": "u"}}
    with pytest.raises(MissingLibraryError, match="jsonschema"):
        _load({"users": [{"id": 7}]})


def test_the_schema_for_editors_accepts_the_examples_and_knows_the_permissions() -> None:
    validator = jsonschema.Draft202012Validator(for_editors())
    validator.check_schema(for_editors())
    for file in sorted((ROOT / "examples" / "identity" / "state").glob("*.yml")):
        assert list(validator.iter_errors(yaml.safe_load(file.read_text(encoding="utf-8")))) == []
    wrong = {"authorizations": [{"group": "g", "resource": "tenant", "permissions": ["ACCESS"]}]}
    assert len(list(validator.iter_errors(wrong))) == 1


def test_the_example_company_is_as_large_as_it_says() -> None:
    loaded = document.load_documents(
        sources.read_documents(str(ROOT / "examples" / "identity" / "state")), purge=["users"]
    )
    sizes = {name: len(items) for name, items in loaded.objects.items()}
    assert sizes == {"user": 40, "group": 8, "tenant": 3}
    assert 50 <= len(loaded.authorizations) <= 70
