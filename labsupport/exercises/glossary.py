"""Look a term up: `glossary("GIL")` shows what the lessons say, with links to those lessons.

The one truth are the lists under `## Terms` in the lessons' sources; an item reads
`- **term** (*other name*): meaning`. Other names are those in italics or in code style.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parents[2] / "notebooks" / "src"

_SECTION = re.compile(r"^## Terms$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_ITEM = re.compile(r"^- (.*(?:\n  .*)*)", re.MULTILINE)
_PARTS = re.compile(r"(?P<head>\*\*.+?\*\*[^:]*): (?P<meaning>.+)", re.DOTALL)
_NAME = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`")


class UnknownTermError(ValueError):
    """No lesson defines this term; the message names those that look like it."""

    def _render_traceback_(self) -> list[str]:
        """Let a notebook show the sentence without a traceback (IPython)."""
        return [str(self)]


@dataclass(frozen=True)
class Entry:
    """One item of a lesson's terms.

    Attributes:
        names: the term and its other names, as they are written.
        head: the item up to the colon, Markdown.
        meaning: the rest, Markdown.
        lesson: the lesson's file name without its ending.
        title: the lesson's title.
    """

    names: tuple[str, ...]
    head: str
    meaning: str
    lesson: str
    title: str

    @property
    def markdown(self) -> str:
        """The entry with a link to its lesson, relative to the folder of the notebooks."""
        link = f"[{self.lesson[:2]} {self.title}]({self.lesson}.ipynb#Terms)"
        return f"{self.head}: {self.meaning} ({link})"


class Glossary:
    """Entries to be shown: Markdown in a notebook, else plain text."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)

    def _repr_markdown_(self) -> str:
        return "\n".join(f"- {entry.markdown}" for entry in self.entries)

    def __repr__(self) -> str:
        return "\n".join(
            f"{', '.join(entry.names)}: {entry.meaning} (lesson {entry.lesson[:2]})"
            for entry in self.entries
        )


def read_terms(text: str, lesson: str) -> list[Entry]:
    """Return the terms of a lesson's source.

    Args:
        text: the source.
        lesson: its file name without the ending.

    Raises:
        ValueError: an item is not written as `- **term**: meaning`.

    >>> [entry] = read_terms("# Pool\\n## Terms\\n- **promise** (*future*): a\\n  result", "05")
    >>> entry.names, entry.meaning
    (('promise', 'future'), 'a result')
    """
    section = _SECTION.search(text)
    title = re.search(r"^# (.+)$", text, re.MULTILINE)
    found = []
    for item in _ITEM.findall(section[1]) if section else []:
        flat = " ".join(item.split())
        parts = _PARTS.fullmatch(flat)
        if parts is None:
            raise ValueError(f"{lesson}: write a term as `- **term**: meaning`, not {flat[:60]!r}")
        names = tuple("".join(each) for each in _NAME.findall(parts["head"]))
        found.append(
            Entry(names, parts["head"], parts["meaning"], lesson, title[1] if title else lesson)
        )
    return found


@functools.cache
def _all_entries(folder: Path) -> tuple[Entry, ...]:
    """Return the terms of all lessons, in the order of the lessons."""
    paths = sorted(folder.glob("[0-9][0-9]_*.md"))
    if not paths:
        raise FileNotFoundError(f"{folder} holds no lessons: the glossary is made from their terms")
    return tuple(
        entry for path in paths for entry in read_terms(path.read_text(encoding="utf-8"), path.stem)
    )


def glossary(term: str | None = None) -> Glossary:
    """Return what the lessons say about a term, or all terms by the alphabet.

    Args:
        term: the term or one of its other names, in capitals or not.

    Raises:
        UnknownTermError: no lesson defines it.
        FileNotFoundError: the lessons' sources are not where they should be.
    """
    entries = _all_entries(SOURCES)
    if term is None:
        return Glossary(sorted(entries, key=lambda entry: entry.names[0].casefold()))
    wanted = " ".join(term.split()).casefold()
    found = [entry for entry in entries if wanted in map(str.casefold, entry.names)]
    if found:
        return Glossary(found)
    known = {name.casefold(): name for entry in entries for name in entry.names}
    near = [known[name] for name in difflib.get_close_matches(wanted, known, n=3)]
    advice = (
        f"do you mean {' or '.join(map(repr, near))}?" if near else "glossary() lists all terms"
    )
    raise UnknownTermError(f"no lesson defines {term!r}: {advice}")
