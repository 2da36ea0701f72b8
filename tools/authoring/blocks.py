"""Cut a lesson into headings, paragraphs and code cells, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.authoring.source import Cell, Source

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class Piece:
    """A heading (with its level), a paragraph ("text"), a fenced block ("fence") or a code cell."""

    kind: str
    text: str
    line: int
    level: int = 0
    cell: Cell | None = None


def pieces(source: Source) -> list[Piece]:
    """Return everything that a lesson consists of, in order."""
    found: list[Piece] = []
    for cell in source.cells:
        if cell.kind == "code":
            found.append(Piece("code", cell.text, cell.line, cell=cell))
        else:
            found.extend(_markdown(cell))
    return found


def _markdown(cell: Cell) -> Iterator[Piece]:
    block: list[str] = []
    fence = ""

    def flush(end: int) -> Iterator[Piece]:
        if block:
            kind = "fence" if _FENCE.match(block[0]) else "text"
            yield Piece(kind, "\n".join(block), end - len(block), cell=cell)
            block.clear()

    line = cell.line
    for line, text in enumerate(cell.text.splitlines(), cell.line):
        mark = _FENCE.match(text)
        heading = re.match(r"(#{1,6})\s+(.*)", text)
        if fence:
            block.append(text)
            if mark and mark[1].startswith(fence):
                fence = ""
                yield from flush(line + 1)
        elif mark:
            yield from flush(line)
            fence = mark[1]
            block.append(text)
        elif heading:
            yield from flush(line)
            yield Piece("heading", heading[2].strip(), line, len(heading[1]), cell)
        elif not text.strip():
            yield from flush(line)
        else:
            block.append(text)
    yield from flush(line + 1)


def section(all_pieces: list[Piece], title: str) -> list[Piece]:
    """Return the pieces under the level-2 heading `title`, up to the next one; else []."""
    inside, found = False, []
    for piece in all_pieces:
        if piece.kind == "heading" and piece.level <= 2:
            inside = piece.text.casefold() == title.casefold()
        elif inside:
            found.append(piece)
    return found


def items(some: list[Piece]) -> list[tuple[int, str]]:
    """Return the items of the lists in `some` as (line, text); nested ones belong to their item."""
    found = []
    for piece in some:
        if piece.kind == "text":
            for step, text in enumerate(piece.text.splitlines()):
                mark = re.match(r"(?:[-*+]|\d+[.)])\s+(.*)", text)
                if mark:
                    found.append((piece.line + step, mark[1]))
    return found


def words(markdown: str) -> int:
    """Count the words that a reader reads: no tables, fenced code, link targets, comments or tags.

    >>> words("Read [the page](https://docs.python.org/3/) twice.")
    4
    """
    text = re.sub(r"^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1\S*$", " ", markdown, flags=re.M | re.S)
    text = re.sub(r"^\s*\|.*$", " ", text, flags=re.M)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"<!--.*?-->|</?\w[^>]*>", " ", text, flags=re.S)
    return sum(bool(re.search(r"\w", word)) for word in text.split())
