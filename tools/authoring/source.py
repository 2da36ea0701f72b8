"""Read a lesson's MyST source: its cells, their tags and the lines they stand on.

The format is jupytext's ``md:myst`` (https://jupytext.readthedocs.io, *MyST Markdown*): code in
``{code-cell}`` fences, ``+++`` between two markdown cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

MAGIC = re.compile(r"%%(?P<name>\w+)[ \t]*(?P<rest>[^\n]*)")


class AuthoringError(Exception):
    """Something is wrong with a lesson or a request; the message is a sentence for the writer."""


@dataclass(frozen=True)
class Cell:
    """One cell of a source; ``line`` is the number of its first line in the file, from 1."""

    kind: str  # "code" or "markdown"
    text: str
    line: int
    tags: tuple[str, ...] = ()

    @property
    def magic(self) -> str:
        """Name of the cell magic that the first line calls ("module", "lab"), or ""."""
        found = MAGIC.match(self.text) if self.kind == "code" else None
        return found["name"] if found else ""

    @property
    def program(self) -> str:
        """Name that a ``%%module`` or ``%%lab`` cell gives its code, without ``.py``; else ""."""
        found = MAGIC.match(self.text)
        if self.magic not in ("module", "lab") or not found or not found["rest"].split():
            return ""
        return found["rest"].split()[0].removesuffix(".py")

    @property
    def body(self) -> str:
        """The code without the cell magic's line."""
        return self.text.partition("\n")[2] if self.magic else self.text

    @property
    def body_line(self) -> int:
        """The line of the file on which `body` begins."""
        return self.line + 1 if self.magic else self.line

    @property
    def code_lines(self) -> int:
        """How many lines of code the cell has: blank lines and the magic's line do not count."""
        return sum(bool(line.strip()) for line in self.body.splitlines())


@dataclass(frozen=True)
class Source:
    """A lesson as it was written."""

    path: Path
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """The file's name without its ending, for example ``05_pool_workers``."""
        return self.path.stem

    @property
    def number(self) -> str:
        """The two digits that the name begins with."""
        return self.name[:2]

    @property
    def code(self) -> list[Cell]:
        """The code cells, in order."""
        return [cell for cell in self.cells if cell.kind == "code"]

    def at(self, line: int) -> str:
        """Return the place ``file.md:line``, as terminals and editors make it a link."""
        return f"{self.path.name}:{line}"


@dataclass(frozen=True)
class Course:
    """The folders of a course: ``notebooks/src/NN_name.md`` become ``notebooks/NN_name.ipynb``."""

    root: Path
    notebooks: Path = field(init=False)
    src: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "notebooks", self.root / "notebooks")
        object.__setattr__(self, "src", self.root / "notebooks" / "src")

    def sources(self) -> list[Path]:
        """Return the files of all lessons, in order."""
        return sorted(self.src.glob("[0-9][0-9]_*.md"))

    def notebook(self, source: Path) -> Path:
        """Return the notebook that is built from `source`."""
        return self.notebooks / f"{source.stem}.ipynb"

    def select(self, wanted: list[str]) -> list[Path]:
        """Return the sources that `wanted` names ("5", "05_pool_workers", a file); all if empty.

        Raises AuthoringError, with the names that exist, when one is not there.
        """
        there = self.sources()
        if not there:
            raise AuthoringError(f"No lesson found: {self.src} holds no file NN_name.md.")
        if not wanted:
            return there
        chosen = set()
        for word in wanted:
            stem = Path(word).name.removesuffix(".md").removesuffix(".ipynb")
            number = f"{stem:0>2}_" if stem.isdecimal() else None
            hits = [p for p in there if p.stem == stem or (number and p.stem.startswith(number))]
            if not hits:
                names = ", ".join(path.stem for path in there)
                raise AuthoringError(f"There is no lesson {word!r}. The lessons are: {names}.")
            chosen.update(hits)
        return sorted(chosen)


def load(path: Path) -> Source:
    """Read the source at `path`.

    Raises AuthoringError when the file cannot be read or is no lesson.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AuthoringError(f"{path} cannot be read: {error}.") from None
    return parse(text, path)


def parse(text: str, path: Path) -> Source:
    """Turn the text of a source into cells; `path` names it in messages.

    Raises AuthoringError when a fence is left open, a cell is empty or carries anything but tags.
    """
    try:
        import jupytext  # type: ignore[import-untyped]
    except ModuleNotFoundError:
        raise AuthoringError(
            "jupytext is not installed here; run: pip install -e '.[test]' and try again."
        ) from None
    _all_fences_closed(text, path)
    try:
        raw = jupytext.reads(text, fmt="md:myst").cells
    except (
        Exception
    ) as error:  # its parser has many ways to fail; each is the writer's typing error
        raise AuthoringError(f"{path.name} is no MyST notebook: {error}.") from None
    lines, row, cells = text.splitlines(), 0, []
    for cell in raw:
        row = _find(lines, cell.source.splitlines(), row)
        line = row + 1
        row += len(cell.source.splitlines())
        other = sorted(set(cell.metadata) - {"tags"})
        if other:
            raise AuthoringError(
                f"{path.name}:{line}: a cell has only tags, not {', '.join(other)}."
            )
        if not cell.source.strip():
            raise AuthoringError(f"{path.name}:{line}: the cell is empty; remove it.")
        tags = tuple(str(tag) for tag in cell.metadata.get("tags", []))
        cells.append(Cell(str(cell.cell_type), str(cell.source), line, tags))
    return Source(path, tuple(cells))


def _find(lines: list[str], wanted: list[str], start: int) -> int:
    """Return the first row at or after `start` where `wanted` stands (jupytext gives no lines)."""
    for row in range(start, len(lines) - len(wanted) + 1):
        if all(a.rstrip() == b.rstrip() for a, b in zip(lines[row:], wanted, strict=False)):
            return row
    return start


def _all_fences_closed(text: str, path: Path) -> None:
    """Refuse an open fence: the parser would silently take the rest of the lesson as code."""
    fence, opened = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        mark = re.match(r"(`{3,}|~{3,})(.*)", line)
        if not mark:
            continue
        if not fence:
            fence, opened = mark[1], number
        elif mark[1].startswith(fence) and not mark[2].strip():
            fence = ""
    if fence:
        raise AuthoringError(f"{path.name}:{opened}: the fence {fence} is never closed.")
