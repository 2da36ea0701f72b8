"""Probes of lesson 11: sockets that notice how they are read, and a peer that sends when asked.

What comes is sent at the moment when the answer waits for it, see `waiting_watch`: no probe here
depends on a clock.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from labsupport.exercises.verdicts import RIGHT, Verdict, fault_in_value, wrong
from labsupport.exercises.waiting_watch import MOST, Scene, is_readable

Answer = Callable[..., Any]
_ENDLESS = 200


class _EndError(Exception):
    """The answer is stopped here; the verdict says why."""

    def __init__(self, reason: str, next_step: str) -> None:
        super().__init__(reason)
        self.verdict = wrong(reason, next_step)


class NoticingSocket(socket.socket):
    """A socket that tells by which thread it was read, and how often after its end.

    Attributes:
        scene: is told when nothing is there to be read.
        other_thread: whether another thread than the one that made it has read it.
        ends_seen: how often reading brought the end of the connection.
        may_sleep: whether it may be read while it blocks and nothing is there.
    """

    def __init__(self, end: socket.socket) -> None:
        super().__init__(end.family, end.type, end.proto, fileno=end.detach())
        self.scene: Scene | None = None
        self.other_thread = False
        self.ends_seen = 0
        self.may_sleep = True
        self._home = threading.get_ident()

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Receive, and notice how."""
        if threading.get_ident() != self._home:
            self.other_thread = True
        self._before_reading(flags)
        data = super().recv(size, flags)
        if not data:
            self.ends_seen += 1
            if self.ends_seen > _ENDLESS:
                raise _EndError(
                    "the other side had ended the connection, and recv was called again and "
                    "again: it returned b'' each time.",
                    'b"" is the end of the connection: nothing will come after it.',
                )
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        """Receive into a buffer, as `makefile` does, and notice it too."""
        self._before_reading(flags)
        return super().recv_into(buffer, nbytes, flags)

    def _before_reading(self, flags: int) -> None:
        seconds = 0 if flags & getattr(socket, "MSG_DONTWAIT", 0) else self.gettimeout()
        if not self.may_sleep and seconds != 0 and not is_readable(self):
            raise _EndError(
                "recv was called while nothing was there, on a socket that waits: it sleeps, "
                "and no work is done.",
                "setblocking(False) makes recv come back at once, with a BlockingIOError.",
            )
        while self.scene and not is_readable(self) and self.scene.asked_in_vain(seconds):
            pass


def _pair() -> tuple[NoticingSocket, socket.socket]:
    near, far = socket.socketpair()
    return NoticingSocket(near), far


def _run(judgement: Callable[[], Verdict | None]) -> Verdict | None:
    try:
        return judgement()
    except _EndError as error:
        return error.verdict


def _spin_fault(scene: Scene, name: str) -> Verdict | None:
    if not scene.spun:
        return None
    return wrong(
        f"nothing was there, and {name} asked {MOST} times whether something had come: it spins.",
        "Sleep in one place: select without a time limit returns when there is something to read.",
    )


