"""The map of labsupport (its README) names every file, and its groups import one way."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import labsupport

FOLDER = Path(labsupport.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
GROUPS = [re.findall(r"^\| `([\w.]+/?)`", group, re.M) for group in README.split("\n### ")[1:]]
PLACE = {name: place for place, group in enumerate(GROUPS) for name in group}


def entry(path: Path) -> str:
    """Return the name under which the map lists a file: the file's own, or its folder's."""
    first, *below = path.relative_to(FOLDER).parts
    return f"{first}/" if below else first


def imported(path: Path) -> Iterator[str]:
    """Yield the entries of labsupport that a file imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom | ast.Import):
            continue
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names = (
                [node.module or ""]
                if node.module != "labsupport"
                else [f"labsupport.{name}" for name in names]
            )
        for name in names:
            package, _, rest = name.partition(".")
            if package == "labsupport" and rest:
                first = rest.partition(".")[0]
                yield f"{first}/" if (FOLDER / first).is_dir() else f"{first}.py"


def test_the_map_names_every_file_once_and_nothing_else() -> None:
    here = {f"{path.name}/" if path.is_dir() else path.name for path in FOLDER.iterdir()}
    here = {name for name in here if not name.startswith(".")}
    assert here - {"__init__.py", "README.md", "__pycache__/"} == set(PLACE)
    assert sum(map(len, GROUPS)) == len(PLACE)


def test_every_group_imports_from_itself_and_from_those_above_it() -> None:
    wrong = [
        f"{path.relative_to(FOLDER)} imports {name}"
        for path in FOLDER.rglob("*.py")
        if path != FOLDER / "__init__.py"
        for name in imported(path)
        if PLACE[name] > PLACE[entry(path)]
    ]
    assert wrong == []


def test_the_map_lists_all_that_a_learner_imports() -> None:
    learner = README.partition("## The files")[0]
    assert [name for name in labsupport.__all__ if f"`{name}`" not in learner] == []
