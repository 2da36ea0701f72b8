"""Who is it: USER, PASS, REIN, QUIT (RFC 959 4.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftp_project.files.errors import FileError
from ftp_project.loop import Coro, offload, sleep
from ftp_project.protocol import replies
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.accounts.users import User
    from ftp_project.server.session import Session


def user(session: Session, argument: str) -> bytes:
    """USER name: begin a login, or begin one anew."""
    session.log_out()
    session.login_name = argument
    return replies.PASSWORD_PLEASE


def password(session: Session, argument: str) -> bytes | Coro[bytes]:
    """PASS password: end the login. Unknown users cost the same time and get the same reply."""
    if session.user is not None or not session.login_name:
        return reply(503, "Send USER first.")
    name, session.login_name = session.login_name, ""
    server = session.server
    found = server.users.find(name)
    if found is not None and server.users.is_anonymous(found):
        return _enter(session, found)
    stored = None if found is None else found.password_hash
    right = server.users.passwords.check_fast(stored, argument)
    delay = server.guard.delay(session.peer, name, server.clock())
    if right and found is not None and not delay:
        return _admit(session, found)
    return _slowly(session, name, found, argument, right, delay)


def _slowly(
    session: Session,
    name: str,
    found: User | None,
    password: str,
    right: bool | None,
    delay: float,
) -> Coro[bytes]:
    """Check a password off the loop, and answer late where guesses have been made."""
    server = session.server
    if delay:
        yield from sleep(delay)
    if right is None:
        stored = None if found is None else found.password_hash
        check = server.users.passwords.check_slow
        right = yield from offload(lambda: check(stored, password), None)
    if right and found is not None:
        return _admit(session, found)
    server.guard.failed(session.peer, name, server.clock())
    if server.guard.banned_for(session.peer, server.clock()):
        session.leaving = True
        return reply(421, "Too many failed logins.")
    return replies.LOGIN_INCORRECT


def _admit(session: Session, user: User) -> bytes:
    session.server.guard.succeeded(session.peer, user.name)
    return _enter(session, user)


def _enter(session: Session, user: User) -> bytes:
    try:
        jail = session.server.jail_of(user)
    except FileError:
        return reply(530, "Your home directory is not available.")
    refusal = session.server.limits.login(user.name, user.max_sessions)
    if refusal is not None:
        return reply(530, refusal.value)
    session.log_in(user, jail)
    return replies.LOGGED_IN


def reinitialize(session: Session, argument: str) -> bytes:
    """REIN: as if the session had just begun."""
    session.log_out()
    return reply(220, "Ready for a new user.")


def quit_(session: Session, argument: str) -> bytes:
    """QUIT: end the session; a running transfer is brought to its end first (RFC 959 4.1.1)."""
    session.leaving = True
    return replies.GOODBYE
