"""Outside programs that the tests call: which there are, which are missing, how to bring them.

One table names them all, ``tests/programs.toml``: the name that a test asks for, the Debian package
that brings it, and how it is found. The tests read it through this module, too.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from launcher import apt, inherited
from launcher.messages import say
from launcher.problems import SetupError, explain

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "programs.toml"
#: what tests need that no extra of pyproject.toml brings in addition
NO_EXTRA: frozenset[str] = frozenset()


@cache
def table() -> dict[str, dict[str, Any]]:
    """Return the rows of the table by name."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def find(name: str) -> str | None:
    """Return the path of a program of the table, None where it is missing.

    Raises:
        KeyError: the table has no such program.
    """
    entry = table()[name]
    # A user's PATH often lacks the folders of servers and of what an administrator runs.
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    if "run" in entry:
        first, *rest = map(str, entry["run"])
        program = shutil.which(first, path=path)
        if program is None:
            return None
        done = subprocess.run(
            [program, *rest], env=inherited.clean(), capture_output=True, check=False
        )
        return None if done.returncode else program
    names = [entry["command"], *entry.get("also", [])]
    return next(filter(None, (shutil.which(each, path=path) for each in names)), None)


def missing(extras: Iterable[str] = NO_EXTRA) -> list[str]:
    """Return the names of the programs that are not there, of those that ``extras`` ask for."""
    asked = set(extras)
    return [
        name
        for name, entry in table().items()
        if entry.get("extra") in (None, *asked) and find(name) is None
    ]


def all_must_run() -> bool:
    """Tell whether a test fails, and is not left out, where its program is missing: CI=true."""
    return os.environ.get("CI", "").lower() in ("1", "true")


def every_extra() -> frozenset[str]:
    """Return all extras of the project whose tests call programs of their own."""
    return frozenset(str(entry["extra"]) for entry in table().values() if "extra" in entry)


def packages(names: Iterable[str]) -> list[str]:
    """Return the Debian packages that bring the programs ``names``, each once, sorted."""
    return sorted({str(table()[name]["package"]) for name in names})


def bring(names: Sequence[str]) -> list[str]:
    """Install what brings the programs ``names``, say so first; return those still missing.

    Nothing is installed where that is not possible: without apt-get, or without the rights. A
    failure is told in one sentence, and is no error: the tests of these programs are left out.
    """
    if names and apt.is_usable():
        try:
            log = apt.install(packages(names), f"The tests call {', '.join(names)}")
            if log:
                say(str(explain(log, Path("/usr"))))
        except SetupError as problem:
            say(str(problem))
        find.cache_clear()
        brought = [name for name in names if find(name)]
        apt.disable([table()[name]["service"] for name in brought if "service" in table()[name]])
    return [name for name in names if find(name) is None]


def asked_by(arguments: Iterable[str], start: Path = ROOT) -> frozenset[str]:
    """Return the programs that the tests may ask for which a command line of pytest names.

    A test asks for a program by its name in quotation marks, in its own file or in a conftest.py
    above it. Where the command line names no file or folder, all tests run.
    """
    named = [start / argument.split("::")[0] for argument in arguments if argument[:1] != "-"]
    named = [path for path in named if path.exists()]
    if not named:
        return frozenset(table())
    files = {file for path in named for file in _python_files(path)}
    text = "".join(file.read_text(encoding="utf-8") for file in sorted(files))
    return frozenset(name for name in table() if f'"{name}"' in text)


def _python_files(path: Path) -> Iterator[Path]:
    yield from path.rglob("*.py") if path.is_dir() else [path]
    for folder in path.resolve().parents:
        if folder.is_relative_to(ROOT) and (folder / "conftest.py").is_file():
            yield folder / "conftest.py"
