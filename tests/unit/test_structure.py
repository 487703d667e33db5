# Copyright: bpmops.camunda contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The structure of the collection: who imports whom, what stays small, and that nothing is forgotten."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins" / "module_utils"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
LOOKUPS = sorted(path.stem for path in (ROOT / "plugins" / "lookup").glob("*.py"))
COLLECTION = ("ansible_collections", "bpmops", "camunda")
PREFIX = ".".join((*COLLECTION, "plugins", "module_utils", ""))

Figure = Callable[[str, object], None]
"""Takes the name and the value of a figure, which conftest.py shows."""

# Each room may import from the rooms on the right, and from itself.
BASICS = {"errors", "secrets", "libraries", "files", "parallel", "waiting", "strings", "words"}
DIRECTION = {
    "errors": set(),
    "encodings": set(),
    "secret_names": set(),
    "secrets": {"encodings", "secret_names"},
    "libraries": {"errors"},
    "files": {"errors"},
    "parallel": {"errors"},
    "waiting": {"errors", "parallel"},
    "checks": {"errors"},
    "strings": set(),
    "words": set(),
    "options": set(),
    "given": {"strings", "errors"},
    "rest": {"errors", "secrets", "libraries", "files", "parallel", "waiting", "words"},
    "desired": {"errors", "options", "parallel", "query", "task"},
    "query": {*BASICS, "options", "task"},
    "task": {"desired", "errors", "secrets", "checks", "given", "options"},
    "camunda7": {*BASICS, "options", "task", "rest", "desired", "query"},
    "camunda8": {*BASICS, "options", "task", "rest", "desired", "query"},
    "rest_request": {*BASICS, "secret_names", "options", "task", "rest", "desired"},
    "imports": set(),
    "runner": {"task", "secrets", "imports"},
}


def _imports(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for guard in ast.walk(tree):
        # What only a type checker sees is no dependency.
        if isinstance(guard, ast.If) and getattr(guard.test, "id", "") == "TYPE_CHECKING":
            guard.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = _absolute(path, node)
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    """The full name of what is imported from."""
    if not node.level:
        return node.module or ""
    package = path.relative_to(ROOT).parts[: -node.level]
    return ".".join((*COLLECTION, *package, *filter(None, [node.module])))


def _utils(path: Path) -> set[Path]:
    """The files of module_utils that a file imports."""
    found = set()
    for name in _imports(path):
        if name.startswith(PREFIX):
            target = UTILS.joinpath(*name[len(PREFIX) :].split("."))
            found |= {file for file in (target.with_suffix(".py"), target / "__init__.py") if file.exists()}
    return found


def _room(path: Path) -> str:
    return path.relative_to(UTILS).parts[0].removesuffix(".py")


def _code_lines(path: Path) -> int:
    """Lines of code apart from documentation blocks, blank lines and comments."""
    text = path.read_text(encoding="utf-8")
    skipped: set[int] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in {
            "DOCUMENTATION",
            "EXAMPLES",
            "RETURN",
        }:
            skipped |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(
        1 for number, line in lines if number not in skipped and line.strip() and not line.lstrip().startswith("#")
    )


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _documentation(path: Path, name: str = "DOCUMENTATION") -> Any:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return yaml.safe_load(ast.literal_eval(node.value))
    raise AssertionError(f"{path} has no {name}")


def test_imports_inside_the_collection_are_relative() -> None:
    for path in (ROOT / "plugins").rglob("*.py"):
        absolute = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if _is_absolute(node)]
        assert absolute == [], path


def _is_absolute(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom) and (node.module or "").startswith(COLLECTION[0])


def test_imports_go_one_way() -> None:
    for path in UTILS.rglob("*.py"):
        room = _room(path)
        allowed = DIRECTION[room] | {room}
        assert {_room(file) for file in _utils(path)} <= allowed, path


def test_one_file_knows_ansible_module() -> None:
    knowing = {
        path for path in (ROOT / "plugins").rglob("*.py") if "import AnsibleModule" in path.read_text(encoding="utf-8")
    }
    assert knowing == {UTILS / "runner.py"}


def test_desired_state_knows_no_http() -> None:
    for path in (UTILS / "desired").glob("*.py"):
        assert not [name for name in _imports(path) if name.split(".")[0] in {"requests", "urllib", "http"}], path


@pytest.mark.parametrize("room", ["query", "desired", "task.py"])
def test_what_all_products_share_names_none_of_them(room: str) -> None:
    names = re.compile(r"\b(camunda7|camunda8|operate|zeebe)\b", re.IGNORECASE)
    files = [UTILS / room] if room.endswith(".py") else sorted((UTILS / room).rglob("*.py"))
    assert files
    assert [(path.name, found[0]) for path in files for found in names.finditer(path.read_text("utf-8"))] == []


