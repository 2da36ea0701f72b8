"""Run a server beside a cell: on a free port, with its log collected, gone when it must be."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import IO

from labsupport.network.address import Address
from labsupport.programs.cells import work_folder
from labsupport.programs.run import child_env
from labsupport.programs.supervised_process import GuardedProcess, start_guarded

READY_LINE = r"listening on 127\.0\.0\.1:(\d+)"
LOG_LIMIT = 10_000  # lines kept: a server that floods its log must not fill the kernel
POLITE_END = 2.0  # seconds for a server that tidies up on SIGTERM

_DEMOS = Path(__file__).resolve().parents[1] / "demos"


class ServerNotReadyError(RuntimeError):
    """A server ended or stayed silent before it said where it listens."""


class RunningServer:
    """A server program in a process of its own; made by `running_server`.

    It leads its own session, so interrupting a cell does not interrupt the server, and it
    ends with the kernel, however that dies.

    Attributes:
        name: the program's name without ".py".
        host: "127.0.0.1".
    """

    host = "127.0.0.1"

    def __init__(
        self, path: Path, args: tuple[object, ...], ready: str, timeout: float, env: dict[str, str]
    ) -> None:
        self.name = path.stem
        self._command = [sys.executable, str(path), *map(str, args)]
        self._ready = re.compile(ready)
        self._timeout = timeout
        self._env = env
        self._port: int | None = None
        self._process: GuardedProcess | None = None
        self._reader: threading.Thread | None = None
        self._lines: deque[str] = deque(maxlen=LOG_LIMIT)
        self._silent = False  # the log has reached its end
        self._news = threading.Condition()

    @property
    def port(self) -> int:
        """The TCP port on which it listens.

        Raises:
            RuntimeError: it has not been started.
        """
        self._started()
        if self._port is None:
            raise RuntimeError(f"the server {self.name} never said where it listens; see its log")
        return self._port

    @property
    def address(self) -> Address:
        """(host, port), as `socket.create_connection` takes it."""
        return self.host, self.port

    @property
    def log(self) -> list[str]:
        """What it has printed up to now, line by line (the last 10,000 lines)."""
        with self._news:
            return list(self._lines)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id; RuntimeError if it has not been started."""
        return self._started().pid

    def _started(self) -> GuardedProcess:
        if self._process is None:
            raise RuntimeError(
                f"the server {self.name} has not been started: "
                'write "with running_server(…) as server:" or call start()'
            )
        return self._process

    def start(self) -> RunningServer:
        """Start the program and wait until it says that it listens.

        Raises:
            ServerNotReadyError: it ended, or said nothing in time; its log is in the message.
            RuntimeError: it has been started before.
        """
        if self._process is not None:
            raise RuntimeError(f"the server {self.name} has been started already: make a new one")
        self._process = start_guarded(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            # A pipe is block buffered: without this, print() would reach the log late.
            env=child_env({"PYTHONUNBUFFERED": "1", **self._env}),
        )
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._collect, args=(self._process.stdout,), name="server-log", daemon=True
        )
        self._reader.start()
        try:
            found = self._wait_for(self._ready, self._timeout)
            if found is None:
                self._raise_not_ready()
            else:
                self._port = int(found.group(1))
        except BaseException:
            self.stop()
            raise
        return self

    def _raise_not_ready(self) -> None:
        if self._silent:
            what = "ended before it was ready"
        else:
            what = f"did not say that it listens within {self._timeout:g} s"
        told = "\n".join(self.log[-20:]) or "(nothing)"
        raise ServerNotReadyError(f"the server {self.name} {what}; it printed:\n{told}")

    def wait_for_line(self, pattern: str, timeout: float = 10.0) -> str:
        """Wait until the log holds a line in which the regular expression is found; return it.

        Raises:
            TimeoutError: no such line within `timeout` seconds, or the server has ended.
        """
        found = self._wait_for(re.compile(pattern), timeout)
        if found is None:
            raise TimeoutError(f"the log of {self.name} has no line with {pattern!r}")
        return found.string

    def wait(self, timeout: float = 10.0) -> int:
        """Wait until the server has ended by itself; return its exit code.

        Raises:
            TimeoutError: it still runs after `timeout` seconds.
            RuntimeError: it has not been started.
        """
        try:
            return self._started().wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"the server {self.name} still runs after {timeout:g} s") from None

    def _wait_for(self, pattern: re.Pattern[str], timeout: float) -> re.Match[str] | None:
        deadline = time.monotonic() + timeout
        with self._news:
            while True:
                for line in self._lines:
                    if found := pattern.search(line):
                        return found
                left = deadline - time.monotonic()
                if self._silent or left <= 0:
                    return None
                self._news.wait(left)

    def _collect(self, stream: IO[str]) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed under our hands by stop()
            for line in stream:
                with self._news:
                    self._lines.append(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._silent = True
            self._news.notify_all()

    def stop(self) -> int | None:
        """End the server (SIGTERM first) with all its processes; return its exit code.

        A server that was not started or has been stopped already is left alone.
        """
        if self._process is None:
            return None
        if self._process.poll() is None:
            with contextlib.suppress(OSError):
                os.kill(self._process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(POLITE_END)
        if self._reader is not None and self._process.poll() is not None:
            self._reader.join(POLITE_END)  # first the rest of the log, then close the pipe
        code = self._process.end()
        if self._reader is not None:
            self._reader.join(POLITE_END)
        return code

    def __enter__(self) -> RunningServer:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        started = self._process is not None
        state = "listening" if self.alive else "ended" if started else "not started"
        return f"<server {self.name}: {state}>"


def find_program(name: str | os.PathLike[str]) -> Path:
    """Return the file of a server program.

    Args:
        name: a demo's name such as "select_echo"; the name of a %%lab or %%module cell, with
            or without ".py"; or a path.

    Raises:
        FileNotFoundError: there is none; the message lists the demos.

    >>> find_program("select_echo").name
    'select_echo.py'
    """
    text = os.fspath(name)
    plain = text.removesuffix(".py") + ".py"
    for candidate in (_DEMOS / plain, work_folder() / plain, Path(text)):
        if candidate.is_file():
            return candidate.resolve()
    demos = ", ".join(sorted(path.stem for path in _DEMOS.glob("[!_]*.py")))
    raise FileNotFoundError(
        f"there is no server program {text!r}: give the name of a %%lab cell, "
        f"the path of a file, or one of {demos}"
    )


def running_server(
    name: str | os.PathLike[str],
    *args: object,
    ready: str = READY_LINE,
    timeout: float = 15.0,
    env: dict[str, str] | None = None,
) -> RunningServer:
    """Run a server program while a `with` block lasts.

    Args:
        name: which program, see `find_program`.
        args: its command line arguments.
        ready: regular expression of the line it prints when it listens; group 1 is the port.
        timeout: seconds until that line must have come.
        env: further environment variables.

    Raises:
        FileNotFoundError: there is no such program.
        ServerNotReadyError: on entering the block, if it does not get ready.

    >>> import socket
    >>> with running_server("select_echo") as server:
    ...     with socket.create_connection(server.address) as connection:
    ...         connection.sendall(b"hello")
    ...         connection.recv(100)
    b'HELLO'
    >>> server
    <server select_echo: ended>
    """
    return RunningServer(find_program(name), args, ready, timeout, dict(env or {}))
