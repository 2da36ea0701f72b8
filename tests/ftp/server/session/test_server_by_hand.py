"""A session driven by hand through the layers, without a socket: text in, text out."""

from __future__ import annotations

import os

import pytest

from ftp_project.accounts.permissions import READ_ONLY, Permissions
from ftp_project.accounts.users import User, Users, parse_user
from ftp_project.config import Config
from ftp_project.loop.traps import Pause
from ftp_project.protocol.commands import CommandParser
from ftp_project.server.core import Server
from ftp_project.server.data.data_connection import DataConnection
from ftp_project.server.data.data_port import DataPort
from ftp_project.server.session.command import act, check
from ftp_project.server.session.session import Session, Transfer
from ftp_project.server.session.table import TABLE


class Hand:
    """Feeds bytes to the parser, asks the table, calls the verb: what Control does, undressed."""

    def __init__(self, home, rights=None):
        user = parse_user("anna:s3cret", home)
        if rights is not None:
            user = User(user.name, home, user.password_hash, rights)
        server = Server(Config(users=Users([user])), clock=lambda: 0.0, wall_clock=lambda: 0.0)
        self.parser = CommandParser()
        self.session = Session(server, "192.0.2.1", "192.0.2.2", DataPort(2, "", ""))

    def say(self, data):
        answers = []
        for command in self.parser.feed(data):
            answers.append(act(self.session, TABLE[command.verb], command.argument))
        return answers

    def log_in(self):
        assert [answer[:3] for answer in self.say(b"USER anna\r\nPASS s3cret\r\n")] == [
            b"331",
            b"230",
        ]


class Collector:
    """Stands in for a data connection: remembers what is sent."""

    def __init__(self):
        self.data = b""

    def send(self, piece):
        self.data += piece
        return len(piece)


@pytest.fixture
def hand(tmp_path):
    hand = Hand(tmp_path)
    hand.log_in()
    yield hand
    hand.session.server.close()


def codes(answers):
    return [int(answer[:3]) for answer in answers]


def test_a_login_however_its_bytes_are_split(tmp_path):
    hand = Hand(tmp_path)
    answers = []
    for number in b"NOOP\r\nPWD\r\nUSER anna\r\nPWD\r\npass s3cret\r\npwd\r\n":
        answers += hand.say(bytes([number]))
    assert codes(answers) == [200, 530, 331, 530, 230, 257]
    assert answers[-1] == b'257 "/" is the current directory.\r\n'


def test_directories_are_made_entered_renamed_and_removed(hand, tmp_path):
    assert hand.say(b'MKD a"b\r\nCWD a"b\r\n') == [
        b'257 "/a""b" created.\r\n',
        b'250 "/a""b" is the current directory.\r\n',
    ]
    assert codes(hand.say(b"MKD c\r\nCDUP\r\nCDUP\r\nRNFR a\"b/c\r\nRNTO d\r\n")) == [
        257, 250, 250, 350, 250,
    ]  # fmt: skip
    assert sorted(path.name for path in tmp_path.iterdir()) == ['a"b', "d"]
    assert codes(hand.say(b"RMD d\r\nRMD d\r\nRNTO x\r\n")) == [250, 550, 503]


def test_a_listing_is_made_of_pieces_that_let_others_run(hand, tmp_path):
    for number in range(450):
        (tmp_path / f"{number:03}").touch()
    hand.session.data_port.armed = True
    (transfer,) = hand.say(b"NLST\r\n")
    assert isinstance(transfer, Transfer)
    collector = Collector()
    connection = DataConnection(collector, lambda: 0.0, 60.0)
    pauses = list(transfer.move(connection))
    assert collector.data.split() == [b"%03d" % number for number in range(450)]
    assert len(pauses) >= 3
    assert set(map(type, pauses)) == {Pause}


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """A directory of 5,000 names."""
    folder = tmp_path_factory.mktemp("crowd")
    for number in range(5_000):
        os.close(os.open(folder / f"{number:05}", os.O_CREAT))
    return folder


@pytest.mark.parametrize("command", ["LIST -la", "LIST -t", "NLST", "MLSD"])
def test_5_000_names_are_listed_in_small_steps(crowd, command):
    hand = Hand(crowd)
    hand.log_in()
    hand.session.data_port.armed = True
    (transfer,) = hand.say(f"{command}\r\n".encode())
    collector = Collector()
    most = before = 0
    for trap in transfer.move(DataConnection(collector, lambda: 0.0, 60.0)):
        assert isinstance(trap, Pause)
        lines = collector.data.count(b"\n")
        most, before = max(most, lines - before), lines
    assert before == 5_000
    assert most <= 200
    hand.session.server.close()


def test_a_listing_over_the_control_connection_lets_others_run_and_is_bounded(hand, tmp_path):
    for number in range(3000):
        (tmp_path / f"{number:04}").touch()
    (answer,) = hand.say(b"STAT -t .\r\n")
    sent = []

    def listen():
        sent.append((yield from answer))

    pauses = list(listen())
    assert len(pauses) > 10
    assert set(map(type, pauses)) == {Pause}
    lines = sent[0].splitlines()
    assert lines[0] == b"212-Status of /:"
    assert lines[-1] == b"212 The rest is left out: use LIST."
    assert 1500 < len(lines) < 3000


def test_a_user_who_may_only_read_is_refused_everything_else(tmp_path):
    (tmp_path / "file").touch()
    hand = Hand(tmp_path, Permissions(READ_ONLY))
    hand.log_in()
    refused = b"STOR x\r\nAPPE file\r\nDELE file\r\nMKD x\r\nRMD x\r\nRNFR file\r\nRNTO y\r\n"
    assert set(codes(hand.say(refused))) == {550}
    assert codes(hand.say(b"SIZE file\r\nMDTM file\r\nCWD /\r\n")) == [213, 213, 250]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    hand.session.server.close()


def test_rights_differ_by_directory(tmp_path):
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    hand = Hand(tmp_path, Permissions(READ_ONLY, {"/in": 4 | 64}))
    hand.log_in()
    assert codes(hand.say(b"MKD in/x\r\nMKD out/x\r\nCWD in\r\nMKD y\r\nMKD ../out/y\r\n")) == [
        257, 550, 250, 257, 550,
    ]  # fmt: skip
    hand.session.server.close()


@pytest.mark.parametrize("name", sorted(TABLE))
def test_every_row_says_how_it_is_used_and_is_refused_where_the_table_says(name, tmp_path):
    row = TABLE[name]
    assert row.usage.split()[0] == row.name
    assert row.verb.__doc__ is not None
    assert row.verb.__doc__.startswith(row.name)
    session = Hand(tmp_path).session
    _, refusal = check(session, row, "argument")
    if row.login:
        assert refusal == b"530 Log in with USER and PASS first.\r\n"
    elif row.argument.name == "NOTHING":
        assert refusal is not None
        assert refusal.startswith(b"501 ")
    else:
        assert refusal is None
