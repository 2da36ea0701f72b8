"""SIGHUP: users and certificate read again, while sessions go on.

A session keeps the rights with which it logged in; the next login has the new ones. What
cannot be used is reported and changes nothing.
"""

# Everything new is made completely before anything old is replaced, and the replacement is one
# assignment. So no client is ever served from a half-read file, and a mistake changes nothing.

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ftp_project.accounts.users import Users
from ftp_project.config import Config
from ftp_project.errors import UsageError
from ftp_project.loop import Coro, run_in_thread
from ftp_project.server.core import Server, log

if TYPE_CHECKING:
    import ssl


def reload(server: Server, read_users: Callable[[], Users] | None) -> Coro[None]:
    """Read both again, off the loop."""
    yield from reload_certificate(server)
    if read_users is not None:
        yield from reload_users(server, read_users)


def reload_certificate(server: Server) -> Coro[None]:
    """Exchange the certificate, if there is one, for what stands in its file now."""
    server.tls = yield from run_in_thread(
        lambda: newer_certificate(server.config, server.tls), None
    )


def reload_users(server: Server, read_users: Callable[[], Users]) -> Coro[None]:
    """Exchange the users for what ``read_users()`` returns."""
    users = yield from run_in_thread(lambda: newer_users(read_users), None)
    if users is not None:
        server.users = users
        log.info("users read again: %d", len(users))


def newer_certificate(config: Config, old: ssl.SSLContext | None) -> ssl.SSLContext | None:
    """Return new TLS settings from the file; the old ones when that is not possible."""
    if config.tls_cert is None:
        return old
    from ftp_project.server.process.certificates import make_context  # ssl is heavy

    try:
        return make_context(config.tls_cert, config.tls_key)
    except UsageError as error:
        log.error("%s; the certificate stays as it was", error)
        return old


def newer_users(read_users: Callable[[], Users]) -> Users | None:
    """Return what ``read_users()`` does, or None when there is a mistake in it."""
    try:
        return read_users()
    except UsageError as error:
        for line in str(error).splitlines():
            log.error("%s", line)
        log.error("the users stay as they were")
        return None
