"""Many clients in one thread, for a server that is watched: polite, slow, silent and rude ones.

The thread of the probe moves all their bytes. It waits until something is true, and gives up as
soon as it is certain that it will not be: the server rests, and nothing is on its way.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import time
from collections.abc import Callable

from labsupport.exercises.selector_watch import Answer, Watched
from labsupport.exercises.verdicts import RIGHT, Failed, Verdict, wrong

SPINNING = 200  # turns with nothing to do
_PATIENCE = 2.0  # seconds in which no byte moves
_STILL = 0.5  # the same while the server rests: a window may open late (man 7 tcp)
_LOOK = 0.02
_PART = 1 << 16


class Client:
    """One client.

    Attributes:
        heard: what has come.
        to_say: what is not sent yet.
        reads: whether it takes what comes.
        step: how many bytes it sends at most in one piece.
        ended: "", "closed" or "reset": how the server ended the connection.
    """

    def __init__(self, server: Watched) -> None:
        self.socket = socket.create_connection(server.listener.getsockname(), timeout=5)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard, self.to_say = bytearray(), bytearray()
        self.reads, self.step, self.ended = True, _PART, ""

    @property
    def wishes(self) -> int:
        """What its socket is watched for."""
        if self.ended:
            return 0
        return selectors.EVENT_READ * self.reads | selectors.EVENT_WRITE * bool(self.to_say)

    def move(self, events: int) -> bool:
        """Send and receive what is possible; return whether anything has moved."""
        moved = 0
        try:
            if events & selectors.EVENT_WRITE:
                moved = self.socket.send(self.to_say[: self.step])
                del self.to_say[:moved]
            if events & selectors.EVENT_READ:
                data = self.socket.recv(_PART)
                self.heard += data
                self.ended = "" if data else "closed"
                moved += 1
        except BlockingIOError:
            pass
        except OSError:
            self.ended = "reset"
        return moved > 0 or bool(self.ended)

    def reset(self) -> None:
        """Break the connection with RST (SO_LINGER of 0 seconds, man 7 socket)."""
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.socket.close()

    def close(self) -> None:
        """Leave politely."""
        self.socket.close()


class Crowd:
    """All clients of one server."""

    def __init__(self, server: Watched) -> None:
        self.server = server
        self._clients: list[Client] = []
        self._joined = 0

    def join(self, count: int = 1) -> list[Client]:
        """Let so many clients connect, and wait until the server has taken them all.

        Raises Failed when it does not.
        """
        new = [Client(self.server) for _ in range(count)]
        self._clients += new
        self._joined += count
        if not self.until(lambda: self.server.listener.accepted >= self._joined):
            raise Failed(
                f"{self._joined} clients came, and the server accepted "
                f"{self.server.listener.accepted} of them.",
                "One client ended the server for all: mend this first."
                if self.server.dead
                else "Register the listener for reading, and accept whenever it is ready.",
            )
        self.settle("clients came")
        return new

    def until(self, true: Callable[[], bool]) -> bool:
        """Move bytes until something is true; return False when it will not become so."""
        # Made anew each time: the server's thread may have clients sent away at any moment.
        last, turns = time.monotonic(), -1
        while not true():
            now = time.monotonic()
            if self._move():
                last = now
                continue
            idle = self.server.dead or (self.server.resting and self.server.turns == turns)
            turns = self.server.turns
            if now - last > (_STILL if idle else _PATIENCE):
                return False
        return True

    def _move(self, wait: float = _LOOK) -> bool:
        self._clients = [one for one in self._clients if one.socket.fileno() != -1]
        with selectors.DefaultSelector() as selector:
            for client in self._clients:
                if client.wishes:
                    selector.register(client.socket, client.wishes, client)
            if not selector.get_map():
                time.sleep(wait / 10)
                return False
            moved = [key.data.move(events) for key, events in selector.select(wait)]
            return any(moved)  # all of them have moved, not only up to the first

    def settle(self, occasion: str, step: str = "Ask only for what you can use now.") -> None:
        """Wait until the server rests. Raises Failed when it does not, with nothing to do."""
        server, before = self.server, self.server.turns
        self.until(
            lambda: (
                (not self._move(0) and server.resting)
                or server.dead
                or server.turns - before > SPINNING
            )
        )
        if server.dead:
            return  # what the clients hear, or do not, will tell
        if not server.selectors:
            raise Failed(
                "the server has made no selector.", "selectors.DefaultSelector() makes one."
            )
        turns = server.turns - before
        if turns > SPINNING or (turns > 1 and not server.resting):
            often = f"more than {SPINNING}" if turns > SPINNING else turns
            raise Failed(
                f"{occasion}, and with nothing to do the loop went round {often} times.", step
            )
        if not server.resting:
            raise Failed(
                f"{occasion}, and the server did not come back to its selector.",
                "The selector is the only place where a loop may wait.",
            )

    def leave(self) -> None:
        """Let all clients leave politely."""
        for client in self._clients:
            client.close()
        self._clients = []


def visit(
    answer: Answer, serve: Callable[[Watched], object], act: Callable[[Crowd], None]
) -> Verdict:
    """Run a server, let clients act, and return the verdict.

    Args:
        answer: the learner's function.
        serve: called with the server, which has a listener; should serve for ever.
        act: raises Failed at the first thing that is wrong.
    """
    server = Watched(answer, serve)
    crowd = Crowd(server)
    try:
        act(crowd)
    except Failed as failed:
        state = server.state()
        crowd.leave()
        return wrong(f"{failed.reason} {state}".rstrip(), failed.step)
    except OSError as error:
        with contextlib.suppress(OSError):
            crowd.leave()
        name = type(error).__name__
        return wrong(
            f"a client could not connect or send ({name}). {server.state()}".rstrip(),
            "Keep accepting, and leave the listening socket open.",
        )
    return RIGHT
