"""When a session has its turn: what it reads, answers and sends in one go, and in which order."""

from __future__ import annotations

import gc
import socket
import weakref

from certificates import Certificates, client_context
from raw_client import RawClient

from ftp_project.accounts.users import Users
from ftp_project.config import Config
from ftp_project.loop import Loop
from ftp_project.server.core import Server
from ftp_project.server.observe.observers import Observer
from ftp_project.server.session.control import REPLIES_LIMIT
from ftp_project.server.session.control_stream import READ_SIZE
from ftp_project.server.session.listener import listen, session


def test_connections_inherit_their_options_from_the_listener():
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        listener.setblocking(True)
        ours, _ = listener.accept()
        with ours:
            assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE)


def test_a_client_that_says_all_before_it_reads_gets_every_reply_in_order(server):
    """More replies than may pile up, from one read of commands: they are sent in parts."""
    rounds = REPLIES_LIMIT // 400
    with RawClient(server) as client:
        client.log_in()
        client.send(*[b"PWD", b"HELP", b"UNKNOWN", b"NOOP", b"CDUP"] * rounds)
        assert client.replies(5 * rounds) == ["257", "214", "500", "200", "250"] * rounds


def test_small_downloads_asked_for_at_once_are_answered_in_order(server):
    (server.root / "small").write_bytes(b"small")
    with RawClient(server) as client:
        client.log_in()
        for _ in range(3):  # the listener of the first one is used again
            with client.connect_data() as data:
                client.send(b"SIZE small", b"RETR small", b"NOOP", b"RETR small", b"PWD")
                assert client.replies(6) == ["213", "150", "226", "200", "425", "257"]
                assert data.recv(100) == b"small"
                assert data.recv(100) == b""


def test_a_connection_that_was_not_used_is_closed_when_the_listener_is_offered_again(server):
    (server.root / "small").write_bytes(b"small")
    with RawClient(server) as client:
        client.log_in()
        with client.connect_data() as unused, client.connect_data() as data:
            assert unused.recv(1) == b""
            client.send(b"RETR small")
            assert client.replies(2) == ["150", "226"]
            assert data.recv(100) == b"small"


def test_commands_in_one_large_record_are_all_read(serve, tmp_path):
    """OpenSSL hands out what fits and keeps the rest, which no selector can see."""
    certificates = Certificates(tmp_path)
    server = serve("--tls-cert", str(certificates.server))
    context = client_context(certificates.ca)
    with RawClient(server) as client:
        assert client.ask(b"AUTH TLS")[:3] == b"234"
        client.sock = context.wrap_socket(client.sock, server_hostname="127.0.0.1")
        client.log_in()
        commands = [b"NOOP" + b" " * (READ_SIZE // 8 - 6)] * 15  # a record holds 16,384 bytes
        for _ in range(4):
            client.send(*commands)
        assert client.replies(15 * 4) == ["200"] * 15 * 4


class Remember(Observer):
    """Knows the session without keeping it alive."""

    def session_began(self, session):
        self.session = weakref.ref(session)


def test_a_session_that_has_ended_leaves_nothing_for_the_garbage_collector():
    server, loop, remember = Server(Config(users=Users([]))), Loop(), Remember()
    server.observers.append(remember)
    with (
        listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()) as client,
    ):
        listener.setblocking(True)
        ours, address = listener.accept()
        ours.setblocking(False)
        client.sendall(b"PASV\r\nUSER anna\r\nQUIT\r\n")
        gc.collect()
        gc.disable()
        try:
            loop.run(session(server, ours, address))
            assert remember.session() is None
        finally:
            gc.enable()
    server.close()
