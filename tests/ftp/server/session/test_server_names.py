"""Names as clients and disks have them, through every verb that takes or shows one."""

from __future__ import annotations

import os

import pytest
from raw_client import RawClient

NAMES = {
    "spaces": b"a b  c",
    "spaces around": b" x ",
    "quotes": b'say "hi"',
    "dash": b"-la",
    "dashes": b"--",
    "wildcards": b"[a]*?{b}",
    "backslash": rb"a\b",
    "utf-8": "žluťoučký 🐎".encode(),
    "latin-1": b"caf\xe9",
    "telnet byte": b"y\xff\xfe",
    "controls": b"a\tb\x1b[1m\x7f",
    "facts": b"type=dir; x",
    "arrow": b"a -> b",
    "longest": "é".encode() * 127 + b"x",
}


def names_in(folder):
    return [bytes(path)[len(bytes(folder)) + 1 :] for path in folder.iterdir()]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_goes_through_every_verb(server, name):
    sent = name.replace(b"\xff", b"\xff\xff")  # as Telnet demands (RFC 854)
    quoted = sent.replace(b'"', b'""')
    with RawClient(server) as ftp:
        ftp.log_in()
        assert ftp.ask(b"MKD " + sent).startswith(b'257 "/' + quoted + b'" ')
        assert names_in(server.root) == [name]
        assert ftp.ask(b"CWD " + sent)[:3] == b"250"
        assert ftp.ask(b"PWD").startswith(b'257 "/' + quoted + b'" ')
        ftp.store(b"STOR " + sent, b"content")
        assert names_in(server.root / os.fsdecode(name)) == [name]
        assert ftp.ask(b"SIZE " + sent) == b"213 7"
        assert ftp.fetch(b"RETR " + sent) == b"content"
        assert ftp.fetch(b"NLST") == name + b"\r\n"
        assert ftp.fetch(b"MLSD").endswith(b"; " + name + b"\r\n")
        assert ftp.fetch(b"LIST").endswith(b" " + name + b"\r\n")
        assert ftp.fetch(b"LIST ./" + sent).endswith(b" ./" + name + b"\r\n")
        answer = ftp.ask(b"MLST " + sent).split(b"\n")[1]
        assert answer.endswith(b"; /" + sent + b"/" + sent)
        assert ftp.ask(b"MFMT 20010203040506 " + sent)[:3] == b"213"
        assert ftp.ask(b"MDTM " + sent) == b"213 20010203040506"
        assert ftp.ask(b"SITE CHMOD 600 ./" + sent)[:3] == b"200"
        assert ftp.ask(b"RNFR " + sent)[:3] == b"350"
        assert ftp.ask(b"RNTO ../new")[:3] == b"250"
        assert ftp.ask(b"CDUP")[:3] == b"250"
        assert ftp.ask(b"RMD " + sent)[:3] == b"250"
        assert names_in(server.root) == [b"new"]


def test_names_that_cannot_be_are_refused(server):
    with RawClient(server) as ftp:
        ftp.log_in()
        assert ftp.ask(b"MKD " + b"x" * 256)[:3] == b"550"
        assert ftp.ask(b"MKD a\0b")[:3] == b"501"
        assert ftp.ask(b"MKD a\rb")[:3] == b"501"
        ftp.send(b"MKD a\nNOOP")  # a line end cannot be part of a name: these are two commands
        assert ftp.replies(2) == ["257", "200"]
        with ftp.connect_data():
            assert ftp.ask(b"STOR " + b"x" * 256)[:3] == b"553"
    assert names_in(server.root) == [b"a"]


def test_names_with_line_ends_on_the_disk_are_not_sent_as_two(server):
    (server.root / "a\r\nb").touch()
    with RawClient(server) as ftp:
        ftp.log_in()
        assert ftp.fetch(b"NLST") == b""
        assert ftp.fetch(b"MLSD") == b""
        assert ftp.fetch(b"LIST").endswith(b" a??b\r\n")
