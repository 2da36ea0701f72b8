"""ruff sees the code of every cell, and its findings come back to the lines of the source."""

from __future__ import annotations

from pathlib import Path

import pytest
from lesson_text import Write, code

from tools.authoring.__main__ import main
from tools.authoring.lint import lint_problems
from tools.authoring.source import AuthoringError, Course, load

CLEAN = "\n".join(
    [
        code("%load_ext labsupport", "import time"),
        code("%%module work", "import math", "", "", "def root(x):", "    return math.sqrt(x)"),
        code("print(root(4), time.time())"),
        code("%%lab race.py -t 5", "print(1)"),
        code("result.output"),
        code("def fill(into=[]):", "    return into", tags="wrong-on-purpose, allow-B006"),
        code(
            "%%module stub",
            "import os",
            "",
            "",
            "def f():",
            '    """Do."""',
            "    ...",
            tags="exercise",
        ),
        code("print(1", tags="raises-exception, allow-invalid-syntax"),
    ]
)
WRONG = "\n".join(
    [
        "# Title",
        "",
        code("import os", "x=1"),
        code("%%module work", "import sys", "def f( ):", "    return missing"),
        code("f(unknown)"),
        code("def fill(into=[]):", "    return into"),
    ]
)


def test_clean_code_passes(write: Write) -> None:
    assert lint_problems([load(write("01_a", CLEAN))]) == []


def test_findings_come_back_to_their_lines(write: Write) -> None:
    path = write("01_a", WRONG)
    found = lint_problems([load(path), load(write("02_b", CLEAN.replace("work", "other")))])
    lines = WRONG.splitlines()

    def place(text: str) -> str:
        return f"01_a.md:{lines.index(text) + 1}: "

    assert [" ".join(finding.split()[:2]) for finding in found] == [
        place("import os") + "F401",
        place("import os") + "I001",
        place("x=1") + "not",
        place("import sys") + "F401",
        place("import sys") + "I001",
        place("def f( ):") + "not",
        place("    return missing") + "F821",
        place("f(unknown)") + "F821",
        place("def fill(into=[]):") + "B006",
    ]


def test_fix_formats_the_source_and_nothing_else(write: Write) -> None:
    path = write("01_a", WRONG)
    lint_problems([load(path)], fix=True)
    expected = WRONG.replace("import os\nx=1", "import os\n\nx = 1").replace(
        "import sys\ndef f( ):", "import sys\n\n\ndef f():"
    )
    assert path.read_text(encoding="utf-8") == expected


def test_without_ruff_the_remedy_is_said(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    source = load(write("01_a", CLEAN))
    monkeypatch.setattr("tools.authoring.lint.find_spec", lambda name: None)
    with pytest.raises(AuthoringError, match="ruff"):
        lint_problems([source])


def test_the_commands_answer_in_words(
    course: Course, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    root = ["--root", str(course.root)]
    assert main(["build", *root]) == 2
    assert "No lesson found" in capsys.readouterr().err
    write("01_a", CLEAN)
    write("02_b", WRONG)
    assert main(["build", "9", *root]) == 2
    assert "There is no lesson '9'. The lessons are: 01_a, 02_b." in capsys.readouterr().err
    assert main(["lint", "1", *root]) == 0
    assert capsys.readouterr().out == "1 lessons: the code of all cells is clean.\n"
    assert main(["lint", *root]) == 1
    assert main(["check", "01_a", *root]) == 1
    assert "01_a.ipynb is missing" in capsys.readouterr().out
    with pytest.raises(SystemExit) as caught:
        main(["build", "-j", "0", *root])
    assert caught.value.code == 2
    assert "'0' is no positive number" in capsys.readouterr().err


def test_lessons_are_chosen_by_number_name_or_file(course: Course, write: Write) -> None:
    first, second = write("01_a", "# A\n"), write("12_b", "# B\n")
    for word in ("1", "01", "01_a", "notebooks/src/01_a.md", "notebooks/01_a.ipynb"):
        assert course.select([word]) == [first]
    assert course.select([]) == [first, second]
    assert course.select(["12", "1", "12"]) == [first, second]
    assert isinstance(course.notebook(first), Path)
