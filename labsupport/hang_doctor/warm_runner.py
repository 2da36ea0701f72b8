"""Judge an answer without starting an interpreter for it: one that has started already forks.

A check that starts Python anew spends most of its time on that: reading the standard library,
gevent, asyncio. So the first check starts a *warm runner*, a process of one thread that has
imported all this and then waits. For each answer it forks twice:

    kernel ── supervisor ── warm runner ── supervisor ── program (the answer)

The supervisor is the one of `labsupport.ownership.supervisor`, and keeps the same promise: nothing
of the program is left when the check is over. The one above the warm runner keeps it for all of
them when the kernel dies.

The program is meant to be the same as one that was started by `python -m
labsupport.hang_doctor.job_runner JOBFILE`; that is why

- the warm runner *is* that command, so that `__main__` has the name under which the children of
  spawn and forkserver import it;
- no thread, no greenlet, no child and no handler is made before the fork: only modules are
  imported, and none that an answer or its probe brings about;
- environment, folder, arguments, streams and signals are those of the order;
- a change of a variable that Python reads at its start (PYTHON…) starts a new warm runner;
- after `fork`, the program goes back to where the command began, and runs from there.

What stays different: limits of the kernel's process (`ulimit`, `umask`) count as they were at
the first check. Where there is no fork, or the warm runner does not answer, Python is started.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import multiprocessing.process
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from labsupport.ownership.owners import remove_place
from labsupport.ownership.scratch import new_folder, variables
from labsupport.ownership.supervisor import Supervisor, reap
from labsupport.programs.supervised_process import GuardedProcess, start_guarded

RUNNER = "labsupport.hang_doctor.job_runner"  # the program that a warm runner forks
SERVE = "--serve"  # the argument that makes it a warm runner
#: what answers use and what takes long to import; no import may start anything
PRELOADED = (
    "asyncio",
    "concurrent.futures.process",
    "concurrent.futures.thread",
    "ctypes",
    "gevent",
    "gevent.pool",
    "multiprocessing.managers",
    "multiprocessing.pool",
    "psutil",
    "sqlite3",
    "urllib.request",
)
_ANSWER_LIMIT = 60.0  # seconds for the warm runner to start and fork, on a very busy machine


class _Order(NamedTuple):
    """What a program that is to be forked is told, beside its descriptors."""

    arguments: list[str]
    folder: str
    variables: dict[str, str]


class _ForkedSupervisor:
    """The supervisor of a forked program, as `GuardedProcess` wants it: not our own child."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        """Kill it."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Return at once: the warm runner waits for it."""
        return 0


class _WarmRunner:
    """The warm runner, seen from the process that checks."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.owner = os.getpid()
        self.setting = _read_at_start(variables)
        self.orders, theirs = socket.socketpair()
        self.orders.settimeout(_ANSWER_LIMIT)
        with theirs:
            self.program = start_guarded(
                [
                    sys.executable,
                    "-m",
                    "labsupport.hang_doctor.job_runner",
                    SERVE,
                    str(theirs.fileno()),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=os.sep,  # `-m` looks for modules here first, so nothing may lie here
                env={
                    name: value for name, value in variables.items() if not name.startswith("LAB_")
                },
            )

    def fits(self, variables: Mapping[str, str]) -> bool:
        """Tell whether it is ours, lives, and was started with what Python reads at its start."""
        return (
            self.owner == os.getpid()
            and self.setting == _read_at_start(variables)
            and self.program.poll() is None
        )

    def start(
        self, argv: list[str], order: _Order, streams: Sequence[int], place: Path
    ) -> GuardedProcess:
        """Let it fork a program with ``place`` for what it needs for a while.

        Raises:
            OSError: it does not do so.
        """
        path = Path(order.arguments[-1]).with_name("order.json")
        path.write_text(json.dumps(order), encoding="utf-8")
        control, theirs = socket.socketpair()
        try:
            with theirs:
                message = os.fsencode(path)
                socket.send_fds(self.orders, [message], [theirs.fileno(), *streams])
            reply = self.orders.recv(64)
            if not reply:
                raise ConnectionError("the warm runner has ended")
            return GuardedProcess(_ForkedSupervisor(int(reply)), control, argv, place)
        except BaseException:
            control.close()
            raise

    def end(self) -> None:
        """End it, with all that it has forked."""
        if self.owner == os.getpid():
            self.program.end()
        self.orders.close()


_runner: _WarmRunner | None = None
_lock = threading.Lock()


def _read_at_start(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that change how an interpreter starts (Python docs, command line)."""
    return {name: value for name, value in variables.items() if name.startswith("PYTHON")}


