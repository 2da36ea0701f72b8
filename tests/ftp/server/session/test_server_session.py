"""One session over a real connection: order, refusals, data connections, deadlines of patience."""

from __future__ import annotations

import ftplib
import io
import os
import socket

import pytest
from patience import HANG

PERM = ftplib.error_perm


def raw(server):
    """Return a connection and a function that sends bytes and reads so many reply lines."""
    sock = socket.create_connection((server.host, server.port), timeout=HANG)
    lines = sock.makefile("rb")
    assert lines.readline().startswith(b"220 ")

    def talk(data, count):
        sock.sendall(data)
        return [lines.readline()[:3].decode() for _ in range(count)]

    return sock, talk


def test_pipelined_commands_are_answered_in_order(server):
    sock, talk = raw(server)
    with sock:
        commands = (
            b"USER anna\nPASS s3cret\r\nPWD\r\nTYPE I\nMKD x\r\nCWD x\r\nSYST\r\nNOPE\r\nNOOP\r\n"
        )
        assert talk(commands, 9) == ["331", "230", "257", "200", "257", "250", "215", "500", "200"]


def test_a_pipelined_transfer_is_finished_before_the_next_command_is_answered(server):
    (server.root / "file").write_bytes(b"x" * 5_000_000)
    ftp = server.client()
    host, port = ftp.makepasv()
    with socket.create_connection((host, port), timeout=HANG) as data:
        ftp.sock.sendall(b"RETR file\r\nPWD\r\nNOOP\r\n")
        assert ftp.getresp()[:3] == "150"
        size = 0
        while piece := data.recv(1 << 16):
            size += len(piece)
    assert [ftp.getresp()[:3] for _ in range(3)] == ["226", "257", "200"]
    assert size == 5_000_000
    ftp.close()


def test_quit_during_a_transfer_lets_it_end(server):
    (server.root / "file").write_bytes(b"x" * 20_000_000)
    ftp = server.client()
    data = ftp.transfercmd("RETR file")
    ftp.sock.sendall(b"QUIT\r\n")
    size = 0
    while piece := data.recv(1 << 16):
        size += len(piece)
    assert size == 20_000_000
    assert ftp.getresp()[:3] == "226"
    assert ftp.getresp()[:3] == "221"
    assert ftp.file.read() == ""
    data.close()
    ftp.close()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("FROB", 500),
        ("SMNT /", 502),
        ("CWD", 501),
        ("PWD now", 501),
        ("TYPE X", 501),
        ("TYPE E", 504),
        ("STRU R", 504),
        ("MODE B", 504),
        ("REST -1", 501),
        ("REST 99999999999999999999", 501),
        ("RNTO x", 503),
        ("PASS again", 503),
        ("CWD missing", 550),
        ("CWD file", 550),
        ("CWD a\0b", 501),
        ("RETR missing", 550),
        ("RETR dir", 550),
        ("SIZE dir", 550),
        ("STOR dir", 550),
        ("MKD dir", 550),
        ("RMD full", 550),
        ("DELE dir", 550),
        ("MKD .ftp-upload~x", 550),
        ("STOR .ftp-upload~x", 553),
        ("RETR fifo", 550),
        ("LIST missing", 550),
        ("MLSD file", 550),
        ("OPTS NOPE", 501),
        ("OPTS UTF8 OFF", 504),
        ("EPSV 7", 522),
        ("OPTS UTF8 ON", 200),
        ("TYPE L 8", 200),
        ("MLSD ", 425),
        ("RETR file", 425),
        ("STOR new", 425),
        ("XPWD", 257),
        ("RNFR /", 550),
    ],
)
def test_what_is_refused_and_how(client, command, code):
    try:
        if code in (550, 553):
            client.sendcmd("EPSV")  # without it transfers would be refused for that
        answer = client.sendcmd(command)
    except ftplib.Error as error:
        answer = str(error)
    assert answer[:3] == str(code), answer


@pytest.fixture
def client(server):
    """A logged-in client, in a directory with one thing of each kind."""
    (server.root / "dir").mkdir()
    (server.root / "full" / "x").mkdir(parents=True)
    (server.root / "file").write_bytes(b"")
    os.mkfifo(server.root / "fifo")
    with server.client() as ftp:
        yield ftp
    assert {path.name for path in server.root.iterdir()} == {"dir", "fifo", "file", "full"}


def test_unknown_user_and_wrong_password_get_the_same_reply(server):
    answers = []
    for user, password in (("anna", "wrong"), ("nobody", "s3cret")):
        ftp = server.connect()
        assert ftp.sendcmd(f"USER {user}")[:3] == "331"
        with pytest.raises(PERM) as caught:
            ftp.sendcmd(f"PASS {password}")
        answers.append(str(caught.value))
        ftp.close()
    assert answers == ["530 Login incorrect."] * 2


def test_a_stranger_at_the_data_port_is_closed_and_the_client_still_served(server):
    (server.root / "file").write_bytes(b"for the client only")
    ftp = server.client()
    host, port = ftp.makepasv()
    with socket.create_connection((host, port), 20, source_address=("127.0.0.2", 0)) as stranger:
        ftp.sendcmd("RETR file")
        assert stranger.recv(100) == b""
        with socket.create_connection((host, port), 20) as data:
            assert data.recv(100) == b"for the client only"
    assert ftp.voidresp()[:3] == "226"
    ftp.close()


