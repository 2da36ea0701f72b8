"""Starts `python -m ftp_project …` by fork() from a process that has imported it already.

A fresh interpreter computes for a third of a second before it does anything, and the tests start
hundreds. A program made here is a process like any other: descriptors, directory, environment,
signals, exit status and the interpreter's own end are its own. Only the imports are done before.

This file is also the program of that process. The tests' side sends a line of JSON with four
descriptors for each start: the three standard streams, and a pipe that takes the exit status.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from standing_clock import StandingClock

IMPORTS = ["ftp_project.cli", "ftp_project.server.process.run", "ftp_project.settings.show"]
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


class Forked:
    """A running program, with the part of `subprocess.Popen` that the tests use."""

    def __init__(self, args: list[str], pid: int, result: int, stdout: IO[bytes] | None) -> None:
        self.args = args
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._result = result

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._result], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            status = os.read(self._result, 100)
            os.close(self._result)
            self.returncode = int(status or -signal.SIGKILL)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class ForkServer:
    """The tests' side; one for each process of pytest, started when it is first needed."""

    _only: ForkServer | None = None

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()]
            )

    @classmethod
    def get(cls) -> ForkServer:
        if cls._only is None or cls._only._process.poll() is not None:
            cls._only = cls()
        return cls._only

    def start(
        self,
        arguments: Sequence[str],
        *,
        stdin: int | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        reports: Path | None = None,
        clock: Path | None = None,
    ) -> Forked:
        """Start the program; each stream is a descriptor, None is the null device.

        Without ``stdout`` the program writes to a pipe, which becomes ``Forked.stdout``. With
        ``reports`` its loop runs in the debug mode and writes there what it has to tell, each
        text with a NUL behind it; with ``clock`` as well its time is that of the standing clock in
        this file.
        """
        reading, pipe = os.pipe() if stdout is None else (-1, -1)
        result, theirs = os.pipe()
        with open(os.devnull, "r+b") as null:
            out = pipe if stdout is None else stdout
            streams = [null.fileno() if each is None else each for each in (stdin, out, stderr)]
            order = {
                "arguments": list(arguments),
                "cwd": os.fspath(cwd or Path.cwd()),
                "env": dict(os.environ if env is None else env),
                "reports": reports and str(reports),
                "clock": clock and str(clock),
            }
            rights = array.array("i", [*streams, theirs])
            data = json.dumps(order).encode()
            self._control.sendall(len(data).to_bytes(4, "big"))
            sent = self._control.sendmsg(
                [data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights.tobytes())]
            )
            self._control.sendall(data[sent:])
        pid = int.from_bytes(self._control.recv(4, socket.MSG_WAITALL), "big")
        for descriptor in {pipe, theirs} - {-1}:
            os.close(descriptor)
        output = None if stdout is not None else os.fdopen(reading, "rb")
        return Forked(["ftp_project", *arguments], pid, result, output)


def run_program(
    *arguments: str | os.PathLike[str],
    input: bytes | str | None = None,  # noqa: A002 - as in subprocess.run
    text: bool = False,
    timeout: float = 100,
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess:
    """Run the program to its end, as `subprocess.run` would with `capture_output`."""
    words = [os.fspath(each) for each in arguments]
    files = [os.memfd_create(name) for name in ("input", "output", "errors")]
    try:
        os.write(files[0], input.encode() if isinstance(input, str) else input or b"")
        os.lseek(files[0], 0, os.SEEK_SET)
        stdin, stdout, stderr = files
        program = ForkServer.get().start(
            words, stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd, env=env
        )
        try:
            status = program.wait(timeout)
        finally:
            program.kill()
        said = [os.pread(file, os.fstat(file).st_size, 0) for file in files[1:]]
    finally:
        for file in files:
            os.close(file)
    shown = [each.decode() for each in said] if text else said
    return subprocess.CompletedProcess(words, status, *shown)


class _Server:
    """The side that has imported everything; `next_job` returns only in a new child."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.results: dict[int, int] = {}
        self.wakeup, self._waker = os.pipe()
        for descriptor in (self.wakeup, self._waker):
            os.set_blocking(descriptor, False)

    def next_job(self) -> list[str]:
        signal.set_wakeup_fd(self._waker)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in pytest's terminal
        while True:
            ready, _, _ = select.select([self.control, self.wakeup], [], [])
            if self.wakeup in ready:
                os.read(self.wakeup, 1000)
                self._reap()
            if self.control in ready and (job := self._fork()) is not None:
                return job

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                result = self.results.pop(ended[0])
                with contextlib.suppress(BrokenPipeError):  # nobody asks any more
                    os.write(result, str(os.waitstatus_to_exitcode(ended[1])).encode())
                os.close(result)

    def _fork(self) -> list[str] | None:
        length = self.control.recv(4, socket.MSG_WAITALL)
        if not length:
            os._exit(0)  # the tests are over
        wanted = int.from_bytes(length, "big")
        data, descriptors, _, _ = socket.recv_fds(self.control, wanted, 4)
        while len(data) < wanted:
            data += self.control.recv(wanted - len(data))
        pid = os.fork()
        if pid == 0:
            return self._become(json.loads(data), descriptors)
        self.results[pid] = descriptors[3]
        for descriptor in descriptors[:3]:
            os.close(descriptor)
        self.control.sendall(pid.to_bytes(4, "big"))
        return None

    def _become(self, order: dict, descriptors: list[int]) -> list[str]:
        """Make the child what a freshly started program would be."""
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, descriptor in enumerate(descriptors[:3]):
            os.dup2(descriptor, number)
        self.control.close()
        for descriptor in {*descriptors, *self.results.values(), self.wakeup, self._waker}:
            os.close(descriptor)
        sys.stdin = os.fdopen(0, closefd=False)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
        os.chdir(order["cwd"])
        os.environ.clear()
        os.environ.update(order["env"])
        time.tzset()
        if order["reports"]:
            _debug_loop(order["reports"], order["clock"])
        return order["arguments"]


def _debug_loop(path: str, clock: str | None) -> None:
    """Turn the loop's debug mode on, with its reports in a file and not in the log."""
    from ftp_project.loop import debug

    now = StandingClock(clock) if clock else time.monotonic

    def report(text: str) -> None:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{text}\0")

    class ReportingLoop(debug.DebugLoop):
        def __init__(self, *args, **options):
            super().__init__(*args, **{**options, "report": report, "clock": now})

    debug.DebugLoop = ReportingLoop
    os.environ["FTP_PROJECT_DEBUG_LOOP"] = "true"


if __name__ == "__main__":
    sys.path[0] = os.environ["PYTHONPATH"].split(os.pathsep)[0]  # else this folder
    for _name in IMPORTS:
        __import__(_name)
    sys.argv = ["ftp_project", *_Server(socket.socket(fileno=int(sys.argv[1]))).next_job()]
    runpy.run_module("ftp_project", run_name="__main__", alter_sys=True)
