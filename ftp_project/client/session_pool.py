"""Jobs spread over several sessions with one server.

A job is something that a session carries out: download a file, list a directory. A job may add
others, so that a tree is walked while its first files are transferred. Each worker owns a session.
A worker ends when the queue is empty, and a new one starts when jobs come, with the session that
was left: no worker sleeps, so none has to be woken, and no wake-up can be lost.
"""

# A transfer of a small file waits for round trips and not for bandwidth, so several sessions at
# once are several times as fast. How many a server allows nobody says; it is found by trying: when
# it refuses one more, the pool shrinks to those that it has, and the job goes back to the front of
# the queue.

from __future__ import annotations

from collections import deque
from typing import Protocol

from ftp_project.client.errors import ClientError, LostError
from ftp_project.client.progress import ProgressReport
from ftp_project.client.session import Session, Site, open_session
from ftp_project.loop import Coro, Task, join, sleep, spawn

#: how often a job is tried when its failure may pass
ATTEMPTS = 3
#: seconds before the next attempt
RETRY_DELAY = 1.0


class Job(Protocol):
    """Something to do in a session. ``label`` names it in messages."""

    @property
    def label(self) -> str:
        """What the user calls it: a path."""

    def carry_out(self, pool: SessionPool, session: Session) -> Coro[None]:
        """Carry it out with ``session``; raises ClientError when it fails."""


class SessionPool:
    """Workers for one server. ``parallel`` is the most sessions, ``failed`` counts lost jobs."""

    def __init__(self, site: Site, parallel: int, report: ProgressReport) -> None:
        self.site = site
        self.parallel = parallel
        self.report = report
        self.failed = 0
        self._queue: deque[Job] = deque()
        self._workers: list[Task[None]] = []
        self._sessions: list[Session] = []
        #: the server has accepted a login at least once
        self._was_there = False

    def add_job(self, job: Job, *, first: bool = False) -> Coro[None]:
        """Queue a job, before the others if ``first``; start a worker unless all are busy."""
        if first:
            self._queue.appendleft(job)
        else:
            self._queue.append(job)
        if self._busy() < self.parallel:
            # Detached: the task that adds a job may end before the one that carries it out.
            self._workers.append((yield from spawn(self._work(), "worker", detached=True)))

    def wait_for_all(self) -> Coro[None]:
        """Wait until all jobs are done, then say goodbye to the server."""
        while self._workers:
            yield from join(self._workers[-1], None)
            self._workers = [worker for worker in self._workers if not worker.done]
        while self._sessions:
            yield from self._sessions.pop().say_goodbye()

    def lose(self, job: Job, problem: ClientError) -> None:
        """Count a job as failed and tell the user."""
        self.failed += 1
        self.report.failure(job.label, str(problem))

    def _busy(self) -> int:
        return sum(not worker.done for worker in self._workers)

    def _work(self) -> Coro[None]:
        session = self._sessions.pop() if self._sessions else None
        while self._queue and self._busy() <= self.parallel:
            session = yield from self._do_next(session)
        if session is not None:
            self._sessions.append(session)

    def _do_next(self, session: Session | None) -> Coro[Session | None]:
        """Carry out a job, again if that may help; return the session if it is still good."""
        job = self._queue.popleft()
        for left in reversed(range(ATTEMPTS)):
            try:
                if session is None:
                    session = yield from open_session(self.site)
                    self._was_there = True
                yield from job.carry_out(self, session)
                return session
            except ClientError as error:
                problem = error
            if session is None:
                if self._busy() > 1:  # the server allows no more sessions: the others go on
                    self.parallel = self._busy() - 1
                    self._queue.appendleft(job)
                    return None
                if not (problem.again and left and self._was_there):
                    self._abandon_all(job, problem)
                    return None
            elif isinstance(problem, LostError) or not session.usable:
                yield from session.control.hang_up()
                session = None
            if not (problem.again and left):
                break
            yield from sleep(RETRY_DELAY)
        self.lose(job, problem)
        return session

    def _abandon_all(self, job: Job, problem: ClientError) -> None:
        """Give up all jobs: the server cannot be reached, or refuses the login."""
        self.lose(job, problem)
        if self._queue:
            self.failed += len(self._queue)
            self.report.failure(f"{len(self._queue)} more", "not tried")
            self._queue.clear()
