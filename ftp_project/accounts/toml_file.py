"""Read a TOML file so that everything that is wrong in it can be told with its line.

``tomllib`` gives values and forgets where they stood, so a message about a wrong value could not
name its line. A second, plain scan of the text finds the lines of the keys. It need not be exact:
it is used for messages only, never for values.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final, NamedTuple

#: a key with the tables around it
Key = tuple[str, ...]

_TOML_PLACE: Final = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


class Mistake(NamedTuple):
    """One thing that is wrong, at a line counted from 1 (0: the file as a whole)."""

    line: int
    text: str


class TomlFileError(ValueError):
    """A file that cannot be used; ``mistakes`` holds all of them, in order of lines."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self.path = path
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """Return one sentence for each mistake, with the file and the line."""
        return [
            f"{self.path}:{line}: {text}" if line else f"{self.path}: {text}"
            for line, text in self.mistakes
        ]


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """Return what the file holds, and its text.

    Raises TomlFileError when it cannot be read, is not UTF-8, or not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise TomlFileError(path, [Mistake(0, reason)]) from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise TomlFileError(path, [Mistake(line, "is not UTF-8 text")]) from error
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        raise TomlFileError(path, [_syntax_mistake(str(error), text)]) from error


def _syntax_mistake(message: str, text: str) -> Mistake:
    match = _TOML_PLACE.search(message)
    line = int(match[1]) if match and match[1] else len(text.splitlines()) or 1
    reason = _TOML_PLACE.sub("", message)
    return Mistake(line, f"is not valid TOML: {reason}")


def key_lines(text: str) -> dict[Key, int]:
    """Map each table and key of a TOML text to its first line, counted from 1.

    A plain scan, line by line: what looks like a key inside a multi-line value may be
    listed too, which only matters for a message. Never fails.
    """
    lines: dict[Key, int] = {}
    table: Key = ()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line.startswith("["):
            header = _path_of(line)
            if header is None:
                continue
            table, found = header, header
        elif "=" in line and not line.startswith("#"):
            key = _key_of(line)
            if key is None:
                continue
            found = table + key
        else:
            continue
        for length in range(1, len(found) + 1):
            lines.setdefault(found[:length], number)
    return lines


def line_of(lines: dict[Key, int], path: Key) -> int:
    """Return the line of a key, or of the closest table around it, or 1."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _key_of(line: str) -> Key | None:
    """Read the key before the first "=" that ends one (a quoted key may hold others)."""
    at = line.find("=")
    while at >= 0:
        path = _path_of(f"{line[:at]}= 0")
        if path is not None:
            return path
        at = line.find("=", at + 1)
    return None


def _path_of(line: str) -> Key | None:
    try:
        node: object = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    path: list[str] = []
    while True:
        if isinstance(node, list):
            node = node[0] if node else None
        if not isinstance(node, dict) or not node:
            return tuple(path)
        name, node = next(iter(node.items()))
        path.append(name)
