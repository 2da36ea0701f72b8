"""What accept(2) complains of, and what to do then: a listener is never given up without need."""

from __future__ import annotations

import errno
from collections.abc import Callable

from ftp_project.loop import Coro, sleep
from ftp_project.server.core import log
from ftp_project.server.process.descriptors import allowed

#: seconds without accepting when there is no descriptor left: no spin, and a quick recovery
PAUSE = 0.1
#: seconds before that is told again
QUIET = 60.0
#: the process or the system has run out of something
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
#: a connection has failed before we met it: no fault of the listener
PASSING = frozenset(
    {errno.EPROTO, errno.EPERM, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN}
    | {errno.EHOSTUNREACH, errno.ENOPROTOOPT, errno.EOPNOTSUPP, errno.ETIMEDOUT}
)


class Complaints:
    """Takes the errors of one listener. ``clock`` gives the loop's time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._quiet_until = 0.0

    def wait_after(self, error: OSError) -> Coro[None]:
        """Wait until it makes sense to accept again; raises ``error`` when it never will."""
        if error.errno in PASSING:
            return
        if error.errno not in EXHAUSTED:
            raise error
        if self._clock() >= self._quiet_until:
            log.warning(
                "out of descriptors (%d may be open) or memory: new clients have to wait",
                allowed(),
            )
            self._quiet_until = self._clock() + QUIET
        yield from sleep(PAUSE)
