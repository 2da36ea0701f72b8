"""Where a server can be reached: ranges of ports, outer addresses, IPv4 and IPv6 at one socket."""

from __future__ import annotations

import ftplib
import io
import re
import socket

import pytest
from fork_server import run_program
from patience import HANG
from raw_client import RawClient


def free_ports():
    """Return two neighbouring ports that were free a moment ago."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = first.getsockname()[1]
            try:
                with socket.create_server(("127.0.0.1", port + 1)):
                    return port, port + 1
            except (OSError, OverflowError):
                continue


def test_passive_ports_come_from_the_range_and_are_425_when_none_is_left(serve):
    first, last = free_ports()
    server = serve("--passive-ports", f"{first}-{last}")
    (server.root / "file").write_bytes(b"content")
    with server.client() as one, server.client() as two, server.client() as three:
        ports = [ftp.makepasv()[1] for ftp in (one, two)]
        assert sorted(ports) == [first, last]
        for command in ("EPSV", "PASV"):
            with pytest.raises(ftplib.error_temp, match=r"^425 .*passive ports are in use"):
                three.sendcmd(command)
        with one.transfercmd("RETR file") as data:  # makes ready again, on the same port
            assert data.recv(100) == b"content"
        one.voidresp()
        got = io.BytesIO()
        three.retrbinary("RETR file", got.write)  # the port is free when its transfer has begun
        assert got.getvalue() == b"content"


def test_pasv_tells_the_outer_address_and_epsv_needs_none(serve):
    server = serve("--masquerade-address", "192.0.2.77", "--banner", "Hello.\nBe kind.")
    with RawClient(server) as ftp:
        assert ftp.greeting == b"220-Hello.\n220 Be kind."
        ftp.log_in()
        answer = ftp.ask(b"PASV")
        assert re.fullmatch(rb"227 [^(]*\(192,0,2,77,\d+,\d+\)\.", answer)
        ftp.store(b"STOR file", b"over EPSV")
    assert (server.root / "file").read_bytes() == b"over EPSV"


@pytest.mark.parametrize("active", [False, True])
def test_one_socket_serves_ipv4_and_ipv6(serve, active):
    server = serve("--host", "::")
    for host, reply_code in (("127.0.0.1", "227"), ("::1", "522")):
        ftp = ftplib.FTP(timeout=HANG)
        with ftp:
            ftp.connect(host, server.port)
            ftp.login("anna", "s3cret")
            ftp.set_pasv(not active)
            ftp.storbinary("STOR file", io.BytesIO(host.encode()))
            got = io.BytesIO()
            ftp.retrbinary("RETR file", got.write)
            assert got.getvalue() == host.encode()
            try:
                answer = ftp.sendcmd("PASV")
            except ftplib.error_perm as error:
                answer = str(error)
            assert answer.startswith(reply_code)
            assert "::ffff" not in answer
            other = "2" if host == "127.0.0.1" else "1"
            with pytest.raises(ftplib.error_perm, match=r"^522 "):
                ftp.sendcmd(f"EPSV {other}")


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("--passive-ports", "5000-4000", "the lower one first"),
        ("--passive-ports", "many", "the lower one first"),
        ("--masquerade-address", "example.org", "IPv4 address"),
        ("--minimum-rate", "-1", "must be at least 0"),
    ],
)
def test_what_cannot_be_is_told_at_the_start(tmp_path, option, value, sentence):
    done = run_program("serve", tmp_path, f"{option}={value}")
    assert done.returncode == 2
    assert sentence in done.stderr.decode()
