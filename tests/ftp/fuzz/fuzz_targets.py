"""What must hold for any bytes at all: one function for each part of ``protocol/``.

A target takes bytes and fails (AssertionError, or an exception that the part does not promise)
when they break a promise. The same targets are fed by the coverage-guided fuzzer
(``fuzz_protocol.py``), by the kept corpus and by hypothesis (``test_fuzz_protocol.py``).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from os import stat_result
from typing import Any

from ftp_project.protocol import (
    addresses,
    client,
    facts,
    globs,
    list_arguments,
    paths,
    replies,
    times,
)
from ftp_project.protocol.ascii import FromNetwork, ToNetwork
from ftp_project.protocol.commands import Command, CommandParser
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.list_format import format_list, format_names

#: the shape of a reply of one line: three digits, a space, no line end inside (RFC 959 4.2)
REPLY = re.compile(rb"[1-6]\d\d [^\r\n]*\r\n")
STATUS = stat_result((0o100644, 1, 1, 1, 0, 0, 1 << 40, 0, 1_700_000_000, 0))


def text_of(data: bytes) -> str:
    """Return what the server makes of the bytes of an argument."""
    return data.decode("utf-8", "surrogateescape")


def pieces(data: bytes) -> list[bytes]:
    """Cut the rest of the data where its first byte says, over and over."""
    step = data[0] % 17 + 1 if data else 1
    rest = data[1:]
    return [rest[at : at + step] for at in range(0, len(rest), step)]


def commands(data: bytes) -> None:
    """Chunks make no difference; memory is bounded; what comes out is a command."""
    limit = 24
    whole, parts = CommandParser(limit), CommandParser(limit)
    expected = whole.feed(data[1:])
    found = [command for piece in pieces(data) for command in parts.feed(piece)]
    assert found == expected
    assert parts.pending == whole.pending
    assert parts.take_telnet_replies() == whole.take_telnet_replies()
    for command in found:
        if isinstance(command, Command):
            assert not command.verb.isascii() or command.verb == command.verb.upper()
            assert " " not in command.verb
            assert not set("\r\n\0") & set(command.verb + command.argument)
        else:
            assert REPLY.fullmatch(replies.reply(command.code, command.text))
    assert whole.discard() <= limit + 1
    assert whole.feed(b"\nNOOP\r\n")[-1] == Command("NOOP", "")


def reply_parser(data: bytes) -> None:
    """The client's parser: chunks make no difference, only BadArgumentError is raised."""

    def parse(chunks: list[bytes]) -> tuple[list[client.Reply], bool]:
        parser = client.ReplyParser()
        found: list[client.Reply] = []
        try:
            for chunk in chunks:
                found += parser.feed(chunk)
        except BadArgumentError:
            return found, True
        return found, False

    whole, wrong = parse([data[1:]])
    cut, cut_wrong = parse(pieces(data))
    assert wrong == cut_wrong
    # One feed that fails gives nothing; in pieces, what came before the fault has been seen.
    assert wrong or whole == cut


def written_replies(data: bytes) -> None:
    """Whatever a name holds, a reply stays one reply, and its parser reads it back."""
    text = text_of(data)
    assert REPLY.fullmatch(replies.reply(250, text))
    for written in (
        replies.multiline(211, text, [text, text], text),
        replies.multiline_raw(213, text, format_names([text])),
        replies.greeting(text),
    ):
        (read,) = client.ReplyParser().feed(written)
        assert read.code in (211, 213, 220)


def ascii_conversion(data: bytes) -> None:
    """TYPE A: chunks make no difference, and a text comes back as it was."""
    for converter in (ToNetwork, FromNetwork):
        whole, parts = converter(), converter()
        expected = whole.feed(data[1:]) + whole.finish()
        assert b"".join(map(parts.feed, pieces(data))) + parts.finish() == expected
    text = data.replace(b"\r", b"")
    up, down = FromNetwork(), ToNetwork()
    assert up.feed(down.feed(text) + down.finish()) + up.finish() == text


def virtual_paths(data: bytes) -> None:
    """No path leaves "/": joined paths are absolute, normal, and joining is idempotent."""
    first, _, second = text_of(data).partition("\n")
    cwd = paths.join("/", first)
    path = paths.join(cwd, second)
    assert path[0] == "/"
    assert not {"", ".", ".."} & set(path[1:].split("/")) or path == "/"
    assert paths.join(cwd, path) == path
    if path != "/":
        assert paths.join(*paths.split(path)) == path
    assert paths.unquote(paths.quote(path)) == path


def data_addresses(data: bytes) -> None:
    """Only BadArgumentError; what is accepted is a real address and survives a round trip."""
    text = text_of(data)
    with suppress(BadArgumentError):
        address = addresses.parse_port(text)
        assert addresses.parse_port(addresses.format_port(*address)) == address
        assert addresses.parse_pasv_reply(addresses.pasv_text(*address)) == address
    with suppress(BadArgumentError):
        address = addresses.parse_eprt(text)
        assert 0 < address.port < 65536
        assert addresses.parse_eprt(addresses.format_eprt(*address)) == address
    with suppress(BadArgumentError):
        addresses.parse_epsv(text)
    with suppress(BadArgumentError):
        addresses.parse_pasv_reply(text)
    with suppress(BadArgumentError):
        port = addresses.parse_epsv_reply(text)
        assert addresses.parse_epsv_reply(addresses.epsv_text(port)) == port


def times_on_the_wire(data: bytes) -> None:
    """A time that is read can be written, and is the same second again."""
    text = text_of(data)
    for read in (times.split_mfmt, times.split_site_utime):
        with suppress(BadArgumentError):
            moment, path = read(text)
            assert path
            seconds = moment // 1_000_000_000
            if seconds <= 253402300799:  # a leap second may be the first of the year 10000
                assert times.parse_time(times.format_time(seconds)) == seconds * 1_000_000_000


def wildcards(data: bytes) -> None:
    """A pattern is compiled or refused, and never fails on a name."""
    pattern, _, name = text_of(data).partition("\n")
    globs.has_magic(pattern)
    with suppress(BadArgumentError):
        matches = globs.compile_glob(pattern)
        assert matches(name) in (True, False)
        assert not matches(".hidden") or pattern[:1] in (".", "\\")
    literal = re.sub(r"([*?\[\\])", r"\\\1", name)
    if name and len(literal) <= globs.PATTERN_LIMIT:
        assert globs.compile_glob(literal)(name) == (name[:1] != "." or literal[:1] in (".", "\\"))


def listings(data: bytes) -> None:
    """Any name in a listing is one line; the facts of MLSD are read back."""
    list_arguments.parse_list_arguments(text_of(data))
    facts.parse_selection(text_of(data))
    name = text_of(data.replace(b"/", b"").replace(b"\0", b""))
    entry = (name, STATUS, None, None)
    assert format_list([entry], 1_700_000_000).count(b"\n") == 1
    assert format_names([name, name]).count(b"\n") in (0, 2)
    line = facts.FactFormatter(facts.FACTS).line(entry)
    read, read_name = client.parse_facts(line)
    assert read["type"] == "file"
    assert read_name == name
    with suppress(BadArgumentError):
        client.parse_facts(name)


TARGETS: tuple[Callable[[bytes], Any], ...] = (
    commands,
    reply_parser,
    written_replies,
    ascii_conversion,
    virtual_paths,
    data_addresses,
    times_on_the_wire,
    wildcards,
    listings,
)


def one(data: bytes) -> None:
    """Give the rest of the data to the target that its first byte chooses."""
    if data:
        TARGETS[data[0] % len(TARGETS)](data[1:])
