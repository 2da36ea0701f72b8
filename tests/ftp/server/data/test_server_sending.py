"""When a download waits, when it gives way to others, and when it is given up."""

from __future__ import annotations

import os
import socket

import pytest

from ftp_project.loop.traps import Pause, Writable
from ftp_project.server.data.data_connection import DataConnection
from ftp_project.server.data.sending import TURN, ShrunkError, send_file

SIZE = 3 * TURN


@pytest.fixture
def file(tmp_path):
    fd = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    os.truncate(fd, SIZE)
    yield fd
    os.close(fd)


@pytest.fixture
def connection():
    ours, peer = socket.socketpair()
    with ours, peer:
        ours.setblocking(False)
        yield DataConnection(ours, lambda: 0.0, 10.0)


def test_a_socket_that_is_full_is_waited_for_and_not_tried_again(file, connection, monkeypatch):
    """The peer reads nothing: one call that fills the socket, and the next after the wait only."""
    calls = []
    sendfile = os.sendfile

    def counted(*arguments):
        calls.append(arguments)
        return sendfile(*arguments)

    monkeypatch.setattr(os, "sendfile", counted)
    work = send_file(connection, file, 0, SIZE, memoryview(b""))
    assert isinstance(next(work), Writable)
    assert len(calls) == 1
    assert 0 < connection.moved < TURN
    assert isinstance(next(work), Writable)  # woken for nothing: waits again
    work.close()


def test_after_each_turn_the_others_have_theirs(file, connection, monkeypatch):
    monkeypatch.setattr(os, "sendfile", lambda out, fd, offset, count: count)  # a fast client
    work = send_file(connection, file, 0, SIZE, memoryview(b""))
    assert [type(trap) for trap in work] == [Pause, Pause]
    assert connection.moved == SIZE


def test_a_file_that_becomes_shorter_is_an_error(file, connection):
    os.truncate(file, 1000)
    work = send_file(connection, file, 0, SIZE, memoryview(b""))
    assert isinstance(next(work), Writable)
    with pytest.raises(ShrunkError):
        next(work)
    assert connection.moved == 1000
