"""The options in force as a TOML file, each with where its value came from."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from ftp_project.settings.rows import Row, rows
from ftp_project.settings.sources import Loaded


def show(loaded: Loaded) -> str:
    """Return all options as the lines of a settings file; passwords are left out.

    What is not set stands there as a comment, so that the text can be saved and filled in.
    """
    lines: list[str] = []
    for group, members in groupby(rows(), key=lambda row: row.option.group):
        lines += ["", f"# {group}"]
        for row in members:
            line = _line(row, getattr(loaded.options, row.field))
            lines.append(f"{line:<40} # {loaded.origins[row.field]}")
    return "\n".join(lines[1:])


def _line(row: Row, value: Any) -> str:
    if value is None or value == "":
        return f"# {row.name} ="
    if row.option.secret:
        value = [f"{each.partition(':')[0]}:…" for each in value]
    elif row.option.write is not None:
        value = row.option.write(value)
    return f"{row.name} = {_toml(value)}"


def _toml(value: Any) -> str:
    """Return a value in TOML, whose strings, numbers and lists are written as in JSON."""
    if isinstance(value, Path):
        value = str(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)
