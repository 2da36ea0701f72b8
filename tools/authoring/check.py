"""Do the notebooks agree with their sources, and were they run from top to bottom?

Nothing is executed here: what is stored is judged.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tools.authoring.assemble import METADATA, belongs, read_notebook
from tools.authoring.outputs import texts
from tools.authoring.source import AuthoringError, Course, Source, load

_COMMAND = "python -m tools.authoring build"


def notebook_problems(course: Course, source: Source) -> list[str]:
    """Return what is wrong with the stored notebook of `source`, in sentences."""
    target = course.notebook(source.path)
    again = f"run: {_COMMAND} {source.number}"
    try:
        notebook = read_notebook(target.read_bytes())
    except FileNotFoundError:
        return [f"{target.name} is missing; {again}"]
    except (OSError, ValueError) as error:
        return [f"{target.name} cannot be read ({error}); {again}"]
    difference = _difference(source, notebook)
    if difference:
        return [f"{difference}; {again}"]
    return _stored_problems(source, notebook, course.root)


def _difference(source: Source, notebook: Any) -> str:
    """Return the first place where source and notebook differ, or ""."""
    for cell, stored in zip(source.cells, notebook.cells, strict=False):
        mine = (cell.kind, cell.text, {"tags": list(cell.tags)} if cell.tags else {})
        theirs = (stored.cell_type, stored.source, dict(stored.metadata))
        if mine != theirs:
            return f"{source.at(cell.line)}: the notebook has another cell here"
        if not belongs(stored.id, cell.kind, cell.text):
            return f"{source.at(cell.line)}: the notebook's cell has the id of another content"
    if len(source.cells) != len(notebook.cells):
        counts = f"{len(source.cells)} cells, the notebook {len(notebook.cells)}"
        return f"{source.path.name} has {counts}"
    if len({stored.id for stored in notebook.cells}) < len(notebook.cells):
        return f"{source.name}.ipynb has two cells with one id"
    if notebook.metadata != METADATA or notebook.nbformat_minor != 5:
        return f"{source.name}.ipynb has other metadata than the build writes"
    return ""


def _stored_problems(source: Source, notebook: Any, root: Path) -> list[str]:
    """Judge what a notebook that agrees with its source has stored as results."""
    found = []
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, (cell, stored) in enumerate(zip(source.code, code, strict=True), 1):
        place = source.at(cell.line)
        if stored.execution_count != number:
            # A strict comparison passes over cells that were never run.
            found.append(f"{place}: execution count {stored.execution_count} instead of {number}")
        errors = [output for output in stored.outputs if output.output_type == "error"]
        if errors and "raises-exception" not in cell.tags:
            found.append(f"{place}: a stored error, {errors[0].ename}: {errors[0].evalue}")
        if not errors and "raises-exception" in cell.tags:
            found.append(f"{place}: tagged raises-exception, but no error is stored")
        if any(output.get("name") == "stderr" for output in stored.outputs):
            found.append(f"{place}: output to stderr is stored")
        if any(f"{root}/" in text for text in texts(stored)):
            found.append(f"{place}: the stored output shows a path of this machine")
    return found


def course_problems(course: Course) -> list[str]:
    """Return what is wrong between the lessons: notebooks without a source, names used twice."""
    stems = {path.stem for path in course.sources()}
    found = [
        f"{path.name} has no source notebooks/src/{path.stem}.md"
        for path in sorted(course.notebooks.glob("*.ipynb"))
        if path.stem not in stems
    ]
    places: dict[str, str] = {}
    for path in course.sources():
        try:
            source = load(path)
        except AuthoringError as error:
            found.append(str(error))
            continue
        for cell in source.code:
            if cell.magic not in ("module", "lab"):
                continue
            place = source.at(cell.line)
            if not cell.program:
                found.append(f"{place}: %%{cell.magic} needs a name")
            elif cell.program in sys.stdlib_module_names:
                found.append(f"{place}: {cell.program} is a module of the standard library")
            elif cell.program in places:
                found.append(f"{place}: {cell.program} is also made at {places[cell.program]}")
            else:
                places[cell.program] = place
    return found
