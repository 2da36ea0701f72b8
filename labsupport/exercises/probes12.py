"""Probes of lesson 12: the missing step of a select server, a bounded buffer, a lost wake-up."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labsupport.exercises.serving import Failed, Loop, Visitor, visit_loop
from labsupport.exercises.verdicts import RIGHT, Verdict, wrong
from labsupport.network import hostile
from labsupport.network.address import Address

Answer = Callable[..., Any]
_BIG = 4_000_000
_MEANWHILE = 0.3  # seconds until so many bytes have gone as far as they go
_TRIES = 50  # calls of send in a row that take nothing
_BEFORE = 0.2  # seconds in which a server takes what a client sends
_ENOUGH = 64 * 1024
_TOO_MUCH = 24_000_000  # bytes that no kernel keeps for a client that never reads


class _EndError(Exception):
    """The answer is stopped here; the verdict says why."""

    def __init__(self, reason: str, next_step: str) -> None:
        super().__init__(reason)
        self.verdict = wrong(reason, next_step)


class _NoticingSocket(socket.socket):
    """A socket that does not block, and that stops an answer which wants to wait for it."""

    refused = 0

    def setblocking(self, flag: bool) -> None:
        """Refuse to wait."""
        if flag:
            self.settimeout(None)
        super().setblocking(False)

    def settimeout(self, value: float | None) -> None:
        """Refuse to wait."""
        if value != 0:
            raise _EndError(
                "flush let the connection wait: one client that does not read would hold up all.",
                "Leave it non-blocking. What it does not take now stays in the buffer.",
            )
        super().settimeout(value)

    def send(self, *arguments: Any) -> int:
        """Send, and notice a loop that asks again and again."""
        try:
            sent = super().send(*arguments)
        except BlockingIOError:
            self.refused += 1
            if self.refused > _TRIES:
                raise _EndError(
                    "the connection was full, and flush called send again and again.",
                    "One send is enough: select says when there is room again.",
                ) from None
            raise
        self.refused = 0
        return sent


def _pair() -> tuple[_NoticingSocket, socket.socket]:
    ours, theirs = socket.socketpair()
    near = _NoticingSocket(ours.family, ours.type, ours.proto, fileno=ours.detach())
    near.setblocking(False)
    theirs.settimeout(0)
    return near, theirs


def flush_buffer(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `flush(connection, buffer)`: it sends a part, keeps the rest, and never waits."""
    try:
        fault = _small(answer) or _full(answer) or _parts(answer) or _gone(answer)
    except _EndError as error:
        fault = error.verdict
    return (fault or RIGHT).as_json()


def _call(answer: Answer, connection: socket.socket, buffer: bytearray, occasion: str) -> object:
    try:
        return answer(connection, buffer)
    except OSError as error:
        name = type(error).__name__
        step = (
            "No room is no accident: catch BlockingIOError, and leave the buffer as it is."
            if isinstance(error, BlockingIOError)
            else "A client that is gone must not end the server: catch OSError and say so."
        )
        raise _EndError(f"{occasion}, and {name} came out of flush.", step) from None


def _small(answer: Answer) -> Verdict | None:
    near, far = _pair()
    with near, far:
        buffer = bytearray(b"hello")
        alive = _call(answer, near, buffer, "the buffer held 5 bytes")
        got = b""
        with contextlib.suppress(BlockingIOError):
            got = far.recv(100)
        if got != b"hello":
            return wrong(f"the buffer held b'hello', and {got!r} was sent.", "Send the buffer.")
        if buffer:
            return wrong(
                f"everything was sent, and {len(buffer)} bytes are still in the buffer.",
                "Change this very bytearray: del buffer[:sent] takes the first bytes out.",
            )
        return _must_be(alive, True, "everything was sent")


def _must_be(value: object, wanted: bool, occasion: str) -> Verdict | None:
    if value is wanted:
        return None
    return wrong(
        f"{occasion}, and flush returned {value!r} instead of {wanted}.",
        "True: the client is there, whether there was room or not. False: it is gone.",
    )


def _full(answer: Answer) -> Verdict | None:
    near, far = _pair()
    with near, far:
        with contextlib.suppress(BlockingIOError):
            while True:
                socket.socket.send(near, bytes(1000))
        buffer = bytearray(b"hello")
        occasion = "the connection had no room at all"
        alive = _call(answer, near, buffer, occasion)
        if buffer != b"hello":
            return wrong(
                f"{occasion}, and the buffer is {bytes(buffer)!r} instead of b'hello'.",
                "What was not sent must stay in the buffer.",
            )
        return _must_be(alive, True, occasion)


