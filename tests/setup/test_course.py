"""What the commands of course.py hand over, and what they say to a wrong call."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from patience import HANG

from .support import ROOT, Copy


def test_ftp_gets_everything_as_it_was_typed(copy: Copy) -> None:
    typed = ["serve", "a folder", "--help", "-n", "--", "--port=0", ""]
    elsewhere = copy.root / "notebooks"
    done = copy.course("ftp", *typed, cwd=elsewhere)
    told = json.loads(done.stdout)
    assert (done.returncode, told["argv"]) == (7, typed)
    assert told["cwd"] == str(elsewhere), "a relative folder is the user's"


def test_lab_opens_the_first_lesson_with_the_project_as_its_root(copy: Copy) -> None:
    done = copy.course("lab", "--no-browser", "--port", "8899", cwd=copy.root / "notebooks")
    told = json.loads(done.stdout)
    assert told["argv"][-3:] == ["--no-browser", "--port", "8899"]
    assert f"--ServerApp.root_dir={copy.root}" in told["argv"]
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start.ipynb" in told["argv"]
    assert ("--allow-root" in told["argv"]) == (os.geteuid() == 0)
    assert told["path"].startswith(str(copy.environment)), "terminals find the environment"


def test_an_option_of_the_user_replaces_the_default(copy: Copy) -> None:
    own = "--ServerApp.root_dir=/elsewhere"
    told = json.loads(copy.course("lab", own).stdout)
    assert [a for a in told["argv"] if a.startswith("--ServerApp.root_dir")] == [own]


def test_test_runs_all_in_parallel_from_the_root(copy: Copy) -> None:
    done = copy.course("test", "-x", cwd=copy.root / "notebooks")
    told = json.loads(done.stdout)
    assert told["argv"][0] == "--nbval"
    assert int(told["argv"][told["argv"].index("-n") + 1]) >= 1
    assert told["argv"][-1] == "-x"
    assert told["cwd"] == str(copy.root)


def test_help_and_wrong_commands_need_no_environment(copy: Copy) -> None:
    for arguments in ([], ["--help"], ["lab", "--help"]):
        done = copy.course(*arguments)
        assert done.returncode == 0
        assert "usage: python3 course.py" in done.stdout
    wrong = copy.course("learn")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "'learn'" in wrong.stderr
    assert "lab" in wrong.stderr
    assert not copy.environment.exists()


@pytest.mark.parametrize("version", ["2.7", "3.6", "3.8", "3.10"])
def test_an_old_python_gets_one_sentence(
    version: str, optional_program: Callable[[str], str | None]
) -> None:
    """The running Python claims to be an old one; where the old one exists, it is asked too."""
    numbers = tuple(map(int, version.split(".")))
    pretend = (
        f"import runpy, sys; sys.version_info = {(*numbers, 1, 'final', 0)!r}; "
        "runpy.run_path('course.py', run_name='__main__')"
    )
    commands = [[sys.executable, "-c", pretend]]
    real = optional_program(f"python{version}")
    if real and subprocess.run([real, "-V"], capture_output=True, check=False).returncode == 0:
        commands.append([real, "course.py", "lab"])
    for command in commands:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=HANG, check=False
        )
        assert (done.returncode, done.stdout) == (2, "")
        [sentence] = done.stderr.splitlines()
        assert f"needs Python 3.11 or newer, this is {version};" in sentence


def test_the_first_file_can_be_read_by_old_pythons() -> None:
    source = (ROOT / "course.py").read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    newer = (ast.AnnAssign, ast.JoinedStr, ast.AsyncFunctionDef)  # unknown to Python 2.7
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]
    assert source.isascii()
    assert "__future__" not in source


def test_the_launcher_needs_no_package() -> None:
    """It runs before anything is installed, so it imports the standard library and itself."""
    for path in [ROOT / "course.py", *ROOT.glob("launcher/*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            for name in names:
                top = name.split(".")[0]
                assert top == "launcher" or top in sys.stdlib_module_names, f"{path.name}: {name}"
