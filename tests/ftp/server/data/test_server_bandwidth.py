"""Speed limits through the real transfer coroutines, with a clock that is moved by hand."""

from __future__ import annotations

import os
import socket

import pytest

from ftp_project.accounts.users import User, Users
from ftp_project.config import Config
from ftp_project.loop.traps import Close, Now, Pause, Readable, Sleep, Writable
from ftp_project.server.core import Server
from ftp_project.server.data.data_connection import UNLIMITED, DataConnection
from ftp_project.server.data.data_port import DataPort
from ftp_project.server.data.receiving import receive_file
from ftp_project.server.data.sending import send_file
from ftp_project.server.data.splice import make_file_writer
from ftp_project.server.session.session import Session

MB = 1_000_000


class Clock:
    """Time goes on only where a coroutine sleeps."""

    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def make_session(clock, tmp_path, **options):
    server = Server(Config(users=Users(), **options), clock=clock)
    return Session(server, "192.0.2.1", "192.0.2.2", DataPort(2, "", ""))


def drive(clock, coroutine, when_blocked):
    """Run a transfer as the loop would, but with ``clock`` and without waiting."""
    answer = None
    try:
        while True:
            trap = coroutine.send(answer)
            answer = None
            if isinstance(trap, Now):
                answer = clock.now
            elif isinstance(trap, Sleep):
                clock.now = max(clock.now, trap.until)
            elif isinstance(trap, Readable | Writable):
                when_blocked()
            else:
                assert isinstance(trap, Pause | Close)
    except StopIteration:
        return


def download(clock, rates, size, tmp_path):
    """Send a file of ``size`` bytes and return the seconds it took by the clock."""
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.truncate(size)
    ours, peer = socket.socketpair()
    fd = os.open(path, os.O_RDONLY)
    received = 0
    with ours, peer:
        ours.setblocking(False)
        peer.setblocking(False)

        def read_all():
            nonlocal received
            try:
                while data := peer.recv(1 << 20):
                    received += len(data)
            except BlockingIOError:
                pass

        began = clock.now
        connection = DataConnection(ours, clock, 1000, rates)
        drive(clock, send_file(connection, fd, 0, size, memoryview(b"")), read_all)
        read_all()
        drive(clock, connection.end(), None)
    os.close(fd)
    assert received == connection.moved == size
    return clock.now - began


def upload(clock, rates, size, tmp_path):
    ours, peer = socket.socketpair()
    sent = 0
    fd = os.open(tmp_path / "stored", os.O_WRONLY | os.O_CREAT)
    with ours, peer:
        ours.setblocking(False)
        peer.setblocking(False)

        def write_more():
            nonlocal sent
            if sent == size:
                peer.shutdown(socket.SHUT_WR)
            else:
                sent += peer.send(bytes(min(1 << 16, size - sent)))

        began = clock.now
        connection = DataConnection(ours, clock, 1000, rates)
        writer = make_file_writer(memoryview(bytearray(1 << 18)))
        drive(clock, receive_file(connection, fd, writer), write_more)
        writer.close()
    os.close(fd)
    assert (tmp_path / "stored").stat().st_size == connection.moved == size
    return clock.now - began


@pytest.mark.parametrize("rate", [100_000, 7 * MB, 100 * MB])
def test_a_transfer_takes_the_time_that_its_rate_asks_for(clock, tmp_path, rate):
    session = make_session(clock, tmp_path, download_rate=rate, upload_rate=rate)
    size = min(2 * rate, 40 * MB)
    rates = session.server.bandwidth.limits(session, upload=False)
    assert download(clock, rates, size, tmp_path) == pytest.approx(size / rate - 0.1, rel=0.1)
    rates = session.server.bandwidth.limits(session, upload=True)
    assert upload(clock, rates, size, tmp_path) == pytest.approx(size / rate - 0.1, rel=0.1)


def test_small_files_one_after_the_other_are_limited_as_one_large_one(clock, tmp_path):
    session = make_session(clock, tmp_path, download_rate=MB)
    began = clock.now
    for _ in range(100):
        download(clock, session.server.bandwidth.limits(session, upload=False), 20_000, tmp_path)
    assert clock.now - began == pytest.approx(2.0, rel=0.1)


def test_the_narrowest_of_session_user_and_server_holds(clock, tmp_path):
    session = make_session(clock, tmp_path, download_rate=4 * MB, total_download_rate=3 * MB)
    bandwidth = session.server.bandwidth
    assert bandwidth.limits(session, upload=True) is UNLIMITED
    for user, rate in [(None, 3 * MB), (User("anna", tmp_path, download_rate=MB), MB)]:
        session.user = user
        rates = bandwidth.limits(session, upload=False)
        clock.now += 10
        assert download(clock, rates, 5 * rate, tmp_path) == pytest.approx(5, rel=0.1)


def test_sessions_of_one_user_share_the_users_limit_and_others_do_not(clock, tmp_path):
    session = make_session(clock, tmp_path)
    bandwidth = session.server.bandwidth
    other = Session(session.server, "192.0.2.3", "192.0.2.2", DataPort(2, "", ""))
    session.user = other.user = User("anna", tmp_path, upload_rate=MB)
    first, second = (bandwidth.limits(each, upload=True) for each in (session, other))
    assert first.reserve(clock.now) == 0
    assert second.reserve(clock.now) == pytest.approx(0.1)
    other.user = User("berta", tmp_path, upload_rate=MB)
    assert bandwidth.limits(other, upload=True).reserve(clock.now) == 0
    session.user = User("anna", tmp_path, upload_rate=2 * MB)  # the users file was read again
    assert bandwidth.limits(session, upload=True).piece == 200_000
