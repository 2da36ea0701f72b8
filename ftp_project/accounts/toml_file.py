"""Read a TOML file so that everything that is wrong in it can be told with its line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, Final, NamedTuple

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
