"""Whatever is killed: no process, no temporary file and no shared memory of it is left."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from kernels import kernel_in

from labsupport.ownership import leftovers, scratch
from labsupport.ownership.owners import VARIABLE
from labsupport.programs.run import run_program
from labsupport.programs.supervised_process import start_guarded

DEADLINE = 60  # seconds; only ever used up on failure
ROOT = Path(__file__).resolve().parents[3]
IGNORED = {"__pycache__", "_work", ".ipynb_checkpoints"}
SHARED = Path("/dev/shm")
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="names are seen on Linux alone")


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of its own, with a short path as the system's has."""
    folder = Path(tempfile.mkdtemp(prefix="", dir=scratch.base()))
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield folder
    shutil.rmtree(folder)


def until(holds: Callable[[], bool]) -> bool:
    """Wait until something holds; False if it never does."""
    end = time.monotonic() + DEADLINE
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def in_repository() -> set[Path]:
    """Return the files where lessons and the package lie, apart from what git ignores."""
    files = (path for top in ("notebooks", "labsupport") for path in (ROOT / top).rglob("*"))
    return {path for path in files if not IGNORED.intersection(path.parts)}


class Traces:
    """What a program has told of itself: pids, names of shared memory, folders."""

    def __init__(self, text: str) -> None:
        self.pids = [int(word) for word in re.findall(r"pid=(\d+)", text)]
        self.names = [SHARED / f"sem.{word}" for word in re.findall(r"sem=/(\S+)", text)]
        self.names += [SHARED / word for word in re.findall(r"shm=/(\S+)", text)]
        self.folders = [Path(word) for word in re.findall(r"folder=(\S+)", text)]
        self.processes = []
        for pid in self.pids:
            with contextlib.suppress(psutil.NoSuchProcess):
                self.processes.append(psutil.Process(pid))

    def seen(self) -> bool:
        """Tell whether all of it is there: else the test would prove nothing."""
        return (
            len(self.processes) == len(self.pids) > 0
            and all(path.exists() for path in (*self.names, *self.folders))
            and bool(self.names and self.folders)
        )

    def left(self) -> list[object]:
        """Return what is still there."""
        alive = [
            each
            for each in self.processes
            if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
        ]
        return [*alive, *(path for path in (*self.names, *self.folders) if path.exists())]


# All that can stay: a child that waits for ever, one that has left its session, semaphores,
# shared memory, a manager's socket, a temporary folder.
ALL_KINDS = """
import multiprocessing, os, sys, tempfile, time
from multiprocessing.shared_memory import SharedMemory

def wait_for(lock):
    lock.acquire()

def all_kinds(context):
    lock = context.Lock()
    lock.acquire()
    child = context.Process(target=wait_for, args=(lock,))
    child.start()
    manager = context.Manager()
    block = SharedMemory(create=True, size=100)
    away = os.fork()
    if away == 0:
        if sys.argv[-1] != "stay":
            os.setsid()
        time.sleep(1000)
    print(
        f"pid={child.pid} pid={away} pid={manager._process.pid} sem={lock._semlock.name} "
        f"shm=/{block.name} folder={tempfile.mkdtemp()}",
        flush=True,
    )
    return lock, child, manager, block
"""
PROGRAM = (
    ALL_KINDS
    + """
if __name__ == "__main__":
    kept = all_kinds(multiprocessing.get_context("forkserver"))
    print(f"pid={os.getpid()} end", flush=True)
    if sys.argv[1:] == ["hang"]:
        kept[0].acquire()
    elif sys.argv[1:] == ["return"]:
        os._exit(0)
    time.sleep(1000)
"""
)
IN_KERNEL = """
import os, sys
from labsupport import Recorder, running_server
from labsupport.ownership.scratch import place
sys.argv[-1] = "stay"
recorder = Recorder()
server = running_server("select_echo").start()
kept = all_kinds(multiprocessing.get_context())
print(f"pid={server.pid} folder={place()} folder={recorder.path}")
"""
LAB = f"%%lab left_program.py -t 1000\n{PROGRAM}"


