"""The status screen: what stands on it, drawn without a terminal, and seen in a real one."""

from __future__ import annotations

import io
import os
import pty
import re
import signal
import socket
import subprocess
import sys

from patience import HANG
from rich.console import Console

from ftp_project.accounts.users import User, Users
from ftp_project.config import Config
from ftp_project.server.core import Server
from ftp_project.server.data.data_connection import DataConnection
from ftp_project.server.data.data_port import DataPort
from ftp_project.server.observe.counters import Counters
from ftp_project.server.observe.observers import Done
from ftp_project.server.observe.snapshot import (
    SHOWN_ROWS,
    take_snapshot,
)
from ftp_project.server.observe.status import Screen
from ftp_project.server.session.session import Session, Transfer


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def make(tmp_path, sessions, width=100):
    clock = Clock()
    server = Server(Config(users=Users()), clock=clock)
    found = []
    for number in range(sessions):
        session = Session(server, f"192.0.2.{number}", "", DataPort(2, "", ""))
        server.sessions[session] = None
        found.append(session)
    console = Console(file=io.StringIO(), width=width, height=24)
    counters = Counters()

    def look():
        counters.refresh(server)
        return take_snapshot(server, SHOWN_ROWS)

    screen = Screen(clock, "ftp://127.0.0.1:2121/", look, [counters], console)

    def drawn():
        console.file.seek(0)
        console.file.truncate()
        console.print(screen.draw())
        return console.file.getvalue().splitlines()

    return clock, found, counters, drawn


def test_running_transfers_come_first_with_progress_and_rate(tmp_path):
    clock, sessions, counters, drawn = make(tmp_path, 3)
    busy = sessions[2]
    busy.user = User("anna", tmp_path)
    busy.transfer = Transfer(None, b"", None, path="/evil\x1b[31m", size=10_000_000)
    ours, peer = socket.socketpair()
    with ours, peer:
        busy.data_connection = DataConnection(ours, clock, 10)
        for _ in range(40):
            drawn()
            clock.now += 0.5
            busy.data_connection.moved += 125_000
        lines = drawn()
    assert "3 sessions, up 0:00:20" in lines[0]
    assert re.search(r"anna +192\.0\.2\.2 +▼ +/evil\?\[31m .* 5\.0 MB +250 kB/s", lines[2])
    assert [line.split()[2:] for line in lines[3:5]] == [["idle"], ["idle"]]
    counters.transferred(busy, Done("/x", False, 7_000, 1.0, True, False))
    counters.transferred(busy, Done("/x", False, 500, 1.0, False, False))
    assert "1 transfers done, 1 failed, 7.5 kB moved" in drawn()[-1]


def test_there_are_never_more_than_20_rows_and_none_is_broken(tmp_path):
    for width in (100, 40):
        _, sessions, _, drawn = make(tmp_path, 500, width)
        for session in sessions:
            session.user = User("ü" * 64, tmp_path)
        lines = drawn()
        assert len(lines) == SHOWN_ROWS + 3 <= 20
        assert max(map(len, lines)) <= width
        assert "and 484 more" in lines[-1]


def test_a_terminal_shows_it_and_is_left_as_it_was(tmp_path):
    ours, terminal = pty.openpty()
    command = [sys.executable, "-m", "ftp_project", "serve", str(tmp_path), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--status"], stdout=terminal, stderr=terminal, stdin=terminal,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )  # fmt: skip
    os.close(terminal)
    try:
        seen = b""
        while b"transfers done" not in seen:
            seen += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        try:
            while data := os.read(ours, 4096):
                seen += data
        except OSError:  # the other end is closed: how a pseudo terminal says end of file
            pass
        assert process.wait(HANG) == 0
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert seen.rindex(b"\x1b[?25h") > seen.rindex(b"\x1b[?25l")  # the cursor is shown again
    assert b"Traceback" not in seen
