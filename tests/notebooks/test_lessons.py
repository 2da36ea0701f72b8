"""The committed lessons: they agree with their sources, were executed, and keep the house style."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from labsupport.exercises import exercises
from tools.authoring.check import course_problems, notebook_problems
from tools.authoring.lint import lint_problems
from tools.authoring.source import Course, load
from tools.authoring.style import style_problems

COURSE = Course(Path(__file__).resolve().parents[2])
SOURCES = COURSE.sources()

each_lesson = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def test_there_are_lessons() -> None:
    assert "00_start_here" in [path.stem for path in SOURCES]


@each_lesson
def test_the_notebook_is_its_source_executed_from_top_to_bottom(path: Path) -> None:
    assert notebook_problems(COURSE, load(path)) == []


@each_lesson
def test_the_house_style_is_kept(path: Path) -> None:
    assert style_problems(COURSE, load(path)) == []


def test_the_code_of_all_cells_is_clean() -> None:
    assert lint_problems([load(path) for path in SOURCES]) == []


def test_no_name_is_made_twice_and_no_notebook_is_without_source() -> None:
    assert course_problems(COURSE) == []


def test_the_exercises_are_those_that_the_checks_know() -> None:
    """A stub is told from an answer by its syntax tree: comments and blank lines are free."""
    found = {}
    for path in SOURCES:
        code = load(path).code
        stubs = {cell.program: ast.dump(ast.parse(cell.body)) for cell in code if cell.program}
        for cell in code:
            for name, answer in re.findall(r"^check\.(\w+)\((\w+)\)", cell.text, re.MULTILINE):
                exercise = exercises()[name]
                assert answer == exercise.function
                assert stubs[exercise.module] == ast.dump(ast.parse(exercise.stub))
                found[name] = exercise
    assert found == exercises()
