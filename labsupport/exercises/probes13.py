"""Probes of lesson 13: a server with two faults, and a mask that follows the buffer."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from selectors import EVENT_READ
from typing import Any

from labsupport.exercises.crowd import Client, Crowd, visit
from labsupport.exercises.selector_watch import Answer, Watched
from labsupport.exercises.verdicts import Failed

_MUCH = 1_000_000
_TRIPS = 20  # questions of another client while one does not read

_LOOK_AT = "Look at what recv brought, and what was sent back."


def _expect(crowd: Crowd, client: Client, text: bytes, occasion: str, step: str = _LOOK_AT) -> None:
    """Let a client say something and verify that exactly this comes back in upper case."""
    client.heard.clear()
    client.to_say += text
    _expect_heard(crowd, client, text.upper(), occasion, step)


def _expect_heard(crowd: Crowd, client: Client, reply: bytes, occasion: str, step: str) -> None:
    crowd.until(lambda: len(client.heard) >= len(reply) or bool(client.ended))
    if client.heard == reply:
        return
    ending = f", and then the connection was {client.ended}" if client.ended else ""
    raise Failed(f"{occasion}; {_told(bytes(client.heard), reply)}{ending}.", step)


def _told(got: bytes, reply: bytes) -> str:
    if not got:
        return "no reply came"
    if len(reply) <= 100:
        return f"the reply was {got[:100]!r} instead of {reply!r}"
    if len(got) < len(reply):
        return f"{len(got)} of {len(reply)} bytes came back"
    return f"the {len(got)} bytes that came back were not the right ones"


def mend_the_selectors_server(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `serve(listener)`: one client's reset kills it, and it loses the tail of an answer."""
    return visit(answer, lambda server: answer(server.listener), _visit_mended).as_json()


def _visit_mended(crowd: Crowd) -> None:
    [ann] = crowd.join()
    _expect(crowd, ann, b"hello", "a client sent 5 bytes")
    [rude] = crowd.join()
    _expect(crowd, rude, b"half a mess", "a second client sent 11 bytes")
    rude.reset()
    who = "Who is gone: this client, or all? Catch what concerns one client where it is served."
    _expect(crowd, ann, b"still here", "another client had reset its connection", who)
    _expect_open(crowd, 1, "one of two clients has reset its connection")
    keep = "send() returns how many bytes it took. Who keeps the rest, and who asks again?"
    _read_late(crowd, ann, keep)
    [rude] = crowd.join()
    rude.reads, rude.to_say = False, bytearray(b"x" * _MUCH)
    _ask_often(crowd, ann, "another client did not read its long answer")
    rude.reset()
    occasion = "a client broke its connection while it was answered"
    _expect(crowd, ann, b"here", occasion, who)
    crowd.settle(occasion, who)
    _expect_open(crowd, 1, occasion)
    crowd.leave()
    _expect_open(crowd, 0, "all clients have left")


def _expect_open(crowd: Crowd, count: int, occasion: str) -> None:
    listener = crowd.server.listener
    if not crowd.until(lambda: listener.still_open() <= count):
        raise Failed(
            f"{occasion}, and the server has {listener.still_open()} open, not {count}.",
            "Unregister and close the connection of a client that is gone, however it went.",
        )


def _ask_often(crowd: Crowd, client: Client, occasion: str) -> None:
    """Let a client have its answers while the others' bytes go as far as they go."""
    for number in range(_TRIPS):
        _expect(crowd, client, f"me too {number}".encode(), occasion, "Never wait for one client.")


def _read_late(
    crowd: Crowd, other: Client, step: str, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Let a new client send much, read late, and get all of it, while another one is served."""
    [slow] = crowd.join()
    message = bytes(range(256)).replace(b"\n", b".") * (_MUCH // 256)
    slow.reads, slow.to_say = False, bytearray(message)
    _ask_often(crowd, other, "another client did not read its long answer")
    meanwhile()
    slow.reads = True
    occasion = f"a client sent {len(message)} bytes and read them late"
    _expect_heard(crowd, slow, message.upper(), occasion, step)
    slow.close()


def watch_only_when_needed(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `on_event(selector, connection, waiting, events)` in a server: it must not spin."""
    return visit(answer, lambda server: _serve_with(answer, server), _visit_needed).as_json()


def _serve_with(answer: Answer, server: Watched) -> None:
    listener = server.listener
    with server.make_selector() as selector:
        selector.register(listener, EVENT_READ)
        while True:
            for key, events in selector.select():
                if key.fileobj is listener:
                    connection, _ = listener.accept()
                    connection.setblocking(False)
                    selector.register(connection, EVENT_READ, bytearray())
                    continue
                assert isinstance(key.fileobj, socket.socket)
                try:
                    answer(selector, key.fileobj, key.data, events)
                except BlockingIOError:
                    continue
                except OSError:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()


_NOTHING = (
    "A connection with room is always ready for writing. Ask for that only while `waiting` "
    "holds something."
)
_ASK = "While `waiting` holds something, ask for EVENT_WRITE; and for EVENT_READ again in time."


def _visit_needed(crowd: Crowd) -> None:
    [ann] = crowd.join()
    _expect(crowd, ann, b"hello", "a client sent 5 bytes", _ASK)
    crowd.settle("a client had its answer", _NOTHING)
    _expect(crowd, ann, b"again", "the same client sent 5 more bytes", _ASK)
    crowd.settle("a client had its second answer", _NOTHING)

    def rest() -> None:
        crowd.settle("one client did not read and another was silent", _NOTHING)

    _read_late(crowd, ann, _ASK, rest)
    crowd.settle("everything was sent", _NOTHING)
    _expect(crowd, ann, b"last word", "the client with the long answer had left", _ASK)
    crowd.settle("the last answer was sent", _NOTHING)
