"""What the declaration of an option can say.

The server's options are declared in ``ftp_project.config``, a user's own in
``ftp_project.accounts.users``: one line each, from which flags, variables, keys of files, help and
messages are made. So this file stands below both and imports nothing of the project.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any, NamedTuple


class Option(NamedTuple):
    """What is said about one option beside its type and its default."""

    help: str
    #: what the help shows for the value; "" means: from the type
    metavar: str = ""
    #: turns the text of a flag or variable, or the value in a file, into one of the field's type;
    #: raises ValueError that says how to write it
    read: Callable[[Any], Any] | None = None
    #: turns such a value back into what is written in a file
    write: Callable[[Any], Any] | None = None
    #: makes a relative path in the value one from the directory of the file it stands in
    rebase: Callable[[str, Path], str] | None = None
    least: float | None = None
    most: float | None = None
    #: the heading in ``config --show``
    group: str = ""
    #: never shown in plain text
    secret: bool = False
    #: the name of the flag and the key, where it is not that of the field
    name: str = ""
    #: stands without "--" on the command line
    positional: bool = False
    #: of a user's option: it goes before the server's of the same name
    overrides: bool = False


def option(default: Any, text: str, **more: Any) -> Any:
    """Return a dataclass field for one option; ``more`` are fields of ``Option``."""
    facts = Option(text, **more)
    if isinstance(default, list):
        return field(default_factory=default.copy, metadata={"option": facts})
    return field(default=default, metadata={"option": facts})


def rebase_path(text: str, base: Path) -> str:
    """Return a path as one from ``base``, unless it is absolute; ``~`` is somebody's home."""
    return str(base / Path(text).expanduser())


def rebase_home(text: str, base: Path) -> str:
    """Do the same to the directory of ``NAME=DIR``."""
    name, equals, directory = text.partition("=")
    return f"{name}={rebase_path(directory, base)}" if equals and directory else text