def _parts(answer: Answer) -> Verdict | None:
    near, far = _pair()
    with near, far:
        data = bytes(range(256)) * (_BIG // 256)
        buffer, got = bytearray(data), bytearray()
        alive = _call(answer, near, buffer, f"the buffer held {len(data)} bytes")
        if fault := _must_be(alive, True, "a part was sent"):
            return fault
        for _ in range(10_000):
            with contextlib.suppress(BlockingIOError):
                while part := far.recv(1 << 20):
                    got += part
            if not buffer:
                break
            _call(answer, near, buffer, "there was room again")
        if got == data:
            return None
        return wrong(
            f"the buffer held {len(data)} bytes, and after many calls of flush "
            + (f"only {len(got)} had arrived." if len(got) < len(data) else "others had arrived."),
            "send() returns how many bytes it took. Only those may leave the buffer.",
        )


def _gone(answer: Answer) -> Verdict | None:
    near, far = _pair()
    with near:
        far.close()
        occasion = "the client was gone"
        return _must_be(_call(answer, near, bytearray(b"hello"), occasion), False, occasion)


def bound_buffers(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `interests(listener, buffers, enough)`: it feeds the select of a real server."""
    loop_of = _loop_with(answer)
    return visit_loop(answer, loop_of, _visit_bounded).as_json()


def _loop_with(answer: Answer) -> Callable[[socket.socket], None]:
    def serve(listener: socket.socket) -> None:
        listener.setblocking(False)
        counted = answer.__globals__["select"].select
        buffers: dict[socket.socket, bytearray] = {}
        while True:
            value = answer(listener, dict(buffers), _ENOUGH)
            try:
                readers, writers = value
            except (TypeError, ValueError):
                kind = type(value).__name__
                raise TypeError(f"interests returned {kind}, not two lists") from None
            readable, writable, _ = counted(readers, writers, [])
            for ready in readable:
                if ready is listener:
                    connection, _ = listener.accept()
                    connection.setblocking(False)
                    buffers[connection] = bytearray()
                else:
                    _receive(ready, buffers)
            for ready in writable:
                if buffers.get(ready):
                    _send(ready, buffers)

    return serve


def _receive(connection: socket.socket, buffers: dict[socket.socket, bytearray]) -> None:
    try:
        data = connection.recv(16 * 1024)
    except OSError:
        data = b""
    if data:
        buffers[connection] += data.upper()
    else:
        del buffers[connection]
        connection.close()


def _send(connection: socket.socket, buffers: dict[socket.socket, bytearray]) -> None:
    try:
        sent = connection.send(buffers[connection])
    except OSError:
        return
    del buffers[connection][:sent]


def _visit_bounded(loop: Loop, address: Address) -> None:
    ready = "Who must be in which list, so that this client is served?"
    with Visitor(address) as visitor:
        visitor.expect("hello", "HELLO", "the first client sent a message")
        loop.expect_rest(
            "nothing was waiting for anybody",
            "A socket with room is always writable: ask for it only while its buffer holds bytes.",
        )
        with hostile.never_reads(address, most=_TOO_MUCH, patience=0.5) as rude:
            if not rude.blocked:
                raise Failed(
                    f"a client that never reads could send {rude.accepted // 1_000_000} MB: all "
                    "of it is in the server's memory.",
                    "Do not read from a client for which `enough` bytes or more are waiting.",
                )
            loop.expect_rest("one client did not read", "Ask only for what you can use.")
            visitor.expect("me too", "ME TOO", "another client never read")
            with Visitor(address) as third:
                third.expect("new", "NEW", "a client never read, and a new one came")
    with Visitor(address) as slow:
        _read_late(slow, ready)


def _read_late(slow: Visitor, step: str, meanwhile: Callable[[], None] | None = None) -> None:
    sender = threading.Thread(target=_quietly(lambda: slow.send(b"x" * _BIG)), daemon=True)
    sender.start()
    sender.join(_BEFORE)
    if meanwhile:
        meanwhile()
    slow.receive(b"X" * _BIG, f"a client sent {_BIG} bytes and read them late", step)


def _quietly(act: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        with contextlib.suppress(Failed):
            act()

    return run


def mend_the_stall(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `serve(listener)`: the one with the bug forgets the rest of an answer."""
    return visit_loop(answer, answer, _visit_stalled).as_json()


def _visit_stalled(loop: Loop, address: Address) -> None:
    step = "When must a connection leave the list of writers, and when must it stay?"
    with Visitor(address) as visitor:
        visitor.expect("hello", "HELLO", "a client sent 5 bytes")

        def ask_often() -> None:  # each answer lets a turn pass, and the bytes need some time
            enough = time.monotonic() + _MEANWHILE
            for turn in itertools.count():
                if turn >= 100 and time.monotonic() > enough:
                    return
                visitor.expect("me too", "ME TOO", "another client did not read its long answer")

        with Visitor(address) as slow:
            _read_late(slow, step, ask_often)
            loop.expect_rest(
                "everything was sent",
                "A connection with nothing to send must not be watched for writing.",
            )
        with Visitor(address) as later:
            later.expect("later", "LATER", "the one with the long answer had left")
