"""REST with every verb, sizes beyond 32 bits, and dates in LIST."""

from __future__ import annotations

import ftplib
import io
import os
import time

import pytest

GIB = 1 << 30


@pytest.fixture
def ftp(server):
    with server.client() as ftp:
        yield ftp


def code(ftp, command):
    try:
        return ftp.sendcmd(command)[:3]
    except ftplib.Error as error:
        return str(error)[:3]


def content(ftp, command):
    got = io.BytesIO()
    ftp.retrbinary(command, got.write)
    return got.getvalue()


@pytest.mark.parametrize("command", ["LIST", "NLST", "MLSD", "RETR other", "RETR missing", "STOU"])
def test_rest_holds_for_one_transfer_whatever_becomes_of_it(server, ftp, command):
    for name in ("file", "other"):
        (server.root / name).write_bytes(b"0123456789")
    whole = ftp.nlst() if command == "NLST" else []
    ftp.voidcmd("TYPE I")
    ftp.makepasv()
    ftp.sendcmd("REST 3")
    try:
        data = ftp.transfercmd(command)
    except ftplib.error_perm:
        assert command == "RETR missing"
    else:
        if command != "STOU":
            sent = data.makefile("rb").read()
            assert sent == b"3456789" if command == "RETR other" else len(sent) > 9
            assert not whole or sent.split() == [name.encode() for name in whole]
        data.close()
        ftp.voidresp()
    assert content(ftp, "RETR file") == b"0123456789"
    ftp.storbinary("STOR file", io.BytesIO(b"new"))
    assert (server.root / "file").read_bytes() == b"new"


def test_rest_stays_over_commands_that_make_no_transfer(server, ftp):
    (server.root / "file").write_bytes(b"0123456789")
    assert [code(ftp, word) for word in ("REST 3", "NOOP", "SIZE file", "TYPE I")] == [
        "350", "200", "213", "200",
    ]  # fmt: skip
    assert content(ftp, "RETR file") == b"3456789"
    assert [code(ftp, word) for word in ("REST 3", "REST 0")] == ["350", "350"]
    assert content(ftp, "RETR file") == b"0123456789"


def test_appe_with_rest_writes_over_what_is_there_and_never_beyond_the_end(server, ftp):
    (server.root / "file").write_bytes(b"0123456789")
    ftp.storbinary("APPE file", io.BytesIO(b"abc"), rest=4)
    assert (server.root / "file").read_bytes() == b"0123abc789"
    ftp.storbinary("APPE file", io.BytesIO(b"!"))
    assert (server.root / "file").read_bytes() == b"0123abc789!"
    ftp.storbinary("STOR file", io.BytesIO(b"XY"), rest=2)
    assert (server.root / "file").read_bytes() == b"01XYabc789!"
    for verb in ("APPE", "STOR", "RETR"):
        ftp.makepasv()
        ftp.sendcmd("REST 100")
        assert code(ftp, f"{verb} file") == "554"
    assert (server.root / "file").read_bytes() == b"01XYabc789!"


def test_text_cannot_be_resumed_as_its_bytes_on_the_way_are_others(server, ftp):
    (server.root / "file").write_bytes(b"a\nb\n")
    ftp.sendcmd("REST 2")
    ftp.voidcmd("TYPE A")
    ftp.makepasv()
    assert code(ftp, "RETR file") == "554"
    assert code(ftp, "REST 2") == "501"
    assert code(ftp, "REST 0") == "350"
    lines = []
    ftp.retrlines("RETR file", lines.append)
    assert lines == ["a", "b"]


def test_a_file_of_five_gib_has_its_size_and_can_be_resumed_at_its_ends(server, ftp):
    path = server.root / "sparse"
    with path.open("wb") as file:
        file.seek(5 * GIB - 4)
        file.write(b"tail")
    assert ftp.size("sparse") == 5 * GIB
    assert dict(ftp.mlsd())["sparse"]["size"] == str(5 * GIB)
    lines = []
    ftp.retrlines("LIST", lines.append)
    assert lines[0].split()[4] == str(5 * GIB)
    ftp.voidcmd("TYPE I")
    got = io.BytesIO()
    ftp.retrbinary("RETR sparse", got.write, rest=5 * GIB - 6)
    assert got.getvalue() == b"\0\0tail"
    ftp.storbinary("STOR sparse", io.BytesIO(b"more"), rest=5 * GIB)
    assert ftp.size("sparse") == 5 * GIB + 4
    ftp.storbinary("APPE sparse", io.BytesIO(b"end"))
    assert ftp.size("sparse") == 5 * GIB + 7
    with path.open("rb") as file:
        file.seek(5 * GIB - 4)
        assert file.read() == b"tailmoreend"


def test_list_shows_the_time_for_half_a_year_and_else_the_year(server, ftp):
    now, day = time.time(), 86400
    ages = {"now": 0, "old": 183 * day, "older": 366 * day, "recent": 182 * day, "future": -2 * day}
    for name, age in ages.items():
        (server.root / name).touch()
        os.utime(server.root / name, (now - age, now - age))
    (server.root / "turn").touch()
    os.utime(server.root / "turn", (946684799, 946684799))  # the last second of 1999
    lines = []
    ftp.retrlines("LIST", lines.append)
    for line in lines:
        month, date, clock, name = line.split()[-4:]
        if name == "turn":
            assert (month, date, clock) == ("Dec", "31", "1999")
            continue
        moment = time.gmtime(now - ages[name])
        assert (month, int(date)) == (time.strftime("%b", moment), moment.tm_mday)
        recent = name in ("now", "recent")
        assert clock == time.strftime("%H:%M" if recent else "%Y", moment), line
    assert ftp.sendcmd("MDTM turn") == "213 19991231235959"
