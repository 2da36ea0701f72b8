"""How many descriptors the server may have: as many as its sessions need, where that is allowed.

A process has two limits (setrlimit(2), RLIMIT_NOFILE): the soft one holds, and it may raise that
itself up to the hard one. Systems set the soft one to 1024 or less, for the sake of select(2).
"""

from __future__ import annotations

import resource

from ftp_project.config import Options
from ftp_project.server.core import log

#: what a session holds while it uploads: its two connections, a passive listener, file, directory
PER_SESSION = 5
#: listeners, selectors, logs, homes, and a few to spare
OF_ITS_OWN = 64
#: sessions to be ready for when --max-clients does not say
SESSIONS = 10_000


def allowed() -> int:
    """Return how many descriptors this process may have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def raise_limit(options: Options) -> None:
    """Raise the soft limit to what the sessions may need, as far as the hard one lets us.

    A warning in the log tells when that is not enough for --max-clients.
    """
    wanted = OF_ITS_OWN + PER_SESSION * (options.max_clients or SESSIONS)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    except (OSError, ValueError):  # some systems have another ceiling below the hard limit
        soft = allowed()
    if soft < wanted and options.max_clients is not None:
        log.warning(
            "%d clients may need %d descriptors, and this process may have %d: raise the limit "
            "(ulimit -Hn, or LimitNOFILE= in systemd), or choose a smaller --max-clients",
            options.max_clients, wanted, soft,
        )  # fmt: skip
