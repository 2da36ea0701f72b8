"""A real server in a process of its own, and what its tests ask of it."""

from __future__ import annotations

import contextlib
import ftplib
import os
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from fork_server import Forked, ForkServer
from patience import HANG
from standing_clock import StandingClock

USER, PASSWORD = "anna", "s3cret"

#: starts the server so that the kernel kills it when the tests' process dies (prctl(2))
LAUNCHER = """
import ctypes, runpy, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
sys.argv[0] = "ftp_project"
runpy.run_module("ftp_project", run_name="__main__", alter_sys=True)
"""

#: before LAUNCHER: the server's clock is the one that the test moves
STANDING = f"""
import os, sys, time
sys.path.insert(0, {str(Path(__file__).parent)!r})
from standing_clock import StandingClock
time.monotonic = StandingClock(os.environ["STANDING_CLOCK"])
"""


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """Return the first true value of ``condition()``; fail when there is none, ever."""
    deadline = time.monotonic() + HANG
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {HANG:.0f} s in vain: {what}")
        time.sleep(0.01)
    return value


class FtpServer:
    """A running server; ``root`` is what it serves."""

    default_user = ("--user", f"{USER}:{PASSWORD}")
    #: the loop's debug mode, unless the test has its own --debug-loop or measures
    debug_loop = True
    #: the program that becomes the server
    launcher = LAUNCHER

    def __init__(self, root: Path, *options: str, standing: bool = False) -> None:
        self.root = root
        self.clock_file = root.parent / f"{root.name}.clock"
        self.clock = StandingClock(self.clock_file) if standing else None
        arguments = ["serve", str(root), "--port", "0", *options]
        if "--user" not in options and self.default_user:
            arguments += self.default_user
        self.reports = root.parent / f"{root.name}.reports"
        self.errors = root.parent / f"{root.name}.stderr"
        with self.errors.open("wb") as errors:
            self.process = self._start(arguments, errors)
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline().decode()
        assert "Listening on ftp://" in self.first_line, self.errors.read_text()
        self.address = self.first_line.split("ftp://")[1].split("/")[0]
        self.host, _, port = self.address.rpartition(":")
        self.host = self.host.strip("[]")
        self.port = int(port)
        self.idle_descriptors = self.descriptors()
        self.clients: list[ftplib.FTP] = []

    def _start(self, arguments: list[str], errors: IO[bytes]) -> Forked | subprocess.Popen[bytes]:
        if self.launcher is LAUNCHER:
            asked = {"--debug-loop", "--no-debug-loop"} & set(arguments)
            reports = self.reports if self.debug_loop and not asked else None
            clock = self.clock and self.clock_file
            return ForkServer.get().start(
                arguments, stderr=errors.fileno(), reports=reports, clock=clock
            )
        # A test's own launcher changes Python before the server is imported.
        command = [sys.executable, "-c", self.launcher, *arguments]
        env = {**os.environ, "STANDING_CLOCK": str(self.clock_file)}
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=env)

    @property
    def url(self) -> str:
        return f"ftp://{self.address}/"

    def descriptors(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def temporary_files(self) -> list[Path]:
        return list(self.root.rglob(".ftp-upload~*"))

    def pass_time(self, seconds: float) -> None:
        """Move the server's clock, and let its loop look at it."""
        assert self.clock is not None
        self.clock.move(seconds)
        with contextlib.suppress(OSError):  # it may be at its end
            socket.create_connection((self.host, self.port), HANG).close()

    @contextlib.contextmanager
    def time_passing(self, seconds: float) -> Iterator[None]:
        """Move the clock again and again meanwhile: also waits that begin late come to an end."""
        over = threading.Event()

        def run() -> None:
            while not over.wait(0.05):
                self.pass_time(seconds)

        thread = threading.Thread(target=run, name="time passes")
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def wait_idle(self) -> None:
        """Wait until all sessions have gone and left no descriptor and no temporary file."""
        # A home that was opened stays open for the next session: one descriptor.
        most = self.idle_descriptors + 1
        wait_until(lambda: self.descriptors() <= most, "the sessions' descriptors are closed")
        assert self.temporary_files() == []

    def client(self, user: str = USER, password: str = PASSWORD) -> ftplib.FTP:
        """Return a logged-in client of the standard library, in TYPE I."""
        ftp = self.connect()
        ftp.login(user, password)
        ftp.voidcmd("TYPE I")
        return ftp

    def connect(self) -> ftplib.FTP:
        ftp = ftplib.FTP(timeout=HANG)
        self.clients.append(ftp)
        ftp.connect(self.host, self.port)
        return ftp

    def close_clients(self) -> None:
        """Close the connections that a test (perhaps a failed one) has left open."""
        while self.clients:
            self.clients.pop().close()

    def stop(self, signal_number: int = 15) -> None:
        """End the server as a user does; it must go cleanly and have complained of nothing."""
        self.process.send_signal(signal_number)
        assert self.process.wait(HANG) == 0
        assert self.errors.read_text() == ""
        assert self.temporary_files() == []

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def check_reports(self) -> None:
        """Fail for a coroutine that is used wrongly; warn of a step that held up the loop.

        Such a step may be the machine's fault: the tests run beside others.
        """
        if not self.reports.exists():
            return
        texts = self.reports.read_text(encoding="utf-8").split("\0")[:-1]
        self.reports.unlink()
        held_up = [text for text in texts if "held up the loop" in text]
        for text in held_up:
            warnings.warn(text, stacklevel=2)
        if misused := [text for text in texts if text not in held_up]:
            pytest.fail("\n".join(misused))
