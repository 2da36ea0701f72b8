"""Find out from source text which locks a waiting thread holds and which one it wants.

A stack says at which line a thread stands; the `with` statements and `acquire` calls around
that line say the rest, by the names that stand in the source.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

from labsupport.hang_doctor.evidence.stacks import Frame


def locks_at(frame: Frame) -> tuple[tuple[str, ...], str]:
    """Return the names of the locks held at a frame's line, and the one the line takes.

    Both as they stand in the source; empty where nothing can be read from it.
    """
    try:
        tree = ast.parse(Path(frame.path).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return (), ""
    held: list[str] = []
    wanted = ""
    for node in _in_order(_function_at(tree, frame)):
        if isinstance(node, ast.With):
            for item in node.items:
                if isinstance(item.context_expr, ast.Call):  # a file or a pool, not a lock
                    continue
                name = ast.unparse(item.context_expr)
                if item.context_expr.lineno == frame.line:
                    wanted = wanted or name
                elif item.context_expr.lineno < frame.line <= (node.end_lineno or 0):
                    held.append(name)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = ast.unparse(node.func.value)
            if node.func.attr == "acquire":
                if node.lineno == frame.line:
                    wanted = wanted or name
                elif node.lineno < frame.line:
                    held.append(name)
            elif node.func.attr == "release" and node.lineno < frame.line and name in held:
                held.remove(name)
    return tuple(held), wanted


def _in_order(tree: ast.AST) -> list[ast.stmt | ast.expr]:
    """Return the statements and expressions below a node in the order of their lines."""
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.stmt | ast.expr)]
    return sorted(nodes, key=lambda node: node.lineno)


def _function_at(tree: ast.Module, frame: Frame) -> ast.AST:
    """Return the innermost function around the line, else the whole module."""
    found: ast.AST = tree
    for node in ast.walk(tree):  # outer functions come before inner ones
        if isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef
        ) and node.lineno <= frame.line <= (node.end_lineno or 0):
            found = node
    return found


def locks_of_thread(frames: Sequence[Frame]) -> tuple[tuple[str, ...], str]:
    """Return the locks held by all of a thread's calls, and the one it waits for.

    Args:
        frames: the learner's frames of the thread, the innermost first.
    """
    if not frames:
        return (), ""
    held, wanted = locks_at(frames[0])
    for outer in frames[1:]:
        more, _ = locks_at(outer)
        held += more
    return held, wanted
