"""Probes of lesson 09: a learner's server is visited by clients of all kinds.

The server runs on greenlets in the main thread; the clients run in a thread of their own on
plain sockets, so a server that blocks cannot stop them from noticing it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gevent
from gevent import socket as gsocket

from labsupport.exercises.greenlets import Answer
from labsupport.exercises.verdicts import RIGHT, Failed, wrong
from labsupport.exercises.visitors import Server, Visitor, try_server
from labsupport.network.address import Address


def answer_lines(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `answer_lines(connection)`: one reply for each line, whatever the client does."""
    server = Server(answer.__code__.co_filename)

    def serve(listener: gsocket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            server.handlers.append(gevent.spawn(answer, connection))

    return try_server(server, serve, _visit_lines).as_json()


def _visit_lines(server: Server, address: Address) -> None:
    with Visitor(address) as visitor:
        visitor.expect("hello\n", "HELLO\n", "a line was sent")
        visitor.expect("one\ntwo\n", "ONE\nTWO\n", "two lines came in one piece")
        visitor.send(b"grue")
        visitor.expect_nothing(
            "half a line was sent, and a reply came before its end",
            "One recv is not one line: collect the bytes until the line's end is there.",
        )
        visitor.expect("zi\n", "GRUEZI\n", "a line came in two pieces")
        for piece in ("na\u00efve caf\u00e9\n".encode()[:3], "na\u00efve caf\u00e9\n".encode()[3:]):
            visitor.send(piece)
            visitor.pause()
        visitor.receive(
            "NA\u00cfVE CAF\u00c9\n".encode(),
            "a line was cut in the middle of a character",
            "Decode whole lines, not what one recv brings.",
        )
    _visit_two_at_once(address)
    with Visitor(address) as visitor:
        size = 4_000_000
        visitor.send(b"x" * size + b"\n")
        visitor.pause()
        visitor.receive(
            b"X" * size + b"\n",
            f"a line of {size + 1} bytes was sent",
            "send() may take a part only, and says how much. sendall() goes on until all is out.",
        )
        visitor.send(b"bye\n")
        visitor.half_close()
        visitor.receive(b"BYE\n", "the client had said that it sends no more, and still read", "")
        visitor.expect_end()
    _visit_and_reset(server, address)


def _visit_two_at_once(address: Address) -> None:
    with Visitor(address) as first, Visitor(address) as second:
        first.send(b"mine is ")
        first.pause()
        second.expect("yours\n", "YOURS\n", "another client had sent half a line")
        first.expect("mine\n", "MINE IS MINE\n", "two clients sent their lines in turns")


def _visit_and_reset(server: Server, address: Address) -> None:
    with Visitor(address) as visitor:
        visitor.send(b"half of a li")
        visitor.pause()
        visitor.reset()
    server.wait_for_handlers()
    if server.errors:
        name, message = server.errors[0]
        raise Failed(
            f"{name}: {message} came out of answer_lines when a client broke the connection.",
            "A reset is an ordinary end of a conversation: catch ConnectionError.",
        )
    if any(not handler.dead for handler in server.handlers):
        raise Failed(
            "a client broke its connection, and answer_lines still waits for it.",
            "Let the function return when nothing more can come.",
        )
    with Visitor(address) as visitor:
        visitor.expect("still\n", "STILL\n", "another client came after a reset")


LIMIT = 2


def serve_some(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `serve_some(listener, handle, limit)`: at once, never more, and none is lost."""
    server = Server(answer.__code__.co_filename)

    def handle(connection: gsocket.socket) -> None:
        with connection:
            connection.sendall(b"hello\n")
            if b"boom" in connection.recv(100):
                raise RuntimeError("boom")

    return try_server(
        server, lambda listener: answer(listener, handle, LIMIT), _visit_some
    ).as_json()


def _visit_some(server: Server, address: Address) -> None:
    first, second = Visitor(address), Visitor(address)
    first.receive(b"hello\n", "the first client came", "Call handle for it, in a greenlet.")
    second.receive(
        b"hello\n",
        f"a second client came while the first was there (limit {LIMIT})",
        "Let the accept loop go on while handle runs: a greenlet for each client.",
    )
    third = Visitor(address)
    third.expect_nothing(
        f"{LIMIT} clients were there, the limit, and a third one was served as well",
        "Count the places: the spawn of a Pool waits until a place is free.",
    )
    first.close()
    third.receive(
        b"hello\n",
        "a client left, and a third one was waiting",
        "A place must be given back, and the waiting client be served then.",
    )
    waiting = [second, third]
    for _ in range(LIMIT + 1):
        waiting.pop(0).send(b"boom\n")
        waiting.append(Visitor(address))
        waiting[-1].receive(
            b"hello\n",
            "handle raised an exception for one client, and another one came",
            "A handler that fails must give its place back, and must not end the accept loop.",
        )
    for visitor in waiting:
        visitor.close()


def serve_everybody(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `serve_all(listener)`: the one with the bug served one client at a time."""
    return try_server(Server(answer.__code__.co_filename), answer, _visit_everybody).as_json()


def _visit_everybody(server: Server, address: Address) -> None:
    step = "What is handed to spawn: a function, or what a function has returned already?"
    with Visitor(address) as first:
        first.expect("hello", "HELLO", "the first client came")
        with Visitor(address) as second:
            second.send(b"and me")
            second.receive(
                b"AND ME", "a second client sent a message while the first was connected", step
            )
            first.expect("still here", "STILL HERE", "a second client had come")
    for _ in range(3):
        with Visitor(address) as visitor:
            visitor.send(b"later")
            visitor.receive(b"LATER", "the first two had left, and another client came", step)


def chat_room(answer: Answer, folder: Path) -> dict[str, Any]:
    """Judge `chat(members, connection)`: all others hear each line, and nobody holds them up."""
    server = Server(answer.__code__.co_filename)
    members: set[object] = set()

    def serve(listener: gsocket.socket) -> None:
        while True:
            connection, _ = listener.accept()
            server.handlers.append(gevent.spawn(answer, members, connection))

    verdict = try_server(server, serve, _visit_room)
    if verdict == RIGHT and members:
        return wrong(
            f"everybody has left, and members still holds {len(members)}.",
            "Take out what you have put in, however the connection ends: try … finally.",
        ).as_json()
    return verdict.as_json()


def _visit_room(server: Server, address: Address) -> None:
    names = ("ada", "bob", "cleo")
    with Visitor(address) as ada, Visitor(address) as bob, Visitor(address) as cleo:
        room = dict(zip(names, (ada, bob, cleo), strict=True))
        server.wait_for(3)
        for name, speaker in room.items():
            line = f"{name} is here\n".encode()
            speaker.send(line)
            for other in room.values():
                if other is not speaker:
                    other.receive(line, f"{name} said a line", "Send it to all the others.")
            speaker.expect_nothing(
                f"{name} got an own line back", "A line goes to the others, not to its speaker."
            )
        cleo.send(b"in two ")
        cleo.pause()
        cleo.send(b"pieces\n")
        ada.receive(b"in two pieces\n", "a line came in two pieces", "Pass on whole lines.")
        bob.receive(b"in two pieces\n", "a line came in two pieces", "Pass on whole lines.")
        bob.reset()
        _flood(server, ada, cleo, address)
    server.wait_for_handlers()


def _flood(server: Server, ada: Visitor, cleo: Visitor, address: Address) -> None:
    """Let one member never read while another says more than the buffers hold."""
    line = b"y" * 49_999 + b"\n"
    with Visitor(address):
        server.wait_for(4)
        for _ in range(250):
            ada.send(line)
            cleo.receive(
                line,
                "ada said a lot, and one member never read",
                "sendall waits for a member that does not read. Give each member a bounded "
                "queue and a greenlet that empties it, and drop lines when the queue is full.",
            )
