"""TLS: AUTH, PBSZ, PROT, CCC (RFC 2228, RFC 4217)."""

# What TLS cannot do for FTP by itself. There are two connections, and a data connection begins
# without a word about whose it is. Its TLS session says it: a client that resumes the session of
# its control connection has the keys of that one. But many clients do not resume (ftplib cannot),
# so it is an option.
#
# PBSZ and PROT are from RFC 2228, which was made for protocols that protect block by block. TLS
# needs no buffer size, but clients send both, in this order, and some wait for the replies.

from __future__ import annotations

from typing import TYPE_CHECKING

from ftp_project.loop import Coro
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session


def auth(session: Session, argument: str) -> bytes | Coro[bytes]:
    """AUTH TLS: put the control connection under TLS (RFC 4217 4)."""
    if argument.strip().upper() not in ("TLS", "TLS-C", "SSL", "TLS-P"):
        return reply(504, "TLS is the only mechanism.")
    if session.server.tls is None:
        return reply(431, "TLS is not available: the server has no certificate.")
    if session.secure:
        return reply(503, "TLS is on already.")
    return session.control.begin_tls()


def pbsz(session: Session, argument: str) -> bytes:
    """PBSZ 0: the size of protection buffers, which TLS does not need (RFC 4217 8)."""
    if not session.secure:
        return reply(503, "Send AUTH TLS first.")
    if not argument.strip().isdigit():
        return reply(501, "PBSZ takes a number.")
    session.sized = True
    return reply(200, "PBSZ=0")


def prot(session: Session, argument: str) -> bytes:
    """PROT P | C: data connections under TLS, or in the clear (RFC 4217 9).

    PBSZ must have come before it (RFC 2228 3).
    """
    if not session.secure:
        return reply(503, "Send AUTH TLS first.")
    if not session.sized:
        return reply(503, "Send PBSZ 0 first.")
    level = argument.strip().upper()
    if level == "P":
        session.protected = True
        return reply(200, "Data connections are protected.")
    if level == "C":
        if session.server.config.tls_required == "data":
            return reply(534, "The server requires protected data connections.")
        session.protected = False
        return reply(200, "Data connections are not protected.")
    if level in ("S", "E"):
        return reply(536, "TLS protects all or nothing: use P or C.")
    return reply(504, "PROT takes P or C.")


def ccc(session: Session, argument: str) -> bytes:
    """CCC: refused; a control connection that turned clear could be taken over (RFC 4217 6)."""
    if session.secure:
        return reply(533, "The control connection stays protected.")
    return reply(503, "The control connection is not protected.")


def auth_feature(session: Session) -> str:
    """Return FEAT's line of AUTH (RFC 4217 6), if there is a certificate."""
    return _if_tls(session, "AUTH TLS")


def pbsz_feature(session: Session) -> str:
    """Return FEAT's line of PBSZ, if there is a certificate."""
    return _if_tls(session, "PBSZ")


def prot_feature(session: Session) -> str:
    """Return FEAT's line of PROT, if there is a certificate."""
    return _if_tls(session, "PROT")


def _if_tls(session: Session, line: str) -> str:
    return line if session.server.tls is not None else ""
