from __future__ import annotations

from pathlib import Path

import pytest
from lesson_text import Write

from tools.authoring.source import Course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course of its own, without lessons."""
    made = Course(tmp_path)
    made.src.mkdir(parents=True)
    return made


@pytest.fixture
def write(course: Course) -> Write:
    """Write the source of a lesson: name, text → its file."""

    def source(name: str, text: str) -> Path:
        path = course.src / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        return path

    return source
