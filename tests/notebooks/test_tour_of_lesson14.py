"""Lesson 14's tour of the FTP server names files that exist, and lessons and stages that exist."""

from __future__ import annotations

import re
from pathlib import Path

from labsupport.capstone.items import STAGES

COURSE = Path(__file__).parents[2]
LESSON = COURSE / "notebooks" / "src" / "14_ftp_capstone.md"


def tour() -> list[tuple[str, list[str]]]:
    """Return (lessons or stages, files) of each row of the two tables."""
    text = LESSON.read_text(encoding="utf-8").partition("## Tour")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| [^|]+ \| ([\d, ]+) \| (`[^|]+`) \|$", text, re.MULTILINE)
    return [(numbers, re.findall(r"`([^`]+)`", files)) for numbers, files in rows]


def test_every_file_of_the_tour_is_there() -> None:
    files = [file for _, files in tour() for file in files]
    assert len(files) >= 18
    assert [file for file in files if not (COURSE / "ftp_project" / file).is_file()] == []


def test_the_tour_visits_every_stage_but_no_lesson_that_is_not_there() -> None:
    lessons = {path.name[:2] for path in LESSON.parent.glob("*.md")}
    named = [number for numbers, _ in tour() for number in numbers.split(", ")]
    assert {number for number in named if len(number) == 2} <= lessons
    assert {int(number) for number in named if len(number) == 1} == set(STAGES)


def test_every_stage_of_the_lesson_has_its_page() -> None:
    pages = re.findall(r"\]\((capstone/stages/[^)]+)\)", LESSON.read_text(encoding="utf-8"))
    assert len(pages) == len(STAGES)
    assert all((LESSON.parents[1] / page).is_file() for page in pages)
