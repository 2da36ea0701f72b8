"""The address of the data connection: PASV, EPSV, PORT, EPRT (RFC 959 4.1.2, RFC 2428)."""

# PORT lets a client name an address to which the server connects. In RFC 959 that may be any, which
# made servers attack third machines for anybody ("FTP bounce", RFC 2577 3). So only the client's
# own address is accepted, and no port of a system service.

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from ftp_project.protocol import addresses
from ftp_project.protocol.addresses import Address, EpsvRequest
from ftp_project.protocol.replies import reply

if TYPE_CHECKING:
    from ftp_project.server.session.session import Session

#: ports below this belong to system services; a data connection to one is an attack (RFC 2577 3)
LOWEST_PORT = 1024


def pasv(session: Session, argument: str) -> bytes:
    """PASV: tell where the client may connect to, in six numbers (IPv4 only)."""
    if session.epsv_only:
        return _only_epsv()
    host = plain_host(session.local)
    if ":" in host:
        return reply(522, "PASV cannot name an IPv6 address: use EPSV.")
    port = _listen(session)
    if isinstance(port, bytes):
        return port
    return passive(session.server.config.masquerade_address or host, port)


@lru_cache(1024)
def passive(host: str, port: int) -> bytes:
    """Encode the 227 reply; remembered, as sessions keep their listeners and ask again."""
    return reply(227, addresses.pasv_text(host, port))


def epsv(session: Session, argument: str) -> bytes:
    """EPSV [1 | 2 | ALL]: tell to which port the client may connect."""
    wanted = addresses.parse_epsv(argument) if argument else EpsvRequest.ANY
    if wanted is EpsvRequest.ALL:
        session.epsv_only = True
        return reply(200, "Only EPSV is accepted from now on.")
    mine = EpsvRequest.IPV6 if ":" in plain_host(session.local) else EpsvRequest.IPV4
    if wanted not in (EpsvRequest.ANY, mine):
        return reply(522, f"Network protocol not supported, use ({mine.value}).")
    port = _listen(session)
    return port if isinstance(port, bytes) else extended(port)


@lru_cache(1024)
def extended(port: int) -> bytes:
    """Encode the 229 reply; remembered as ``passive`` is."""
    return reply(229, addresses.epsv_text(port))


def port(session: Session, argument: str) -> bytes:
    """PORT h1,h2,h3,h4,p1,p2: connect to the client there for the next transfer."""
    return _active(session, addresses.parse_port(argument))


def eprt(session: Session, argument: str) -> bytes:
    """EPRT |protocol|address|port|: as PORT, also for IPv6."""
    return _active(session, addresses.parse_eprt(argument))


def plain_host(host: str) -> str:
    """Return an address as the client knows it: IPv4 also where one socket serves both kinds."""
    return host.removeprefix("::ffff:") if "." in host else host


def _active(session: Session, address: Address) -> bytes:
    if session.epsv_only:
        return _only_epsv()
    own = ipaddress.ip_address(plain_host(session.peer).partition("%")[0])
    if ipaddress.ip_address(address.host) != own:
        return reply(501, "Only your own address is allowed.")
    if address.port < LOWEST_PORT:
        return reply(501, f"Only ports from {LOWEST_PORT} on are allowed.")
    session.data_port.target(session.peer, address.port)
    return reply(200, "Will connect there.")


def _listen(session: Session) -> int | bytes:
    try:
        return session.data_port.listen()
    except OSError as error:
        return reply(425, f"Cannot listen for a data connection: {error.strerror}.")


def _only_epsv() -> bytes:
    return reply(501, "After EPSV ALL only EPSV is accepted.")
