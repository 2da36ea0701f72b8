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
    """Exchange the users for what ``read_users()`` returns, and the certificate for a newer one.

    Both are read off the loop.
    """
    certificate, key = server.config.tls_cert, server.config.tls_key
    try:
        if certificate is not None:
            from ftp_project.server.certificates import make_context  # ssl is heavy

            server.tls = yield from offload(lambda: make_context(certificate, key), None)
    except UsageError as error:
        log.error("%s; the certificate stays as it was", error)
    try:
        users = yield from offload(read_users, None)
    except UsageError as error:
        for line in str(error).splitlines():
            log.error("%s", line)
        log.error("the users stay as they were")
        return
    server.users = users
    log.info("users read again: %d", len(users))
