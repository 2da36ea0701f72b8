"""The load verifies: every kind of wrong server is found out and named."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from labsupport.network import hostile
from labsupport.network.address import Address
from labsupport.network.load import clients

DEADLINE = 60.0  # seconds; only ever used up on failure


@contextmanager
def serving(handle: Callable[[socket.socket], None], connections: int = 1) -> Iterator[Address]:
    """Serve that many connections, one after the other, with `handle`."""

    def serve() -> None:
        for _ in range(connections):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(DEADLINE)
                handle(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()
        finally:
            thread.join(DEADLINE)


def echo(connection: socket.socket) -> None:
    while data := connection.recv(7):  # messages arrive in pieces, and so do the replies
        connection.sendall(data)


def test_an_unchanged_echo_in_pieces_is_right() -> None:
    with serving(echo) as address:
        report = clients(address, n=1, messages=20, transform=bytes)
    assert str(report) == "1 client, 20 replies, all right"


def wrong(connection: socket.socket) -> None:
    connection.sendall(connection.recv(100).upper())
    connection.sendall(connection.recv(100))


def test_a_wrong_reply_is_shown() -> None:
    with serving(wrong) as address:
        report = clients(address, n=1, messages=5)
    assert not report.all_right
    assert (report.sent, report.right) == (2, 1)
    assert str(report) == (
        "1 client, 1 of 2 replies right; client 0: wrong reply "
        r"b'client 0 message 1\n' instead of b'CLIENT 0 MESSAGE 1\n'"
    )


def too_much(connection: socket.socket) -> None:
    connection.sendall(connection.recv(100).upper() * 2)
    connection.recv(1)


def test_a_reply_twice_is_wrong() -> None:
    with serving(too_much) as address:
        assert "wrong reply" in clients(address, n=1, messages=5).errors[0]


def leave(connection: socket.socket) -> None:
    connection.recv(100)


def test_a_server_that_leaves_is_named() -> None:
    with serving(leave) as address:
        report = clients(address, n=1, messages=5)
    assert report.errors == ("client 0: the server closed the connection",)


def silent(connection: socket.socket) -> None:
    while connection.recv(100):
        pass


def test_a_silent_server_is_given_up() -> None:
    with serving(silent) as address:
        report = clients(address, n=1, messages=5, timeout=0.2)
    assert report.errors == ("client 0: no reply within 0.2 s",)


def test_a_reset_is_named() -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(1)  # the rest stays unread: close() then resets the connection

    with serving(reset) as address:
        report = clients(address, n=1, messages=5)
    assert report.errors == ("client 0: the connection was reset",)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
    report = clients(address, n=3, messages=2)
    assert report.errors[0] == "client 0: the connection was refused: nobody listens there"
    assert str(report).endswith("(and 2 more clients failed)")


@pytest.mark.parametrize(("n", "messages"), [(0, 1), (5001, 1), (1, 0), (1000, 100_000)])
def test_loads_are_bounded(n: int, messages: int) -> None:
    with pytest.raises(ValueError, match="must be 1 to"):
        clients(("127.0.0.1", 1), n=n, messages=messages)


def test_hostile_clients_tell_what_they_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hostile, "PAUSE", DEADLINE)  # it ends with the answer to the first part
    with serving(leave) as address:
        outcome = hostile.byte_by_byte(address, b"x")
    assert str(outcome) == "no reply, then the server closed the connection"
    parts: list[bytes] = []

    def collect(connection: socket.socket) -> None:
        while data := connection.recv(100):
            parts.append(data)
            connection.sendall(data)

    with serving(collect) as address:
        outcome = hostile.split_utf8(address, "aé")
    assert parts == [b"a\xc3", b"\xa9"]  # cut inside of the character, in two segments
    assert outcome.reply == "aé".encode()


def test_bad_input_of_hostile_clients_is_refused() -> None:
    nowhere = ("127.0.0.1", 1)
    with pytest.raises(ValueError, match="try 'é'"):
        hostile.split_utf8(nowhere, "plain")
    with pytest.raises(ValueError, match="1 to 10000 bytes"):
        hostile.byte_by_byte(nowhere, b"")
    with pytest.raises(ValueError, match="bytes, not 0"), hostile.never_reads(nowhere, most=0):
        pass
    with pytest.raises(ValueError, match="connections"), hostile.connects_and_stays(nowhere, 0):
        pass
