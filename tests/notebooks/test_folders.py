"""The lessons say the same in a folder whose name is no ASCII and holds a space."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("conftest.py", "pyproject.toml", "labsupport", "launcher", "notebooks", "tests", "tools")
#: their cells print what processes write and where programs stand still
LESSONS = ("02", "04", "05")


@pytest.mark.corpus
@pytest.mark.timeout(600)
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_in_a_folder_with_an_umlaut(tmp_path: Path, lesson: str) -> None:
    """Run a copy of the project, so that labsupport's own files have such names, too."""
    home = tmp_path / "Grüße 李"
    home.mkdir()
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "_work", ".ipynb_checkpoints")
            shutil.copytree(source, home / part, ignore=ignored)
        else:
            shutil.copy(source, home / part)
    (notebook,) = (home / "notebooks").glob(f"{lesson}_*.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider", str(notebook)],
        cwd=home,
        env=os.environ | {"PYTHONPATH": str(home)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
