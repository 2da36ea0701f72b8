"""Tell whether the Python that runs now already has the course installed.

It has in an environment that somebody made by hand and activated, in conda, in Binder and in a
development container: there no second environment is made.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import sys
import tomllib
from pathlib import Path

PROJECT = "concurrency-course"


def is_ready(root: Path, extras: frozenset[str]) -> bool:
    """Return True if this interpreter has the project in ``root`` and all that it needs.

    The project must be installed as editable from ``root``, with the requirements that its
    pyproject.toml names today, and the packages of the core and of ``extras`` must be there.
    """
    # The folder of course.py may hold build metadata, which says nothing about this interpreter.
    paths = [path for path in sys.path if Path(path or ".").resolve() != root]
    found = [
        entry
        for entry in importlib.metadata.distributions(name=PROJECT, path=paths)
        if _installed_from(entry) == root.as_uri()
    ]
    if not found:
        return False
    core, optional = _requirements(root)
    wanted = {_plain(requirement) for requirement in core}
    for extra, requirements in optional.items():
        wanted |= {_plain(f"{requirement};extra=='{extra}'") for requirement in requirements}
    if {_plain(requirement) for requirement in found[0].requires or ()} != wanted:
        return False
    needed = core + [r for extra in extras for r in optional[extra]]
    return all(_is_installed(requirement, paths) for requirement in needed)


def _installed_from(entry: importlib.metadata.Distribution) -> str | None:
    """Return the address an installation came from (PEP 610), None if it is not recorded."""
    text = entry.read_text("direct_url.json")
    address = json.loads(text).get("url") if text else None
    return address if isinstance(address, str) else None


def _requirements(root: Path) -> tuple[list[str], dict[str, list[str]]]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("dependencies", []), project.get("optional-dependencies", {})


def _plain(requirement: str) -> str:
    return re.sub(r"\s", "", requirement).replace('"', "'").lower()


def _is_installed(requirement: str, paths: list[str]) -> bool:
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    return name is not None and any(importlib.metadata.distributions(name=name[0], path=paths))
