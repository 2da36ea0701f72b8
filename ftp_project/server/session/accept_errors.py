"""Errors of accept(2), and how long to wait after each."""

# A listener stays readable while its queue holds a connection. When accept(2) fails for want of a
# descriptor, the connection stays in the queue, and a loop that simply tries again spins at full
# speed until somebody else closes one. So the listener pauses: a tenth of a second is long enough
# to cost nothing, and short enough that nobody notices once there is room. asyncio does the same,
# with one second (``selector_events.py``, ACCEPT_RETRY_DELAY).

from __future__ import annotations

import errno
import resource
from collections.abc import Callable

from ftp_project.loop import Coro, sleep
from ftp_project.server.core import log

#: seconds without accepting when there is no descriptor left: no spin, and a quick recovery
PAUSE = 0.1
#: seconds before it is logged again
QUIET = 60.0
#: the process or the system has run out of something
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
#: a connection has failed before it was accepted: no fault of the listener (accept(2))
TRANSIENT = frozenset(
    {errno.EPROTO, errno.EPERM, errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTDOWN}
    | {errno.EHOSTUNREACH, errno.ENOPROTOOPT, errno.EOPNOTSUPP, errno.ETIMEDOUT}
)


class AcceptBackoff:
    """Handles the errors of one listener. ``clock`` gives the loop's time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._quiet_until = 0.0

    def wait_after(self, error: OSError) -> Coro[None]:
        """Wait until it makes sense to accept again; raises ``error`` when it never will."""
        if error.errno in TRANSIENT:
            return
        if error.errno not in EXHAUSTED:
            raise error
        if self._clock() >= self._quiet_until:
            log.warning(
                "out of descriptors (%d may be open) or memory: new clients have to wait",
                resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            )
            self._quiet_until = self._clock() + QUIET
        yield from sleep(PAUSE)