def test_an_old_data_connection_is_not_used_for_the_next_transfer(server):
    (server.root / "file").write_bytes(b"new")
    ftp = server.client()
    host, port = ftp.makepasv()
    with socket.create_connection((host, port), 20) as old:
        again = ftp.makepasv()
        assert again == (host, port)  # the listener is kept
        assert old.recv(100) == b""
        with socket.create_connection(again, 20) as data:
            ftp.sendcmd("RETR file")
            assert data.recv(100) == b"new"
    ftp.close()


def test_rest_works_for_download_and_upload_and_holds_once(server):
    (server.root / "file").write_bytes(b"0123456789")
    ftp = server.client()
    got = io.BytesIO()
    ftp.retrbinary("RETR file", got.write, rest=7)
    ftp.retrbinary("RETR file", got.write)
    assert got.getvalue() == b"7890123456789"
    ftp.storbinary("STOR file", io.BytesIO(b"abc"), rest=8)
    assert (server.root / "file").read_bytes() == b"01234567abc"
    ftp.storbinary("STOR file", io.BytesIO(b"abc"))
    assert (server.root / "file").read_bytes() == b"abc"
    ftp.makepasv()
    ftp.sendcmd("REST 4")
    with pytest.raises(ftplib.Error, match=r"^554 "):
        ftp.sendcmd("RETR file")
    ftp.close()


def test_type_a_converts_line_ends_both_ways(server):
    (server.root / "text").write_bytes(b"one\ntwo\n")
    ftp = server.client()
    ftp.voidcmd("TYPE A")
    with ftp.transfercmd("RETR text") as data:
        assert data.makefile("rb").read() == b"one\r\ntwo\r\n"
    ftp.voidresp()
    with ftp.transfercmd("STOR back") as data:
        data.sendall(b"one\r")
        data.sendall(b"\ntwo\r\n")
    ftp.voidresp()
    assert (server.root / "back").read_bytes() == b"one\ntwo\n"
    ftp.close()


def test_an_upload_appears_only_when_it_is_complete(server):
    (server.root / "file").write_bytes(b"old")
    ftp = server.client()
    data = ftp.transfercmd("STOR file")
    data.sendall(b"new")
    assert ftp.sendcmd("NOOP")[:3] == "200"
    with server.client() as other:
        assert other.nlst("-a") == ["file"]
    assert (server.root / "file").read_bytes() == b"old"
    data.close()
    ftp.voidresp()
    assert (server.root / "file").read_bytes() == b"new"
    ftp.close()


def test_mlsd_tells_what_machines_want_to_know(server):
    (server.root / "file").write_bytes(b"12345")
    (server.root / "dir").mkdir()
    with server.client() as ftp:
        facts = dict(ftp.mlsd())
        assert facts["file"]["type"] == "file"
        assert facts["file"]["size"] == "5"
        assert facts["file"]["modify"] == ftp.sendcmd("MDTM file")[4:]
        assert facts["dir"]["type"] == "dir"
        ftp.sendcmd("OPTS MLST size;")
        assert dict(ftp.mlsd("/"))["file"] == {"size": "5"}


def test_feat_lists_one_feature_per_line_after_one_space(server):
    with server.client() as ftp:
        lines = ftp.sendcmd("FEAT").splitlines()
    assert lines[0].startswith("211-")
    assert lines[-1].startswith("211 ")
    assert all(line[0] == " " and line[1] != " " for line in lines[1:-1])
    assert {" UTF8", " SIZE", " MDTM", " EPSV", " REST STREAM"} <= set(lines)


def test_names_that_are_not_utf8_survive_a_round_trip(server):
    name = b'caf\xe9 "x" -l'
    sock, talk = raw(server)
    with sock:
        sent = b"USER anna\r\nPASS s3cret\r\nMKD " + name + b"\r\nCWD " + name + b"\r\n"
        assert talk(sent, 4) == ["331", "230", "257", "250"]
    assert [bytes(path) for path in server.root.iterdir()] == [bytes(server.root / "x")[:-1] + name]


@pytest.mark.parametrize("attack", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"A" * 9 + b"\n" * 1])
def test_what_is_no_ftp_client_is_shown_the_door(server, attack):
    sock, talk = raw(server)
    with sock:
        if attack.startswith(b"GET"):
            assert talk(attack, 1) == ["421"]
        else:
            assert talk(attack * 10, 11) == ["500"] * 10 + ["421"]
        assert sock.recv(100) == b""


def test_a_line_that_is_too_long_is_dropped_and_the_next_one_is_answered(server):
    sock, talk = raw(server)
    with sock:
        assert talk(b"CWD " + b"x" * 100_000 + b"\r\nNOOP\r\n", 2) == ["500", "200"]


def test_a_client_that_never_reads_its_replies_is_not_collected_without_bound(server):
    sock = socket.create_connection((server.host, server.port), timeout=HANG)
    sock.setblocking(False)
    sent = 0
    try:
        while sent < 50_000_000:
            sent += sock.send(b"FEAT\r\n" * 1000)
    except BlockingIOError:
        pass  # the server has stopped reading: its memory is bounded by this
    assert sent < 50_000_000
    with server.client() as other:
        assert other.sendcmd("NOOP")[:3] == "200"
    sock.close()
