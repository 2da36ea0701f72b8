"""What a user's rights forbid, through every verb that could go around them; by hand, no socket."""

from __future__ import annotations

import pytest
from test_server_by_hand import Collector, Hand

from ftp_project.accounts.permissions import LIST, READ, READ_ONLY, Permissions
from ftp_project.server.data.data_connection import DataConnection


@pytest.fixture
def tree(tmp_path):
    for name in ("open", "secret", "secret/inner", "secret/shown", ".hidden"):
        (tmp_path / name).mkdir()
    for name in ("file", "open/a", "secret/b", "secret/inner/c", "secret/shown/d", ".hidden/e"):
        (tmp_path / name).write_bytes(b"x" * len(name))
    return tmp_path


@pytest.fixture
def hand(tree):
    rights = Permissions(READ_ONLY, {"/secret": 0, "/secret/shown": READ | LIST})
    hand = Hand(tree, rights)
    hand.log_in()
    yield hand
    hand.session.server.close()


def listing(hand, command):
    hand.session.data_port.armed = True
    (transfer,) = hand.say(command + b"\r\n")
    collector = Collector()
    for _ in transfer.move(DataConnection(collector, lambda: 0.0, 60.0)):
        pass
    return collector.data.decode()


def test_a_directory_that_may_not_be_listed_is_in_no_listing(hand):
    hand.session.data_port.armed = True
    refused = b"LIST secret\r\nNLST secret\r\nMLSD secret\r\nMLST secret/b\r\nSTAT secret\r\n"
    assert {answer[:3] for answer in hand.say(refused)} == {b"550"}
    recursive = listing(hand, b"LIST -R")
    assert "./open:" in recursive
    assert "./secret/shown:" in recursive
    assert " a\r\n" in recursive
    assert " d\r\n" in recursive
    for line in ("./secret:", "./secret/inner:", " b\r\n", " c\r\n", "hidden", " e\r\n"):
        assert line not in recursive
    assert "./.hidden:" in listing(hand, b"LIST -aR")
    assert hand.say(b"NLST secret/*\r\n")[0][:3] == b"550"
    assert listing(hand, b"NLST */*") == "open/a\r\nsecret/shown\r\n"


def test_files_that_may_not_be_read_are_in_no_other_answer(hand):
    hand.session.data_port.armed = True
    paths = b"%b secret/b\r\n"
    verbs = (b"RETR", b"SIZE", b"MDTM", b"HASH", b"XMD5", b"XCRC", b"XSHA256")
    assert {answer[:3] for verb in verbs for answer in hand.say(paths % verb)} == {b"550"}


def test_what_changes_something_needs_its_right(hand, tree):
    changes = (
        b"SITE CHMOD 777 file\r\nSITE UTIME 20010101000000 file\r\nSITE SYMLINK file link\r\n"
        b"MFMT 20010101000000 file\r\nRMD open\r\nRNFR open\r\nMKD x\r\nDELE file\r\nSTOU\r\n"
    )
    before = sorted(tree.rglob("*"))
    hand.session.data_port.armed = True
    assert {answer[:3] for answer in hand.say(changes)} == {b"550"}
    assert sorted(tree.rglob("*")) == before


def test_a_directory_with_a_protected_one_inside_stays(tree):
    hand = Hand(tree, Permissions(255, {"/secret/inner": READ_ONLY}))
    hand.log_in()
    codes = [answer[:3] for answer in hand.say(b"RNFR secret\r\nRNTO gone\r\nRMD secret\r\n")]
    assert codes == [b"550", b"503", b"550"]
    hand.session.server.close()


def test_orders_of_listings(hand):
    for command, wanted in [
        (b"NLST -S", ["file", "open", "secret"]),
        (b"NLST -Sr", ["file", "open", "secret"]),
        (b"NLST -r", ["secret", "open", "file"]),
        (b"NLST -aU", [".hidden", "file", "open", "secret"]),
        (b"NLST -d", ["."]),
    ]:
        found = listing(hand, command).split()
        assert (found if command in (b"NLST -r", b"NLST -d") else sorted(found)) == wanted


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"PROT S", b"536"),
        (b"PROT E", b"536"),
        (b"PROT Z", b"504"),
        (b"PBSZ lots", b"501"),
        (b"OPTS HASH NONE", b"501"),
        (b"OPTS HASH", b"200"),
        (b"TYPE L 7", b"504"),
        (b"STRU X", b"501"),
        (b"MODE X", b"501"),
        (b"SITE SYMLINK file", b"501"),
        (b"SITE CHMOD 8 file", b"501"),
    ],
)
def test_arguments_that_do_not_exist(hand, said, code):
    hand.session.secure = hand.session.sized = True
    assert [answer[:3] for answer in hand.say(said + b"\r\n")] == [code]


def test_a_listing_as_a_reply_needs_a_login(tree):
    assert Hand(tree).say(b"STAT file\r\n")[0][:3] == b"530"
