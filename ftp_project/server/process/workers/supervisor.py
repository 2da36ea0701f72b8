"""The parent: listens, hands clients to workers, replaces those that die, ends all.

It serves in turns: while all workers live it runs a loop; when one has died the loop ends, a new
worker is forked while there is no loop, and a new loop begins. Signals are blocked in between,
so that none is lost. The listening sockets stay open all the time: a client that connects
meanwhile waits in their queue.

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
from ftp_project.server.observe.observability import Observability
from ftp_project.server.observe.snapshot import (
    SHOWN_ROWS,
    Snapshot,
    decode_snapshot,
    merge_snapshots,
)
from ftp_project.server.process.activation import inherited_listeners, notify
from ftp_project.server.process.drain import CHECK_INTERVAL
from ftp_project.server.process.factories import make_loop, open_listener
from ftp_project.server.process.reload import newer_certificate, newer_users
from ftp_project.server.process.workers.channel import CERTIFICATE, DRAIN, REOPEN, USERS
from ftp_project.server.process.workers.pool import END_TIMEOUT, Worker, WorkerPool
from ftp_project.server.process.workers.shared import Shared
from ftp_project.server.process.workers.worker_process import SIGNALS, WorkerSetup
from ftp_project.server.session.accept_errors import AcceptBackoff

if TYPE_CHECKING:
    import ssl

#: seconds before a client is offered again, when no worker has taken it, or it cannot be accepted
PAUSE: Final = 0.05
#: seconds between two checks whether a process has ended
POLL_INTERVAL: Final = 0.01


def supervise(
    config: Config,
    observability: Observability,
    tls: ssl.SSLContext | None,
    ready: Callable[[str, int], None],
    read_users: Callable[[], Users] | None,
) -> None:
    """Do what ``ftp_project.server.process.run.run`` does, with ``config.workers`` processes.

    Raises ``UsageError`` when the server cannot start.
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
        listeners = inherited_listeners() or [open_listener(config)]
        pool = WorkerPool(WorkerSetup(config, observability, shared, tls, read_users), listeners)
        _Supervisor(pool, listeners, ready).run()


class _Supervisor:
    def __init__(
        self, pool: WorkerPool, listeners: list[socket.socket], ready: Callable[[str, int], None]
    ) -> None:
        self._pool = pool
        self._listeners = listeners
        self._ready = ready
        self._announced = False
        host, port = listeners[0].getsockname()[:2]
        self._address: tuple[str, int] = (host, port)
        self._snapshots: dict[int, Snapshot] = {}
        self._draining = self._ended = False
        self._turn: Task[None] | None = None

    def run(self) -> None:
        """Serve until a signal ends it."""
        # Blocked signals stay pending in the kernel and are delivered once the next loop listens.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            while not self._ended:
                if not self._draining:
                    self._pool.fill()
                loop = make_loop(self._pool.setup.config)
                loop.run(self._serve(loop))
        finally:
            for sock in (*self._listeners, *self._pool.unassigned):
                sock.close()
            self._pool.end_all()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _serve(self, loop: Loop) -> Coro[None]:
        """One turn: serve until a worker is to be forked, or to the end of all."""
        due = self._pool.next_due()
        wait = 86_400.0 if due is None else max(0.0, due - loop.clock())
        self._turn = yield from spawn(sleep(wait), "turn")
        for signal_number, handler in zip(
            SIGNALS, (self._end, self._drain, self._reload), strict=True
        ):
            loop.on_signal(signal_number, functools.partial(handler, loop))
        for number, worker in enumerate(self._pool.workers):
            if worker is not None:
                yield from spawn(self._listen(loop, number, worker), f"worker {number + 1}")
        for listener in self._listeners:
            yield from spawn(self._accept(loop, listener), "listener")
        self._announce(loop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        try:
            # A signal may have come while the last loop was ending: then this turn only drains.
            if not self._draining:
                with contextlib.suppress(TaskCancelled):
                    yield from join(self._turn, None)
            if self._draining and not self._ended:
                yield from self._drained(loop)
        finally:
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)

    def _announce(self, loop: Loop) -> None:
        """Say that clients can come; show what is to be seen."""
        host, port = self._address
        if not self._announced:
            self._ready(host, port)
        setup = self._pool.setup
        setup.observability.show(
            loop,
            f"ftp://{host}:{port}/",
            lambda: merge_snapshots(list(self._snapshots.items()), SHOWN_ROWS),
            setup.shared.counters,
            replaced=lambda: self._pool.replaced,
        )
        if not self._announced:
            notify("READY=1")
        self._announced = True

    # ------------------------------------------------------------------ tasks

    def _accept(self, loop: Loop, listener: socket.socket) -> Coro[None]:
        """Accept clients and hand them to workers, until cancelled."""
        backoff = AcceptBackoff(loop.clock)
        while True:
            yield from self._hand_over()
            try:
                client, _ = yield from accept(listener, None)
            except OSError as error:
                if self._draining:
                    return
                yield from backoff.wait_after(error)
                continue
            self._pool.unassigned.append(client)

    def _hand_over(self) -> Coro[None]:
        """Assign the clients that wait; pause while no worker takes one."""
        unassigned = self._pool.unassigned
        while unassigned:
            if self._pool.assign(unassigned[0]):
                unassigned.popleft().close()
            else:
                yield from sleep(PAUSE)

    def _listen(self, loop: Loop, number: int, worker: Worker) -> Coro[None]:
        """Read what a worker reports; when it has ended, have it replaced."""
        orders = worker.channel.orders
        with contextlib.suppress(OSError):  # it died, and had not read all of its orders
            while data := (yield from recv(orders, 1 << 16, None)):
                *lines, worker.unread = (worker.unread + data).split(b"\n")
                if lines:
                    self._snapshots[number + 1] = decode_snapshot(lines[-1])
        yield from close(orders)
        deadline = loop.clock() + END_TIMEOUT
        while worker.process.is_alive() and loop.clock() < deadline:
            yield from sleep(POLL_INTERVAL)  # it has closed everything: it is about to end
        self._snapshots.pop(number + 1, None)
        self._pool.note_end(number, expected=self._draining)
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
        """Read all files again, for workers to come; order the present ones to do the same."""
        notify("RELOADING=1")
        pool, setup = self._pool, self._pool.setup
        setup.observability.reopen()
        pool.order(REOPEN)
        tls = newer_certificate(setup.config, setup.tls)
        if tls is not setup.tls:
            pool.order(CERTIFICATE)
        users = None if setup.read_users is None else newer_users(setup.read_users)
        if users is not None:
            pool.order(USERS)
            setup = setup._replace(config=replace(setup.config, users=users))
        pool.setup = setup._replace(tls=tls)
        notify("READY=1")

    def _drained(self, loop: Loop) -> Coro[None]:
        """Close the listeners, and return when all workers have ended, or it takes too long."""
        for listener in self._listeners:
            yield from close(listener)
        self._pool.order(DRAIN)
        deadline = loop.clock() + self._pool.setup.config.grace + END_TIMEOUT
        while any(self._pool.workers) and not self._ended and loop.clock() < deadline:
            yield from sleep(CHECK_INTERVAL)
        self._ended = True
