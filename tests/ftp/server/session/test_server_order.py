"""What comes while a transfer runs: what is answered at once, what waits, what ends it."""

from __future__ import annotations

import ftplib
import os
import socket

import pytest
from live_server import wait_until

from ftp_project.server.session.control import WAITING_LIMIT


@pytest.fixture
def ftp(server):
    with (server.root / "large").open("wb") as file:
        file.truncate(1 << 30)
    (server.root / "small").write_bytes(b"small")
    with server.client() as ftp:
        yield ftp


def codes(ftp, count):
    found = []
    for _ in range(count):
        try:
            found.append(ftp.getresp()[:3])
        except ftplib.Error as error:
            found.append(str(error)[:3])
    return found


def drain(data, size):
    while piece := data.recv(1 << 20):
        size -= len(piece)
    assert size == 0


def test_rein_and_user_wait_for_the_end_of_the_transfer(server, ftp):
    (server.root / "file").write_bytes(b"x" * 8_000_000)
    for command, code in (("REIN", "220"), ("USER anna", "331")):
        with ftp.transfercmd("RETR file") as data:
            ftp.sock.sendall(f"{command}\r\nNOOP\r\n".encode())
            drain(data, 8_000_000)
        assert codes(ftp, 3) == ["226", code, "200"]
        with pytest.raises(ftplib.error_perm, match=r"^530 "):
            ftp.pwd()
        ftp.login("anna", "s3cret")
        ftp.voidcmd("TYPE I")


def test_a_second_transfer_waits_and_needs_a_connection_of_its_own(server, ftp):
    (server.root / "file").write_bytes(b"x" * 8_000_000)
    with ftp.transfercmd("RETR file") as data:
        ftp.sock.sendall(b"RETR small\r\nEPSV\r\nRETR small\r\n")
        drain(data, 8_000_000)
    assert codes(ftp, 2) == ["226", "425"]
    _, port = ftplib.parse229(ftp.getresp(), ftp.sock.getpeername())
    with socket.create_connection((server.host, port), 20) as data:
        assert codes(ftp, 1) == ["150"]
        drain(data, 5)
    assert codes(ftp, 1) == ["226"]


def test_abor_sent_together_with_the_command_stops_it(ftp):
    host, port = ftp.makepasv()
    with socket.create_connection((host, port), 20) as data:
        ftp.sock.sendall(b"RETR large\r\nNOOP\r\nPWD\r\nABOR\r\nNOOP\r\n")
        assert codes(ftp, 6) == ["150", "200", "426", "257", "226", "200"]
        while data.recv(1 << 20):
            pass


def test_abor_reaches_the_transfer_that_was_sent_before_it(ftp):
    with ftp.transfercmd("RETR large") as data:
        assert data.recv(10)
        ftp.sock.sendall(b"EPSV\r\nRETR large\r\nABOR\r\nNOOP\r\n")
        assert codes(ftp, 6) == ["426", "229", "150", "426", "226", "200"]


def test_abor_of_active_mode_that_never_connects(ftp):
    """A listener whose queue is full answers as little as a host that is not there."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for each in fillers:
            each.setblocking(False)
            each.connect_ex(deaf.getsockname())
        ftp.sendport("127.0.0.1", deaf.getsockname()[1])
        assert ftp.sendcmd("RETR large")[:3] == "150"
        ftp.putcmd("ABOR")
        assert codes(ftp, 2) == ["426", "226"]
        for each in fillers:
            each.close()


def test_commands_behind_a_transfer_are_bounded_and_answered(ftp):
    count = WAITING_LIMIT * 3
    with ftp.transfercmd("RETR large") as data:
        assert data.recv(10)
        ftp.sock.sendall(b"PWD\r\n" * count)
        ftp.putcmd("NOOP")
        data.close()
    assert codes(ftp, count + 2) == ["426", *["257"] * count, "200"]


def test_a_file_that_shrinks_while_it_is_sent_is_told(server, ftp):
    with ftp.transfercmd("RETR large") as data:
        assert data.recv(10)
        os.truncate(server.root / "large", 10)
        while data.recv(1 << 20):
            pass
    assert codes(ftp, 1) == ["451"]


def test_a_lost_client_ends_its_stalled_transfer(server, ftp):
    data = ftp.transfercmd("STOR file")
    data.sendall(b"half")
    ftp.close()
    wait_until(lambda: not server.temporary_files(), "the upload is given up")
    data.close()
    assert sorted(path.name for path in server.root.iterdir()) == ["large", "small"]
