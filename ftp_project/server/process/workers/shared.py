"""What all workers know: the numbers of the limits, and what each of them has counted."""

# mmap(2) of anonymous shared memory, made before the fork, is the one thing that parent and
# children see alike. It has no name in the file system, so nothing is left when the last of them
# ends.
#
# Limits hold across workers because their numbers stand there; the rules are those of one process
# (``accounts/shared_limits.py``).

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

from ftp_project.accounts.guard import LoginGuard
from ftp_project.accounts.limits import SessionLimits
from ftp_project.accounts.quota import Quota
from ftp_project.accounts.rates import TokenBucket
from ftp_project.accounts.shared import SharedTable, TableFullError
from ftp_project.accounts.shared_limits import (
    SharedBucket,
    SharedCounts,
    SharedFailures,
    SharedQuota,
    known,
)
from ftp_project.config import Config
from ftp_project.server.data.bandwidth import Bandwidth
from ftp_project.server.data.quotas import Quotas
from ftp_project.server.observe.counters import SIZE, Counters

if TYPE_CHECKING:
    from ftp_project.server.core import Server


class Shared:
    """Memory that the parent makes before it forks. Workers are numbered from 0 here."""

    def __init__(self, workers: int) -> None:
        self._table = SharedTable(workers)
        self._counts = SharedCounts(self._table)
        # One page more than needed costs nothing; the last number is that of received clients.
        width = SIZE + 1
        view = memoryview(mmap.mmap(-1, workers * width * 8)).cast("q")
        parts = [view[which * width : (which + 1) * width] for which in range(workers)]
        self.counters = [Counters(part[:SIZE]) for part in parts]
        self.received = [part[SIZE:] for part in parts]

    def close(self) -> None:
        """Give it back, when all workers have ended."""
        self._table.close()

    def sessions_of(self, worker: int) -> int:
        """Return how many sessions a worker has now."""
        return self._counts.sessions_of(worker)

    def forget(self, worker: int) -> None:
        """Count nothing any more of a worker that has ended, but what only grows."""
        self._table.forget(worker)
        self.counters[worker].forget_now()
        self.received[worker][0] = 0

    def install(self, server: Server, worker: int) -> None:
        """Make the limits of one worker's server those of all workers."""
        config: Config = server.config
        table = self._table
        table.become(worker)
        server.limits = SessionLimits(
            config.max_clients, config.max_per_ip, config.max_per_user, self._counts
        )
        server.guard = LoginGuard(
            config.login_attempts, ban=config.login_ban, table=SharedFailures(table)
        )
        server.quotas = _Quotas(table)

        def bucket(name: str, rate: float, now: float) -> TokenBucket:
            return SharedBucket(rate, now, table, name)

        server.bandwidth = Bandwidth(config, server.clock, bucket)


class _Quotas(Quotas):
    def __init__(self, table: SharedTable) -> None:
        super().__init__()
        self._table = table

    def _used_elsewhere(self, user: str) -> int | None:
        return known(self._table, user)

    def _make_quota(self, user: str, limit: int, used: int) -> Quota:
        try:
            return SharedQuota(limit, used, self._table, user)
        except TableFullError:  # better a limit of this worker than none
            return Quota(limit, used)
