"""One session with a server: log in, open data connections, and the one way of every transfer."""

# One way for every transfer, as in the server, because of what can go wrong between two
# connections: when the data connection breaks, the server's reason comes on the other one, a moment
# later. A client that reports "connection reset" without reading that reply hides "disk full" from
# its user. And after a transfer broke at an unknown point the next reply may belong to it or not:
# such a session is not used again.

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from ftp_project.client.control import Control
from ftp_project.client.data_connection import DataConnection
from ftp_project.client.errors import LocalError, LostError, RefusedError, network_reason, printable
from ftp_project.loop import Coro, TimedOut, close, connect, now, run_in_thread
from ftp_project.protocol.addresses import parse_epsv_reply, parse_pasv_reply
from ftp_project.protocol.client import Reply
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.paths import unquote

T = TypeVar("T")

#: seconds to wait for the server's reason after the data connection broke
REASON_TIMEOUT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A server and how to talk to it. Times are seconds.

    ``tls`` holds the TLS settings or None; ``implicit`` means TLS from the first byte in place of
    AUTH TLS.
    """

    host: str
    port: int = 21
    user: str = "anonymous"
    password: str = field(default="anonymous@", repr=False)
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    timeout: float = 30.0
    stall: float = 60.0


def open_session(site: Site) -> Coro[Session]:
    """Connect and log in. Raises ``LostError`` and ``RefusedError``."""
    sock = yield from _connected(site)
    session = Session(site, Control(sock, site.timeout))
    try:
        yield from session.introduce()
    except BaseException:
        yield from session.control.hang_up()
        raise
    return session


def _connected(site: Site) -> Coro[socket.socket]:
    where = f"{site.host} port {site.port}"
    deadline = (yield from now()) + site.timeout
    resolve_name = partial(socket.getaddrinfo, site.host, site.port, type=socket.SOCK_STREAM)
    try:
        found = yield from run_in_thread(resolve_name, deadline)
    except (OSError, UnicodeError, TimedOut) as error:
        why = "no such name" if isinstance(error, UnicodeError) else network_reason(error)
        raise LostError(f"cannot find {site.host}: {why.lower()}") from None
    problem: OSError | TimedOut = OSError("no address")
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            yield from connect(sock, address, (yield from now()) + site.timeout)
        except BaseException as error:
            yield from close(sock)
            if not isinstance(error, OSError | TimedOut):
                raise
            problem = error
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise LostError(f"cannot connect to {where}: {network_reason(problem)}")


class Session:
    """A client that has logged in; ``home`` is where it started, or "" when nobody says.

    ``features`` are the words of FEAT in upper case, each with what follows it. ``usable`` is
    false once a transfer broke in a way that leaves the next reply in doubt.
    """

    def __init__(self, site: Site, control: Control) -> None:
        self.site = site
        self.control = control
        self.features: dict[str, str] = {}
        self.home = ""
        self.usable = True
        self.ask = control.ask
        self._protected = False
        self._extended = True  # EPSV has not been refused yet

    # ------------------------------------------------------------------ beginning and end

    def introduce(self) -> Coro[None]:
        """Exchange what comes before the first transfer."""
        control, site = self.control, self.site
        if site.tls is not None and site.implicit:
            yield from control.start_tls(site.tls, site.host)
        greeting = yield from control.next_reply()
        if greeting.code // 100 != 2:
            raise RefusedError(greeting, "the connection")
        if site.tls is not None and not site.implicit:
            yield from self.ask("AUTH TLS")
            yield from control.start_tls(site.tls, site.host)
        reply = yield from self.ask(f"USER {site.user}", 2, 3, shown=f"user {site.user}")
        if reply.code // 100 == 3:
            yield from self.ask(f"PASS {site.password}", shown=f"the login of {site.user}")
        if site.tls is not None:
            yield from self.ask("PBSZ 0")
            yield from self.ask("PROT P")
            self._protected = True
        yield from self._learn_features()
        yield from self.ask("TYPE I")
        reply = yield from self.ask("PWD", 2, 4, 5)
        if reply.code == 257:
            with contextlib.suppress(ValueError):
                self.home = unquote(reply.text)

    def _learn_features(self) -> Coro[None]:
        reply = yield from self.ask("FEAT", 2, 4, 5)
        if reply.code // 100 == 2:
            for line in reply.lines[1:-1]:
                word, _, rest = line.strip().partition(" ")
                self.features[word.upper()] = rest
        if "UTF8" in self.features:  # servers that need no telling refuse it, and that is well
            yield from self.ask("OPTS UTF8 ON", 2, 4, 5)

    def say_goodbye(self) -> Coro[None]:
        """QUIT, and close; a server that does not answer is not waited for long."""
        try:
            if self.usable:
                yield from self.control.tell("QUIT")
                yield from self.control.next_reply(REASON_TIMEOUT)
        except LostError:
            pass
        finally:
            yield from self.control.hang_up()

    # ------------------------------------------------------------------ transfers

    def transfer(
        self,
        command: str,
        move: Callable[[DataConnection], Coro[T]],
        moved: Callable[[int], None] = lambda count: None,
        restart: int = 0,
    ) -> Coro[T]:
        """Carry out a command that needs a data connection; return what ``move(data)`` returns.

        ``restart`` is the offset for REST (RFC 3659 5). Raises ``RefusedError`` with the
        server's reason, ``LostError`` and what ``move`` raises.
        """
        data = DataConnection((yield from self._data_socket()), self.site.stall, moved)
        try:
            if restart:
                yield from self.ask(f"REST {restart}", 3)
            yield from self.ask(command, 1, shown=printable(command))
            self.usable = False
            if self._protected:
                assert self.site.tls is not None
                tls_session = getattr(self.control.sock, "session", None)
                yield from data.protect(self.site.tls, self.site.host, tls_session)
            result = yield from move(data)
        except (OSError, TimedOut) as error:
            yield from close(data.sock)
            yield from self._read_reason(command)
            why = network_reason(error)
            raise LostError(f"the data connection broke: {why}") from None
        finally:
            yield from close(data.sock)
        yield from self._read_end(command)
        return result

    def _read_end(self, command: str) -> Coro[Reply]:
        reply = yield from self.control.next_reply()
        self.usable = True
        if reply.code // 100 != 2:
            raise RefusedError(reply, printable(command))
        return reply

    def _read_reason(self, command: str) -> Coro[None]:
        """Raise the server's own words about a broken transfer, if it has any."""
        try:
            reply = yield from self.control.next_reply(REASON_TIMEOUT)
        except LostError:
            return
        self.usable = True
        if reply.code // 100 != 2:
            raise RefusedError(reply, printable(command))

    def _data_socket(self) -> Coro[socket.socket]:
        """Return a data connection that was opened by us (passive mode).

        It goes to the host of the control connection, whatever address the server names: behind
        a NAT the other one is wrong, and elsewhere it could be an attack.
        """
        port = yield from self._data_port()
        control = self.control.sock
        peer: tuple[Any, ...] = control.getpeername()
        sock = socket.socket(control.family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            address = (peer[0], port, *peer[2:])
            yield from connect(sock, address, (yield from self.control.time_limit()))
        except BaseException as error:
            yield from close(sock)
            if isinstance(error, OSError | TimedOut):
                why = network_reason(error)
                raise LostError(f"no data connection to port {port}: {why}") from None
            raise
        return sock

    def _data_port(self) -> Coro[int]:
        try:
            if self._extended:
                reply = yield from self.ask("EPSV", 2, 5)
                if reply.code == 229:
                    return parse_epsv_reply(reply.text)
                self._extended = False
            if self.control.sock.family == socket.AF_INET6:
                raise LocalError("the server has no EPSV, which IPv6 needs: use its IPv4 address")
            return parse_pasv_reply((yield from self.ask("PASV")).text).port
        except BadArgumentError as error:
            raise LostError(f"the server names no data port: {error.text}") from None
