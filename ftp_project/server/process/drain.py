"""A graceful end: no new clients, idle sessions are sent away, transfers may finish."""

# A server that is replaced ten times a day must not break ten times as many downloads. So the end
# has an order: the listeners close first (new clients go to the successor), sessions that do
# nothing are told 421 and closed, and transfers run to their end, or to the end of the grace time.
# A second signal means that somebody does not want to wait.

from __future__ import annotations

from collections.abc import Callable

from ftp_project.loop import Coro, sleep
from ftp_project.loop.traps import Cancel
from ftp_project.protocol.replies import reply
from ftp_project.server.core import Server, log

#: seconds between two checks whether sessions are left
CHECK_INTERVAL = 0.05
CLOSING = reply(421, "The server is closing down.")


def drain(server: Server, grace: float, idle: Callable[[], bool]) -> Coro[None]:
    """Return when all sessions have ended, after ``grace`` seconds, or when called off.

    ``idle()`` tells whether nothing else has to be waited for.
    """
    deadline = server.clock() + grace
    for session, task in list(server.sessions.items()):
        if session.transfer_task is None:
            session.control.send_now(CLOSING)
            yield Cancel(task)
        else:
            session.leaving = True  # it goes on to the end of its transfer
    while server.draining and (server.sessions or not idle()):
        if server.clock() >= deadline:
            if grace:
                log.warning("%d sessions did not end in %g s", len(server.sessions), grace)
            return
        yield from sleep(CHECK_INTERVAL)
