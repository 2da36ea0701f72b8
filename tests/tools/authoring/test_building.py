"""A build runs lessons and changes nothing but what the writer changed."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from lesson_text import Write, code
from nbformat import from_dict
from nbformat.v4 import new_output
from patience import HANG

from tools.authoring.assemble import assemble, notebook_bytes, read_notebook
from tools.authoring.build import build
from tools.authoring.check import course_problems, notebook_problems
from tools.authoring.outputs import keep_equal_outputs, tidy_traceback
from tools.authoring.source import Course, load, parse

PICTURE = code(
    "import base64, os",
    "class Picture:",
    "    def _repr_html_(self):",
    "        data = base64.b64encode(os.urandom(30)).decode()",
    """        return f'<img alt="a" src="data:image/svg+xml;base64,{data}">'""",
    "    def __repr__(self): return 'a picture'",
    "Picture()",
)
LESSON = "\n".join(
    [
        "# Try it\n",
        "Some words.\n",
        PICTURE,
        "The same cell, twice:\n",
        code("print(object(), 'pid', os.getpid())", "2 + 2"),
        "+++\n",
        code("print(object(), 'pid', os.getpid())", "2 + 2"),
        code("int('no number')", tags="raises-exception"),
        code("print(1)", "display(Picture())", "print(2)"),
    ]
)


def cells(path: Path) -> list[Any]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def changed(before: list[Any], after: list[Any]) -> list[int]:
    """Return which cells differ; the notebooks must be of one length."""
    pairs = enumerate(zip(before, after, strict=True))
    return [index for index, (one, other) in pairs if one != other]


def test_a_rebuild_changes_nothing_and_an_edit_only_its_cell(course: Course, write: Write) -> None:
    source = write("01_try_it", LESSON)
    target = course.notebook(source)
    (built,) = build(course, [source])
    assert built.state == "written", built.reason
    first, first_bytes = cells(target), target.read_bytes()
    assert notebook_problems(course, load(source)) == []
    assert [c["execution_count"] for c in first if c["cell_type"] == "code"] == [1, 2, 3, 4, 5]
    assert len({c["id"] for c in first}) == len(first)
    last = first[-1]["outputs"]
    assert [out["output_type"] for out in last] == ["stream", "display_data"]
    assert "".join(last[0]["text"]) == "1\n2\n"
    assert b'"version": "3' not in first_bytes

    (built,) = build(course, [source])
    assert built.state == "unchanged"
    assert target.read_bytes() == first_bytes

    # The first of two equal cells is edited: the second keeps its id and its output.
    source.write_text(LESSON.replace("2 + 2", "2 + 3", 1).replace("Some", "Few"), encoding="utf-8")
    (built,) = build(course, [source])
    assert built.state == "written"
    assert changed(first, cells(target)) == [0, 3]
    assert notebook_problems(course, load(source)) == []

    second = cells(target)
    (built,) = build(course, [source], fresh=True)
    assert built.state == "written"
    assert 1 in changed(second, cells(target))  # the picture was drawn anew


BROKEN = {
    "error": (code("x = 1", "x / 0"), ":3: ZeroDivisionError: division by zero"),
    "syntax": (code("x = 1", "x +"), ":3: SyntaxError: invalid syntax"),
    "deep": (
        code("def f():", "    return 1 / 0", "f()"),
        ":4: ZeroDivisionError: division by zero",
    ),
    "no_error": (code("x = 1", tags="raises-exception"), ":4: the cell is tagged raises-exception"),
    "stderr": (code("import sys", "print('oh', file=sys.stderr)"), ":2: the cell writes to stderr"),
    "path": (code("import os", "print(os.getcwd())"), ":2: the output shows a path of this"),
    "dead": (code("import os", "os._exit(3)"), ":2: the kernel died in this cell"),
}


def test_a_failing_lesson_names_its_line_and_leaves_its_notebook(
    course: Course, write: Write
) -> None:
    names = {f"{number:02}_{name}": name for number, name in enumerate(BROKEN, 1)}
    sources = [write(stem, BROKEN[name][0]) for stem, name in names.items()]
    for source in sources:
        course.notebook(source).write_bytes(b"as it was")
    reports: list[str] = []
    results = build(course, sources, jobs=2, report=lambda one: reports.append(str(one)))
    for result in results:
        assert result.state == "failed"
        assert f"{result.name}.md{BROKEN[names[result.name]][1]}" in result.reason
    assert sorted(reports) == sorted(map(str, results))
    assert {path.read_bytes() for path in course.notebooks.glob("*.ipynb")} == {b"as it was"}
    assert [path.name for path in course.notebooks.iterdir() if path.name.startswith(".")] == []


def test_a_cell_has_a_time_limit(course: Course, write: Write) -> None:
    source = write("01_slow", code("import time", "time.sleep(60)"))
    (built,) = build(course, [source], timeout=1)
    assert "01_slow.md:2: the cell ran for more than 1 s and was ended" in built.reason


def test_an_interrupted_build_leaves_no_kernel_and_no_file(course: Course, write: Write) -> None:
    running = course.root / "running"
    source = write(
        "01_wait",
        code(
            "import os, pathlib, time",
            f"file = pathlib.Path({str(running)!r})",
            "file.with_suffix('.tmp').write_text(str(os.getpid()))",
            "file.with_suffix('.tmp').rename(file)",
            "time.sleep(60)",
        ),
    )
    command = [sys.executable, "-m", "tools.authoring", "build", "--root", str(course.root)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + HANG
    while not running.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=HANG)
    assert (process.returncode, out) == (130, "")
    assert err == "Interrupted: the lessons that were not done are as they were.\n"
    assert not psutil.pid_exists(int(running.read_text()))
    assert not course.notebook(source).exists()
    assert [path.name for path in course.notebooks.iterdir()] == ["src"]


def _executed(course: Course, source: Path) -> Any:
    notebook = assemble(load(source))
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 1):
        cell.execution_count = number
    return notebook


def _store(course: Course, source: Path, notebook: Any) -> None:
    course.notebook(source).write_bytes(notebook_bytes(notebook))


def test_a_stored_notebook_is_judged(course: Course, write: Write) -> None:
    source = write("01_a", "# Try\n\n" + code("1") + "\n" + code("2", tags="raises-exception"))
    path = course.notebook(source)
    assert notebook_problems(course, load(source)) == [
        "01_a.ipynb is missing; run: python -m tools.authoring build 01"
    ]
    notebook = _executed(course, source)
    error = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": []}
    loud = {"output_type": "stream", "name": "stderr", "text": f"{course.root}/x"}
    notebook.cells[1].execution_count = None
    notebook.cells[1].outputs = [error, loud]
    notebook = from_dict(notebook)
    _store(course, source, notebook)
    assert notebook_problems(course, load(source)) == [
        "01_a.md:4: execution count None instead of 1",
        "01_a.md:4: a stored error, E: v",
        "01_a.md:4: output to stderr is stored",
        "01_a.md:4: the stored output shows a path of this machine",
        "01_a.md:10: tagged raises-exception, but no error is stored",
    ]
    write("01_a", source.read_text().replace("# Try", "# Other"))
    (problem,) = notebook_problems(course, load(source))
    assert problem.startswith("01_a.md:1: the notebook has another cell here; run: python -m ")
    path.write_text("no notebook")
    assert "cannot be read" in notebook_problems(course, load(source))[0]


def test_names_are_unique_over_all_lessons(course: Course, write: Write) -> None:
    write("01_a", code("%%module work", "x = 1") + "\n" + code("%%lab race.py -t 5", "x = 1"))
    write("02_b", code("%%lab work.py", "x = 1") + "\n" + code("%%module queue", "x = 1"))
    (course.notebooks / "03_c.ipynb").write_text("{}")
    assert course_problems(course) == [
        "03_c.ipynb has no source notebooks/src/03_c.md",
        "02_b.md:2: work is also made at 01_a.md:2",
        "02_b.md:7: queue is a module of the standard library",
    ]


def test_an_output_is_kept_when_only_another_python_would_tell(course: Course) -> None:
    source = parse(code("1 / 0", tags="raises-exception"), Path("01_a.md"))
    old, new, other = (assemble(source).cells[0] for _ in range(3))
    for cell, value, place in (
        (old, "division by zero", "lib/python3/a.py:10"),
        (new, "division by zero", "lib/python3/a.py:12"),
        (other, "integer division", "lib/python3/a.py:10"),
    ):
        cell.outputs = [new_output("error", ename="Z", evalue=value, traceback=[place])]
    assert keep_equal_outputs(new, old)
    assert new.outputs == old.outputs
    assert not keep_equal_outputs(other, old)
    assert other.outputs[0].evalue == "integer division"


def test_a_traceback_names_no_folder_of_this_machine() -> None:
    lines = [
        "\x1b[32m~/.pyenv/versions/3.11.7/lib/python3.11/socket.py:836\x1b[39m, in f()",
        "File /usr/lib/python3.13/threading.py:10",
        "File /home/me/course/.venv/lib/python3.12/site-packages/gevent/hub.py:5",
        "File /home/me/course/notebooks/_work/race.py:1",
        "File /tmp/ipykernel_12/99.py:1",
    ]
    assert tidy_traceback(lines, Path("/home/me/course")) == [
        "\x1b[32mlib/python3/socket.py:836\x1b[39m, in f()",
        "File lib/python3/threading.py:10",
        "File site-packages/gevent/hub.py:5",
        "File notebooks/_work/race.py:1",
        "File ipykernel/CELL.py:1",
    ]


def test_a_notebook_that_cannot_be_written_is_one_sentence(course: Course, write: Write) -> None:
    source = write("01_a", code("1"))
    course.notebook(source).mkdir()
    (built,) = build(course, [source])
    assert str(built).endswith("01_a.ipynb cannot be read or written: Is a directory.")
    assert built.state == "failed"


def test_a_kernel_that_does_not_start_is_one_sentence(
    course: Course, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = [sys.executable, "-c", "raise SystemExit(1)"]
    monkeypatch.setattr(
        "tools.authoring.kernel.get_kernel_dict",
        lambda: {"argv": argv, "display_name": "none", "language": "python"},
    )
    (built,) = build(course, [write("01_a", code("1"))])
    assert "01_a.md: the kernel did not start: " in built.reason


def test_a_notebook_that_is_broken_is_replaced(course: Course, write: Write) -> None:
    source = write("01_a", code("1 + 1"))
    course.notebook(source).write_text('{"cells": 1}')
    (built,) = build(course, [source])
    assert built.state == "written", built.reason
    assert read_notebook(course.notebook(source).read_bytes()).cells[0].execution_count == 1
