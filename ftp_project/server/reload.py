"""SIGHUP: users and certificate read again, while sessions go on.

A session keeps the rights with which it logged in; the next login has the new ones. What
cannot be used is reported and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from ftp_project.accounts.users import Users
from ftp_project.errors import UsageError
from ftp_project.loop import Coro, offload
from ftp_project.server.core import Server, log


def reload(server: Server, read_users: Callable[[], Users]) -> Coro[None]:
    """Exchange the users for what ``read_users()`` returns, called off the loop."""
    try:
        users = yield from offload(read_users, None)
    except UsageError as error:
        for line in str(error).splitlines():
            log.error("%s", line)
        log.error("the users stay as they were")
        return
    server.users = users
    log.info("users read again: %d", len(users))
