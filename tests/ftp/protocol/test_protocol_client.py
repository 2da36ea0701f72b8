"""What the server writes, a client reads back, whatever the chunks."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftp_project.protocol import client, replies
from ftp_project.protocol.client import Reply, ReplyParser, parse_facts
from ftp_project.protocol.errors import BadArgumentError

few = settings(max_examples=80, deadline=None)
line_ends = set("\r\n")
texts = st.text(max_size=20).filter(lambda text: not line_ends & set(text))
codes = st.sampled_from(sorted(replies.TEXTS))
written = st.one_of(
    st.tuples(codes, texts).map(lambda r: (replies.reply(*r), Reply(r[0], (r[1],)))),
    st.tuples(codes, texts, st.lists(texts, max_size=4), texts).map(
        lambda r: (
            replies.multiline(*r),
            Reply(r[0], (r[1], *(f" {line}" for line in r[2]), r[3])),
        )
    ),
)


@few
@given(st.lists(written, max_size=4), st.lists(st.integers(0, 200), max_size=6))
def test_replies_round_trip(sent: list[tuple[bytes, Reply]], cuts: list[int]) -> None:
    data = b"".join(piece for piece, _ in sent)
    parser = ReplyParser()
    found: list[Reply] = []
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    for start, end in itertools.pairwise(edges):
        found += parser.feed(data[start:end])
    assert found == [reply for _, reply in sent]


def test_replies_of_other_servers() -> None:
    parser = ReplyParser()
    (reply,) = parser.feed(b"220-Welcome\n220-to 220 things\r\n  220 no\r\n220 end\r\n")
    assert reply == Reply(220, ("Welcome", "220-to 220 things", "  220 no", "end"))
    assert reply.text == "Welcome"
    assert parser.feed(b"226\r\n") == [Reply(226, ("",))]


@pytest.mark.parametrize("data", [b"HTTP/1.1 400\r\n", b"\r\n", b"22 x\r\n", b"2200\r\n"])
def test_what_is_no_reply(data: bytes) -> None:
    with pytest.raises(BadArgumentError):
        ReplyParser().feed(data)


def test_replies_without_end_are_bounded() -> None:
    with pytest.raises(BadArgumentError):
        ReplyParser().feed(b"220 " + b"x" * client.LINE_LIMIT)
    with pytest.raises(BadArgumentError):
        ReplyParser().feed(b"220-x\r\n" * (client.LINES_LIMIT + 2))


def test_fact_lines() -> None:
    assert parse_facts(" Type=file;SIZE=5; a b") == ({"type": "file", "size": "5"}, "a b")
    assert parse_facts(" no facts") == ({}, "facts")
    with pytest.raises(BadArgumentError):
        parse_facts("type=file;")
