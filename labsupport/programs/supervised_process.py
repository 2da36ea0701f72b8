"""Start a program so that nothing of it can outlive this process.

`start_guarded` is `subprocess.Popen` with a promise: when the program ends, when `end()` is
called or when this process dies (by SIGKILL too), every process that came from the program
is ended, whether it changed its session or lost its parent. The work is done by a small
supervisor, see `ownership.supervisor`. What the program puts into the temporary folder goes with
it: TMPDIR is a folder of its own, see `ownership.scratch`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol

from labsupport.ownership import supervisor as supervisor_program
from labsupport.ownership.owners import remove_place
from labsupport.ownership.scratch import new_folder, variables

_SUPERVISOR = Path(supervisor_program.__file__)
_START_LIMIT = 60.0  # seconds for the supervisor's first word, on a very busy machine
_END_LIMIT = 30.0  # seconds: more than the supervisor needs in its worst case


class Supervising(Protocol):
    """What is needed of a supervisor's process; `subprocess.Popen` has all of it.

    Where it was given pipes as standard streams, it has them as attributes, as Popen does.
    """

    pid: int

    def kill(self) -> None:
        """Kill it."""

    def wait(self) -> object:
        """Wait until it has ended."""


class GuardedProcess:
    """A running program under its supervisor; made by `start_guarded`.

    Use it as a context manager or call `end()`: both leave no process behind.

    Attributes:
        pid: the program's process id (not the supervisor's). The program leads a session and
            a process group of the same number.
        stdin, stdout, stderr: as in `subprocess.Popen`, None where no pipe was asked for.
        args: the command line that was started.
    """

    def __init__(
        self,
        supervisor: Supervising,
        control: socket.socket,
        args: list[str],
        place: Path | None = None,
    ) -> None:
        self.args = args
        self._place = place  # the program's TMPDIR
        self.stdin: IO[Any] | None = getattr(supervisor, "stdin", None)
        self.stdout: IO[Any] | None = getattr(supervisor, "stdout", None)
        self.stderr: IO[Any] | None = getattr(supervisor, "stderr", None)
        self._supervisor = supervisor
        self._control = control
        self._received = b""
        self._returncode: int | None = None
        self._ended = False
        self._lock = threading.RLock()
        self.pid = self._read_start()

    @property
    def returncode(self) -> int | None:
        """The program's exit code, negative for a signal; None while it runs."""
        return self.poll()

    def poll(self) -> int | None:
        """Return the exit code if the program and all that came from it have ended, else None."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self._returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait until the program has ended and its tree is gone; return its exit code.

        Args:
            timeout: seconds; None waits without a limit.

        Raises:
            subprocess.TimeoutExpired: it still runs after `timeout` seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            while not self._ended:
                line = self._read_line(deadline)
                if line is None:
                    raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
                word, _, value = line.partition(" ")
                if word == "exit":
                    self._finish(None if value == "None" else int(value))
                elif not line:  # the supervisor itself was killed
                    self._finish(None)
            return -signal.SIGTERM if self._returncode is None else self._returncode

    def interrupt(self) -> None:
        """Send the program's process group what Ctrl-C sends in a terminal (SIGINT)."""
        if self._ended:
            return
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self.pid, signal.SIGINT)
            else:  # Windows: only Ctrl-Break reaches another process group
                os.kill(self.pid, signal.CTRL_BREAK_EVENT)  # type: ignore[attr-defined]

    def end(self) -> int:
        """End the whole tree now, close the pipes and return the program's exit code.

        Calling it again, or after the program has ended by itself, does nothing more.
        """
        with self._lock:
            if not self._ended:
                # shutdown() works also while a forked child holds a copy of the socket.
                with contextlib.suppress(OSError):
                    self._control.shutdown(socket.SHUT_WR)
                try:
                    self.wait(_END_LIMIT)
                except subprocess.TimeoutExpired:
                    self._finish(None)
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):  # unsent input of a dead program
                    stream.close()
        return -signal.SIGTERM if self._returncode is None else self._returncode

    def processes(self) -> list[int]:
        """Return the pids of the living processes of the tree, the program's first."""
        import psutil

        if self._ended:
            return []
        try:
            below = psutil.Process(self._supervisor.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        living = []
        for process in below:
            with contextlib.suppress(psutil.NoSuchProcess):
                if process.status() != psutil.STATUS_ZOMBIE:
                    living.append(process.pid)
        return sorted(living, key=lambda pid: (pid != self.pid, pid))

    def __enter__(self) -> GuardedProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def __repr__(self) -> str:
        state = "running" if self.poll() is None and not self._ended else "ended"
        return f"<GuardedProcess {' '.join(self.args)}: {state}>"

    def _read_start(self) -> int:
        line = self._read_line(time.monotonic() + _START_LIMIT)
        word, _, value = (line or "").partition(" ")
        if word == "pid":
            return int(value)
        self._finish(None)
        if word == "error":
            number = int(value)
            raise OSError(number, os.strerror(number), self.args[0])
        raise RuntimeError(
            f"{self.args[0]} could not be started: its supervisor did not answer. "
            "Is the machine out of memory or processes?"
        )

    def _read_line(self, deadline: float | None) -> str | None:
        """Return the supervisor's next line, "" at end of file, None when time is up."""
        while b"\n" not in self._received:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            self._control.settimeout(left)
            try:
                data = self._control.recv(256)
            except (TimeoutError, BlockingIOError):
                return None
            except OSError:
                data = b""
            if not data:
                return ""
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        return line.decode()

    def _finish(self, returncode: int | None) -> None:
        self._returncode = returncode
        self._ended = True
        self._control.close()
        if returncode is None:  # no word from the supervisor: do by hand what it would do
            self._supervisor.kill()
            self._supervisor.wait()
            if self._place is not None:
                from labsupport.ownership.leftovers import clear

                clear(self._place, session=getattr(self, "pid", 0))
        self._supervisor.wait()
        if self._place is not None:
            remove_place(self._place)


def start_guarded(
    argv: Sequence[str | os.PathLike[str]],
    *,
    pass_fds: Iterable[int] = (),
    **popen_options: Any,
) -> GuardedProcess:
    """Start a program under a supervisor that ends its whole process tree with it.

    Args:
        argv: the program and its arguments.
        pass_fds: further descriptors that the program inherits (POSIX).
        popen_options: what else `subprocess.Popen` takes for streams, `env`, `cwd` and text
            mode. The program always leads a session of its own, so a notebook's interrupt
            button does not reach it.

    Returns:
        The running program. Its standard streams are the program's alone: end of file on
        them means that the whole tree has closed them.

    Raises:
        OSError: the program cannot be executed (FileNotFoundError, PermissionError …), or there
            is no room for its temporary files.
        ValueError: argv is empty.

    >>> import subprocess, sys
    >>> with start_guarded([sys.executable, "-c", "print(6 * 7)"], stdout=subprocess.PIPE,
    ...                    text=True) as program:
    ...     print(program.stdout.read().strip(), program.wait(10))
    42 0
    """
    words = [os.fspath(word) for word in argv]
    if not words:
        raise ValueError("nothing to start: argv is empty; give the program and its arguments")
    place = new_folder()
    environment = popen_options.get("env")
    popen_options["env"] = {
        **(os.environ if environment is None else environment),
        **variables(place),
    }
    try:
        if hasattr(os, "fork"):
            return _start_posix(words, list(pass_fds), popen_options, place)
        from labsupport.programs.supervisor_portable import start_portable

        supervisor, control = start_portable(words, popen_options)
        return GuardedProcess(supervisor, control, words, place)
    except BaseException:
        remove_place(place)
        raise


def _start_posix(
    argv: list[str], extra: list[int], options: dict[str, Any], place: Path
) -> GuardedProcess:
    ours, theirs = socket.socketpair()
    isolated = ["-I", "-S"] if Path("/proc/self/stat").exists() else ["-I"]  # -S: no psutil
    command = [sys.executable, *isolated, str(_SUPERVISOR), str(theirs.fileno()), str(os.getpid())]
    command += [",".join(map(str, extra)), *argv]
    options["pass_fds"] = [theirs.fileno(), *extra]
    options["start_new_session"] = True
    with theirs:
        try:
            supervisor = subprocess.Popen(command, **options)
        except BaseException:
            ours.close()
            raise
    try:
        return GuardedProcess(supervisor, ours, argv, place)
    except BaseException:  # an interrupt too: end of file ends what was just started
        ours.close()
        raise
