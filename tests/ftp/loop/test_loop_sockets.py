"""Waiting for sockets: every selector, deadlines, and descriptors whose numbers come back."""

from __future__ import annotations

import errno
import os
import resource
import selectors
import socket
from pathlib import Path

import pytest

from ftp_project.loop import (
    SELECTORS,
    Loop,
    LoopError,
    TimedOut,
    accept,
    cancel,
    close,
    connect,
    join,
    now,
    pause,
    readable_or_done,
    recv,
    sendall,
    sleep,
    spawn,
)

AVAILABLE = [name for name, kind in SELECTORS.items() if hasattr(selectors, kind)]


def pair():
    left, right = socket.socketpair()
    left.setblocking(False)
    right.setblocking(False)
    return left, right


@pytest.mark.parametrize("selector", AVAILABLE)
def test_an_echo_server_moves_more_than_the_buffers_hold(selector):
    payload = os.urandom(3 << 20)

    def echo(connection):
        while data := (yield from recv(connection, 1 << 16, None)):
            yield from sendall(connection, data, None)
        yield from close(connection)

    def client(address):
        sock = socket.socket()
        sock.setblocking(False)
        yield from connect(sock, address, (yield from now()) + 20)
        sender = yield from spawn(sendall(sock, payload, None), background=True)
        got = bytearray()
        while len(got) < len(payload):
            got += yield from recv(sock, 1 << 16, (yield from now()) + 20)
        yield from join(sender, None)
        yield from close(sock)
        return bytes(got)

    def main():
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setblocking(False)
        task = yield from spawn(client(listener.getsockname()))
        connection, _ = yield from accept(listener, (yield from now()) + 20)
        yield from spawn(echo(connection), background=True)
        got = yield from join(task, None)
        yield from close(listener)
        return got

    assert Loop(selector).run(main()) == payload


def test_a_refused_connection_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()

    def main():
        sock = socket.socket()
        sock.setblocking(False)
        try:
            with pytest.raises(ConnectionRefusedError):
                yield from connect(sock, address, None)
        finally:
            yield from close(sock)

    Loop().run(main())


def test_a_read_gives_up_at_its_deadline_and_the_next_one_works():
    left, right = pair()

    def main():
        with pytest.raises(TimedOut):
            yield from recv(left, 10, (yield from now()) + 0.01)
        right.send(b"late")
        assert (yield from recv(left, 10, None)) == b"late"
        yield from close(left)
        yield from close(right)

    Loop().run(main())


@pytest.mark.parametrize("selector", AVAILABLE)
def test_a_reused_descriptor_number_wakes_its_new_owner_only(selector):
    def waiter(sock, log, name):
        try:
            log.append((name, (yield from recv(sock, 10, None))))
        except OSError as error:
            log.append((name, errno.errorcode[error.errno]))

    def main():
        log = []
        old, old_peer = pair()
        number = old.fileno()
        yield from spawn(waiter(old, log, "old"), eager=True)
        yield from close(old)
        new, new_peer = pair()
        assert number in (new.fileno(), new_peer.fileno())
        new_task = yield from spawn(waiter(new, log, "new"), eager=True)
        yield from pause()
        assert log == [("old", "EBADF")]
        new_peer.send(b"hello")
        yield from join(new_task, None)
        for sock in (old_peer, new, new_peer):
            yield from close(sock)
        return log

    assert Loop(selector).run(main()) == [("old", "EBADF"), ("new", b"hello")]


def test_a_socket_closed_behind_the_loops_back_is_replaced_when_its_number_returns():
    def main():
        old, old_peer = pair()
        number = old.fileno()
        with pytest.raises(TimedOut):
            yield from recv(old, 10, (yield from now()))
        old.close()
        new, new_peer = pair()
        assert new.fileno() == number
        new_peer.send(b"mine")
        assert (yield from recv(new, 10, (yield from now()) + 5)) == b"mine"
        for sock in (old_peer, new, new_peer):
            yield from close(sock)

    Loop().run(main())


def test_an_event_that_nobody_waits_for_does_not_make_the_loop_spin():
    left, right = pair()

    def main():
        with pytest.raises(TimedOut):
            yield from recv(left, 1, (yield from now()))
        right.send(b"x")  # the socket stays registered and is readable now, but nobody asks
        turns = 0
        turn = loop._turn

        def counted():
            nonlocal turns
            turns += 1
            turn()

        loop._turn = counted
        yield from sleep(0.05)
        assert (yield from recv(left, 1, None)) == b"x"
        yield from close(left)
        yield from close(right)
        return turns

    loop = Loop()
    assert loop.run(main()) < 10


def test_a_wait_for_two_things_ends_with_the_first():
    left, right = pair()

    def child():
        yield from sleep(3600)

    def main():
        task = yield from spawn(child())
        right.send(b"!")
        yield from readable_or_done(left, task, None)
        assert not task.done
        assert (yield from recv(left, 1, None)) == b"!"
        quick = yield from spawn(pause())
        yield from readable_or_done(left, quick, None)
        assert quick.done
        yield from readable_or_done(left, quick, None)
        yield from cancel(task, None)
        yield from close(left)
        yield from close(right)

    Loop().run(main())


def test_two_readers_of_one_socket_are_a_mistake_and_said_so():
    left, right = pair()

    def main():
        first = yield from spawn(recv(left, 1, None), "first", eager=True)
        with pytest.raises(LoopError, match="first waits to read"):
            yield from recv(left, 1, None)
        right.send(b"a")
        assert (yield from join(first, None)) == b"a"
        yield from close(left)
        yield from close(right)

    Loop().run(main())


def test_select_refuses_descriptors_from_1024_on_in_words():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1100:
        pytest.fail("this test needs a hard limit of 1,100 descriptors: raise ulimit -n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1100), hard))
    left, right = pair()
    high = socket.socket(fileno=os.dup(left.fileno()))
    os.dup2(left.fileno(), 1050)
    far = socket.socket(fileno=1050)
    far.setblocking(False)

    def main():
        with pytest.raises(OSError, match="below 1024 only and this one is 1050") as caught:
            yield from recv(far, 1, None)
        assert caught.value.errno == errno.EMFILE
        right.send(b"k")
        assert (yield from recv(left, 1, None)) == b"k"

    try:
        Loop("select").run(main())
    finally:
        for sock in (left, right, high, far):
            sock.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_an_unknown_selector_is_refused_with_the_choices():
    with pytest.raises(LoopError, match="choose one of auto, select"):
        Loop("iocp")


def test_nothing_is_left_open_after_a_run():
    before = set(Path("/proc/self/fd").iterdir())

    def main():
        yield from sleep(0)

    for _ in range(3):
        Loop().run(main())
    assert set(Path("/proc/self/fd").iterdir()) == before
