"""The control connection's bytes → commands, whatever the chunks."""

from __future__ import annotations

import itertools

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ftp_project.protocol.commands import (
    BAD_CHARACTER,
    LINE_LIMIT,
    TOO_LONG,
    Command,
    CommandParser,
    Problem,
)

few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
pieces = st.sampled_from(
    [
        b"RETR a b\r\n",
        b"noop\n",
        b"\r",
        b"\n",
        b"\xff",
        b"\xff\xff",
        b"\xff\xf4\xff\xf2ABOR\r\n",
        b"\xff\xfd\x06",
        b"\xff\xfb",
        b"\x00",
        b"\xe4",
        "ü".encode(),
        b"x" * 30,
        b" ",
        b"\xf2",
    ]
)
streams = st.lists(st.one_of(pieces, st.binary(max_size=8)), max_size=25).map(b"".join)


def parse(data: bytes, limit: int = LINE_LIMIT) -> list[Command | Problem]:
    return CommandParser(limit).feed(data)


@few
@given(streams, st.lists(st.integers(0, 400), max_size=12))
@example(b"ABCDE\r\nNOOP\r\n", [5, 6])
def test_chunks_make_no_difference(data: bytes, cuts: list[int]) -> None:
    whole = CommandParser(limit=40)
    expected = whole.feed(data)
    parts = CommandParser(limit=40)
    found: list[Command | Problem] = []
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    for start, end in itertools.pairwise(edges):
        found += parts.feed(data[start:end])
    assert found == expected
    assert parts.pending == whole.pending
    assert parts.take_telnet_replies() == whole.take_telnet_replies()


@few
@given(st.binary(max_size=200).filter(lambda name: not set(name) & set(b"\r\n\0")))
def test_any_name_survives_when_byte_255_is_doubled(name: bytes) -> None:
    line = b"RETR " + name.replace(b"\xff", b"\xff\xff") + b"\r\n"
    (command,) = parse(line)
    assert isinstance(command, Command)
    assert command.verb == "RETR"
    assert command.argument.encode("utf-8", "surrogateescape") == name


@few
@given(st.binary(max_size=300))
def test_no_bytes_crash_and_every_line_is_answered(data: bytes) -> None:
    answers = parse(data + b"\r\nNOOP\r\n")
    assert answers[-1] == Command("NOOP", "")
    without_telnet = data.replace(b"\xff", b"")
    assert len(parse(without_telnet + b"\r\n")) == without_telnet.count(b"\n") + 1


def test_verbs_are_upper_case_and_arguments_are_untouched() -> None:
    assert parse(b"uSeR  two spaces \r\nMLSD \r\nPWD\n") == [
        Command("USER", " two spaces "),
        Command("MLSD", ""),
        Command("PWD", ""),
    ]


def test_a_long_line_is_reported_once_and_dropped() -> None:
    parser = CommandParser()
    assert parser.feed(b"STOR " + b"a" * LINE_LIMIT) == [TOO_LONG]
    assert parser.feed(b"b" * 100_000) == []
    assert parser.feed(b"DELE x\r\nNOOP\r\n") == [Command("NOOP", "")]
    longest = b"STOR " + b"a" * (LINE_LIMIT - 5)
    assert parse(longest + b"\r\n") == [Command("STOR", "a" * (LINE_LIMIT - 5))]
    split = CommandParser()
    assert split.feed(longest + b"\r") == []
    assert split.feed(b"\n") == [Command("STOR", "a" * (LINE_LIMIT - 5))]
    assert split.feed(longest + b"a\r") == [TOO_LONG]
    assert parse(longest + b"a\r\nNOOP\r\n") == [TOO_LONG, Command("NOOP", "")]


def test_nul_and_cr_inside_a_line_are_refused() -> None:
    assert parse(b"RETR a\0b\r\nRETR a\rb\r\nRETR a\r\r\n") == [BAD_CHARACTER] * 3


def test_an_empty_line_is_a_problem_with_a_reply() -> None:
    (problem,) = parse(b"\r\n")
    assert isinstance(problem, Problem)
    assert problem.code == 500


def test_telnet_in_front_of_abor_in_every_form_that_clients_send() -> None:
    abor = [Command("ABOR", "")]
    assert parse(b"\xff\xf4\xff\xf2ABOR\r\n") == abor
    assert parse(b"\xff\xf4\xf2ABOR\r\n") == abor  # the IAC of DM went as urgent data
    assert parse(b"\xf2ABOR\r\n") == abor
    assert parse(b"\xff\xf2abor\r\n") == abor


def test_telnet_options_are_refused() -> None:
    parser = CommandParser()
    assert parser.feed(b"\xff\xfd\x01\xff\xfb\x03\xff\xfe\x01NOOP\r\n") == [Command("NOOP", "")]
    assert parser.take_telnet_replies() == b"\xff\xfc\x01\xff\xfe\x03"
    assert parser.take_telnet_replies() == b""


def test_telnet_commands_may_be_cut_anywhere() -> None:
    parser = CommandParser()
    data = b"NO\xff\xf1OP\r\n\xff\xfd\x06RETR \xff\xff\xffa\r\n"
    found = [command for byte in data for command in parser.feed(bytes([byte]))]
    assert found == [Command("NOOP", ""), Command("RETR", "\udcff\udcffa")]
    assert parser.take_telnet_replies() == b"\xff\xfc\x06"


def test_owed_telnet_replies_are_bounded() -> None:
    parser = CommandParser()
    parser.feed(b"\xff\xfd\x01" * 10_000)
    assert len(parser.take_telnet_replies()) <= 303


def test_a_single_byte_255_in_a_latin_1_name_is_kept() -> None:
    assert parse(b"RETR \xffa\r\n") == [Command("RETR", "\udcffa")]


def test_discard_forgets_what_waits() -> None:
    parser = CommandParser()
    assert parser.feed(b"AUTH TLS\r\nUSER mallory") == [Command("AUTH", "TLS")]
    assert parser.discard() == len(b"USER mallory")
    assert not parser.pending
    assert parser.feed(b"NOOP\r\n") == [Command("NOOP", "")]
