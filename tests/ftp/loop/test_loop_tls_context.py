"""A TLS connection that was cut is an error on every Python, and one place each sees to it."""

from __future__ import annotations

import ast
import contextlib
import re
import socket
import ssl
from pathlib import Path

import pytest
from certificates import Certificates, client_context

from ftp_project.client import trust
from ftp_project.client.errors import network_reason
from ftp_project.loop import tls
from ftp_project.loop.tls_context import make_context, was_cut
from ftp_project.server.process import certificates as server_certificates

ROOT = Path(__file__).resolve().parents[3]
#: clients that make TLS settings for themselves where they are given none
CLIENTS = ("FTP_TLS", "ReusingTls")
#: what makes TLS settings, and the only files that may
MAKERS = {
    "SSLContext",
    "_create_stdlib_context",
    "_create_unverified_context",
    "create_default_context",
    "create_urllib3_context",
}
PLACES = {Path("ftp_project/loop/tls_context.py"), Path("tests/ftp/certificates.py")}
IGNORED = getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)


@pytest.fixture
def early_python(monkeypatch):
    """Make every new context as Python 3.11.2 makes it: a cut connection passes for a whole one."""
    make = ssl.SSLContext.__new__

    def make_believing(cls, *arguments, **options):
        context = make(cls, *arguments, **options)
        context.options |= IGNORED
        return context

    monkeypatch.setattr(ssl.SSLContext, "__new__", make_believing)
    assert ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).options & IGNORED == IGNORED


@pytest.fixture
def pem(tmp_path):
    return Certificates(tmp_path)


def ends(pem):
    """Return the settings of our server and of our client."""
    return (
        server_certificates.make_context(pem.server, None),
        trust.make_context(pem.ca, insecure=False),
    )


def met(server, client):
    """Return both ends of a connection after their handshake, taken in turn on one thread."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    pair = (
        tls.wrap(ours, server, server_side=True, tickets=0),
        tls.wrap(theirs, client, server_side=False, server_hostname="localhost"),
    )
    waiting = [tls.handshake(end, None) for end in pair]
    while waiting:
        for step in list(waiting):
            if next(step, None) is None:
                waiting.remove(step)
    return pair


def outcome(end):
    """Read to the end; return what came, and what ended it."""
    data = b""
    while True:
        try:
            piece = end.recv(100)
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLError as error:
            return data, error
        if not piece:
            return data, None
        data += piece


@pytest.mark.parametrize("cut", ["server", "client"])
def test_each_end_refuses_data_that_was_cut(early_python, pem, cut):
    server, client = met(*ends(pem))
    reader, writer = (server, client) if cut == "client" else (client, server)
    with reader, writer:
        writer.send(b"half of it")
        socket.socket.shutdown(writer, socket.SHUT_WR)  # what anybody on the way can do
        data, error = outcome(reader)
    assert data == b"half of it"
    assert error is not None
    assert was_cut(error)
    assert network_reason(error) == "it ended without closing the TLS layer"


def test_an_end_in_order_is_no_error(early_python, pem):
    server, client = met(*ends(pem))
    with server, client:
        client.send(b"all of it")
        with contextlib.suppress(ssl.SSLWantReadError):
            client.unwrap()
        assert outcome(server) == (b"all of it", None)


def test_settings_of_every_kind_lack_the_option(early_python, pem):
    contexts = [
        *ends(pem),
        trust.make_context(None, insecure=True),
        make_context(server_side=True),
        make_context(server_side=False),
        client_context(),
        client_context(pem.ca),
    ]
    assert [context.options & IGNORED for context in contexts] == [0] * len(contexts)


def test_other_errors_of_tls_are_no_cut():
    assert not was_cut(ssl.SSLError(ssl.SSL_ERROR_SSL, "wrong version"))
    assert not was_cut(ConnectionResetError())


def makers_in(source):
    """Return the lines of a program that make TLS settings, or let a library make its own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in ("ssl", "urllib3.util"):
            if MAKERS & {alias.name for alias in node.names}:
                yield node.lineno
        elif isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            given = {keyword.arg for keyword in node.keywords}
            if name in MAKERS or (name in CLIENTS and "context" not in given):
                yield node.lineno


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import ssl\nssl.SSLContext(1)", [2]),
        ("from ssl import create_default_context as make", [1]),
        ("import ssl\ndef f(c: ssl.SSLContext) -> None: ssl.create_default_context()", [2]),
        ("import ftplib\nftplib.FTP_TLS()\nftplib.FTP_TLS(context=c)", [2]),
        ("import ssl\ndef f(c: ssl.SSLContext) -> ssl.SSLContext: return c", []),
    ],
)
def test_a_place_that_makes_settings_is_found(source, found):
    assert list(makers_in(source)) == found


def test_no_other_place_makes_settings():
    """Lessons and guides hold no TLS at all, so their text is searched for the names."""
    folders = ["ftp_project", "labsupport", "launcher", "benchmarks", "tests", "docs", "notebooks"]
    programs = [p for folder in folders for p in (ROOT / folder).rglob("*.py")]
    programs += ROOT.glob("*.py")
    named = re.compile("|".join([*MAKERS, *CLIENTS]))  # few files name one: only they are parsed
    made = {
        path.relative_to(ROOT)
        for path in programs
        if path != Path(__file__).resolve()
        and named.search(source := path.read_text(encoding="utf-8"))
        and list(makers_in(source))
    }
    assert made == PLACES
    texts = [p for folder in ("docs", "notebooks/src") for p in (ROOT / folder).rglob("*.md")]
    assert texts
    calls = re.compile(rf"({'|'.join(MAKERS)})\(")
    assert not [path for path in texts if calls.search(path.read_text(encoding="utf-8"))]
