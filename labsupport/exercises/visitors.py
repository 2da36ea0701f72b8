"""Clients that visit a learner's server and say, at the first thing that is wrong, what it was."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType

import gevent
from gevent import socket as gsocket

from labsupport.exercises.verdicts import RIGHT, Failed, Verdict, wrong
from labsupport.network.address import Address

PATIENCE = 2.5  # seconds for a reply
QUIET = 0.15  # seconds in which nothing may come
VISIT = 15.0  # seconds for all visits together


@dataclass
class Server:
    """What is known of the learner's server while it is visited.

    Attributes:
        path: the file of the answer.
        handlers: the greenlets of its handlers, where the probe starts them.
        errors: (type, message) of each exception that came out of a greenlet.
        lines: for each of them, the line of the answer where it was raised.
    """

    path: str
    handlers: list[gevent.Greenlet] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def wait_for_handlers(self) -> None:
        """Wait, for a while, until all handlers have ended."""
        self._until(lambda: all(handler.dead for handler in self.handlers))

    def wait_for(self, count: int) -> None:
        """Wait until so many handlers have run to the point where they wait for their client."""
        self._until(lambda: len(self.handlers) >= count)
        time.sleep(QUIET)

    def _until(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done() and time.monotonic() < deadline:
            time.sleep(0.01)


class Visitor:
    """A client on a plain socket; its methods raise Failed when the server is wrong."""

    def __init__(self, address: Address) -> None:
        self._socket = socket.create_connection(address, timeout=PATIENCE)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        """Send all of it, as long as the server takes it."""
        try:
            self._socket.sendall(data)
        except TimeoutError:
            raise Failed(
                f"the server stopped to take what a client sent ({len(data)} bytes).",
                "Keep receiving while the connection is open.",
            ) from None
        except OSError:  # what comes back, or does not, will tell
            return

    def pause(self) -> None:
        """Give the server time to receive what was sent so far by itself."""
        time.sleep(0.05)

    def expect(self, text: str, reply: str, occasion: str) -> None:
        """Send a text and verify the reply."""
        self.send(text.encode())
        self.receive(reply.encode(), occasion, "Look at what recv brought, and what was sent back.")

    def receive(self, reply: bytes, occasion: str, step: str) -> None:
        """Verify that exactly this reply comes."""
        got = bytearray()
        ending = ""
        try:
            while len(got) < len(reply) and reply.startswith(got[:1000]):
                data = self._socket.recv(1 << 16)
                if not data:
                    ending = ", then the server closed the connection"
                    break
                got += data
        except TimeoutError:
            ending = ", then nothing more"
        except OSError:
            ending = ", then the connection was reset"
        if got != reply:
            raise Failed(f"{occasion}; {_told(bytes(got), reply)}{ending}.", step)

    def expect_nothing(self, what: str, step: str) -> None:
        """Verify that nothing comes for a moment, and that the connection stays."""
        self._socket.settimeout(QUIET)
        try:
            data = self._socket.recv(1000)
        except TimeoutError:
            return
        except OSError:
            data = b""
        finally:
            self._socket.settimeout(PATIENCE)
        if data:
            raise Failed(f"{what}: {data[:40]!r}.", step)
        raise Failed(
            "a client that only waited was sent away.", "Let it wait: do not close its connection."
        )

    def half_close(self) -> None:
        """Say that nothing more will be sent (FIN), and go on reading."""
        self._socket.shutdown(socket.SHUT_WR)

    def expect_end(self) -> None:
        """Verify that the server closes its side."""
        try:
            if self._socket.recv(100) == b"":
                return
        except OSError:
            pass
        raise Failed(
            "the client sent no more (end of file), but the server kept the connection open.",
            "recv returns b'' at the end: leave the loop and close the connection, best by `with`.",
        )

    def reset(self) -> None:
        """Break the connection with RST (SO_LINGER of 0 seconds, man 7 socket)."""
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._socket.close()

    def close(self) -> None:
        """Leave politely."""
        self._socket.close()

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _told(got: bytes, reply: bytes) -> str:
    if not got:
        return "no reply came"
    if len(reply) > 100:
        if reply.startswith(got):
            return f"{len(got)} of {len(reply)} bytes came back"
        return f"the {len(got)} bytes that came back were not the right ones"
    return f"the reply was {got!r} instead of {reply!r}"


def try_server(
    server: Server,
    serve: Callable[[gsocket.socket], object],
    visit: Callable[[Server, Address], None],
) -> Verdict:
    """Run a server on greenlets, let clients visit it from a thread, and return the verdict.

    Args:
        server: filled with what is seen of the server's greenlets.
        serve: called with a listening socket of gevent's; should serve for ever.
        visit: called in a thread; raises Failed at the first thing that is wrong.
    """
    _collect_errors(server)
    found: list[Verdict] = []
    with gsocket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50)
        address: Address = listener.getsockname()
        serving = gevent.spawn(serve, listener)

        def run() -> None:
            try:
                visit(server, address)
                found.append(RIGHT)
            except Failed as failed:
                found.append(wrong(failed.reason, failed.step))
            except OSError as error:
                found.append(
                    wrong(
                        f"a client could not connect ({type(error).__name__}).",
                        "Keep accepting, and leave the listening socket open.",
                    )
                )

        visiting = threading.Thread(target=run, daemon=True, name="visitors")
        visiting.start()
        deadline = time.monotonic() + VISIT
        while visiting.is_alive() and time.monotonic() < deadline:
            gevent.sleep(0.01)
        verdict = found[0] if found else wrong("the clients were not served in time.", "")
        if verdict.state == "wrong":
            verdict = _with_cause(verdict, server, serving)
        for greenlet in (serving, *server.handlers):
            with contextlib.suppress(Exception):
                greenlet.kill(block=False)
    return verdict


def _collect_errors(server: Server) -> None:
    """Note what comes out of greenlets instead of printing it."""

    def note(context: object, kind: type, value: object, trace: TracebackType | None) -> None:
        if isinstance(value, gevent.GreenletExit):
            return
        server.errors.append((kind.__name__, str(value)))
        frames = [f for f in traceback.extract_tb(trace) if f.filename == server.path]
        server.lines.append((frames[-1].line or "") if frames else "")

    gevent.get_hub().handle_error = note


def _with_cause(verdict: Verdict, server: Server, serving: gevent.Greenlet) -> Verdict:
    """Add what is known of the server: an exception of a greenlet, or a server that ended."""
    reason = verdict.reason
    errors = [
        (kind, message, line)
        for (kind, message), line in zip(server.errors, server.lines, strict=True)
        if message != "boom"
        and f"{kind}: " not in reason
        # Broken connections may come from the visitor, who left at the first fault.
        and kind not in ("ConnectionResetError", "BrokenPipeError")
    ]
    if errors:
        kind, message, line = errors[0]
        error = f"{kind}: {message}" if message else kind
        place = f" at the line `{line}`" if line else ""
        reason += f" In the server, {error} was raised{place}."
    elif serving.dead:
        reason += " The server function had returned."
    return Verdict(verdict.state, reason, verdict.next_step)
