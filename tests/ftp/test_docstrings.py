"""The docstrings: their examples are true, and they are written in one dialect."""

from __future__ import annotations

import ast
import doctest
import importlib
import io
import re
import tokenize
from pathlib import Path

import pytest

import ftp_project

PACKAGE = Path(ftp_project.__path__[0])
FILES = sorted(PACKAGE.rglob("*.py"))
WITH_EXAMPLES = [path for path in FILES if ">>> " in path.read_text()]

#: code between single backticks, or a role of Sphinx; both are written between double ones here
OTHER_DIALECT = re.compile(r"(?<!`)`(?!`)[^`\n]+`(?!`)|:(?:class|func|meth|data|mod|exc|attr):`")


def documents(path: Path) -> list[tuple[int, str]]:
    """Return the docstrings and comments of a file, with their lines."""
    text = path.read_text()
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                found.append((first.lineno, str(first.value.value)))
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            found.append((token.start[0], token.string))
    return found


def stray_strings(path: Path) -> list[int]:
    """Return the lines of strings that stand as statements and are no docstrings."""
    docstrings = {line for line, _ in documents(path)}
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        and node.lineno not in docstrings
    ]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_examples_are_true(path: Path) -> None:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
    result = doctest.testmod(module)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_code_stands_between_double_backticks(path: Path) -> None:
    wrong = [
        (line, found[0])
        for line, text in documents(path)
        if (found := OTHER_DIALECT.search(text)) is not None
    ]
    assert wrong == []
    assert stray_strings(path) == [], "a value is described by `#:` comments above it"


def test_the_search_finds_the_other_dialects() -> None:
    assert OTHER_DIALECT.search("see :class:`Loop`")
    assert OTHER_DIALECT.search("see `Loop`")
    assert not OTHER_DIALECT.search("see ``Loop`` and ``Task``")
