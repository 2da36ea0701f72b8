"""A run of this project's tests that leaves something behind fails and says what."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .support import ROOT

LEAVES = """
import _multiprocessing, multiprocessing, subprocess, sys, tempfile

def test_process():
    code = "import os, time; os.setsid(); print(flush=True); time.sleep(1000)  # forgotten"
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    child.stdout.readline()

def test_folder():
    tempfile.mkdtemp(prefix="forgotten-")

def test_semaphore():
    prefix = multiprocessing.current_process()._config["semprefix"]
    _multiprocessing.SemLock(0, 1, 1, f"{prefix}-forgotten", False)
"""
KINDS = ("process", "temporary", "shared memory")


def run(folder: Path, code: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_leaves.py").write_text(code)
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PYTEST_") and name != "LAB_PLACE"
    }
    settings = ["-c", str(ROOT / "pyproject.toml"), "-p", "conftest", "-p", "no:cacheprovider"]
    settings += ["--basetemp", str(folder / "base")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *settings, *options, str(folder / "test_leaves.py")],
        env={**env, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["one process", "xdist"])
def test_what_is_left_is_named_and_fails_the_run(workers: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, LEAVES, *workers)
    assert "3 passed" in done.stdout, done.stdout
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    lines = [line for line in done.stdout.splitlines() if line.startswith(KINDS)]
    assert len(lines) == len(KINDS), done.stdout
    assert all("forgotten" in line for line in lines)


def test_a_run_that_leaves_nothing_passes(tmp_path: Path) -> None:
    done = run(tmp_path, "def test_it(tmp_path):\n    (tmp_path / 'file').touch()\n")
    assert done.returncode == 0, done.stdout
    assert "left behind" not in done.stdout
