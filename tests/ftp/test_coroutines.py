"""A coroutine that is called without `yield from` does nothing: no such call may stand anywhere."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ftp_project

PACKAGE = Path(ftp_project.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text(), str(path)) for path in FILES}

#: calls that take a coroutine and see to it that it runs
TAKERS = frozenset({"spawn", "run", "Spawn"})
#: method names that plain objects (sockets, files, tasks…) have too: coroutines avoid them
PLAIN = frozenset(
    {
        "close",
        "open",
        "send",
        "recv",
        "read",
        "write",
        "accept",
        "connect",
        "cancel",
        "flush",
        "sendall",
    }
)


def is_coroutine(node):
    if not isinstance(node, ast.FunctionDef) or node.returns is None:
        return False
    return ast.unparse(node.returns).startswith("Coro[")


def methods_and_functions():
    methods, functions = set(), set()
    for tree in TREES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                methods.update(item.name for item in node.body if is_coroutine(item))
        functions.update(node.name for node in tree.body if is_coroutine(node))
    return methods, functions


METHODS, FUNCTIONS = methods_and_functions()


def forgotten(tree):
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.level or "ftp_project" in (node.module or ""))
        for alias in node.names
    }
    local = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func
        if isinstance(name, ast.Name):
            hit = name.id in FUNCTIONS and name.id in imported | local
        else:
            hit = isinstance(name, ast.Attribute) and name.attr in METHODS
        parent = parents[node]
        while isinstance(parent, ast.IfExp):
            parent = parents[parent]
        taken = isinstance(parent, ast.YieldFrom | ast.Return) or (
            isinstance(parent, ast.Call)
            and (
                getattr(parent.func, "id", "") in TAKERS
                or getattr(parent.func, "attr", "") in TAKERS
            )
        )
        if hit and not taken:
            yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_yield_from_is_forgotten(path):
    assert list(forgotten(TREES[path])) == []


def test_the_names_of_coroutine_methods_are_theirs_alone():
    assert set() == METHODS & PLAIN
    assert {"converse", "send_all", "establish"} <= METHODS
    assert {"sendall", "carry_out", "serve"} <= FUNCTIONS


def test_a_forgotten_one_would_be_found():
    tree = ast.parse("from ftp_project.loop import sendall\ndef f(s):\n    sendall(s, b'')\n")
    assert list(forgotten(tree)) == ["line 3: sendall(s, b'')"]