def start_warm(
    argv: Sequence[str],
    *,
    stdin: int,
    stdout: int,
    stderr: int,
    cwd: str | os.PathLike[str] | None,
    env: Mapping[str, str],
) -> GuardedProcess:
    """Start the job runner as `start_guarded` does, in a fork of a warm runner.

    Any other program, and this one where there is no fork, is started by `start_guarded`.

    Args:
        argv: the program and its arguments, see `labsupport.hang_doctor.job.runner_argv`.
        stdin, stdout, stderr: descriptors, or subprocess.DEVNULL.
        cwd: the folder to run in.
        env: all variables of the program.

    Raises:
        OSError: the program cannot be started.
    """
    words = list(argv)
    is_runner = words[:3] == [sys.executable, "-m", RUNNER]
    if is_runner and hasattr(os, "fork") and hasattr(socket, "send_fds"):
        order = _Order(words[3:], os.fspath(cwd or Path.cwd()), dict(env))
        with contextlib.suppress(OSError, RuntimeError), _lock:
            return _start_forked(words, order, (stdin, stdout, stderr))
    return start_guarded(words, stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd, env=env)


def _start_forked(argv: list[str], order: _Order, streams: Sequence[int]) -> GuardedProcess:
    global _runner
    if _runner is None or not _runner.fits(order.variables):
        end_warm_runner()
        _runner = _WarmRunner(order.variables)
    null = os.open(os.devnull, os.O_RDWR)
    try:
        given = [null if stream == subprocess.DEVNULL else stream for stream in streams]
        place = new_folder()
        try:
            order = order._replace(variables={**order.variables, **variables(place)})
            return _runner.start(argv, order, given, place)
        except BaseException:
            remove_place(place)
            raise
    except BaseException:
        end_warm_runner()  # an order that was interrupted may still be answered: start anew
        raise
    finally:
        os.close(null)


@atexit.register
def end_warm_runner() -> None:
    """End this process's warm runner, if there is one; the next check starts another."""
    global _runner
    ending, _runner = _runner, None
    if ending is not None:
        ending.end()


def serve(descriptor: int) -> None:
    """Fork a program for each order; return in these programs alone, as if just started.

    Args:
        descriptor: a socket that brings the orders, each with four descriptors: the control
            socket of `labsupport.ownership.supervisor` and the three standard streams.
    """
    for name in PRELOADED:
        with contextlib.suppress(ImportError):  # an answer that needs it will say so
            importlib.import_module(name)
    orders = socket.socket(fileno=descriptor)
    orders.set_inheritable(False)
    while True:
        data, descriptors, _, _ = socket.recv_fds(orders, 65536, 4)
        for _ in reap():  # supervisors that have done their work
            pass
        if not data:
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            orders.detach()
            _supervise(descriptors)
            _become(_Order(*json.loads(Path(os.fsdecode(data)).read_text(encoding="utf-8"))))
            return
        for each in descriptors:
            os.close(each)
        orders.sendall(b"%d" % pid)


def _supervise(descriptors: list[int]) -> None:
    """Fork once more and supervise that program; return in the program alone."""
    in_program = False
    try:
        os.setsid()
        for stream, given in enumerate(descriptors[1:]):
            os.dup2(given, stream)
            os.close(given)
        control = socket.socket(fileno=descriptors[0])
        control.set_inheritable(False)
        in_program = Supervisor(control, os.getppid(), []).fork()
        control.detach()
    finally:
        if not in_program:
            os._exit(0)


def _become(order: _Order) -> None:
    """Make this fork what a new interpreter would be."""
    os.closerange(3, 1024)  # what the warm runner and the supervisor hold: a few, opened first
    os.environ.clear()
    os.environ.update(order.variables)
    os.chdir(order.folder)
    sys.argv[1:] = order.arguments
    if sys.path[:1] == [os.sep]:  # not there with PYTHONSAFEPATH
        sys.path[0] = order.folder
    tempfile.tempdir = None  # named by a variable, and looked up once
    process: Any = multiprocessing.process
    process.ORIGINAL_DIR = order.folder  # noted at import
    thread: Any = threading.main_thread()
    thread._set_native_id()  # a fork keeps the number of the thread that it was
    importlib.import_module("sitecustomize").prepare()
