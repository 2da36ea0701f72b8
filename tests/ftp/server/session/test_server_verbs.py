"""The verbs beyond the everyday ones: what each answers, over a real connection."""

from __future__ import annotations

import ftplib
import hashlib
import io
import os
import socket
import zlib
from pathlib import Path

import pytest


def code(ftp, command):
    try:
        return ftp.sendcmd(command)[:3]
    except ftplib.Error as error:
        return str(error)[:3]


def lines_of(ftp, command):
    found = []
    ftp.retrlines(command, found.append)
    return found


@pytest.fixture
def ftp(server):
    with server.client() as ftp:
        yield ftp


@pytest.fixture
def sparse(server):
    with (server.root / "sparse").open("wb") as file:
        file.truncate(1 << 30)


@pytest.mark.parametrize("how", [b"ABOR\r\n", b"\xff\xf4\xff\xf2ABOR\r\n", b"urgent"])
def test_abor_stops_a_running_transfer_at_once(server, ftp, sparse, how):
    data = ftp.transfercmd("RETR sparse")
    assert data.recv(1000)  # running; then stalled, as nothing more is read
    if how == b"urgent":
        assert ftp.abort()[:3] == "426"
    else:
        ftp.sock.sendall(how)
        with pytest.raises(ftplib.error_temp, match=r"^426 "):
            ftp.getresp()
    assert ftp.getresp()[:3] == "226"
    assert code(ftp, "NOOP") == "200"
    data.close()
    assert ftp.abort()[:3] == "225"


def test_abor_stops_a_transfer_that_waits_for_its_connection(server, ftp, sparse):
    ftp.makepasv()
    assert ftp.sendcmd("RETR sparse")[:3] == "150"
    with pytest.raises(ftplib.error_temp, match=r"^426 "):
        ftp.sendcmd("ABOR")
    assert ftp.getresp()[:3] == "226"
    assert code(ftp, "RETR sparse") == "425"  # what PASV had offered is withdrawn


def test_abor_of_an_upload_leaves_nothing(server, ftp):
    data = ftp.transfercmd("STOR file")
    data.sendall(b"half")
    with pytest.raises(ftplib.error_temp, match=r"^426 "):
        ftp.sendcmd("ABOR")
    assert ftp.getresp()[:3] == "226"
    assert list(server.root.iterdir()) == []
    data.close()


def test_stat_tells_of_a_running_transfer_and_lists_without_one(server, ftp, sparse):
    data = ftp.transfercmd("RETR sparse")
    assert data.recv(1000)
    assert "bytes so far" in ftp.sendcmd("STAT")
    data.close()
    with pytest.raises(ftplib.error_temp, match=r"^426 "):
        ftp.voidresp()
    (server.root / "dir").mkdir()
    listing = ftp.sendcmd("STAT /")
    assert listing.startswith("212-")
    assert [line.split()[-1] for line in listing.splitlines()[1:-1]] == ["dir", "sparse"]
    assert ftp.sendcmd("STAT sparse").startswith("213-")
    assert code(ftp, "STAT missing") == "550"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_active_mode_both_ways(serve, host):
    server = serve("--host", host)
    with server.client() as ftp:
        ftp.set_pasv(False)
        ftp.storbinary("STOR file", io.BytesIO(b"active"))
        got = io.BytesIO()
        ftp.retrbinary("RETR file", got.write)
        assert got.getvalue() == b"active"
        assert ftp.nlst() == ["file"]


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("PORT 127,0,0,2,200,0", "501"),  # another host
        ("PORT 127,0,0,1,0,22", "501"),  # a system service
        ("PORT 1,2,3", "501"),
        ("EPRT |1|127.0.0.2|50000|", "501"),
        ("EPRT |3|x|50000|", "522"),
        ("EPRT |2|::1|50000|", "501"),
        ("EPRT |1|127.0.0.1|50000|", "200"),
    ],
)
def test_active_mode_goes_to_the_client_only(ftp, command, wanted):
    assert code(ftp, command) == wanted


def test_after_epsv_all_nothing_else_is_taken(ftp):
    assert [code(ftp, word) for word in ("EPSV ALL", "PASV", "PORT 127,0,0,1,200,0", "EPSV")] == [
        "200", "501", "501", "229",
    ]  # fmt: skip


def test_a_port_where_nobody_listens_is_425(ftp, server):
    (server.root / "file").touch()
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert code(ftp, f"PORT 127,0,0,1,{port >> 8},{port & 255}") == "200"
    assert ftp.sendcmd("RETR file")[:3] == "150"
    with pytest.raises(ftplib.error_temp, match=r"^425 "):
        ftp.getresp()


def test_stou_invents_a_name_and_tells_it(server, ftp):
    data, _ = ftp.ntransfercmd("STOU")
    data.sendall(b"unique")
    data.close()
    ftp.voidresp()
    ftp.makepasv()
    answer = ftp.sendcmd("STOU")
    assert answer.startswith("150 FILE: ")
    with pytest.raises(ftplib.error_temp, match=r"^426 "):
        ftp.sendcmd("ABOR")
    (found,) = server.root.iterdir()
    assert found.read_bytes() == b"unique"


def test_appe_goes_on_where_the_file_ends_and_a_second_writer_waits_outside(server, ftp):
    (server.root / "log").write_bytes(b"one ")
    data = ftp.transfercmd("APPE log")
    with server.client() as other:
        other.makepasv()
        assert code(other, "APPE log") == "450"
    data.sendall(b"two")
    data.close()
    ftp.voidresp()
    assert (server.root / "log").read_bytes() == b"one two"


