"""Places for what is needed for a while: who owns them, who may use them, who sweeps them."""

from __future__ import annotations

import doctest
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from labsupport.ownership import owners, scratch, whole_files
from labsupport.ownership.owners import ROOT_NAME, VARIABLE, is_dead, owner_name, semaphore_prefix
from labsupport.ownership.whole_files import replace_file

DEADLINE = 60  # seconds; only ever used up on failure


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of its own, as if this process were an owner that has not begun."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "LONGEST_BASE", 1000)
    scratch._sweep_once.cache_clear()
    return tmp_path


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python code as a process that ends with the test."""
    running: list[subprocess.Popen[str]] = []

    folder = Path(tempfile.mkdtemp(prefix="", dir=scratch.base()))

    def run(code: str, **variables: str) -> subprocess.Popen[str]:
        env = {name: value for name, value in os.environ.items() if name != VARIABLE}
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env={**env, "TMPDIR": str(folder), **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()
    shutil.rmtree(folder)


def dead_owner() -> str:
    """Return the name of an owner that has ended."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        name = owner_name(process.pid)
        assert not is_dead(name)
    assert is_dead(name)
    return name


def test_an_owner_is_known_by_its_pid_and_its_start() -> None:
    mine = owner_name(os.getpid())
    pid, start, where = mine.split("-")
    assert not is_dead(mine)
    assert not is_dead(f"{mine}-ray")
    assert is_dead(f"{pid}-{start}0-{where}"), "the pid was another process's once"
    dead = dead_owner()
    other_machine = f"{dead[:-6]}{int(dead[-6:], 16) ^ 1:06x}"
    assert not is_dead(other_machine), "of another machine nobody can tell"
    assert not is_dead("pytest-of-root")
    with pytest.raises(ProcessLookupError):
        owner_name(int(dead.split("-")[0]))


def test_a_zombie_is_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = owner_name(process.pid)
    process.stdin.close()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays a zombie
    assert is_dead(name)
    process.wait()


def test_a_place_is_made_once_and_only_this_user_enters_it(temporary: Path) -> None:
    first = scratch.place()
    assert first == temporary / ROOT_NAME / owner_name(os.getpid()) == scratch.place()
    assert [path.stat().st_mode & 0o777 for path in (first, first.parent)] == [0o700, 0o700]
    assert os.environ[VARIABLE] == str(first), "children find it there"
    inside = scratch.claim()
    assert inside.parent == first
    owners.remove_place(first)
    assert list(temporary.iterdir()) == [], "the folder of all owners goes with the last one"


def test_a_folder_for_other_users_can_be_passed_through_and_not_listed(temporary: Path) -> None:
    with scratch.temporary_folder(for_others=True) as folder:
        above = folder.parents[:2]
        assert [path.stat().st_mode & 0o777 for path in above] == [0o711, 0o711]
        assert scratch.place() == folder.parent, "it is still this user's own"
    assert not folder.exists()


def link(path: Path) -> None:
    (path.parent / "elsewhere").mkdir(mode=0o700)
    path.symlink_to(path.parent / "elsewhere")


@pytest.mark.parametrize(
    "take",
    [
        link,
        lambda path: path.write_text("a file"),
        lambda path: (path.mkdir(), path.chmod(0o777)),
        lambda path: (path.mkdir(), path.chmod(0o755)),
        pytest.param(
            lambda path: (path.mkdir(mode=0o700), os.chown(path, 12345, 12345)),
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a folder away"),
        ),
    ],
    ids=["symbolic link", "file", "others may write", "others may list", "other owner"],
)
def test_a_name_that_somebody_else_has_taken_is_not_used(
    take: Callable[[Path], object], temporary: Path
) -> None:
    taken = temporary / ROOT_NAME
    take(taken)
    before = taken.lstat()
    assert scratch.place().parent == temporary / f"{ROOT_NAME}-1"
    assert list((temporary / "elsewhere").glob("*")) == []
    assert taken.lstat().st_mode == before.st_mode
    # What lies there is nobody's of ours, so it is not swept either.
    if taken.is_dir():
        (taken / dead_owner()).mkdir()
        scratch.sweep()
        assert len(list(taken.iterdir())) == 1


