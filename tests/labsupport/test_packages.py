"""Imports in `labsupport` point one way: between packages, and between files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import labsupport

FOLDER = Path(labsupport.__file__).parent
PACKAGES = re.findall(r"^- ``(\w+)``", labsupport.__doc__ or "", re.MULTILINE)
#: a module that is a program of its own stands above them all: a plugin of pytest
ORDER = [*PACKAGES, "nbval_rules"]


def name_of(path: Path) -> str:
    parts = ["labsupport", *path.relative_to(FOLDER).with_suffix("").parts]
    return ".".join(parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in FOLDER.rglob("*.py")}


def imported(path: Path) -> Iterator[str]:
    """Yield what a file imports, wherever in it the import stands, for type checkers too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module or "." for name in whole)


IMPORTS = {name: sorted(set(imported(path))) for name, path in MODULES.items()}


def test_the_docstring_lists_every_package() -> None:
    here = {path.name for path in FOLDER.iterdir() if (path / "__init__.py").is_file()}
    assert here == set(PACKAGES)
    assert len(PACKAGES) == len(here)


def test_a_package_imports_from_itself_and_from_those_above_it() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in others
        if other.startswith("labsupport")
        and (other.count(".") == 0 or ORDER.index(_package(other)) > ORDER.index(_package(name)))
    ]
    assert wrong == []


def _package(module: str) -> str:
    return module.split(".")[1]


def test_nothing_is_imported_from_tools_tests_or_lessons() -> None:
    outside = {"tools", "tests", "notebooks", "ftp_project", "launcher", "benchmarks"}
    wrong = [
        f"{name} imports {other}"
        for name, others in IMPORTS.items()
        for other in others
        if other.partition(".")[0] in outside or other == "."
    ]
    assert wrong == []


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = {
        name: [other for other in others if other in MODULES] for name, others in IMPORTS.items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(MODULES)