def test_modules_are_thin(record_property: Figure) -> None:
    sizes = {name: _code_lines(ROOT / "plugins" / "modules" / f"{name}.py") for name in MODULES}
    longest = max(sizes, key=lambda name: sizes[name])
    record_property("lines of code of the longest module", f"{sizes[longest]} (at most 40): {longest}")
    record_property("lines of code of a module, median", f"{median(sizes.values())} (at most 20)")
    assert {name: size for name, size in sizes.items() if size > 40} == {}
    assert median(sizes.values()) <= 20


SHARED = 750
"""Lines of module_utils for each module. Lower it when modules come: the aim is 300."""


def test_shared_code_is_shared(record_property: Figure) -> None:
    lines = sum(map(_lines, UTILS.rglob("*.py"))) / len(MODULES)
    record_property("lines of module_utils for each module", f"{lines:.0f} (at most {SHARED})")
    assert lines <= SHARED


LOADED = """
import importlib, sys
importlib.import_module("ansible_collections.bpmops.camunda.plugins.modules." + sys.argv[1])
files = [module.__file__ for name, module in sys.modules.items() if ".camunda.plugins." in name and module.__file__]
print(sum(len(open(file, encoding="utf-8").read().splitlines()) for file in files))
"""


@pytest.mark.parametrize("name", MODULES)
def test_a_process_compiles_few_lines(name: str, record_property: Figure) -> None:
    """Every line is compiled in every process of a module: about 5 ms for 1,000 of them."""
    environment = {**os.environ, "PYTHONPATH": os.environ["ANSIBLE_COLLECTIONS_PATH"]}
    command = [sys.executable, "-c", LOADED, name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    record_property(f"lines that a process of {name} compiles", f"{int(done.stdout)} (at most 4000)")
    assert int(done.stdout) <= 4000


def test_files_hold_one_idea(record_property: Figure) -> None:
    sizes = {str(path.relative_to(UTILS)): _lines(path) for path in UTILS.rglob("*.py")}
    longest = max(sizes, key=lambda path: sizes[path])
    record_property("lines of the longest file of module_utils", f"{sizes[longest]} (at most 250): {longest}")
    assert {path: size for path, size in sizes.items() if size > 250} == {}


def test_no_action_group_of_a_product_has_modules_of_another() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    groups = runtime["action_groups"]
    prefixes = {"camunda7": ("c7_",), "camunda8": ("c8_", "operate_"), "rest": ("rest_",)}
    assert groups == {
        "camunda": [{"metadata": {"extend_group": list(prefixes)}}],
        **{group: [name for name in MODULES if name.startswith(prefix)] for group, prefix in prefixes.items()},
    }
    assert sorted(name for group in prefixes for name in groups[group]) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_supports(name: str) -> None:
    path = ROOT / "plugins" / "modules" / f"{name}.py"
    documentation = _documentation(path)
    product = {"c7": "camunda7", "rest": "rest"}.get(name.partition("_")[0], "camunda8")
    fragments = documentation["extends_documentation_fragment"]
    assert {"bpmops.camunda.attributes", f"bpmops.camunda.{product}"} <= set(fragments)
    assert _documentation(path, "EXAMPLES") and _documentation(path, "RETURN")


@pytest.mark.parametrize("name", MODULES)
def test_no_option_of_a_module_is_one_of_the_connection(name: str) -> None:
    """The value of an action group would become the module's own."""
    spec = importlib.import_module(".".join((*COLLECTION, "plugins", "modules", name))).SPEC
    assert set(spec.options) & {option.name for option in spec.product.options} == set()


@pytest.mark.parametrize("name", [*MODULES, *LOOKUPS])
def test_every_plugin_is_tested_on_its_product(name: str) -> None:
    """On a real engine of Camunda 7, and on the simulated or the user's Camunda 8."""
    folder = ROOT / "tests" / ("integration" if name.startswith(("c7_", "rest_")) else "camunda8")
    assert any(re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")) for path in folder.glob("test_*.py"))


def test_no_check_is_switched_off() -> None:
    ignored = [*(ROOT / "tests").rglob("ignore-*.txt"), *ROOT.glob(".ansible-lint-ignore")]
    assert ignored == []
    marks = re.compile(
        r"pytest\.(skip|mark\.skip|mark\.xfail|importorskip)|# type: ig" + r"nore|# no" + "qa|# pragma: no"
    )
    found = [
        str(path)
        for folder in ("plugins", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if marks.search(path.read_text(encoding="utf-8")) and path.name != Path(__file__).name
    ]
    assert found == []
