"""Run a learner's server on `selectors` in a thread, and know at each moment what its loop does.

The selectors that the answer makes count their turns and say when they rest: when they wait and
nothing is ready. So a probe need not watch for some time to tell a loop that spins from one that
sleeps, nor to know that a server has done all that it will do.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import sys
import threading
import traceback
import types
import weakref
from collections.abc import Callable
from typing import Any

Answer = Callable[..., Any]

SEND_BUFFER = 16 * 1024  # of each accepted connection (Linux doubles it): answers go in parts
REST = 0.05  # seconds; a loop that looks more often than this does not rest
_KINDS = ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")


class Listener(socket.socket):
    """A listening socket on a free port that remembers which connections it has given away."""

    def __init__(self) -> None:
        super().__init__(socket.AF_INET, socket.SOCK_STREAM)
        self.accepted = 0
        self._given: list[weakref.ref[socket.socket]] = []
        # Connections inherit the size of the buffer.
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.bind(("127.0.0.1", 0))
        self.listen(100)

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection and remember it."""
        connection, address = super().accept()
        self._given.append(weakref.ref(connection))
        self.accepted += 1
        return connection, address

    def still_open(self) -> int:
        """Return how many of the accepted connections are open on the server's side."""
        given = [reference() for reference in self._given]
        return sum(one is not None and one.fileno() != -1 for one in given)


class Watched:
    """A learner's server in a thread.

    Attributes:
        turns: how often its selector was asked.
        selectors: how many selectors it made.
    """

    def __init__(self, answer: Answer, serve: Callable[[Watched], object]) -> None:
        self.turns = 0
        self.selectors = 0
        self._waiting: selectors.BaseSelector | None = None
        self.listener = Listener()
        self._path = answer.__code__.co_filename
        self._ending = ""
        self._watch_selectors(answer)
        self._thread = threading.Thread(target=self._run, args=(serve,), daemon=True)
        self._thread.start()

    def _watch_selectors(self, answer: Answer) -> None:
        """Let the answer's module and the probe make selectors that count, by any name."""
        instead: dict[object, object] = {}
        for name in _KINDS:
            if kind := getattr(selectors, name, None):
                instead[kind] = self._counting(kind)
        default = instead[selectors.DefaultSelector]
        module = types.ModuleType("selectors")
        vars(module).update(vars(selectors), DefaultSelector=default)
        vars(module).update({kind.__name__: new for kind, new in instead.items()})  # type: ignore[attr-defined]
        instead[selectors] = module
        names = answer.__globals__
        for name, value in list(names.items()):
            if isinstance(value, type | types.ModuleType) and value in instead:
                names[name] = instead[value]
        self.make_selector: Callable[[], selectors.BaseSelector] = default  # type: ignore[assignment]

    def _counting(self, kind: type[Any]) -> type[Any]:
        watched = self

        class Counting(kind):  # type: ignore[misc]
            """The selector, and what is known of it."""

            def __init__(self) -> None:
                super().__init__()
                watched.selectors += 1

            def select(self, timeout: float | None = None) -> Any:
                watched.turns += 1
                if found := super().select(0):
                    return found
                if timeout is None or timeout > REST:
                    watched._waiting = self
                try:
                    return super().select(timeout)
                finally:
                    watched._waiting = None

        return Counting

    def _run(self, serve: Callable[[Watched], object]) -> None:
        try:
            serve(self)
            self._ending = "The server function had returned."
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            lines = [frame.line for frame in frames if frame.filename == self._path and frame.line]
            place = f" at the line `{lines[-1]}`" if lines else ""
            text = f": {error}" if str(error) and "socket.socket" not in str(error) else ""
            self._ending = f"The server was dead: {type(error).__name__}{text}{place}."

    @property
    def dead(self) -> bool:
        """Whether the server has ended."""
        return bool(self._ending)

    @property
    def resting(self) -> bool:
        """Whether the server waits in its selector, and nothing that it watches is ready."""
        turns, waiting = self.turns, self._waiting
        if waiting is None:
            return False
        with selectors.DefaultSelector() as other:
            # Its thread may have been woken just now, and change what we read.
            with contextlib.suppress(OSError, ValueError, KeyError, RuntimeError, TypeError):
                for key in list(waiting.get_map().values()):
                    other.register(key.fd, key.events)
            ready = other.get_map() and other.select(0)
        return not ready and self._waiting is waiting and self.turns == turns

    def state(self) -> str:
        """Return what the server does now, in words; "" if it waits for its sockets."""
        if self._ending or self.resting:
            return self._ending
        frame = sys._current_frames().get(self._thread.ident or 0)
        lines = [
            found.line
            for found in traceback.extract_stack(frame)
            if found.filename == self._path and found.line
        ]
        return f"The server was at the line `{lines[-1]}`." if lines else ""
