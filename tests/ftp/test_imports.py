"""Imports point one way: between packages, and between files, those for type checkers included."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import ftp_project

PACKAGE = Path(ftp_project.__path__[0])

#: what each part may import of the others; nothing is imported from above
BELOW = {
    "called_as": set(),
    "errors": set(),
    "option": set(),
    "loop": set(),
    "protocol": set(),
    "files": set(),
    "accounts": {"called_as", "option"},
    "settings": {"accounts", "config", "errors", "option"},
    "config": {"accounts", "option", "settings"},
    "client": {"called_as", "errors", "loop", "protocol"},
    "server": {"accounts", "config", "errors", "files", "loop", "protocol"},
    "commands": {"accounts", "called_as", "config", "errors", "server", "settings"},
    "cli": {"called_as", "client", "commands", "errors"},
    "__main__": {"cli"},
}
#: what lower layers may import that is not of the standard library: argon2 computes password
#: hashes, off the loop and outside of the data path
FOREIGN = {"loop": set(), "protocol": set(), "files": set(), "accounts": {"argon2"}}
#: what pure layers may not know of the world, and the names that are plain data or arithmetic
CLOCKS_AND_SOCKETS = {"socket", "select", "selectors", "time"}
WORLD = {
    "protocol": CLOCKS_AND_SOCKETS | {"pathlib", "os", "io"},
    "files": CLOCKS_AND_SOCKETS,
    "accounts": CLOCKS_AND_SOCKETS,
}
PURE_NAMES = {"gmtime", "stat_result"}
#: the only arrow that points up: a session asks its server, and the server keeps its sessions
KNOW_EACH_OTHER = ("server.session.session", "server.core")


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__") if parts != ("__init__",) else ""


FILES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(path: Path) -> set[tuple[str, str]]:
    """Return (module, name) of everything that a file imports, wherever the import stands."""
    found: set[tuple[str, str]] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: import by the absolute name"
            found |= {(node.module or "", alias.name) for alias in node.names}
    return found


def imported_files(name: str) -> set[str]:
    """Return the files of the package that the file ``name`` imports."""
    found = set()
    for module, what in imports(FILES[name]):
        if module.partition(".")[0] == "ftp_project":
            inner = module.partition(".")[2]
            deeper = f"{inner}.{what}".strip(".")
            found.add(deeper if deeper in FILES else inner)
    return found - {""}


GRAPH = {name: imported_files(name) for name in FILES}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return the files of one circle of imports, or nothing."""
    done: set[str] = set()
    path: list[str] = []

    def visit(name: str) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name not in done:
            path.append(name)
            for other in sorted(graph[name]):
                if found := visit(other):
                    return found
            path.pop()
            done.add(name)
        return []

    return next((found for name in graph if (found := visit(name))), [])


def test_no_files_import_each_other_but_session_and_server() -> None:
    upper, lower = KNOW_EACH_OTHER
    assert lower in GRAPH[upper]
    graph = {name: others - {lower} if name == upper else others for name, others in GRAPH.items()}
    assert circle(graph) == []
    assert set(KNOW_EACH_OTHER) <= set(circle(GRAPH))  # the search finds what is there


@pytest.mark.parametrize("name", [name for name in FILES if name])
def test_a_package_imports_only_those_below_it(name: str) -> None:
    part = name.partition(".")[0]
    used = {other.partition(".")[0] for other in GRAPH[name]} - {part}
    assert used <= BELOW[part]


def test_only_commands_and_the_process_itself_know_the_process() -> None:
    for name, others in GRAPH.items():
        if any(other.startswith("server.process") for other in others):
            assert name.startswith(("server.process", "commands.")), name


@pytest.mark.parametrize("name", [name for name in FILES if name.partition(".")[0] in FOREIGN])
def test_the_lower_layers_use_the_standard_library_and_the_pure_ones_not_all_of_it(
    name: str,
) -> None:
    part = name.partition(".")[0]
    for module, what in imports(FILES[name]):
        top = module.partition(".")[0]
        if top != "ftp_project":
            assert top in sys.stdlib_module_names or top in FOREIGN[part], module
            assert top not in WORLD.get(part, ()) or what in PURE_NAMES, (module, what)


def test_the_data_path_uses_the_standard_library_only() -> None:
    for name, path in FILES.items():
        if name.startswith(("server.data", "server.session", "server.core")):
            tops = {module.partition(".")[0] for module, _ in imports(path)}
            assert tops <= {"ftp_project", *sys.stdlib_module_names}, name