def read_as_they_come(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `read_as_they_come(connections)`: in the order in which messages were sent."""
    order, count = [2, 0, 3, 1], 4
    return (_run(lambda: _judge_arrivals(answer, order, count)) or RIGHT).as_json()


def _judge_arrivals(answer: Answer, order: list[int], count: int) -> Verdict | None:
    pairs = [_pair() for _ in range(count)]
    near = [pair[0] for pair in pairs]
    scene = Scene(
        *(partial(pairs[n][1].sendall, b"from %d" % n) for n in order),
        is_there=lambda: any(is_readable(each) for each in near if each.fileno() != -1),
    )
    for connection in near:
        connection.scene = scene
    with scene:
        value = answer(list(near))
    elsewhere = any(connection.other_thread for connection in near)
    _close(pairs)
    if fault := fault_in_value(value, "read_as_they_come", "the list of (index, message)"):
        return fault
    expected = [(index, b"from %d" % index) for index in order]
    if elsewhere:
        return wrong(
            "a thread other than yours called recv.",
            "Let one thread wait for all: select takes a list of sockets.",
        )
    if value != expected:
        return _fault_in_arrivals(value, expected)
    return _spin_fault(scene, "read_as_they_come")


def _fault_in_arrivals(value: list[Any], expected: list[tuple[int, bytes]]) -> Verdict:
    if len(value) < len(expected):
        return wrong(
            f"{len(value)} of {len(expected)} messages were in the list when it was returned.",
            "Go on until every connection has brought its message.",
        )
    if any(not (isinstance(item, tuple) and len(item) == 2) for item in value) or any(
        not isinstance(item[0], int) for item in value
    ):
        return wrong(
            f"the list holds {type(value[0]).__name__} objects that are no pair (index, message).",
            "Append (connections.index(connection), message).",
        )
    if sorted(value) == sorted(expected):
        return wrong(
            f"the messages came on connections {[index for index, _ in expected]}, in this order; "
            f"the list has them in the order {[index for index, _ in value]}.",
            "Do not wait for one connection while another has something: ask select who is ready.",
        )
    return wrong(f"the list is {value!r}.", f"It should be {expected!r}.")


def _close(pairs: list[tuple[NoticingSocket, socket.socket]]) -> None:
    for pair in pairs:
        for end in pair:
            end.close()


def read_while_working(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `read_while_working(connection, work)`: bytes, end, and nothing to wait for."""
    for calls, message in ((5, b"news"), (0, b"old news"), (3, b"")):
        verdict = _run(lambda c=calls, m=message: _judge_working(answer, c, m))  # type: ignore[misc]
        if verdict:
            return verdict.as_json()
    return RIGHT.as_json()


def _judge_working(answer: Answer, calls: int, message: bytes) -> Verdict | None:
    near, far = _pair()
    near.may_sleep = False
    done = 0

    def bring() -> None:
        if message:
            far.sendall(message)
        else:
            far.close()

    def work() -> None:
        nonlocal done
        done += 1
        if done == calls:
            bring()
        if done > _ENDLESS:
            raise _EndError(
                f"work was called {done} times and more, although "
                f"{'data was there' if message else 'the connection had ended'}.",
                "Look again after each work(): recv returns, or raises BlockingIOError."
                if message
                else 'b"" is no "not yet": it is the end, and recv has returned it.',
            )

    if calls == 0:
        bring()
    with near, contextlib.closing(far):
        value = answer(near, work)
        blocks = near.gettimeout() is None
    was = f"data was there after {calls} calls of work" if calls else "data was there at once"
    if not message:
        was = f"the connection ended during call {calls} of work"
    if value != (message, calls):
        return wrong(
            f"{was}; read_while_working returned {value!r}.", f"It should be {(message, calls)!r}."
        )
    if not blocks:
        return wrong(
            "the socket was blocking before, and is not any more.",
            "Put it back with setblocking(True), also when an exception comes: `finally`.",
        )
    return None


def read_whole_message(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `read_message(connection, size)`: in pieces, cut short, and nothing too much."""
    cases = (
        ([b"0123456789"], "the message came in one piece"),
        ([b"01234", b"56789"], "the message came in two pieces"),
        ([b"0123456789next"], "the next message came right behind it"),
        ([b"012", b""], "the other side left after 3 of 10 bytes"),
    )
    for pieces, what in cases:
        verdict = _run(lambda p=pieces, w=what: _judge_message(answer, p, w))  # type: ignore[misc]
        if verdict:
            return verdict.as_json()
    return RIGHT.as_json()


def _judge_message(answer: Answer, pieces: list[bytes], what: str) -> Verdict | None:
    near, far = _pair()
    near.setblocking(False)
    coming = (partial(far.sendall, piece) if piece else far.close for piece in pieces)
    near.scene = scene = Scene(*coming)
    try:
        with scene:
            value = answer(near, 10)
    except BlockingIOError:
        return wrong(
            f"{what}, and BlockingIOError came out of read_message.",
            "One select is good for one recv: ask again before each.",
        )
    near.scene = None
    with near, contextlib.closing(far):
        blocks = near.gettimeout() != 0
        near.setblocking(False)
        rest = b""
        with contextlib.suppress(BlockingIOError):
            rest = near.recv(100)
    expected = b"".join(pieces)[:10]
    if value != expected:
        return wrong(f"{what}; read_message returned {value!r}.", f"It should be {expected!r}.")
    if rest != b"".join(pieces)[10:]:
        return wrong(f"{what}, and is lost.", "Never take more than what is missing.")
    if blocks:
        return wrong(
            "the socket did not block before, and now it does.",
            "Leave its mode alone, and sleep in select: an event loop needs sockets that never do.",
        )
    return _spin_fault(scene, "read_message")
