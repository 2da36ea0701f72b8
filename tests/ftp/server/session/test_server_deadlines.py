"""Nobody holds a session or a transfer for ever: each wait ends by what comes, or by a deadline."""

from __future__ import annotations

import contextlib
import ftplib

import pytest
from live_server import FtpServer
from raw_client import RawClient

from ftp_project.accounts.rates import Rates
from ftp_project.server.data.data_connection import DataConnection

#: seconds, by the server's clock
LOGIN, CONNECT, IDLE, STALL = 100, 100, 300, 1000


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory):
    """A server whose clock the tests move; `server` gives it to each test, empty."""
    root = tmp_path_factory.mktemp("deadlines") / "root"
    root.mkdir()
    limits = {"login": LOGIN, "connect": CONNECT, "idle": IDLE, "stall": STALL}
    patience = [f"--{name}-timeout={seconds}" for name, seconds in limits.items()]
    server = FtpServer(root, *patience, "--minimum-rate", "1000000", standing=True)
    try:
        yield server
        server.stop()
    finally:
        server.kill()


@pytest.fixture
def large(server):
    with (server.root / "large").open("wb") as file:
        file.truncate(1 << 36)  # holes; more than any machine sends in the time


def test_a_client_that_talks_without_end_must_log_in_in_time(server):
    with RawClient(server) as ftp:
        for _ in range(9):
            assert ftp.ask(b"NOOP")[:3] == b"200"
            server.pass_time(LOGIN / 10)
        assert ftp.ask(b"NOOP")[:3] == b"200"
        server.pass_time(LOGIN / 10)
        answer = ftp.reply()
        assert answer.startswith(b"421 ")
        assert b"without a login" in answer
        assert ftp.line() == b""


def test_the_time_for_a_login_starts_anew_when_a_user_has_left(server):
    with RawClient(server) as silent, RawClient(server) as left:
        left.log_in()
        server.pass_time(LOGIN)
        assert silent.reply()[:3] == b"421"
        assert left.ask(b"REIN")[:3] == b"220"
        server.pass_time(LOGIN / 2)
        assert left.ask(b"NOOP")[:3] == b"200"
        server.pass_time(LOGIN / 2)
        assert b"without a login" in left.reply()


def test_a_running_transfer_is_no_idleness(server, large):
    with RawClient(server) as busy, RawClient(server) as idle:
        busy.log_in()
        idle.log_in()
        with busy.connect_data() as data:
            assert busy.ask(b"RETR large")[:3] == b"150"
            assert data.recv(1 << 20)
            server.pass_time(IDLE)
            assert idle.reply().startswith(b"421 Too long without a command")
            assert data.recv(1 << 20)
        assert busy.reply()[:3] == b"426"
        assert busy.ask(b"NOOP")[:3] == b"200"


def test_a_data_connection_that_nobody_opens_is_425(server, large):
    with RawClient(server) as ftp:
        ftp.log_in()
        ftp.ask(b"EPSV")
        assert ftp.ask(b"RETR large")[:3] == b"150"
        with server.time_passing(CONNECT):
            assert ftp.reply().startswith(b"425 ")


def test_a_download_that_nobody_reads_is_given_up(server, large):
    with RawClient(server) as ftp:
        ftp.log_in()
        with ftp.connect_data():
            assert ftp.ask(b"RETR large")[:3] == b"150"
            with server.time_passing(STALL):
                assert ftp.reply().startswith(b"426 Transfer stalled")


def test_an_upload_of_one_byte_after_the_other_is_given_up(server):
    with server.client() as ftp:
        data = ftp.transfercmd("STOR file")

        def trickle():
            for _ in range(20):
                with contextlib.suppress(ConnectionError):  # it was given up just now
                    data.sendall(b"x")
                ftp.voidcmd("NOOP")
                server.pass_time(STALL / 5)

        with pytest.raises(ftplib.error_temp, match=r"^426 Transfer stalled"):
            trickle()
        data.close()
    assert list(server.root.iterdir()) == []


class Clock:
    """Stands still until it is moved."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_patience_is_for_the_time_that_the_client_lets_us_wait():
    clock = Clock()
    connection = DataConnection(None, clock, 60.0, Rates(()), least=1000)
    assert connection.begin_wait() == 160
    clock.now += 50
    connection.end_wait()
    connection.count(999)
    assert connection.begin_wait() == 160  # not enough yet
    clock.now += 5
    connection.end_wait()  # woken for nothing
    clock.now += 500  # our own disk
    assert connection.begin_wait() == clock.now + 5
    clock.now += 1
    connection.end_wait()
    connection.count(1)
    clock.now += 500
    assert connection.begin_wait() == clock.now + 60
    clock.now += 59
    connection.end_wait()
    connection.count(1)
    clock.now += 500
    assert connection.begin_wait() == clock.now + 1


def test_without_a_minimum_any_byte_will_do():
    clock = Clock()
    connection = DataConnection(None, clock, 60.0)
    for _ in range(3):
        assert connection.begin_wait() == clock.now + 60
        clock.now += 59
        connection.end_wait()
        connection.count(1)
