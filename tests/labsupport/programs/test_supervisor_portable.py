"""The supervisor for platforms without fork(), run here: it needs nothing of theirs."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import psutil
import pytest

from labsupport.programs.supervised_process import GuardedProcess
from labsupport.programs.supervisor_portable import start_portable

DEADLINE = 60  # seconds; only ever used up on failure


def start(*argv: str) -> GuardedProcess:
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    return GuardedProcess(*start_portable(list(argv), options), list(argv))


def test_output_and_exit_code() -> None:
    with start(sys.executable, "-c", "print('hello'); raise SystemExit(3)") as program:
        assert program.stdout.read().split() == [b"hello"]
        assert program.wait(DEADLINE) == 3


def test_the_tree_ends_at_the_end_of_its_control_socket() -> None:
    code = """
        import subprocess, sys, time
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
        print(child.pid, flush=True)
        time.sleep(1000)
    """
    program = start(sys.executable, "-c", textwrap.dedent(code))
    child = psutil.Process(int(program.stdout.readline()))
    assert {program.pid, child.pid} <= set(program.processes())
    assert program.end() != 0
    assert psutil.wait_procs([child], timeout=DEADLINE)[1] == []
    assert not psutil.pid_exists(program.pid)


def test_a_program_that_cannot_be_started() -> None:
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        start("/no-such-program")
