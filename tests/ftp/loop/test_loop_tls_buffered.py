"""TLS in large pieces: against a client whose every step is taken by the test, on one thread."""

from __future__ import annotations

import contextlib
import socket
import ssl

import pytest
from certificates import Certificates, client_context

from ftp_project.loop.tls_buffered import BufferedTLS
from ftp_project.loop.tls_context import make_context, was_cut
from ftp_project.loop.traps import Readable, Writable

DATA = bytes(range(256)) * 2048  # many records


class Client:
    """The client's side of TLS in memory; ``pump`` moves what there is over the socket."""

    def __init__(self, sock, authority, newest=ssl.TLSVersion.MAXIMUM_SUPPORTED):
        self.sock = sock
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = client_context(authority)
        context.maximum_version = newest
        names = {"server_hostname": "127.0.0.1"}
        self.layer = context.wrap_bio(self.incoming, self.outgoing, **names)

    def pump(self):
        with contextlib.suppress(ssl.SSLWantReadError):
            self.layer.do_handshake()
        if self.outgoing.pending:
            self.sock.sendall(self.outgoing.read())
        with contextlib.suppress(BlockingIOError):
            self.incoming.write(self.sock.recv(1 << 16))

    def received(self):
        data = b""
        with contextlib.suppress(ssl.SSLWantReadError):
            while piece := self.layer.read(1 << 16):
                data += piece
        return data

    def send(self, data):
        self.layer.write(data)
        self.sock.sendall(self.outgoing.read())


def drive(coroutine, when_blocked):
    """Run a coroutine as the loop would; return what it returns."""
    try:
        while True:
            assert isinstance(next(coroutine), Readable | Writable)
            when_blocked()
    except StopIteration as stop:
        return stop.value


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def ends(certificates):
    context = make_context(server_side=True)
    context.load_cert_chain(certificates.server)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for sock in (ours, theirs):
            sock.setblocking(False)
        server, client = BufferedTLS(ours, context), Client(theirs, certificates.ca)
        drive(server.handshake(None), client.pump)
        client.pump()
        yield server, client


def test_what_the_socket_does_not_take_is_kept_and_sent_before_anything_else(ends):
    server, client = ends
    server.write(DATA)  # more than the socket holds
    with pytest.raises(BlockingIOError):
        server.write(b"not yet")
    received = b""

    def read():
        nonlocal received
        client.pump()
        received += client.received()

    drive(server.send_all(b"the end", None), read)
    while len(received) < len(DATA) + len(b"the end"):
        read()
    assert received == DATA + b"the end"


def test_what_the_layer_has_is_read_before_the_socket_is_asked(ends):
    """With a speed limit a read takes less than came: the rest makes no socket readable."""
    server, client = ends
    client.send(b"x" * 40_000)
    view = memoryview(bytearray(30_000))
    assert server.read_into(view[:100]) == 100
    assert server.read_into(view) == 30_000
    assert server.read_into(view) == 9_900
    with pytest.raises(BlockingIOError):
        server.read_into(view)


def test_the_end_is_only_what_the_client_calls_the_end(ends):
    server, client = ends
    client.send(b"last words")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.layer.unwrap()
    client.pump()
    view = memoryview(bytearray(100))
    assert [server.read_into(view), server.read_into(view)] == [10, 0]
    assert drive(server.receive(100, None), client.pump) == b""


def test_a_connection_that_was_cut_off_is_an_error(ends):
    server, client = ends
    client.send(b"half of it")
    client.sock.shutdown(socket.SHUT_WR)
    view = memoryview(bytearray(5))
    assert [server.read_into(view), server.read_into(view)] == [5, 5]
    with pytest.raises(ssl.SSLError) as caught:
        server.read_into(view)
    assert was_cut(caught.value)


def test_the_farewell_is_told_and_no_answer_awaited(ends):
    server, client = ends
    server.finish()
    client.pump()
    assert client.layer.read(1) == b""  # the layer has been closed


def test_what_cannot_be_agreed_on_is_refused_with_an_alert(certificates):
    context = make_context(server_side=True)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificates.server)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for sock in (ours, theirs):
            sock.setblocking(False)
        client = Client(theirs, certificates.ca, ssl.TLSVersion.TLSv1_2)
        with pytest.raises(ssl.SSLError, match=r"(?i)protocol"):
            drive(BufferedTLS(ours, context).handshake(None), client.pump)
        assert theirs.recv(100)[:1] == b"\x15"  # an alert (RFC 8446 5.1)
