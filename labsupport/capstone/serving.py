"""Run the server that is judged: a private home, a free port, a sure end."""

from __future__ import annotations

import contextlib
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from labsupport.capstone.findings import printable
from labsupport.capstone.home import furnish
from labsupport.capstone.wire import HOST, Place
from labsupport.ownership.scratch import temporary_folder
from labsupport.programs.run import child_env
from labsupport.programs.supervised_process import GuardedProcess, start_guarded

READY_LIMIT = 15.0  # seconds from the start to the first connection
SHORT = 0.1  # seconds in which a process ends on a quiet machine
DYING = 3.0  # seconds for one that has closed its listener, on a busy machine
LAST_WORDS = 4096  # bytes that are kept of what a server prints
PORTS = range(15_000, 32_000)
PLACEHOLDERS = ("{port}", "{home}", "{user}", "{password}")
USER, PASSWORD = "learner", "select-959"


class NotServingError(RuntimeError):
    """A server could not be started, ended at once or does not listen; the message says which."""


def fill(command: Sequence[str], values: dict[str, str]) -> list[str]:
    """Return a command with its placeholders replaced.

    >>> fill(["serve", "--port={port}"], {"{port}": "2121"})
    ['serve', '--port=2121']
    """
    words = []
    for word in command:
        for name, value in values.items():
            word = word.replace(name, value)
        words.append(word)
    return words


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody uses at this moment.

    It is none of those that the system gives out by itself (from 32768 on with Linux, from 49152
    on elsewhere): one of these may belong to another program before the server has taken it.

    Raises:
        NotServingError: no free one was found.
    """
    choice = random.SystemRandom()
    for _ in range(100):
        port = choice.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise NotServingError("there is no free port between 15000 and 32000 on this machine.")


class Serving:
    """A server in a process group of its own, with a home that only it and the judge know.

    Attributes:
        place: where it is, for the clients.
    """

    def __init__(
        self, command: Sequence[str], login: tuple[str, str] | None = None, descriptors: int = 0
    ) -> None:
        self._command = list(command)
        self._user, self._password = login or (USER, PASSWORD)
        self._descriptors = descriptors
        self._process: GuardedProcess | None = None
        self._words = bytearray()
        self._folder = contextlib.ExitStack()
        self._reader: threading.Thread | None = None
        self.place = Place(0, Path(), self._user, self._password)

    def __enter__(self) -> Serving:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.end()

    def start(self) -> Serving:
        """Start the server and wait until it takes a connection.

        Raises:
            NotServingError: it does not; nothing of it is left.
        """
        program, script = self._command[:2]
        if program == sys.executable and script.endswith(".py") and not Path(script).is_file():
            raise NotServingError(f"there is no file {script!r}, seen from the current directory.")
        folder = self._folder.enter_context(temporary_folder(for_others=True))
        try:
            home = furnish(folder.resolve())
            # Between our look and its bind() somebody may take the port: then one more try.
            if not (self._started(home) or ("in use" in self.last_words and self._started(home))):
                raise NotServingError(self._why())
        except BaseException:
            self.end()
            raise
        return self

    def _started(self, home: Path) -> bool:
        if self._process is not None:
            self._process.end()
        self._words.clear()
        port = free_port()
        values = [str(port), str(home), self._user, self._password]
        words = fill(self._command, dict(zip(PLACEHOLDERS, values, strict=True)))
        if self._descriptors and os.name == "posix":
            words = ["/bin/sh", "-c", f'ulimit -n {self._descriptors}; exec "$@"', "sh", *words]
        try:
            self._process = start_guarded(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=child_env({"PYTHONUNBUFFERED": "1"}),
            )
        except OSError as error:
            raise NotServingError(
                f"{words[0]!r} cannot be started: {error.strerror}. Is the name right?"
            ) from None
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._collect, args=(self._process.stdout,), name="server-log", daemon=True
        )
        self._reader.start()
        self.place = Place(port, home, self._user, self._password, self._process.pid)
        return self._listens(port)

    def _listens(self, port: int) -> bool:
        until = time.monotonic() + READY_LIMIT
        while self.alive and time.monotonic() < until:
            try:
                socket.create_connection((HOST, port), 1.0).close()
                return True
            except OSError:
                time.sleep(0.01)
        return False

    def _why(self) -> str:
        if self.alive:
            return f"it does not listen on 127.0.0.1 and {{port}} within {READY_LIMIT:g} s."
        return f"it ended before it listened, {self.epitaph()}"

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process is not None and self._process.poll() is None

    def is_dying(self) -> bool:
        """Tell whether it has ended, or is about to: its sockets are closed before that."""
        if self.has_ended(SHORT):
            return True
        try:
            socket.create_connection((HOST, self.place.port), 1.0).close()
        except ConnectionRefusedError:
            return self.has_ended(DYING)
        except OSError:
            return False
        return False

    def has_ended(self, seconds: float) -> bool:
        """Tell whether it has ended; wait so many seconds for it."""
        try:
            if self._process is not None:
                self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    @property
    def last_words(self) -> str:
        """The last line that it has printed."""
        lines = bytes(self._words).strip().splitlines()
        return printable(lines[-1]) if lines else ""

    def epitaph(self) -> str:
        """Say how it ended: its exit code or signal, and its last words."""
        if self._reader is not None:
            self._reader.join(1.0)
        code = self._process.poll() if self._process else None
        how = f"by signal {-code}" if code is not None and code < 0 else f"with exit code {code}"
        return f"{how}; its last words: {self.last_words or '(none)'}"

    def _collect(self, stream: IO[bytes]) -> None:
        """Keep the end of what is printed; reading on, so that no log can block the server."""
        with contextlib.suppress(OSError, ValueError):
            while piece := os.read(stream.fileno(), 65536):
                self._words += piece
                del self._words[:-LAST_WORDS]

    def end(self) -> None:
        """End the server with all its processes and remove its home."""
        if self._process is not None:
            self._process.end()
        if self._reader is not None:
            self._reader.join(2.0)
        self._folder.close()
