"""Protected data connections that come before their command, and those whose command is refused."""

from __future__ import annotations

import contextlib
import ftplib
import socket
import struct

import pytest
from certificates import Certificates, client_context
from live_server import wait_until
from patience import HANG


@pytest.fixture
def ftp(serve, tmp_path):
    certificates = Certificates(tmp_path)
    server = serve("--tls-cert", str(certificates.server))
    (server.root / "f").write_bytes(b"12345")
    client = ftplib.FTP_TLS(context=client_context(certificates.ca), timeout=HANG)
    server.clients.append(client)
    client.connect("127.0.0.1", server.port)
    client.login("anna", "s3cret")
    client.prot_p()
    client.voidcmd("TYPE I")
    yield client
    server.close_clients()
    server.wait_idle()


def connected(ftp):
    return socket.create_connection(ftp.makepasv(), timeout=HANG)


def met(ftp):
    return ftp.context.wrap_socket(connected(ftp), server_hostname="127.0.0.1")


def test_the_handshake_may_come_before_the_command(ftp):
    with met(ftp) as data:
        assert ftp.sendcmd("RETR f").startswith("150")
        assert data.recv(100) == b"12345"
        assert data.recv(100) == b""
    assert ftp.voidresp().startswith("226")


def test_only_the_last_passive_connection_counts(ftp):
    with met(ftp) as old, met(ftp) as data:
        assert ftp.sendcmd("RETR f").startswith("150")
        assert data.recv(100) == b"12345"
        with contextlib.suppress(OSError):  # a reset says the same as the end
            assert old.recv(100) == b""
    assert ftp.voidresp().startswith("226")


def test_protection_taken_back_after_pasv_means_a_plain_connection(ftp):
    address = ftp.makepasv()
    ftp.voidcmd("PROT C")
    with socket.create_connection(address, timeout=HANG) as data:
        assert ftp.sendcmd("RETR f").startswith("150")
        assert data.recv(100) == b"12345"
    assert ftp.voidresp().startswith("226")


@pytest.mark.parametrize("early", [False, True])
def test_a_refused_command_closes_the_connection_that_waits(ftp, early):
    with met(ftp) if early else connected(ftp) as data:
        with pytest.raises(ftplib.error_perm, match="550"):
            ftp.sendcmd("RETR missing")
        with contextlib.suppress(OSError):  # a reset says the same as the end
            assert data.recv(100) == b""
    with pytest.raises(ftplib.error_temp, match="425"):
        ftp.sendcmd("RETR f")


def test_commands_answered_meanwhile_leave_the_connection_to_its_transfer(ftp):
    address = ftp.makepasv()
    ftp.sock.sendall(b"RETR f\r\nNOOP\r\nSTAT\r\n")
    assert [ftp.getmultiline()[:3] for _ in range(3)] == ["150", "200", "211"]
    with socket.create_connection(address, timeout=HANG) as plain:
        data = ftp.context.wrap_socket(plain, server_hostname="127.0.0.1")
        assert data.recv(100) == b"12345"
        data.close()
    assert ftp.voidresp().startswith("226")


def test_what_is_no_handshake_is_told_and_the_session_goes_on(ftp):
    with connected(ftp) as data:
        data.sendall(b"this is no TLS\r\n" * 10)
        ftp.putcmd("RETR f")
        replies = [ftp.getmultiline()]
        if replies[0].startswith("150"):
            replies.append(ftp.getmultiline())
        assert replies[-1][:3] in ("425", "426")
    assert ftp.nlst() == ["f"]


def test_a_lost_session_ends_its_transfer_before_it_forgets_whose_it_was(serve, tmp_path):
    certificates = Certificates(tmp_path)
    log = tmp_path / "log"
    options = ("--log-level", "info", "--log-file", str(log))
    server = serve("--tls-cert", str(certificates.server), *options)
    (server.root / "f").write_bytes(b"12345")
    client = ftplib.FTP_TLS(context=client_context(certificates.ca), timeout=HANG)
    client.connect("127.0.0.1", server.port)
    client.login("anna", "s3cret")
    client.prot_p()
    with connected(client):  # no handshake: the transfer waits for one
        assert client.sendcmd("RETR f").startswith("150")
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()  # with a reset
        wait_until(lambda: "session ended" in log.read_text(), "the session ends")
    server.wait_idle()
    text = log.read_text()
    assert " ERROR " not in text
    assert "download user=anna " in text