def test_patterns_options_and_recursion_in_listings(server, ftp):
    for name in ("a1.txt", "a2.txt", "b.txt", ".hidden", "sub/a3.txt"):
        path = server.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * len(name))
    os.utime(server.root / "b.txt", (2e9, 2e9))
    assert ftp.nlst("a*.txt") == ["a1.txt", "a2.txt"]
    assert ftp.nlst("*/a*") == ["sub/a3.txt"]
    assert ftp.nlst("sub") == ["sub/a3.txt"]
    assert ftp.nlst("b.txt") == ["b.txt"]
    assert ftp.nlst("nothing*") == []
    names = [line.split()[-1] for line in lines_of(ftp, "LIST -la /")]
    assert names == [".hidden", "a1.txt", "a2.txt", "b.txt", "sub"]
    assert lines_of(ftp, "LIST -t")[0].endswith(" b.txt")
    assert lines_of(ftp, "LIST -r")[0].endswith(" sub")
    recursive = "\n".join(lines_of(ftp, "LIST -R"))
    assert "./sub:" in recursive
    assert "a3.txt" in recursive
    ftp.makepasv()
    assert code(ftp, "NLST missing") == "550"


def test_mlst_shows_one_name_after_one_space(server, ftp):
    (server.root / "file").write_bytes(b"12")
    lines = ftp.sendcmd("MLST file").splitlines()
    assert lines[0].startswith("250-")
    assert lines[1].startswith(" type=file;size=2;")
    assert lines[1].endswith("; /file")
    assert ftp.sendcmd("MLST").splitlines()[1].endswith("; /")


def test_times_and_modes_can_be_set(server, ftp):
    (server.root / "a file").touch()
    assert code(ftp, "MFMT 20010203040506 a file") == "213"
    assert ftp.sendcmd("MDTM a file") == "213 20010203040506"
    assert code(ftp, "SITE UTIME 20020203040506 a file") == "200"
    assert ftp.sendcmd("MDTM a file") == "213 20020203040506"
    assert code(ftp, "SITE CHMOD 640 a file") == "200"
    assert (server.root / "a file").stat().st_mode & 0o7777 == 0o640
    assert code(ftp, "SITE SYMLINK a file link") == "200"
    assert ftp.sendcmd("MDTM link") == "213 20020203040506"
    assert code(ftp, "SITE CHMOD 999 a file") == "501"
    assert code(ftp, "SITE FROB") == "504"
    assert code(ftp, "MFMT yesterday a file") == "501"
    for early in ("18000101000000", "00010101000000"):  # perhaps earlier than the disk can say
        told = ftp.sendcmd(f"MFMT {early} a file")
        assert told == f"213 Modify={ftp.sendcmd('MDTM a file')[4:]}; a file"
    assert "SITE CHMOD" in ftp.sendcmd("SITE HELP")


def test_check_sums(server, ftp):
    (server.root / "file").write_bytes(b"123456789")
    sha = hashlib.sha256(b"123456789").hexdigest()
    assert ftp.sendcmd("XCRC file") == "250 CBF43926"
    assert ftp.sendcmd("XSHA256 file") == f"250 {sha.upper()}"
    assert ftp.sendcmd("HASH file") == f"213 SHA-256 0-9 {sha} /file"
    assert code(ftp, "OPTS HASH MD5") == "200"
    assert hashlib.md5(b"123456789").hexdigest() in ftp.sendcmd("HASH file")
    assert code(ftp, "HASH missing") == "550"


def test_mode_z_compresses_both_ways_and_finds_damage(server, ftp):
    text = b"all work and no play\n" * 100_000
    assert code(ftp, "MODE Z") == "200"
    ftp.storbinary("STOR file", io.BytesIO(zlib.compress(text)))
    assert (server.root / "file").read_bytes() == text
    got = io.BytesIO()
    ftp.retrbinary("RETR file", got.write)
    assert len(got.getvalue()) < len(text) / 50
    assert zlib.decompress(got.getvalue()) == text
    for damaged in (zlib.compress(text)[:-9], b"no zlib at all"):
        with pytest.raises(ftplib.error_temp, match=r"^426 "):
            ftp.storbinary("STOR bad", io.BytesIO(damaged))
    assert [path.name for path in server.root.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("HELP", "214"),
        ("HELP RETR", "214"),
        ("HELP FROB", "501"),
        ("ALLO 100", "202"),
        ("ALLO 100 R 20", "202"),
        ("ALLO lots", "501"),
        ("ACCT me", "202"),
        ("CLNT tester", "200"),
        ("HOST example.org", "503"),
        ("AUTH TLS", "431"),
        ("AUTH KERBEROS_V4", "504"),
        ("PBSZ 0", "503"),
        ("PROT P", "503"),
        ("CCC", "503"),
        ("STAT", "211"),
        ("REIN", "220"),
    ],
)
def test_the_small_verbs(ftp, command, wanted):
    assert code(ftp, command) == wanted


def test_help_names_every_command_of_the_table(ftp):
    from ftp_project.server.session.table import ROWS

    shown = ftp.sendcmd("HELP").split()
    assert {row.name for row in ROWS} <= set(shown)


def test_a_new_user_starts_at_the_root_without_the_old_settings(server, ftp):
    Path(server.root / "dir").mkdir()
    assert [code(ftp, word) for word in ("CWD dir", "REIN", "PWD")] == ["250", "220", "530"]
    ftp.login("anna", "s3cret")
    assert ftp.pwd() == "/"
