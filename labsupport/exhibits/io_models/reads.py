"""Watch one read of a socket, call by call, and draw where its two phases were spent.

A read has two phases: waiting until data is in the kernel's buffer of the socket, and copying it
into the program's memory (Stevens, Fenner, Rudoff, "UNIX Network Programming", vol. 1, 6.2). A
model of input is a function `model(connection, watch)` that returns what it has read, makes its
system calls through `watch.call` and does its own work with `watch.work`.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

SIZE = 32_768  # bytes: one segment on the loopback interface, so they arrive at once
Outcome = Literal["data", "again", "other"]

# What each model does where it exists, for systems that lack it: stored outputs stay the same.
KNOWN = {
    "signal_driven": "awake, then a signal comes; its own call copies",
    "completion": "awake; the kernel copies by itself",
}


class NotOfferedError(RuntimeError):
    """This system lacks what a model of input needs; the message says what."""


@dataclass(frozen=True)
class Call:
    """One system call: begin and end in seconds (time.perf_counter), and how it ended.

    Attributes:
        outcome: "data" (it brought bytes), "again" (EAGAIN: none there yet) or "other".
        may_sleep: False for a call on a socket that does not block.
    """

    name: str
    start: float
    end: float
    outcome: Outcome
    may_sleep: bool


class ReadWatch:
    """What happened during one read.

    Attributes:
        name: the model's name.
        calls: every system call, in order.
        works: begin and end of each piece of the program's own work.
        signals: when a signal's handler ran.
        sent: when the other side sent the data; the end of the first phase.
        end: when the program had it.
        missing: what this system lacks, or "".
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls: list[Call] = []
        self.works: list[tuple[float, float]] = []
        self.signals: list[float] = []
        self.sent = 0.0
        self.end = 0.0
        self.missing = ""
        self.begun = threading.Event()

    def call(self, name: str, function: Callable[..., Any], *args: Any) -> Any:
        """Make a system call and record it; what it returns or raises comes through."""
        owner = getattr(function, "__self__", None)
        may_sleep = not (isinstance(owner, socket.socket) and owner.gettimeout() == 0)
        outcome: Outcome = "other"
        start = time.perf_counter()
        self.begun.set()
        try:
            value = function(*args)
            outcome = "data" if isinstance(value, bytes) and value else "other"
            return value
        except BlockingIOError:
            outcome = "again"
            raise
        finally:
            self.calls.append(Call(name, start, time.perf_counter(), outcome, may_sleep))

    def work(self, seconds: float = 0.002) -> None:
        """Compute for a moment: the program's own work, which has nothing to do with the read."""
        start = time.perf_counter()
        self.begun.set()
        while time.perf_counter() < start + seconds:
            sum(range(100))
        self.works.append((start, time.perf_counter()))

    def signal(self, *_: object) -> None:
        """Note that a signal has come; may be used as its handler."""
        self.signals.append(time.perf_counter())

    @property
    def start(self) -> float:
        """When the first call or piece of work began."""
        begins = [call.start for call in self.calls] + [start for start, _ in self.works]
        return min(begins, default=0.0)

    @property
    def again(self) -> int:
        """How many calls came back with EAGAIN."""
        return sum(call.outcome == "again" for call in self.calls)

    @property
    def sleeper(self) -> str:
        """The name of the call that slept until the data came, or ""."""
        for call in self.calls:
            if call.may_sleep and call.start < self.sent < call.end:
                return call.name
        return ""

    @property
    def copied_by_call(self) -> bool:
        """Whether a call of the program copied the data; else the kernel did it unasked."""
        return any(call.outcome == "data" for call in self.calls)

    @property
    def steps(self) -> str:
        """The calls in order; many of one kind in a row are "again and again"."""
        words: list[str] = []
        for call in self.calls:
            word = f"{call.name}: EAGAIN" if call.outcome == "again" else call.name
            if not words or words[-1].removesuffix(", again and again") != word:
                words.append(word)
            elif not words[-1].endswith("again"):
                words[-1] = f"{word}, again and again"
        return " → ".join(words)

    def __repr__(self) -> str:
        """Say who sleeps and who copies: the same words on every machine."""
        if self.missing:
            return KNOWN.get(self.name, self.missing)
        if not self.copied_by_call:
            return "awake; the kernel copies by itself"
        if self.signals:
            return "awake, then a signal comes; its own call copies"
        if not self.sleeper:
            return "awake, asks again and again; its own call copies"
        same = self.sleeper == next(c.name for c in self.calls if c.outcome == "data")
        copier = "the same call copies" if same else "a second call copies"
        return f"asleep in {self.sleeper}; {copier}"


def connected_pair() -> tuple[socket.socket, socket.socket]:
    """Return both ends of a TCP connection on the loopback interface."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        far, _ = listener.accept()
    far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return near, far


def watch_read(model: Callable[[socket.socket, ReadWatch], bytes], delay: float = 0.1) -> ReadWatch:
    """Let a model read what another thread sends `delay` seconds after the model's first step.

    Raises RuntimeError when the model did not return all that was sent. A model that raises
    `NotOfferedError` comes back with `missing` set.
    """
    watch = ReadWatch(model.__name__)
    near, far = connected_pair()
    message = bytes(range(256)) * (SIZE // 256)
    over = threading.Event()

    def send() -> None:
        watch.begun.wait()
        if not over.wait(delay):
            watch.sent = time.perf_counter()
            far.sendall(message)

    sender = threading.Thread(target=send)
    with near, far:
        sender.start()
        try:
            data = model(near, watch)
            copied = [call.end for call in watch.calls if call.outcome == "data"]
            watch.end = max(copied or [end for _, end in watch.works] or [time.perf_counter()])
        except NotOfferedError as error:
            watch.missing, data = str(error), message
        finally:
            over.set()
            watch.begun.set()
            sender.join()
    if data != message:
        raise RuntimeError(
            f"{watch.name} returned {len(data)} bytes, not the {len(message)} that were sent"
        )
    return watch
