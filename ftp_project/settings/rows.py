"""The table of options as rows, each with the names it has on the way in."""

# A name has four forms (field, key, flag, variable) and one source: the field. Each form is made
# from it here and nowhere else, so that ``idle_timeout``, ``idle-timeout``, ``--idle-timeout`` and
# ``FTP_PROJECT_IDLE_TIMEOUT`` cannot drift apart.

from __future__ import annotations

import types
import typing
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from ftp_project.config import Options
from ftp_project.option import Option

#: how the names of environment variables begin
PREFIX = "FTP_PROJECT_"


class Row(NamedTuple):
    """One option, with its names, its type and its default."""

    field: str
    #: ``idle-timeout``: the key in a file; the flag has two dashes before it
    name: str
    option: Option
    type: Any
    default: Any

    @property
    def key(self) -> str:
        """The name as an identifier."""
        return self.name.replace("-", "_")

    @property
    def flag(self) -> str:
        """The option as it is written on the command line."""
        return self.name.upper() if self.option.positional else f"--{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return PREFIX + self.key.upper()

    @property
    def plain_type(self) -> Any:
        """The type, without the None that means "not set"."""
        if isinstance(self.type, types.UnionType):
            return next(each for each in self.type.__args__ if each is not type(None))
        return self.type

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that may be chosen from, if it is such an option."""
        if typing.get_origin(self.plain_type) is typing.Literal:
            return tuple(word for word in typing.get_args(self.plain_type) if word)
        return ()

    @property
    def many(self) -> bool:
        """Whether the option may be given several times."""
        return typing.get_origin(self.plain_type) is list

    @property
    def metavar(self) -> str:
        """What the help shows for the value."""
        if self.option.metavar or self.choices:
            return self.option.metavar or "|".join(self.choices)
        return {int: "NUMBER", float: "SECONDS", Path: "FILE"}.get(self.plain_type, "TEXT")


def rows() -> list[Row]:
    """Return the table, in the order of the help."""
    hints = typing.get_type_hints(Options)
    found = []
    for each in fields(Options):
        option: Option = each.metadata["option"]
        default = each.default_factory() if callable(each.default_factory) else each.default
        name = option.name or each.name.replace("_", "-")
        found.append(Row(each.name, name, option, hints[each.name], default))
    return found