@contextlib.contextmanager
def kernel_with_all_kinds(folder: Path, temporary: Path) -> Iterator[tuple[object, Traces]]:
    """Give a kernel that has all that can stay, while a %%lab cell of it does not end."""
    with kernel_in(folder, TMPDIR=str(temporary), **{VARIABLE: ""}) as kernel:
        loaded = kernel.run("%load_ext labsupport")
        assert loaded.error == ""
        assert kernel.run(f"%%module left_all_kinds\n{ALL_KINDS}").error == ""
        first = kernel.run(f"from left_all_kinds import *\n{IN_KERNEL}")
        assert first.error == ""
        second = kernel.read(kernel.start(LAB), until="end")
        traces = Traces(first.text + second.text)
        assert traces.seen()
        yield kernel, traces


@pytest.mark.parametrize("how", ["killed", "restarted"])
def test_nothing_of_a_kernel_is_left(how: str, tmp_path: Path, temporary: Path) -> None:
    repository = in_repository()
    with kernel_with_all_kinds(tmp_path, temporary) as (kernel, traces):
        if how == "killed":
            os.kill(kernel.pid, signal.SIGKILL)
        else:
            kernel.manager.restart_kernel()
        assert until(lambda: not traces.left()), traces.left()
    assert until(lambda: not list(temporary.iterdir())), list(temporary.iterdir())
    assert list(tmp_path.iterdir()) == []
    assert in_repository() == repository


def test_what_a_kernel_left_that_was_killed_with_its_keeper_is_swept_at_the_next_start(
    tmp_path: Path, temporary: Path
) -> None:
    with kernel_with_all_kinds(tmp_path, temporary) as (kernel, traces):
        below = psutil.Process(kernel.pid).children()
        [keeper] = [each for each in below if "keeper.py" in " ".join(each.cmdline())]
        keeper.kill()
        os.kill(kernel.pid, signal.SIGKILL)
        # Its programs end without it; its own children and files are nobody's now.
        place = traces.folders[1]
        assert until(lambda: not psutil.pid_exists(traces.pids[-1]))
        assert leftovers.belonging(place) != set()
        assert place.is_dir()
        code = "from labsupport.ownership.scratch import place; place()"
        subprocess.run([sys.executable, "-c", code], check=True, timeout=DEADLINE)
        # One that the kernel itself has forked cannot be told from a stranger's by then, and the
        # kernel's tracker waits for its end, too.
        [forked] = [each for each in traces.processes if each.pid == traces.pids[1]]
        assert [each for each in traces.left() if not isinstance(each, Path)] == [forked]
        forked.kill()
        assert until(lambda: not traces.left()), traces.left()
        assert not place.parent.exists()


def test_an_interrupted_program_leaves_its_kernel_as_it_was(
    tmp_path: Path, temporary: Path
) -> None:
    with kernel_in(tmp_path, TMPDIR=str(temporary), **{VARIABLE: ""}) as kernel:
        kernel.run("%load_ext labsupport")
        kernel.run("%%lab left_first.py\nprint(1)")  # the cells' folder is there from now on
        shown = kernel.run("from labsupport.ownership.scratch import place\nprint(place())")
        place = Path(shown.text.strip())
        before = {path for path in place.rglob("*") if path.suffix not in (".events", ".py")}
        cell = kernel.start(LAB)
        traces = Traces(kernel.read(cell, until="end").text)
        assert traces.seen()
        os.killpg(os.getpgid(kernel.pid), signal.SIGINT)
        assert kernel.read(cell).error.startswith("KeyboardInterrupt")
        assert traces.left() == []
        after = {path for path in place.rglob("*") if path.suffix not in (".events", ".py")}
        assert after == before


HANG = """
import sys
from labsupport import explain_hang
explain_hang(sys.argv[1], "hang")
"""


