"""Cells that become modules: always fresh, never in the way of another module."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import labsupport
from labsupport.ownership.owners import remove_place
from labsupport.ownership.scratch import place
from labsupport.programs import cells
from labsupport.programs.cells import (
    RefusedCellError,
    check_name,
    import_cell,
    public_names,
    save_cell,
    work_folder,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(cells, "_folder", tmp_path / "_work")
    monkeypatch.setattr(sys, "path", sys.path.copy())
    before = set(sys.modules)
    yield tmp_path / "_work"
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["queue", "select", "sys", "__main__", "_thread", "asyncio"])
def test_names_of_the_standard_library_are_refused(name: str, folder: Path) -> None:
    with pytest.raises(RefusedCellError, match=r"standard library.* 'my_"):
        save_cell(name, "x = 1\n")
    assert not folder.exists()


@pytest.mark.parametrize("name", ["pytest", "gevent", "labsupport", "IPython"])
def test_names_of_installed_packages_are_refused(name: str) -> None:
    with pytest.raises(RefusedCellError, match="installed here"):
        check_name(name)


@pytest.mark.parametrize("name", ["", "2nd", "a-b", "class", "../up", "a.b", "a b", "x/y"])
def test_names_that_python_cannot_import_are_refused(name: str) -> None:
    with pytest.raises(RefusedCellError, match="not a name that Python can import"):
        check_name(name)


def test_an_edit_of_equal_length_takes_effect_at_once() -> None:
    for number in range(9):
        module = import_cell("edited", f"def value():\n    return {number}\n")
        assert module.value() == number
        assert importlib.import_module("edited").value() == number
        # What a child does: import the file anew, through its .pyc.
        del sys.modules["edited"]
        assert importlib.import_module("edited").value() == number
        assert f"return {number}" in inspect.getsource(sys.modules["edited"].value)


def test_the_same_text_is_not_written_again(folder: Path) -> None:
    path = save_cell("same", "x = 1\n")
    stamp = path.stat()
    assert save_cell("same", "x = 1\n") == path
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (stamp.st_ino, stamp.st_mtime_ns)


def test_a_syntax_error_changes_nothing(folder: Path) -> None:
    import_cell("careful", "value = 1\n")
    with pytest.raises(SyntaxError) as error:
        import_cell("careful", "value = = 2\n")
    assert (error.value.lineno, Path(error.value.filename).name) == (1, "careful.py")
    assert (folder / "careful.py").read_text() == "value = 1\n"
    assert importlib.import_module("careful").value == 1


def test_a_module_that_raises_is_not_left_half_imported() -> None:
    import_cell("broken", "value = 1\n")
    with pytest.raises(ZeroDivisionError):
        import_cell("broken", "value = 2\n1 / 0\n")
    assert "broken" not in sys.modules


def test_nothing_half_written_is_left(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_cell("kept", "x = 1\n")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cells.os, "utime", full)
    with pytest.raises(RefusedCellError, match=r"cannot be saved as .*kept\.py: No space left"):
        save_cell("kept", "x = 2\n")
    assert [entry.name for entry in folder.iterdir() if entry.is_file()] == ["kept.py"]
    assert path.read_text() == "x = 1\n"


def test_public_names_follow_the_rules_of_import_star() -> None:
    module = import_cell("names", "import os\nvalue, _hidden = 1, 2\n")
    assert set(public_names(module)) == {"os", "value"}
    module = import_cell("names", "__all__ = ['_hidden']\nvalue, _hidden = 1, 2\n")
    assert public_names(module) == {"_hidden": 2}


ROOT = Path(labsupport.__file__).resolve().parent.parent


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `work_folder` decide anew."""
    monkeypatch.setattr(cells, "_folder", None)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)


@pytest.mark.usefixtures("undecided")
def test_the_work_folder_stays_when_the_working_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "notebooks")
    first = work_folder()
    monkeypatch.chdir(tmp_path)
    assert work_folder() == first == ROOT / "notebooks" / "_work"


@pytest.mark.usefixtures("undecided")
def test_outside_of_the_lessons_nothing_is_written_beside_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert work_folder() == place() / "_work"
    assert import_cell("elsewhere", "value = 1\n").value == 1
    assert list(tmp_path.iterdir()) == []
    remove_place(work_folder())


@pytest.mark.usefixtures("undecided")
@pytest.mark.parametrize("teller", ["Jupyter Server", "VS Code"])
def test_a_front_end_may_tell_the_notebook(
    teller: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lesson = str(ROOT / "notebooks" / "00_start_here.ipynb")
    if teller == "Jupyter Server":
        monkeypatch.setenv("JPY_SESSION_NAME", lesson)
    assert work_folder(lesson if teller == "VS Code" else None) == ROOT / "notebooks" / "_work"


@pytest.mark.usefixtures("undecided")
def test_the_program_of_a_cell_has_the_same_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    (ROOT / "notebooks" / "_work").mkdir(exist_ok=True)
    monkeypatch.chdir(ROOT / "notebooks" / "_work")
    assert work_folder() == ROOT / "notebooks" / "_work"


@pytest.mark.usefixtures("undecided")
@pytest.mark.parametrize("name", cells.LESSON_FOLDERS)
def test_each_copy_of_the_lessons_has_a_folder_of_its_own(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "labsupport").mkdir()
    (tmp_path / name / "deeper").mkdir(parents=True)
    monkeypatch.setattr(cells, "_ROOT", tmp_path)
    monkeypatch.chdir(tmp_path / name / "deeper")
    assert work_folder() == tmp_path / name / "deeper" / "_work"
