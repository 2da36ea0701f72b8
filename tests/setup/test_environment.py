"""The environment: made once, refreshed when it must be, never left half-made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANG

from launcher.current import is_ready
from launcher.problems import NoNetworkError, explain, explain_os_error

from .support import ROOT, Copy


def test_it_is_made_once_and_then_reused(copy: Copy) -> None:
    first = copy.course("check")
    assert (first.returncode, copy.calls()) == (7, ["venv", "pip ."])
    assert "once" in first.stderr
    assert Path(json.loads(first.stdout)["python"]).parent.parent == copy.environment
    again = copy.course("check")
    assert (again.returncode, again.stderr, copy.calls()) == (7, "", [])


def test_a_changed_project_and_a_new_extra_are_installed_in_place(copy: Copy) -> None:
    copy.course("check")
    copy.calls()
    assert copy.course("test").returncode == 7
    assert copy.calls() == ["pip .[test]"]
    with (copy.root / "pyproject.toml").open("a") as file:
        file.write("# changed\n")
    assert copy.course("lab").returncode == 7
    assert copy.calls() == ["pip .[test]"], "the extra stays once it is there"


@pytest.mark.parametrize("change", ["python", "root"])
def test_another_python_or_place_makes_it_anew(copy: Copy, change: str) -> None:
    copy.course("check")
    copy.calls()
    stamp = copy.environment / "course-stamp.json"
    stamp.write_text(json.dumps({**json.loads(stamp.read_text()), change: "another"}))
    (copy.environment / "old").touch()
    assert copy.course("check").returncode == 7
    assert copy.calls() == ["venv", "pip ."]
    assert not (copy.environment / "old").exists()


def test_a_launcher_killed_in_the_middle_is_recovered_from(copy: Copy) -> None:
    assert copy.course("check", wish="kill").returncode == -9
    assert copy.environment.exists()
    copy.calls()
    assert copy.course("check").returncode == 7
    assert copy.calls() == ["venv", "pip ."]


def test_ctrl_c_leaves_nothing(copy: Copy) -> None:
    done = copy.course("check", wish="interrupt")
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert not copy.environment.exists()


def test_an_environment_made_by_hand_is_kept(copy: Copy) -> None:
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", copy.environment], check=True, timeout=HANG
    )
    (copy.environment / "mine").touch()
    assert copy.course("check").returncode == 7
    assert copy.calls() == ["pip ."]
    assert (copy.environment / "mine").exists()


def test_an_environment_that_does_not_run_is_made_anew(copy: Copy) -> None:
    copy.course("check")
    copy.calls()
    (copy.environment / "bin" / "python").unlink()
    assert copy.course("check").returncode == 7
    assert copy.calls() == ["venv", "pip ."]


NO_NETWORK = "error: Failed to fetch: dns error: Temporary failure in name resolution"


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (NO_NETWORK, "no network answers"),
        ("ERROR: [Errno 28] No space left on device", "The disk is full"),
        ("error: failed to create directory: Permission denied (os error 13)", "cannot be written"),
        ("x\nERROR: Cannot build wheel of thing", "Cannot build wheel of thing"),
        ("Failed to fetch: No space left on device", "The disk is full"),
    ],
)
def test_a_failed_installation_is_one_sentence_and_leaves_nothing(
    copy: Copy, output: str, sentence: str
) -> None:
    done = copy.course("check", wish=output)
    *_, told = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (1, "")
    assert sentence in told
    assert "same command" in told
    assert "Traceback" not in done.stderr
    assert not copy.environment.exists()


def test_without_a_network_the_old_packages_stay_usable(copy: Copy) -> None:
    copy.course("check")
    project = copy.root / "pyproject.toml"
    before = project.read_text()
    project.write_text(before + "# changed\n")
    assert copy.course("check", wish=NO_NETWORK).returncode == 1
    project.write_text(before)
    copy.calls()
    assert (copy.course("check").returncode, copy.calls()) == (7, [])


def test_system_errors_say_what_to_do() -> None:
    folder = Path("somewhere")
    for number, words in ((28, "disk is full"), (30, "cannot be written by you"), (5, "Input")):
        assert words in str(explain_os_error(OSError(number, os.strerror(number)), folder))
    assert isinstance(explain(NO_NETWORK, folder), NoNetworkError)


@pytest.mark.parametrize("extras", [frozenset(), frozenset({"test"})])
def test_an_interpreter_with_the_course_installed_is_used_as_it_is(extras: frozenset[str]) -> None:
    """Conda, Binder and a development container need no second environment."""
    assert is_ready(ROOT, extras), "install again: pip install -e '.[test]'"


def test_an_interpreter_without_the_course_is_not_used(copy: Copy) -> None:
    assert not is_ready(copy.root, frozenset()), "this one has the course, but from elsewhere"
