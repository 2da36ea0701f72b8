"""Make the notebook of a source: cells, ids and metadata, the same bytes on every machine."""

from __future__ import annotations

import hashlib
import json
from difflib import SequenceMatcher
from typing import Any

import nbformat as _nbformat

from tools.authoring.source import Source

nbformat: Any = _nbformat  # its functions carry no annotations

# No version: the notebook must not tell which Python built it.
METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}


def assemble(source: Source, old: Any = None) -> Any:
    """Return the unexecuted notebook of `source` (nbformat 4.5).

    Cells of the `old` notebook that are still there keep their ids, see `cell_ids`.
    """
    cells = []
    for cell, name in zip(source.cells, cell_ids(source, old), strict=True):
        metadata = {"tags": list(cell.tags)} if cell.tags else {}
        make = nbformat.v4.new_code_cell if cell.kind == "code" else nbformat.v4.new_markdown_cell
        cells.append(make(cell.text, id=name, metadata=metadata))
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    notebook.nbformat_minor = 5
    return notebook


def content_id(kind: str, text: str) -> str:
    """Return the id that a cell's content gives it: 8 hexadecimal digits."""
    return hashlib.sha256(f"{kind}\n{text}".encode()).hexdigest()[:8]


def cell_ids(source: Source, old: Any = None) -> list[str]:
    """Return the id of each cell: its content's, with ``-2``, ``-3``… for further equal cells.

    An equal cell of the `old` notebook hands its id on, so that an edit of the first of two equal
    cells does not rename the second.
    """
    ids: dict[int, str] = {}
    if old is not None:
        for new_index, old_index in same_cells(source, old).items():
            cell, name = source.cells[new_index], old.cells[old_index].get("id", "")
            if belongs(name, cell.kind, cell.text) and name not in ids.values():
                ids[new_index] = name
    taken = set(ids.values())
    for index, cell in enumerate(source.cells):
        if index in ids:
            continue
        stem = content_id(cell.kind, cell.text)
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        ids[index] = name
        taken.add(name)
    return [ids[index] for index in range(len(source.cells))]


def belongs(name: str, kind: str, text: str) -> bool:
    """Tell whether the id `name` is one that this content may have."""
    stem, _, number = name.partition("-")
    return stem == content_id(kind, text) and (not number or number.isdecimal())


def same_cells(source: Source, old: Any) -> dict[int, int]:
    """Match cells of `source` with equal cells of the `old` notebook: index to index, in order."""
    mine = [(cell.kind, cell.text) for cell in source.cells]
    theirs = [(str(cell.cell_type), str(cell.source)) for cell in old.cells]
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    return {
        block.a + step: block.b + step
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }


def notebook_bytes(notebook: Any) -> bytes:
    """Return the bytes of the notebook's file; raises nbformat's ValidationError if it is none."""
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return (text.rstrip("\n") + "\n").encode("utf-8")


def read_notebook(data: bytes) -> Any:
    """Return the notebook in the bytes of a file; raises ValueError when it is none."""
    plain = json.loads(data.decode("utf-8"))
    if not isinstance(plain, dict) or plain.get("nbformat") != 4:
        raise ValueError("no notebook of format 4")
    try:
        nbformat.validate(plain)
    except nbformat.ValidationError as error:
        raise ValueError(f"no valid notebook: {error.message}") from None
    return nbformat.reads(data.decode("utf-8"), as_version=4)
