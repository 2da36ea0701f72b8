"""The promise of `start_guarded`: whatever the program does, nothing of it is left."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from labsupport.hang_doctor.warm_runner import end_warm_runner
from labsupport.ownership import supervisor
from labsupport.ownership.owners import remove_place
from labsupport.ownership.scratch import new_folder, variables
from labsupport.programs.supervised_process import GuardedProcess, start_guarded

DEADLINE = 60  # seconds; only ever used up on failure

BOMB = """
    import os, time
    for number in range(50):
        if os.fork() == 0:
            if number % 2:
                os.setsid()             # leaves the session
            if os.fork() == 0:          # and loses its parent
                os.write(1, b".")
                time.sleep(1000)
            os._exit(0)
    time.sleep(1000)
"""


def start(code: str, **options: object) -> GuardedProcess:
    return start_guarded(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, **options
    )


def assert_gone(pids: list[int]) -> None:
    processes = []
    for pid in pids:
        try:
            processes.append(psutil.Process(pid))
        except psutil.NoSuchProcess:
            continue
    _, alive = psutil.wait_procs(
        [p for p in processes if p.status() != psutil.STATUS_ZOMBIE], timeout=DEADLINE
    )
    assert alive == []


def test_exit_code_and_streams_are_the_programs() -> None:
    with start("print(input()[::-1]); raise SystemExit(7)", stdin=subprocess.PIPE) as program:
        program.stdin.write(b"lager\n")
        program.stdin.close()
        assert program.stdout.read() == b"regal\n"
        assert program.wait(DEADLINE) == 7
        assert program.poll() == program.returncode == 7


@pytest.mark.parametrize("code", ["import os; os._exit(3)", "raise SystemExit(3)"])
def test_any_way_to_exit_is_reported(code: str) -> None:
    with start(code) as program:
        assert program.wait(DEADLINE) == 3


def test_a_signal_is_a_negative_exit_code() -> None:
    with start("import os; os.kill(os.getpid(), 9)") as program:
        assert program.wait(DEADLINE) == -signal.SIGKILL


@pytest.mark.parametrize("how", ["end", "program ends"])
def test_fork_bomb_is_gone(how: str) -> None:
    program = start(BOMB)
    assert program.stdout.read(50) == b"." * 50
    pids = program.processes()
    assert len(pids) >= 51
    assert pids[0] == program.pid
    if how == "program ends":
        os.kill(program.pid, signal.SIGTERM)
        assert program.wait(DEADLINE) == -signal.SIGTERM
    else:
        assert program.end() == -signal.SIGKILL
    assert program.processes() == []
    assert not any(psutil.pid_exists(pid) for pid in pids)
    program.end()


def test_a_program_that_ignores_signals_and_spins_is_ended() -> None:
    program = start("""
        import signal
        for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_IGN)
        print("deaf", flush=True)
        while True:
            pass
    """)
    assert program.stdout.readline() == b"deaf\n"
    program.interrupt()
    assert program.end() == -signal.SIGKILL


def test_the_program_cannot_escape_by_killing_its_supervisor() -> None:
    program = start("""
        import os, time
        if os.fork() == 0:
            print(os.getpid(), flush=True)
            time.sleep(1000)
        time.sleep(1000)
    """)
    child = int(program.stdout.readline())
    os.kill(psutil.Process(program.pid).ppid(), signal.SIGKILL)
    assert program.wait(DEADLINE) < 0
    assert_gone([child, program.pid])
    program.end()


def test_interrupt_reaches_the_group_and_only_it() -> None:
    with start("""
        import time
        try:
            print("ready", flush=True)
            time.sleep(1000)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
    """) as program:
        assert program.stdout.readline() == b"ready\n"
        program.interrupt()
        assert program.stdout.readline() == b"interrupted\n"
        assert program.wait(DEADLINE) == 0


DEADLOCKED = """
    import multiprocessing, os, sys

    def worker(lock, ready):
        ready.put(os.getpid())
        lock.acquire()

    if __name__ == "__main__":
        context = multiprocessing.get_context(sys.argv[1])
        lock, ready, manager = context.Lock(), context.Queue(), context.Manager()
        lock.acquire()
        workers = [context.Process(target=worker, args=(lock, ready)) for _ in range(3)]
        for process in workers:
            process.start()
        print(*(ready.get() for _ in workers), flush=True)
        workers[0].join()
"""


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_deadlocked_processes_are_gone(method: str, tmp_path: Path) -> None:
    path = tmp_path / "deadlocked.py"
    path.write_text(textwrap.dedent(DEADLOCKED))
    program = start_guarded([sys.executable, path, method], stdout=subprocess.PIPE)
    workers = [int(word) for word in program.stdout.readline().split()]
    tree = program.processes()  # with the manager, and forkserver and tracker where there are
    assert set(workers) < set(tree)
    assert len(tree) >= 5
    program.end()
    assert not any(psutil.pid_exists(pid) for pid in tree)


def test_the_tree_is_found_without_proc_too() -> None:
    with start("import time; print(flush=True); time.sleep(1000)") as program:
        program.stdout.readline()
        by_psutil = supervisor._descendants_by_psutil(session=program.pid)
        assert program.pid in by_psutil
        assert by_psutil == supervisor._descendants_by_proc()


def test_wait_has_a_limit() -> None:
    with start("import time; time.sleep(1000)") as program:
        assert program.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            program.wait(0.01)


def test_shared_memory_of_a_killed_program_is_freed() -> None:
    program = start("""
        import time
        from multiprocessing.shared_memory import SharedMemory
        memory = SharedMemory(create=True, size=100)
        print(memory._name, flush=True)
        time.sleep(1000)
    """)
    name = program.stdout.readline().decode().strip()
    assert Path("/dev/shm" + name).exists()
    end = time.monotonic() + DEADLINE
    while not any(
        supervisor.is_tracker(pid) for pid in program.processes()
    ):  # still about to become one
        assert time.monotonic() < end
    program.end()
    assert not Path("/dev/shm" + name).exists()


def test_what_cannot_be_started_raises_and_leaves_nothing() -> None:
    end_warm_runner()  # of another test's checks: its supervisor stays, and is none of ours
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        start_guarded(["/no-such-program"])
    with pytest.raises(PermissionError):
        start_guarded(["/dev"])
    with pytest.raises(ValueError, match="argv is empty"):
        start_guarded([])
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert [
        c for c in psutil.Process().children() if "supervisor.py" in " ".join(c.cmdline())
    ] == []


PARENT = """
    import os, subprocess, sys, time
    from labsupport.programs.supervised_process import start_guarded
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(1000)"
    program = start_guarded([sys.executable, "-c", code], stdout=subprocess.PIPE)
    if os.fork() == 0:                  # holds a copy of the control socket, and lives on
        time.sleep(1000)
    print(program.pid, flush=True)
    time.sleep(1000)
"""


def test_nothing_outlives_a_parent_killed_with_sigkill() -> None:
    # Not under a guard of ours: that one would end the tree, and the test would prove nothing.
    place = new_folder()
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT)],
        stdout=subprocess.PIPE,
        start_new_session=True,
        env={**os.environ, **variables(place)},
    )
    with parent:
        try:
            guarded = psutil.Process(int(parent.stdout.readline()))
            parent.kill()
            guarded.wait(timeout=DEADLINE)
        finally:
            os.killpg(parent.pid, signal.SIGKILL)
            remove_place(place)