@pytest.mark.parametrize("how", ["diagnosed", "killed"])
def test_nothing_of_a_hanging_program_is_left(how: str, tmp_path: Path, temporary: Path) -> None:
    program = tmp_path / "program.py"
    told = tmp_path / "told"
    # It tells its traces in a file, because the judge keeps what it prints.
    program.write_text(
        PROGRAM.replace("flush=True,\n    )", "flush=True,\n        file=TOLD,\n    )")
        .replace('end", flush=True)', 'end", flush=True, file=TOLD)')
        .replace("def all_kinds", f"TOLD = open({str(told)!r}, 'a')\n\ndef all_kinds", 1)
    )
    judge = subprocess.Popen([sys.executable, "-c", HANG, str(program)], stdout=subprocess.PIPE)
    assert until(lambda: told.exists() and "end" in told.read_text())
    if how == "killed":
        traces = Traces(told.read_text())
        judge.kill()
        judge.wait(DEADLINE)
        assert until(lambda: not [each for each in traces.left() if each not in traces.folders])
        assert list(temporary.iterdir()) != []
        code = "from labsupport.ownership.scratch import place; place()"
        subprocess.run([sys.executable, "-c", code], check=True, timeout=DEADLINE)
    else:
        report, _ = judge.communicate(timeout=DEADLINE)
        assert b"main process: waits for a lock" in report
        traces = Traces(told.read_text())
    assert traces.names
    assert traces.left() == []
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("victims", ["program", "supervisor", "supervisor and program"])
def test_nothing_of_a_program_is_left_that_was_killed(
    victims: str, tmp_path: Path, temporary: Path
) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    with start_guarded([sys.executable, path], stdout=subprocess.PIPE, text=True) as program:
        traces = Traces(program.stdout.readline() + program.stdout.readline())
        assert traces.seen()
        supervisor = psutil.Process(program.pid).ppid()
        for pid, name in ((supervisor, "supervisor"), (program.pid, "program")):
            if name in victims:
                with contextlib.suppress(ProcessLookupError):  # it dies with its supervisor
                    os.kill(pid, signal.SIGKILL)
        program.wait(DEADLINE)
        assert traces.left() == []
    assert list(scratch.place().iterdir()) == []
    shutil.rmtree(scratch.place())


def test_nothing_of_a_program_is_left_that_forgot_to_clear_up(
    tmp_path: Path, temporary: Path
) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    finished = run_program(path, "return", echo=False, timeout=DEADLINE)
    assert finished.returncode == 0
    traces = Traces(finished.output)
    assert traces.names
    assert traces.left() == []
    assert [each.suffix for each in scratch.place().iterdir()] == [".events"]
    shutil.rmtree(scratch.place())


def test_a_semaphore_is_removed_although_no_tracker_knows_it(temporary: Path) -> None:
    code = textwrap.dedent("""
        import _multiprocessing, os, time
        name = f"/mp-left-{os.getpid()}"
        lock = _multiprocessing.SemLock(0, 1, 1, name, False)
        print(f"sem={name} pid={os.getpid()} folder={os.environ['TMPDIR']}", flush=True)
        time.sleep(1000)
    """)
    with start_guarded([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as program:
        traces = Traces(program.stdout.readline())
        assert traces.seen()
        program.end()
        assert traces.left() == []
    shutil.rmtree(scratch.place())


def test_what_a_living_process_shares_is_not_removed(temporary: Path) -> None:
    from multiprocessing.shared_memory import SharedMemory

    block = SharedMemory(create=True, size=100)
    code = textwrap.dedent(f"""
        import mmap, os, time
        file = os.open("/dev/shm/{block.name}", os.O_RDWR)
        memory = mmap.mmap(file, 100)
        print("mapped", flush=True)
        time.sleep(1000)
    """)
    try:
        with start_guarded([sys.executable, "-c", code], stdout=subprocess.PIPE) as program:
            assert program.stdout.readline() == b"mapped\n"
            program.end()
        assert (SHARED / block.name).exists()
    finally:
        block.close()
        block.unlink()
    shutil.rmtree(scratch.place())


def test_processes_of_a_place_are_found_without_proc_too(temporary: Path) -> None:
    code = "print(flush=True); import time; time.sleep(1000)"
    with start_guarded([sys.executable, "-c", code], stdout=subprocess.PIPE) as program:
        program.stdout.readline()
        place = scratch.place()
        found = leftovers._belonging_by_proc(place, session=0)
        assert program.pid in found
        assert leftovers._belonging_by_psutil(place, session=0) == found
        assert leftovers._belonging_by_psutil(temporary / "other", session=program.pid) == {
            program.pid
        }
    shutil.rmtree(place)
