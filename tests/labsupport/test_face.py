"""`labsupport` offers all that lessons import, each name once, and a lesson looks no deeper."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import labsupport
from tools.authoring.source import Course
from tools.face import STUB, stub

LESSONS = Course(Path(labsupport.__file__).resolve().parents[1]).sources()


@pytest.mark.parametrize("name", labsupport.HOME)
def test_a_name_is_what_its_module_defines(name: str) -> None:
    home = f"labsupport.{labsupport.HOME[name]}"
    found = getattr(labsupport, name)
    assert found in (vars(import_module(home))[name], sys.modules.get(f"{home}.{name}"))
    defined_in = getattr(found, "__module__", home)
    assert defined_in == home, "the table names the module that defines it"


def test_type_checkers_see_the_same_names() -> None:
    assert STUB.read_text(encoding="utf-8") == stub(), "run `python -m tools.face`"


def test_a_name_that_is_not_offered_is_an_error_that_lists_what_is() -> None:
    with pytest.raises(AttributeError, match=r"no 'timelines'; it offers .*Timeline"):
        _ = labsupport.timelines
    with pytest.raises(ImportError):
        exec("from labsupport import timelines")


def test_a_process_that_records_loads_nothing_else() -> None:
    program = "import sys; from labsupport import Recorder; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    ours = {name for name in done.stdout.split() if name.startswith("labsupport.")}
    assert ours == {"labsupport.traces", "labsupport.traces.recorder", "labsupport.traces.timeline"}


@pytest.mark.parametrize("source", LESSONS, ids=lambda source: source.stem)
def test_a_lesson_imports_from_the_package_alone(source: Path) -> None:
    lines = re.findall(r"^ *((?:from|import) +labsupport\b.*)$", source.read_text("utf-8"), re.M)
    assert lines
    found = {(line.split()[1], name) for line in lines for name in names_in(line)}
    assert found <= {("labsupport", name) for name in labsupport.HOME}


def names_in(line: str) -> list[str]:
    [statement] = ast.parse(line).body
    assert isinstance(statement, ast.ImportFrom), f"{line}: import the names that are used"
    return [alias.name for alias in statement.names]


def test_every_name_is_used_by_a_lesson() -> None:
    texts = "".join(source.read_text(encoding="utf-8") for source in LESSONS)
    unused = [name for name in labsupport.HOME if not re.search(rf"\b{name}\b", texts)]
    assert unused == ["load_ipython_extension"], "IPython calls it for %load_ext"
