"""Replies on the wire: one line, several lines, and nothing that breaks out of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftp_project.protocol import replies

few = settings(max_examples=80, deadline=None)
texts = st.text(max_size=40)


def read(data: bytes) -> tuple[int, list[bytes]]:
    """Read one reply as a client does (RFC 959 4.2); fail when anything is left over."""
    lines = data.split(b"\r\n")
    assert lines.pop() == b""
    code = int(lines[0][:3])
    if lines[0][3:4] == b"-":
        end = next(at for at, line in enumerate(lines) if at and line.startswith(b"%d " % code))
        assert end == len(lines) - 1
    else:
        assert lines[0][3:4] == b" "
        assert len(lines) == 1
    return code, lines


@few
@given(st.sampled_from(sorted(replies.TEXTS)), texts)
def test_a_reply_is_always_one_line(code: int, text: str) -> None:
    found, lines = read(replies.reply(code, text))
    assert found == code
    assert b"\n" not in lines[0]
    assert b"\r" not in lines[0]


@few
@given(texts, st.lists(texts, max_size=5), texts)
def test_several_lines_end_where_they_should(first: str, lines: list[str], last: str) -> None:
    code, found = read(replies.multiline(211, first, lines, last))
    assert code == 211
    assert len(found) == len(lines) + 2
    assert all(line.startswith(b" ") for line in found[1:-1])


def test_raw_lines_cannot_end_the_reply() -> None:
    code, lines = read(replies.multiline_raw(213, "Status of x:", b"213 done\r\n-rw x\r\n"))
    assert code == 213
    assert lines[1:3] == [b" 213 done", b"-rw x"]


def test_names_that_are_not_utf_8_come_back_and_byte_255_is_doubled() -> None:
    name = b"\xe4\xff".decode("utf-8", "surrogateescape")
    assert replies.reply(257, f'"/{name}"') == b'257 "/\xe4\xff\xff"\r\n'


def test_what_cannot_be_encoded_kills_no_session() -> None:
    assert replies.reply(550, "lone \ud800 surrogate") == b"550 lone ? surrogate\r\n"


def test_standard_texts() -> None:
    assert replies.reply(226) == replies.COMPLETE == b"226 Transfer complete.\r\n"
    for code, text in replies.TEXTS.items():
        assert re.fullmatch(r"[1-5][0-5]\d", str(code))
        assert text.isascii()
        assert text.isprintable()
    with pytest.raises(KeyError):
        replies.reply(999)
