"""`pytest --nbval` judges a lesson where only the package is installed: no project, no conftest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
LOAD = new_code_cell(
    "%load_ext labsupport",
    execution_count=1,
    outputs=[new_output("stream", text="labsupport is ready: %%module, %%lab\n")],
)


def judge(folder: Path, *options: str) -> str:
    """Run nbval on all notebooks of a folder, apart from this project; return what it prints."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER")
    }
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "-rA", *options]
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, timeout=110, check=False
    )
    return done.stdout + done.stderr


def write(folder: Path, *cells: object, name: str = "alone.ipynb") -> None:
    nbformat.write(new_notebook(cells=list(cells)), folder / name)


def printed(source: str, text: str, **options: object) -> object:
    output = new_output("stream", text=text)
    return new_code_cell(source, execution_count=2, outputs=[output], **options)


def test_a_lesson_that_was_handed_out_alone_passes(tmp_path: Path) -> None:
    """It holds a picture, which is never the same twice, and cells of all kinds."""
    copy = tmp_path / "00_start_here.ipynb"
    copy.write_bytes((NOTEBOOKS / copy.name).read_bytes())
    told = judge(tmp_path)
    assert " passed" in told.splitlines()[-1], told
    assert "failed" not in told.splitlines()[-1], told
    assert list(tmp_path.iterdir()) == [copy], "nothing is written beside it"


def test_children_reach_the_modules_of_its_cells(tmp_path: Path) -> None:
    write(
        tmp_path,
        LOAD,
        new_code_cell("%%module alone_tasks\ndef double(n):\n    return 2 * n", execution_count=2),
        printed(
            "import multiprocessing\nfor method in multiprocessing.get_all_start_methods():\n"
            "    with multiprocessing.get_context(method).Pool(2) as pool:\n"
            "        print(pool.map(double, [1, 2]))",
            "[2, 4]\n" * 3,
        ),
        printed("%%lab alone_program.py\nfrom alone_tasks import double\nprint(double(4))", "8\n"),
    )
    told = judge(tmp_path)
    assert "4 passed" in told.splitlines()[-1], told
    assert [path.name for path in tmp_path.iterdir()] == ["alone.ipynb"]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (printed("print(1)", "1\n", metadata={"tags": ["nbval-skip"]}), "remove the mark"),
        (printed("# NBVAL_IGNORE_OUTPUT\nprint(1)", "2\n"), "remove the mark"),
        (new_code_cell("print(1)"), "this cell was never executed"),
        (printed("print(1)", "2\n"), "Cell outputs differ"),
    ],
    ids=["skipped", "not compared", "not executed", "wrong"],
)
def test_a_cell_that_would_prove_nothing_fails(cell: object, reason: str, tmp_path: Path) -> None:
    write(tmp_path, LOAD, cell)
    told = judge(tmp_path)
    assert reason in told
    last = told.splitlines()[-1]
    assert "1 passed" in last, told
    assert "1 failed" in last or "1 error" in last, told


def test_other_notebooks_and_other_options_are_left_alone(tmp_path: Path) -> None:
    address = printed("print(object())", "<object object at 0x7f0000000000>\n")
    skipped = printed("print(1)", "2\n", metadata={"tags": ["nbval-ignore-output"]})
    write(tmp_path, address, skipped, name="other.ipynb")
    write(tmp_path, LOAD, address, name="ours.ipynb")
    told = judge(tmp_path)
    assert "PASSED ours.ipynb::Cell 1" in told, told
    assert "FAILED other.ipynb::Cell 0" in told
    assert "PASSED other.ipynb::Cell 1" in told


def test_the_limit_of_a_cell_is_what_the_command_line_says(tmp_path: Path) -> None:
    sleepy = printed("import time\ntime.sleep(1000)", "")
    write(tmp_path, LOAD, sleepy)
    told = judge(tmp_path, "--nbval-cell-timeout", "1")
    assert "Timeout of 1 seconds exceeded" in told, told
