"""The workers as their parent sees them: forked, chosen for a client, ended, replaced."""

# Which worker gets a client? The one with the fewest sessions, those on their way to it
# included: a burst of clients is handed over faster than any worker can report. One that has taken
# none of its clients for a second is probably stuck (stopped, or in an endless system call), so it
# comes last.
#
# When is a dead worker replaced? At once, if it lived for a while. One that dies as soon as it
# is started would die again: it waits, twice as long each time (exponential backoff), so that a
# mistake that kills every worker costs a line in the log now and then, and not a processor.
#
# How does the parent know? Its end of the channel is at end of file: the kernel closes a dead
# process's descriptors, however it died. Nothing has to be said for that, and no signal is needed.

from __future__ import annotations

import multiprocessing
import signal
import socket
import time
from collections import deque
from typing import Final

from ftp_project.server.core import log
from ftp_project.server.process.workers.channel import Channel
from ftp_project.server.process.workers.worker_process import WorkerSetup, run_worker

#: one that has lived for so many seconds did not die of how it was started
LONG: Final = 2.0
#: seconds before one that died sooner is replaced: at first, and at most; doubled each time
PAUSE, LONGEST_PAUSE = 0.1, 30.0
#: seconds after which a worker that receives none of its clients is taken for stuck
STUCK: Final = 1.0
#: seconds that workers have to end when they are told to end at once
END_TIMEOUT: Final = 10.0


class Worker:
    """One worker, as its parent sees it."""

    def __init__(self, process: multiprocessing.process.BaseProcess, channel: Channel) -> None:
        self.process = process
        self.channel = channel
        self.began = time.monotonic()
        #: clients that it was given; that it had received when we last looked, and when it moved
        self.given = self.received = 0
        self.moved = self.began
        #: the beginning of a report
        self.unread = b""


class WorkerPool:
    """As many workers as the setup asks for, numbered from 0; a place may be empty for a while."""

    def __init__(self, setup: WorkerSetup, listeners: list[socket.socket]) -> None:
        self.setup = setup
        #: accepted, and not assigned to a worker yet
        self.unassigned: deque[socket.socket] = deque()
        #: how many workers have died and were, or will be, replaced
        self.replaced = 0
        self._listeners = listeners
        self._clock = time.monotonic
        # "fork" by name: from Python 3.14 on it is no longer the default, and a child made by
        # "spawn" would inherit neither the sockets nor the shared memory.
        self._fork = multiprocessing.get_context("fork")
        count = setup.config.workers
        self.workers: list[Worker | None] = [None] * count
        self._due = [0.0] * count
        self._short_lives = [0] * count
        self._last = 0

    # ------------------------------------------------------------------ forking

    def fill(self) -> None:
        """Fork a worker for each place that is empty, when its time has come.

        The parent must have no loop and no thread now.
        """
        for number, worker in enumerate(self.workers):
            if worker is None and self._due[number] <= self._clock():
                try:
                    self.workers[number] = self._make(number)
                except OSError as error:
                    log.error("cannot start worker %d: %s", number + 1, error.strerror)
                    self._due[number] = self._clock() + PAUSE * 10

    def _make(self, number: int) -> Worker:
        channel = Channel()

        def begin() -> None:
            # What is the parent's is closed: a copy would keep a listener open after the parent has
            # closed it, and hide from the others that their parent is gone.
            for sock in (*self._listeners, *self.unassigned):
                sock.close()
            for other in self.workers:
                if other is not None:
                    other.channel.close()
            self.setup.observability.leave_to_parent()
            run_worker(self.setup, number, channel)

        # Daemonic: should the parent end by an exception, multiprocessing ends its children.
        process = self._fork.Process(target=begin, name=f"worker {number + 1}", daemon=True)
        try:
            process.start()
        except OSError:
            channel.close()
            raise
        finally:
            channel.keep_parent()
        return Worker(process, channel)

    def next_due(self) -> float | None:
        """Return when the next worker is to be forked, in the clock's time."""
        empty = (place for place, worker in enumerate(self.workers) if worker is None)
        return min((self._due[place] for place in empty), default=None)

    # ------------------------------------------------------------------ clients

    def assign(self, client: socket.socket) -> bool:
        """Give a client to the worker with the fewest, or the next one; False if none takes it."""
        tried: list[int] = []
        while (number := self._idlest(tried)) is not None:
            worker = self.workers[number]
            if worker is not None and worker.channel.hand_over(client):
                worker.given += 1
                self._last = number
                return True
            tried.append(number)
        return False

    def _idlest(self, tried: list[int]) -> int | None:
        """Return the worker with the fewest clients, those on their way to it included.

        One that has not moved for a while, with clients on their way to it, comes last.
        """
        shared, count, now = self.setup.shared, len(self.workers), self._clock()
        found, best = None, (True, 0)
        for place in range(self._last + 1, self._last + 1 + count):
            number = place % count  # in turn, when they have equally many
            worker = self.workers[number]
            if worker is None or number in tried:
                continue
            received = shared.received[number][0]
            on_the_way = worker.given - received
            if not on_the_way or received != worker.received:
                worker.received, worker.moved = received, now
            load = now - worker.moved > STUCK, shared.sessions_of(number) + on_the_way
            if found is None or load < best:
                found, best = number, load
        return found

    def order(self, order: bytes) -> None:
        """Tell all workers something."""
        for worker in self.workers:
            if worker is not None:
                try:
                    worker.channel.orders.send(order)
                except OSError:  # it is dead, or does not listen any more: its end is noticed
                    continue

    # ------------------------------------------------------------------ the end

    def note_end(self, number: int, expected: bool) -> None:
        """Note that a worker has ended, and decide when another one takes its place."""
        worker = self.workers[number]
        assert worker is not None
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join()
        pid, status = worker.process.pid, worker.process.exitcode
        worker.process.close()
        worker.channel.close()
        sessions = self.setup.shared.sessions_of(number)
        self.setup.shared.forget(number)
        self.workers[number] = None
        if expected:
            return
        self.replaced += 1
        now = self._clock()
        short = now - worker.began < LONG
        times = self._short_lives[number] = self._short_lives[number] + 1 if short else 0
        pause = min(PAUSE * 2 ** min(times, 20) / 2, LONGEST_PAUSE) if times else 0.0
        self._due[number] = now + pause
        log.warning(
            "worker %d (process %d) %s, and %d sessions with it; %s",
            number + 1,
            pid,
            _describe_end(status),
            sessions,
            f"it was the {times}. early end in a row: the next one starts in {pause:g} s"
            if times > 1
            else "another one takes its place",
        )

    def end_all(self) -> None:
        """End all workers at once; those that do not end are killed."""
        deadline = self._clock() + END_TIMEOUT
        workers = [worker for worker in self.workers if worker is not None]
        for worker in workers:
            worker.channel.close()
        for worker in workers:
            worker.process.join(max(0.0, deadline - self._clock()))
            if worker.process.is_alive():
                log.warning("process %d does not end: killed", worker.process.pid)
                worker.process.kill()
                worker.process.join()
        self.workers = [None] * len(self.workers)


def _describe_end(status: int | None) -> str:
    if status is not None and status < 0:
        try:
            return f"was ended by {signal.Signals(-status).name}"
        except ValueError:
            return f"was ended by signal {-status}"
    return f"ended with status {status}"
