"""The package's README tells what is true: its tables against the server's own and the tests."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import ftp_project
from ftp_project.server.session.table import NOT_IMPLEMENTED, TABLE
from ftp_project.server.session.verbs.site import COMMANDS

PACKAGE = Path(ftp_project.__file__).parent
TEXT = (PACKAGE / "README.md").read_text()
TESTS = Path(__file__).parent
PROJECT = PACKAGE.parent
#: pages that send their readers to files of the server
PAGES = [
    PACKAGE / "README.md",
    PROJECT / "docs" / "contributing" / "change-the-server.md",
    PROJECT / "notebooks" / "src" / "14_ftp_capstone.md",
]
PARTS = {path.name for path in PACKAGE.iterdir() if path.is_dir()}


def tables():
    """Return the cells of all rows of tables with a column for tests, by table."""
    found, rows = [], None
    for line in TEXT.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("|") and cells[-1].strip("| ") == "Test":
            rows = []
            found.append(rows)
        elif not line.startswith("|"):
            rows = None
        elif rows is not None and not line.startswith("|---"):
            rows.append([cell.strip("| ") for cell in cells])
    return found


@cache
def functions_of(name):
    (path,) = TESTS.rglob(f"{name}.py")
    tree = ast.parse(path.read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_the_table_has_each_verb_once_and_no_other():
    named = [verb for row in tables()[0] for verb in row[0].split(", ")]
    assert sorted(named) == sorted([*TABLE, *(f"SITE {word}" for word in COMMANDS)])
    for row in tables()[0]:
        assert len(row) == 5
        assert all(row)


def test_the_tests_that_it_names_exist():
    rows = [row for table in tables() for row in table]
    assert len(rows) > 50
    for row in rows:
        name, _, test = row[-1].strip("`").partition("::")
        assert test in functions_of(name), row


def test_it_names_what_is_refused_and_every_package():
    refused = TEXT.split("refused with 502: ")[1].split(".")[0]
    assert sorted(refused.split(", ")) == sorted(NOT_IMPLEMENTED)
    for path in PACKAGE.iterdir():
        if (path / "__init__.py").exists():
            assert f"| `{path.name}/`" in TEXT or f"`{path.name}/`," in TEXT, path.name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_files_of_the_server_that_a_page_names_exist(page):
    named = set(re.findall(r"`(?:ftp_project/)?((?:\w+/)+\w+\.py)`", page.read_text()))
    ours = {path for path in named if path.partition("/")[0] in PARTS}
    assert ours
    assert [path for path in sorted(ours) if not (PACKAGE / path).exists()] == []
