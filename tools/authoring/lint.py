"""Run ruff over the code of the lessons and report the lines of their sources.

Plain cells of a lesson are one notebook for ruff, so that names reach from cell to cell; each
``%%module`` or ``%%lab`` cell is a file of its own. A tag ``allow-B006`` skips the rule B006 in
its cell; ``exercise`` marks a stub.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from labsupport.ownership.scratch import temporary_folder
from labsupport.ownership.whole_files import replace_file
from tools.authoring.assemble import nbformat
from tools.authoring.source import AuthoringError, Cell, Source

CONFIG = Path(__file__).resolve().parents[2] / "pyproject.toml"
# Cells are short and the text stands beside them: no docstrings; no rule that trades a plain
# statement for a cleverer one.
NOT_IN_LESSONS = "D1,B905,SIM105,SIM108,SIM117,RUF005,RUF012"
# What a stub has that its answer will not have: imports and names without a use, a bare `...`.
NOT_IN_STUBS = ("F401", "F841", "PIE790")


@dataclass
class _Extract:
    """A file that ruff sees: `cells[n]` is its notebook's cell n, None where we wrote it."""

    path: Path
    source: Source
    cells: list[Cell | None] = field(default_factory=list)


def lint_problems(sources: list[Source], *, fix: bool = False) -> list[str]:
    """Return what ruff finds in the code of `sources`, as "file.md:line: RULE words".

    `fix` writes the formatted code into the sources first. Raises AuthoringError when ruff cannot
    be run.
    """
    with temporary_folder() as folder:
        extracts = [e for source in sources for e in _extract(source, folder / source.name)]
        if not extracts:
            return []
        found = _check(extracts, folder)
        _ruff(folder, "format", "--quiet")
        for source in sources:
            mine = [extract for extract in extracts if extract.source is source]
            formatted = [pair for extract in mine for pair in _reformatted(extract)]
            if fix:
                _write_back(source, formatted)
            else:
                found += [
                    (
                        source.at(cell.body_line + _first_difference(cell.body, text)),
                        "not formatted",
                    )
                    for cell, text in formatted
                ]
    return [f"{place}: {words}" for place, words in sorted(set(found), key=_by_line)]


def _by_line(finding: tuple[str, str]) -> tuple[str, int, str]:
    name, _, line = finding[0].rpartition(":")
    return name, int(line), finding[1]


def _extract(source: Source, folder: Path) -> list[_Extract]:
    """Write the code of `source` as files for ruff."""
    folder.mkdir()
    plain, files, texts = _Extract(folder / "cells.ipynb", source), [], []
    for number, cell in enumerate(source.code):
        if "allow-invalid-syntax" in cell.tags:
            continue
        if cell.magic:
            file = folder / f"{number:03}.py"
            file.write_text(cell.body.rstrip("\n") + "\n", encoding="utf-8")
            files.append(_Extract(file, source, [cell]))
            plain.cells.append(None)
            texts.append(_names_it_makes(cell))
        else:
            plain.cells.append(cell)
            texts.append(cell.text)
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(text) for text in texts],
        metadata={"language_info": {"name": "python"}},
    )
    plain.path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return [plain, *files]


def _names_it_makes(cell: Cell) -> str:
    """Return code that stands for a program's cell: it binds the names that later cells may use."""
    if cell.magic == "lab":
        return "result = None"
    try:
        tree = ast.parse(cell.body)
    except SyntaxError:  # ruff reports it
        return "pass"
    names = []
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(node.name)
        else:
            names += [
                name.id
                for name in ast.walk(node)
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            ]
    return "\n".join(f"{name} = None" for name in names if not name.startswith("_")) or "pass"


def _check(extracts: list[_Extract], folder: Path) -> list[tuple[str, str]]:
    answer = _ruff(folder, "check", "--output-format=json", f"--ignore={NOT_IN_LESSONS}")
    by_path = {str(extract.path.resolve()): extract for extract in extracts}
    found = []
    for finding in json.loads(answer):
        extract = by_path[str(Path(finding["filename"]).resolve())]
        cell = extract.cells[(finding["cell"] or 1) - 1]
        code = finding["code"] or "invalid-syntax"
        if cell is None or f"allow-{code}" in cell.tags:
            continue
        if code in NOT_IN_STUBS and "exercise" in cell.tags:
            continue
        line = cell.body_line + finding["location"]["row"] - 1
        found.append((extract.source.at(line), f"{code} {finding['message']}"))
    return found


def _ruff(folder: Path, command: str, *options: str) -> str:
    """Run ruff on all files in `folder` with the project's configuration; return what it prints."""
    if find_spec("ruff") is None:
        raise AuthoringError("ruff is not installed here; run: pip install -e '.[test]'")
    argv = [sys.executable, "-m", "ruff", command, "--no-cache", f"--config={CONFIG}", *options]
    done = subprocess.run([*argv, "."], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode == 2 and command == "check":
        raise AuthoringError(f"ruff failed: {done.stderr.strip()}")
    return done.stdout


def _reformatted(extract: _Extract) -> list[tuple[Cell, str]]:
    """Return the cells that ruff has written in another way, with the new code."""
    text = extract.path.read_text(encoding="utf-8")
    if extract.path.suffix == ".ipynb":
        stored: Any = nbformat.reads(text, as_version=4).cells
        codes = [cell.source for cell in stored]
    else:
        codes = [text.rstrip("\n")]
    return [
        (cell, code)
        for cell, code in zip(extract.cells, codes, strict=True)
        if cell is not None and cell.body != code
    ]


def _first_difference(before: str, after: str) -> int:
    pairs = zip(before.splitlines(), after.splitlines(), strict=False)
    return next((row for row, (old, new) in enumerate(pairs) if old != new), 0)


def _write_back(source: Source, formatted: list[tuple[Cell, str]]) -> None:
    """Replace the code of cells in the file of `source`, from the last to the first."""
    if not formatted:
        return
    lines = source.path.read_text(encoding="utf-8").splitlines()
    for cell, code in sorted(formatted, key=lambda pair: -pair[0].line):
        first = cell.body_line - 1
        lines[first : first + len(cell.body.splitlines())] = code.splitlines()
    replace_file(source.path, ("\n".join(lines) + "\n").encode("utf-8"))
