"""Clients that are killed, that do not read, that do not finish, that come at a bad moment."""

from __future__ import annotations

import contextlib
import ftplib
import hashlib
import io
import socket
import subprocess
import sys
from pathlib import Path

from certificates import Certificates, client_context
from crowd import LIMIT, LIMITS, connect, last_words, resident
from live_server import FtpServer, wait_until
from patience import HANG
from raw_client import RawClient

#: 50 uploads and 50 downloads that stop in the middle, until somebody kills the program
VICTIM = """
import ftplib, signal, sys
clients = []
for number in range(50):
    for command in (f"STOR up{number}", "RETR sparse"):
        ftp = ftplib.FTP(timeout=100)
        ftp.connect("127.0.0.1", int(sys.argv[1]))
        ftp.login("anna", "s3cret")
        ftp.voidcmd("TYPE I")
        data = ftp.transfercmd(command)
        data.sendall(b"half") if command[0] == "S" else data.recv(1000)
        clients += [ftp, data]
print("in the middle", flush=True)
signal.pause()
"""


def test_200_transfers_whose_client_is_killed_leave_nothing(serve):
    server = serve()
    with (server.root / "sparse").open("wb") as file:
        file.truncate(1 << 34)
    memory = []
    for _ in range(2):
        words = [sys.executable, "-c", VICTIM, str(server.port)]
        with subprocess.Popen(words, stdout=subprocess.PIPE) as victim:
            try:
                assert victim.stdout.readline() == b"in the middle\n"
                assert server.descriptors() > server.idle_descriptors + 200
                wait_until(lambda: len(server.temporary_files()) == 50, "the uploads have begun")
            finally:
                victim.kill()
        server.wait_idle()
        wait_until(lambda: not server.temporary_files(), "the temporary files are removed")
        memory.append(resident(server))
        # The system may close a data connection of the dead before its control connection. In that
        # moment it is the end of an upload like any other (RFC 959 3.4.1), and few hit it.
        complete = [path for path in server.root.iterdir() if path.name != "sparse"]
        assert len(complete) < 25
        for path in complete:
            path.unlink()
    assert memory[1] - memory[0] < 1 << 20, "the second round needs what the first gave back"


def test_replies_that_nobody_reads_take_no_memory_without_bound(server):
    before, crowd = resident(server), connect(server, 20)
    for sock in crowd:
        sock.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:  # until the server reads no more, as it can send no more
                sock.send(b"FEAT\r\n" * 1000)
    assert resident(server) - before < 8 << 20
    for sock in crowd:
        sock.close()


def test_a_download_that_trickles_and_an_upload_that_never_begins_are_given_up(server):
    with (server.root / "sparse").open("wb") as file:
        file.truncate(1 << 34)
    with RawClient(server) as ftp, RawClient(server) as silent:
        silent.log_in()
        ftp.log_in()
        with silent.connect_data(), ftp.connect_data() as data:
            assert silent.ask(b"STOR file")[:3] == b"150"
            assert ftp.ask(b"RETR sparse")[:3] == b"150"
            for _ in range(10):
                assert data.recv(1)
                server.pass_time(LIMIT / 10)
            with server.time_passing(LIMIT):
                assert silent.reply().startswith(b"426 Transfer stalled")
                assert ftp.reply().startswith(b"426 Transfer stalled")


def test_handshakes_that_stand_still_block_nobody(tmp_path):
    certificates = Certificates(tmp_path)
    (tmp_path / "root").mkdir()
    server = FtpServer(
        tmp_path / "root", *LIMITS, "--tls-cert", str(certificates.server), standing=True
    )
    context = client_context(certificates.ca)
    hello = b"\x16\x03\x01\x02\x00\x01"  # the first bytes of a ClientHello (RFC 8446 4.1.2)
    try:
        crowd = connect(server, 50)
        for sock in crowd:
            sock.sendall(b"AUTH TLS\r\n")
        waiting = ftplib.FTP_TLS(context=context, timeout=HANG)
        waiting.connect(server.host, server.port)
        waiting.login("anna", "s3cret")
        waiting.prot_p()
        silent = socket.create_connection((server.host, waiting.makepasv()[1]), HANG)
        waiting.putcmd("STOR never")
        for sock in (*crowd, silent):
            sock.sendall(hello)
        with ftplib.FTP_TLS(context=context, timeout=HANG) as ftp:  # while all of them wait
            ftp.connect(server.host, server.port)
            ftp.login("anna", "s3cret")
            ftp.prot_p()
            ftp.storbinary("STOR file", io.BytesIO(b"content"))
            assert ftp.nlst() == ["file"]
        assert waiting.getmultiline()[:3] == "150"
        with server.time_passing(LIMIT):
            for sock in crowd:
                assert last_words(sock).startswith(b"220 ")
                sock.close()
            assert waiting.getmultiline()[:3] in ("425", "426")
        assert waiting.sendcmd("NOOP")[:3] == "200"
        silent.close()
        waiting.close()
        server.wait_idle()
        server.stop()
    finally:
        server.kill()


def test_check_sums_that_take_for_ever_hold_up_no_login_and_end_with_their_client(serve):
    server = serve("--user", "anna:s3cret", "--user", "bea:other")
    with (server.root / "sparse").open("wb") as file:
        file.truncate(1 << 42)  # hours of arithmetic
    (server.root / "file").write_bytes(b"content")
    crowd = []
    for _ in range(8):  # more than there are threads
        crowd.append(RawClient(server))
        crowd[-1].log_in()
        crowd[-1].send(b"XSHA256 sparse")
    with server.client("bea", "other") as ftp:  # the first login of a user takes a thread
        wanted = hashlib.sha256(b"content").hexdigest().upper()
        assert ftp.sendcmd("XSHA256 file") == f"250 {wanted}"
    for client in crowd:
        client.sock.close()
    server.close_clients()
    server.wait_idle()


def test_a_file_that_shrinks_while_its_check_sum_is_made_is_told(serve):
    server = serve()
    with (server.root / "sparse").open("wb") as file:
        file.truncate(1 << 42)
        with server.client() as ftp:
            ftp.putcmd("HASH sparse")
            opened = Path(f"/proc/{server.process.pid}/fd")
            wait_until(
                lambda: any(str(each.resolve()) == file.name for each in opened.iterdir()),
                "it has begun",
            )
            file.truncate(0)
            assert ftp.getmultiline() == "451 The file became shorter while it was read."
            assert ftp.sendcmd("HASH sparse").startswith("213 SHA-256 0-0 e3b0c442")
