"""The workers that there are: forked, chosen for a client, missed, replaced."""

from __future__ import annotations

import multiprocessing
import signal
import socket
import time
from collections import deque
from typing import Final

from ftp_project.server.core import log
from ftp_project.server.process.workers.channel import Channel
from ftp_project.server.process.workers.worker_process import Job, work

#: one that has lived for so many seconds did not die of how it was started
LONG: Final = 2.0
#: seconds before one that died sooner is replaced: at first, and at most; doubled each time
PAUSE, LONGEST_PAUSE = 0.1, 30.0
#: seconds after which a worker that receives none of its clients is taken for stuck
STUCK: Final = 1.0
#: seconds that workers have to end when they are told to end at once
MERCY: Final = 10.0


class Member:
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


class Crew:
    """As many workers as the job asks for, numbered from 0; a place may be empty for a while."""

    def __init__(self, job: Job, doors: list[socket.socket]) -> None:
        self.job = job
        #: accepted, and not taken by a worker yet
        self.in_hand: deque[socket.socket] = deque()
        #: how many workers have died and were, or will be, replaced
        self.replaced = 0
        self._doors = doors
        self._clock = time.monotonic
        self._fork = multiprocessing.get_context("fork")
        count = job.config.workers
        self.members: list[Member | None] = [None] * count
        self._due = [0.0] * count
        self._short_lives = [0] * count
        self._last = 0

    # ------------------------------------------------------------------ forking

    def fill(self) -> None:
        """Fork a worker for each place that is empty, when its time has come.

        The parent must have no loop and no thread now.
        """
        for number, member in enumerate(self.members):
            if member is None and self._due[number] <= self._clock():
                try:
                    self.members[number] = self._make(number)
                except OSError as error:
                    log.error("cannot start worker %d: %s", number + 1, error.strerror)
                    self._due[number] = self._clock() + PAUSE * 10

    def _make(self, number: int) -> Member:
        channel = Channel()

        def begin() -> None:
            # What is the parent's is closed: a copy would keep a door open after the parent has
            # closed it, and hide from the others that their parent is gone.
            for sock in (*self._doors, *self.in_hand):
                sock.close()
            for other in self.members:
                if other is not None:
                    other.channel.close()
            self.job.operation.leave_show()
            work(self.job, number, channel)

        process = self._fork.Process(target=begin, name=f"worker {number + 1}", daemon=True)
        try:
            process.start()
        except OSError:
            channel.close()
            raise
        finally:
            channel.keep_parent()
        return Member(process, channel)

    def next_due(self) -> float | None:
        """Return when the next worker is to be forked, in the clock's time."""
        empty = (place for place, member in enumerate(self.members) if member is None)
        return min((self._due[place] for place in empty), default=None)

    # ------------------------------------------------------------------ clients

    def take(self, client: socket.socket) -> bool:
        """Give a client to the worker with the fewest, or the next one; False if none takes it."""
        tried: list[int] = []
        while (number := self._idlest(tried)) is not None:
            member = self.members[number]
            if member is not None and member.channel.hand_over(client):
                member.given += 1
                self._last = number
                return True
            tried.append(number)
        return False

    def _idlest(self, tried: list[int]) -> int | None:
        """Return the worker with the fewest clients, those on their way to it included.

        One that has not moved for a while, with clients on their way to it, comes last.
        """
        shared, count, now = self.job.shared, len(self.members), self._clock()
        found, best = None, (True, 0)
        for place in range(self._last + 1, self._last + 1 + count):
            number = place % count  # in turn, when they have equally many
            member = self.members[number]
            if member is None or number in tried:
                continue
            received = shared.received[number][0]
            on_the_way = member.given - received
            if not on_the_way or received != member.received:
                member.received, member.moved = received, now
            load = now - member.moved > STUCK, shared.sessions_of(number) + on_the_way
            if found is None or load < best:
                found, best = number, load
        return found

    def order(self, order: bytes) -> None:
        """Tell all workers something."""
        for member in self.members:
            if member is not None:
                try:
                    member.channel.orders.send(order)
                except OSError:  # it is dead, or does not listen any more: its end is noticed
                    continue

    # ------------------------------------------------------------------ the end

    def lost(self, number: int, expected: bool) -> None:
        """Note that a worker has ended, and decide when another one takes its place."""
        member = self.members[number]
        assert member is not None
        if member.process.is_alive():
            member.process.kill()
        member.process.join()
        pid, status = member.process.pid, member.process.exitcode
        member.process.close()
        member.channel.close()
        sessions = self.job.shared.sessions_of(number)
        self.job.shared.forget(number)
        self.members[number] = None
        if expected:
            return
        self.replaced += 1
        now = self._clock()
        short = now - member.began < LONG
        times = self._short_lives[number] = self._short_lives[number] + 1 if short else 0
        pause = min(PAUSE * 2 ** min(times, 20) / 2, LONGEST_PAUSE) if times else 0.0
        self._due[number] = now + pause
        log.warning(
            "worker %d (process %d) %s, and %d sessions with it; %s",
            number + 1,
            pid,
            _how(status),
            sessions,
            f"it was the {times}. early end in a row: the next one starts in {pause:g} s"
            if times > 1
            else "another one takes its place",
        )

    def end_all(self) -> None:
        """End all workers at once; those that do not end are killed."""
        deadline = self._clock() + MERCY
        members = [member for member in self.members if member is not None]
        for member in members:
            member.channel.close()
        for member in members:
            member.process.join(max(0.0, deadline - self._clock()))
            if member.process.is_alive():
                log.warning("process %d does not end: killed", member.process.pid)
                member.process.kill()
                member.process.join()
        self.members = [None] * len(self.members)


def _how(status: int | None) -> str:
    if status is not None and status < 0:
        try:
            return f"was ended by {signal.Signals(-status).name}"
        except ValueError:
            return f"was ended by signal {-status}"
    return f"ended with status {status}"
