"""Accepts clients and runs a session for each."""

# A server's listening socket has a queue in the kernel (listen(2), its backlog): connections are
# complete before anybody accepts them. Three things follow.
#
# - accept(2) in vain is costly (Python makes a socket object first, and an exception after), so
#   poll(2) is asked before each, and all that wait are accepted before the loop is asked again.
# - A storm of clients may never end: after ``ACCEPTED_IN_A_ROW`` of them the sessions get a turn.
# - accept(2) reports errors of *other* sockets: that of a connection which has failed since, or
#   that the process is out of descriptors. None of them is a reason to stop (``accept_errors``).

from __future__ import annotations

import select
import socket
from itertools import count
from typing import Any

from ftp_project.loop import Coro, TooManyDescriptors, accept, close
from ftp_project.loop.traps import Current, Readable, Spawn
from ftp_project.protocol.replies import reply
from ftp_project.server.core import Server, log
from ftp_project.server.data.data_port import DataPort
from ftp_project.server.session.accept_errors import AcceptBackoff
from ftp_project.server.session.control import Control
from ftp_project.server.session.control_stream import ControlStream
from ftp_project.server.session.session import Session

#: connections that the kernel keeps until they are accepted
BACKLOG = 1024
#: clients accepted in a row before the sessions get their turn
ACCEPTED_IN_A_ROW = 64


def listen(host: str, port: int) -> socket.socket:
    """Return a non-blocking listening socket; port 0 lets the system choose one.

    Raises OSError when that is not possible (the host is unknown, the port in use…).
    """
    family, kind, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and address[0] == "::":
            # All addresses means IPv4's too (RFC 3493 5.3), whatever the system's default is.
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
        tune(listener)
    except OSError:
        listener.close()
        raise
    return listener


def tune(listener: socket.socket) -> None:
    """Set the options of control connections; those that are accepted inherit them (tcp(7)).

    Set once here, they cost no system calls with each client.
    """
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # ABOR may come as urgent data (RFC 959 4.1.3); read it where it stands in the stream.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)


def serve(server: Server, listener: socket.socket) -> Coro[None]:
    """Accept clients until this task is cancelled, or the listener closed; sessions go on."""
    backoff = AcceptBackoff(server.clock)
    # Asked before each accept: one for nothing costs ten times as much.
    waiting = select.poll()
    waiting.register(listener, select.POLLIN)
    try:
        for number in count(1):
            try:
                if not number % ACCEPTED_IN_A_ROW or not waiting.poll(0):
                    yield Readable(listener, None)
                sock, address = yield from accept(listener, None)
            except OSError as error:
                if server.draining:
                    return
                yield from backoff.wait_after(error)
            else:
                yield Spawn(session(server, sock, address), "session", eager=True, detached=True)
    finally:
        yield from close(listener)


def session(server: Server, sock: socket.socket, address: tuple[Any, ...]) -> Coro[None]:
    """Serve one client, and leave nothing of it behind."""
    peer = address[0]
    admitted = False
    stream = ControlStream(sock)
    data_port: DataPort | None = None
    state: Session | None = None
    try:
        refusal = server.limits.connect(peer)
        admitted = refusal is None
        if refusal is not None or server.guard.banned_for(peer, server.clock()):
            sock.send(reply(421, refusal.value if refusal else "Too many failed logins."))
            return
        local = sock.getsockname()[0]
        data_port = DataPort(sock.family, local, peer, server.config.passive_ports)
        state = Session(server, peer, local, data_port)
        control = Control(state, stream)
        server.sessions[state] = yield Current()
        for each in server.observers:
            each.session_began(state)
        if server.config.tls_implicit:
            yield from control.start_tls()
        yield from control.converse()
    except TooManyDescriptors as error:
        log.warning("%s", error)
        sock.send(reply(421, "Too many clients, try again later."))
    except OSError as error:
        log.info("%s: connection lost: %s", peer, error)
    finally:
        # Nothing waits before the limits are given back: a client that connects again at once must
        # not be refused because of its own last session.
        if state is not None:
            state.detach()
            for each in server.observers:
                each.session_ended(state)
            server.sessions.pop(state, None)
        if admitted:
            server.limits.disconnect(peer)
        if data_port is not None:
            yield from data_port.shut()
        yield from stream.end()
