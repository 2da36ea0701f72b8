"""The parent: opens the door, hands clients to workers, replaces those that die, ends all.

It serves in turns: while all workers live it runs a loop; when one has died the loop ends, a new
worker is forked while there is no loop, and a new loop begins. Signals are blocked in between,
so none is lost. The listening sockets stay open all the time: who comes meanwhile waits.

Why the parent accepts: workers that all wait for one listening socket are all woken by each
client, and the first of them takes a whole burst. With a socket for each worker (SO_REUSEPORT) it
is chance that shares the clients, and those that wait at the socket of a stuck worker wait in
vain. Handing a client over costs some 40 µs, and the shares are even.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ftp_project.accounts.users import Users
from ftp_project.config import Config
from ftp_project.errors import UsageError, reason
from ftp_project.loop import (
    Coro,
    Loop,
    LoopError,
    Task,
    TaskCancelled,
    accept,
    close,
    join,
    recv,
    sleep,
    spawn,
)
from ftp_project.loop.watching import make_selector
from ftp_project.server import sight
from ftp_project.server.accepting import Complaints
from ftp_project.server.activation import inherited_listeners, notify
from ftp_project.server.build import make_loop, open_door
from ftp_project.server.drain import LOOK
from ftp_project.server.operation import Operation
from ftp_project.server.reload import newer_certificate, newer_users
from ftp_project.server.workers.channel import CERTIFICATE, DRAIN, REOPEN, USERS
from ftp_project.server.workers.crew import MERCY, Crew, Member
from ftp_project.server.workers.shared import Shared
from ftp_project.server.workers.worker import SIGNALS, Job

if TYPE_CHECKING:
    import ssl

#: seconds before a client is offered again, when no worker has taken it, or it cannot be accepted
PAUSE: Final = 0.05
#: seconds between two looks whether a process has ended
AWHILE: Final = 0.01


def supervise(
    config: Config,
    operation: Operation,
    tls: ssl.SSLContext | None,
    ready: Callable[[str, int], None],
    read_users: Callable[[], Users] | None,
) -> None:
    """Do what :func:`ftp_project.server.run.run` does, with ``config.workers`` processes.

    Raises :class:`UsageError` when the server cannot start.
    """
    if not hasattr(os, "fork") or not hasattr(socket, "send_fds"):
        raise UsageError("--workers needs fork() and sockets that carry descriptors: leave it out")
    try:
        make_selector(config.selector).close()
        shared = Shared(config.workers)
    except LoopError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(
            f"cannot make the memory and the lock that workers share: {reason(error)}; "
            "free some memory, or name a directory for temporary files with TMPDIR"
        ) from None
    with contextlib.closing(shared):
        listeners = inherited_listeners() or [open_door(config)]
        crew = Crew(Job(config, operation, shared, tls, read_users), listeners)
        _Supervisor(crew, listeners, ready).run()


class _Supervisor:
    def __init__(
        self, crew: Crew, listeners: list[socket.socket], ready: Callable[[str, int], None]
    ) -> None:
        self._crew = crew
        self._listeners = listeners
        self._ready = ready
        self._told = False
        host, port = listeners[0].getsockname()[:2]
        self._address: tuple[str, int] = (host, port)
        self._sights: dict[int, sight.Sight] = {}
        self._draining = self._ended = False
        self._turn: Task[None] | None = None

    def run(self) -> None:
        """Serve until a signal ends it."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            while not self._ended:
                if not self._draining:
                    self._crew.fill()
                loop = make_loop(self._crew.job.config)
                loop.run(self._serve(loop))
        finally:
            for sock in (*self._listeners, *self._crew.in_hand):
                sock.close()
            self._crew.end_all()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _serve(self, loop: Loop) -> Coro[None]:
        """One turn: serve until a worker is to be forked, or to the end of all."""
        due = self._crew.next_due()
        wait = 86_400.0 if due is None else max(0.0, due - loop.clock())
        self._turn = yield from spawn(sleep(wait), "turn")
        for signal_number, handler in zip(
            SIGNALS, (self._end, self._drain, self._reload), strict=True
        ):
            loop.on_signal(signal_number, functools.partial(handler, loop))
        for number, member in enumerate(self._crew.members):
            if member is not None:
                yield from spawn(self._listen(loop, number, member), f"worker {number + 1}")
        for listener in self._listeners:
            yield from spawn(self._accept(loop, listener), "listener")
        self._tell(loop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        try:
            if not self._draining:  # told so in the last moment of the turn before
                with contextlib.suppress(TaskCancelled):
                    yield from join(self._turn, None)
            if self._draining and not self._ended:
                yield from self._drained(loop)
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)

    def _tell(self, loop: Loop) -> None:
        """Say that clients can come; show what is to be seen."""
        host, port = self._address
        if not self._told:
            self._ready(host, port)
        job = self._crew.job
        job.operation.show(
            loop,
            f"ftp://{host}:{port}/",
            lambda: sight.join(list(self._sights.items()), sight.ROWS),
            job.shared.tallies,
            replaced=lambda: self._crew.replaced,
        )
        if not self._told:
            notify("READY=1")
        self._told = True

    # ------------------------------------------------------------------ tasks

    def _accept(self, loop: Loop, listener: socket.socket) -> Coro[None]:
        """Accept clients and hand them to workers, until cancelled."""
        complaints = Complaints(loop.clock)
        while True:
            yield from self._hand_over()
            try:
                client, _ = yield from accept(listener, None)
            except OSError as error:
                if self._draining:
                    return
                yield from complaints.wait_after(error)
                continue
            self._crew.in_hand.append(client)

    def _hand_over(self) -> Coro[None]:
        """Give away what is in hand; wait while no worker takes it."""
        in_hand = self._crew.in_hand
        while in_hand:
            if self._crew.take(in_hand[0]):
                in_hand.popleft().close()
            else:
                yield from sleep(PAUSE)

    def _listen(self, loop: Loop, number: int, member: Member) -> Coro[None]:
        """Read what a worker reports; when it has ended, see to it that it is replaced."""
        orders = member.channel.orders
        with contextlib.suppress(OSError):  # it died, and had not read all of its orders
            while data := (yield from recv(orders, 1 << 16, None)):
                *lines, member.unread = (member.unread + data).split(b"\n")
                if lines:
                    self._sights[number + 1] = sight.parse(lines[-1])
        yield from close(orders)
        deadline = loop.clock() + MERCY
        while member.process.is_alive() and loop.clock() < deadline:
            yield from sleep(AWHILE)  # it has closed everything: it is about to end
        self._sights.pop(number + 1, None)
        self._crew.lost(number, expected=self._draining)
        if self._turn is not None:
            loop.cancel(self._turn)

    # ------------------------------------------------------------------ signals

    def _end(self, loop: Loop) -> None:
        """All end at once."""
        self._ended = True
        self._stop_turn(loop)

    def _drain(self, loop: Loop) -> None:
        """All end when their transfers have; asked for twice, at once."""
        self._ended = self._draining
        self._draining = True
        self._stop_turn(loop)

    def _stop_turn(self, loop: Loop) -> None:
        notify("STOPPING=1")
        if self._turn is not None:
            loop.cancel(self._turn)

    def _reload(self, loop: Loop) -> None:
        """Read all anew, for workers to come; tell those that there are to do the same."""
        notify("RELOADING=1")
        crew, job = self._crew, self._crew.job
        job.operation.reopen()
        crew.order(REOPEN)
        tls = newer_certificate(job.config, job.tls)
        if tls is not job.tls:
            crew.order(CERTIFICATE)
        users = None if job.read_users is None else newer_users(job.read_users)
        if users is not None:
            crew.order(USERS)
            job = job._replace(config=replace(job.config, users=users))
        crew.job = job._replace(tls=tls)
        notify("READY=1")

    def _drained(self, loop: Loop) -> Coro[None]:
        """Close the door, and return when all workers have ended, or it takes too long."""
        for listener in self._listeners:
            yield from close(listener)
        self._crew.order(DRAIN)
        deadline = loop.clock() + self._crew.job.config.grace + MERCY
        while any(self._crew.members) and not self._ended and loop.clock() < deadline:
            yield from sleep(LOOK)
        self._ended = True
