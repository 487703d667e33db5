# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desired-state documents: every mistake is reported at once, with its place, and never with a password."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7 import document, schema, sources
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.authorizations import Key
from ansible_collections.bpmops.camunda.plugins.module_utils.camunda7.document import Source
from ansible_collections.bpmops.camunda.plugins.module_utils.errors import UsageError

ROOT = Path(__file__).resolve().parents[3]


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
    assert list(loaded.authorizations) == [Key(1, "group", "g", 0, "a"), Key(1, "group", "g", 0, "b")]


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
    (problem,) = _problems(data, purge=["users"], keep=["svc*"])
    assert problem.startswith("f0.yml: groups[0].members[1]: the user v is not declared")


def test_no_password_is_quoted() -> None:
    secret = "kJ8#-very-secret"
    data = {"users": [{"id": "u", "password": [secret]}, {"id": "v", "password": {"x": secret}}, secret]}
    assert len(_problems(data)) == 3
    assert secret not in "".join(_problems(data))


def test_a_template_in_a_password_is_pointed_out() -> None:
    (problem,) = _problems({"users": [{"id": "u", "password": "{{ pw }}"}]})
    assert "files are not templated" in problem


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.yml", "users:\n  - id: [", "a.yml: this is not valid YAML in line"),
        ("a.yml", "users: []\nusers: []\n", "a.yml: the key users stands twice in one mapping"),
        ("a.json", '{"users": [}', "a.json: this is not valid JSON in line 1"),
        ("a.json", '{"users": [], "users": []}', "a.json: the key users stands twice in one mapping"),
        ("a.yml", b"\xff\xfe\x00", "a.yml: "),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, name: str, text: Any, message: str) -> None:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    for path in (tmp_path, tmp_path / name):
        with pytest.raises(UsageError) as caught:
            list(sources.read(str(path)))
        assert caught.value.message.startswith(message)


def test_a_directory_is_read_in_the_order_of_the_names_and_an_empty_one_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no file"):
        list(sources.read(str(tmp_path)))
    with pytest.raises(UsageError, match="no file or directory"):
        list(sources.read(str(tmp_path / "missing")))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "x.json").write_text('{"users": []}')
    (tmp_path / "a.yaml").write_text("groups: []\n")
    (tmp_path / ".hidden.yml").write_text("nonsense: [")
    (tmp_path / "readme.md").write_text("no state")
    assert [source.name for source in sources.read(str(tmp_path))] == ["a.yaml", "b/x.json"]


def test_the_schema_for_editors_is_the_one_in_the_repository() -> None:
    path = ROOT / "docs" / "schema" / "c7_identity.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == schema.for_editors()


def test_the_schema_for_editors_accepts_the_examples_and_knows_the_permissions() -> None:
    validator = jsonschema.Draft202012Validator(schema.for_editors())
    validator.check_schema(schema.for_editors())
    for file in sorted((ROOT / "examples" / "identity" / "state").glob("*.yml")):
        assert list(validator.iter_errors(yaml.safe_load(file.read_text(encoding="utf-8")))) == []
    wrong = {"authorizations": [{"group": "g", "resource": "tenant", "permissions": ["ACCESS"]}]}
    assert len(list(validator.iter_errors(wrong))) == 1


def test_the_example_company_is_as_large_as_it_says() -> None:
    loaded = document.load_documents(sources.read(str(ROOT / "examples" / "identity" / "state")), purge=["users"])
    sizes = {name: len(items) for name, items in loaded.objects.items()}
    assert sizes == {"user": 40, "group": 8, "tenant": 3}
    assert 50 <= len(loaded.authorizations) <= 70