def test_dead_owners_are_swept_and_living_and_unknown_ones_stay(temporary: Path) -> None:
    root = scratch.place().parent
    dead, alive = root / dead_owner(), root / owner_name(os.getppid())
    other = root / f"{dead.name[:-6]}{int(dead.name[-6:], 16) ^ 1:06x}"
    for folder in (dead, alive, other, root / "notes"):
        folder.mkdir(exist_ok=True)
        (folder / "file").touch()
    scratch.sweep()
    left = {path.name for path in root.iterdir()}
    assert left == {owner_name(os.getpid()), alive.name, other.name, "notes"}


def test_a_long_path_makes_way_for_a_short_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / ("x" * 30)))
    assert scratch.base() == Path("/tmp")
    longest = "/course-65534/4194304-1a2b3c4-5e6f7a/12345678/pymp-12345678/listener-12345678"
    assert len(longest) + scratch.LONGEST_BASE < 104


PLACE = "from labsupport.ownership.scratch import place; print(place(), flush=True); "


def test_a_place_goes_with_its_owner_and_not_with_a_forked_child(start: object) -> None:
    process = start(PLACE + "import os; os.fork() == 0 and exit(); os.wait(); input()")
    folder = Path(process.stdout.readline().strip())
    waiting = psutil.Process(process.pid)
    end = time.monotonic() + DEADLINE
    while waiting.children():
        assert time.monotonic() < end
    assert folder.is_dir()
    process.communicate("\n", timeout=DEADLINE)
    assert not folder.exists()


def test_the_next_start_sweeps_what_a_killed_owner_left_with_its_processes(start: object) -> None:
    orphan = (
        "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', "
        "'import os, time; os.setsid(); time.sleep(1000)']).pid, flush=True); input()"
    )
    living, killed = start(PLACE + "input()"), start(PLACE + orphan)
    kept, left = (Path(each.stdout.readline().strip()) for each in (living, killed))
    child = psutil.Process(int(killed.stdout.readline()))
    killed.kill()
    killed.wait(DEADLINE)
    assert left.is_dir()
    assert child.is_running()
    start(PLACE).communicate(timeout=DEADLINE)
    assert not left.exists()
    assert psutil.wait_procs([child], timeout=DEADLINE)[1] == []
    assert kept.is_dir()


def test_a_file_is_replaced_as_a_whole_and_drafts_of_the_dead_go(tmp_path: Path) -> None:
    target = tmp_path / "lesson.ipynb"
    dead = tmp_path / f".other.ipynb.{dead_owner()}.abc.draft"
    alive = tmp_path / f".lesson.ipynb.{owner_name(os.getppid())}.abc.draft"
    unknown = tmp_path / ".mine.draft"
    for path in (dead, alive, unknown):
        path.touch()
    replace_file(target, b"new", changed=1000)
    assert (target.read_bytes(), target.stat().st_mtime) == (b"new", 1000)
    assert target.stat().st_mode & 0o777 == 0o644
    target.chmod(0o600)
    replace_file(target, b"newer")
    assert target.stat().st_mode & 0o777 == 0o600
    assert set(tmp_path.iterdir()) == {target, alive, unknown}


def test_a_file_that_cannot_be_replaced_stays_and_no_draft_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "lesson.ipynb"
    target.write_text("old")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(whole_files.os, "utime", full)
    with pytest.raises(OSError, match="No space left"):
        replace_file(target, b"new", changed=1000)
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text() == "old"


def test_semaphores_of_a_place_in_a_place_carry_the_name_of_both() -> None:
    outer = Path("/tmp/course-0/12-34-00abcd")
    assert semaphore_prefix(outer / "xy") == semaphore_prefix(outer) + "-xy"


def test_the_examples_in_the_docstrings() -> None:
    result = doctest.testmod(owners)
    assert result.attempted
    assert not result.failed
