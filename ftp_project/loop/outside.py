"""What comes to the loop from outside: results of threads and signals, through one wake-up pipe.

The loop sleeps in its selector. A byte in this pipe ends that sleep: zero for "a thread has
finished", any other value is the number of a signal, written by the interpreter itself
(``signal.set_wakeup_fd``).
"""

# A loop that sleeps in its selector sees sockets and nothing else. So whatever comes from elsewhere
# is made into a byte in a socket: the self-pipe trick (D. J. Bernstein, about 1990).
#
# Signals. A C signal handler may interrupt anything, so Python's only sets a flag, and the Python
# function runs later, between two instructions of the main thread. A main thread that sleeps in
# epoll_wait(2) executes none: since PEP 475 the call is even taken up again after the signal. With
# ``signal.set_wakeup_fd`` the C handler also writes the signal's number to the socket, which ends
# the sleep. Our handlers then run in the loop, where nothing else runs.
#
# Threads. Python has no way to stop one, so a call that is no longer wanted goes on to its end and
# its result is dropped. They are daemons: the process need not wait for a name server that never
# answers. Four are enough, since what they do (hashes, disks) is bound by processors and disks, not
# by waiting.

from __future__ import annotations

import contextlib
import queue
import signal
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

#: (who asked, what the call returned, what it raised)
Finished: TypeAlias = tuple[Any, Any, BaseException | None]


class WakeUp:
    """A socket pair: what is written to one end makes the loop's selector return."""

    def __init__(self) -> None:
        self.reader, self._writer = socket.socketpair()
        self.reader.setblocking(False)
        self._writer.setblocking(False)
        self._handlers: dict[int, Callable[[], None]] = {}
        self._previous: dict[int, Any] = {}

    def notify(self) -> None:
        """Wake the loop (from any thread)."""
        # Full: the loop is about to look anyway. Closed: it has ended, nobody wants to know.
        with contextlib.suppress(OSError):
            self._writer.send(b"\0")

    def on_signal(self, number: int, handler: Callable[[], None]) -> None:
        """Have ``handler()`` called by the loop, between two tasks, when signal ``number`` comes.

        Works in the main thread only (a rule of Python); raises ValueError elsewhere.
        """
        if not self._previous:
            signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        # A handler must exist, or the signal's default action would end the process; what it does
        # is done by the loop, which reads the number from the pipe.
        previous = signal.signal(number, lambda *_: None)
        self._previous.setdefault(number, previous)
        self._handlers[number] = handler

    def drain(self) -> None:
        """Empty the pipe and call the handlers of the signals found in it."""
        try:
            data = self.reader.recv(4096)
        except BlockingIOError:
            return
        for number in data:
            handler = self._handlers.get(number)
            if handler is not None:
                handler()

    def close(self) -> None:
        """Put the signals back as they were and close both ends."""
        if self._previous:
            signal.set_wakeup_fd(-1)
            for number, previous in self._previous.items():
                signal.signal(number, previous)
        self._previous.clear()
        self.reader.close()
        self._writer.close()


class Threads:
    """A few threads for calls that would block the loop: password hashes, slow directories.

    They are started when first needed and are daemons: a call that never returns cannot keep the
    process from ending.
    """

    def __init__(self, notify: Callable[[], None], most: int = 4) -> None:
        self._notify = notify
        self._most = most
        self._calls: queue.SimpleQueue[tuple[Any, Callable[[], Any]] | None] = queue.SimpleQueue()
        self._finished: deque[Finished] = deque()
        self._started = 0
        self._busy = 0

    def submit(self, asker: object, function: Callable[[], Any]) -> None:
        """Have a thread call ``function()``; its outcome turns up in ``finished``."""
        self._busy += 1
        # Started when needed: a loop that hands nothing over has no threads.
        if self._started < min(self._busy, self._most):
            self._started += 1
            name = f"run_in_thread-{self._started}"
            threading.Thread(target=self._work, name=name, daemon=True).start()
        self._calls.put((asker, function))

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            asker, function = call
            result, error = None, None
            try:
                result = function()
            except BaseException as problem:  # it belongs to the asker, whatever it is
                error = problem
            self._finished.append((asker, result, error))
            self._notify()

    def finished(self) -> list[Finished]:
        """Take out what has been finished since the last call."""
        done = []
        while self._finished:
            done.append(self._finished.popleft())
            self._busy -= 1
        return done

    def close(self) -> None:
        """Let idle threads end; a busy one ends after its call."""
        for _ in range(self._started):
            self._calls.put(None)
