"""The lower layers stand alone, and the examples in their docstrings are true."""

from __future__ import annotations

import ast
import doctest
import importlib
import sys
from pathlib import Path

import pytest

import ftp_project

ROOT = Path(ftp_project.__path__[0])
# argon2 computes password hashes, off the loop and outside of the data path.
ALLOWED = {"protocol": set(), "files": set(), "accounts": {"argon2"}}
MODULES = [
    path.relative_to(ROOT.parent)
    for layer in ALLOWED
    for path in sorted((ROOT / layer).glob("*.py"))
]
# Pure layers: none of them may know these.
WORLD = {"protocol": {"socket", "select", "selectors", "time", "pathlib", "os", "io"}}
WORLD |= {"files": {"socket", "select", "selectors", "time"}}
WORLD |= {"accounts": {"socket", "select", "selectors", "time"}}
PURE_NAMES = {"gmtime", "stat_result"}


def imports(path: Path) -> set[tuple[str, str]]:
    """Return (module, name) of everything that a file imports."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found |= {(node.module or "", alias.name) for alias in node.names}
    return found


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_layer_imports_itself_and_the_standard_library(module: Path) -> None:
    layer = module.parts[1]
    for name, what in imports(ROOT.parent / module):
        top = name.partition(".")[0]
        if top == "ftp_project":
            assert name.startswith(f"ftp_project.{layer}"), name
        else:
            assert top in sys.stdlib_module_names or top in ALLOWED[layer], name
            assert top not in WORLD[layer] or what in PURE_NAMES, (name, what)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_docstring_examples(module: Path) -> None:
    name = ".".join(module.with_suffix("").parts).removesuffix(".__init__")
    assert doctest.testmod(importlib.import_module(name)).failed == 0
