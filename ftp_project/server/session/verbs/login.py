"""Logins and the end of a session: USER, PASS, ACCT, REIN, QUIT, HOST (RFC 959 4.1.1)."""

# What a client can learn from a wrong login is bounded on purpose. An unknown user gets the same
# reply as a wrong password, after the same work: or the time alone would tell which names exist.
# Guesses are answered late, and later each time (``accounts/guard.py``).
#
# The work is a password hash, slow by design (``accounts/passwords.py``), so it is done by a
# thread. A password that was right a moment ago is recognised without it: a client that opens a
# session for each file would otherwise cost 50 ms of a processor for each.

from __future__ import annotations

from typing import TYPE_CHECKING

from ftp_project.files.errors import FileError
from ftp_project.loop import Coro, run_in_thread, sleep
from ftp_project.protocol import replies
from ftp_project.protocol.replies import reply
from ftp_project.server.session.command import WrongUsageError

if TYPE_CHECKING:
    from ftp_project.accounts.users import User
    from ftp_project.server.session.session import Session


def user(session: Session, argument: str) -> bytes:
    """USER name: begin a login, or another one."""
    session.log_out()
    session.login_name = argument
    return replies.PASSWORD_PLEASE


def password(session: Session, argument: str) -> bytes | Coro[bytes]:
    """PASS password: end the login. Unknown users cost the same time and get the same reply."""
    if session.user is not None or not session.login_name:
        return reply(503, "Send USER first.")
    # Taken, not read: a second PASS without USER must not be a second guess at the same name.
    name, session.login_name = session.login_name, ""
    server = session.server
    found = server.users.find(name)
    if found is not None and server.users.is_anonymous(found):
        session.identity = argument
        return enter(session, found)
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
        right = yield from run_in_thread(lambda: check(stored, password), None)
    if right and found is not None:
        answer = _admit(session, found)
        return answer if isinstance(answer, bytes) else (yield from answer)
    server.guard.failed(session.peer, name, server.clock())
    for each in server.observers:
        each.login_failed(session, name)
    if server.guard.banned_for(session.peer, server.clock()):
        session.leaving = True
        return reply(421, "Too many failed logins.")
    return replies.LOGIN_INCORRECT


def _admit(session: Session, user: User) -> bytes | Coro[bytes]:
    session.server.guard.succeeded(session.peer, user.name)
    session.identity = user.name
    return enter(session, user)


def enter(session: Session, user: User) -> bytes | Coro[bytes]:
    """Log a user in whose password was right, or is not needed."""
    try:
        jail = session.server.jail_of(user)
    except FileError:
        return reply(530, "Your home directory is not available.")
    refusal = session.server.limits.login(user.name, user.max_sessions)
    if refusal is not None:
        return reply(530, refusal.value)
    session.log_in(user, jail)
    for each in session.server.observers:
        each.logged_in(session)
    return replies.LOGGED_IN if user.quota is None else _count_stored(session, user)


def _count_stored(session: Session, user: User) -> Coro[bytes]:
    session.quota = yield from session.server.quotas.quota_of(user)
    return replies.LOGGED_IN


def reinitialize(session: Session, argument: str) -> bytes:
    """REIN: as if the session had just begun; TLS stays on the control connection."""
    session.log_out()
    session.protected = session.sized = False
    return reply(220, "Ready for a new user.")


def quit_(session: Session, argument: str) -> bytes:
    """QUIT: end the session; a running transfer is brought to its end first (RFC 959 4.1.1).

    Then ``control`` says goodbye behind the transfer's own reply: replies come in order.
    """
    session.leaving = True
    return replies.GOODBYE if session.transfer_task is None else b""


def acct(session: Session, argument: str) -> bytes:
    """ACCT account: accounts beside users do not exist here (RFC 959 4.1.1)."""
    return reply(202 if session.user is not None else 503, "No account is needed.")


def host(session: Session, argument: str) -> bytes:
    """HOST name: the virtual host wanted, before USER; all names mean this server (RFC 7151)."""
    if session.user is not None or session.login_name:
        return reply(503, "HOST must come before USER.")
    if len(argument.split()) != 1:
        raise WrongUsageError
    return reply(220, "Ready for a user.")
