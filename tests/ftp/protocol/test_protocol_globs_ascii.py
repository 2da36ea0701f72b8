"""Wildcards against a plain matcher, and ASCII conversion over any split."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftp_project.protocol.ascii import FromNetwork, ToNetwork
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.globs import compile_glob, has_magic

few = settings(max_examples=150, deadline=None)
chunks = st.lists(
    st.lists(st.sampled_from([b"\r", b"\n", b"x"]), max_size=5).map(b"".join), max_size=12
)


@few
@given(st.text(alphabet="ab*?[]!-", max_size=9), st.text(alphabet="ab-]![", max_size=7))
def test_wildcards_mean_what_fnmatch_means(pattern: str, name: str) -> None:
    assert compile_glob(pattern)(name) == fnmatch.fnmatchcase(name, pattern)


def test_hidden_names_need_a_dot_in_the_pattern() -> None:
    assert not compile_glob("*")(".profile")
    assert not compile_glob("?profile")(".profile")
    assert compile_glob(".*")(".profile")


def test_a_backslash_takes_the_meaning_away() -> None:
    assert compile_glob(r"a\*b")("a*b")
    assert not compile_glob(r"a\*b")("axb")
    assert compile_glob("\\")("\\")
    assert compile_glob("[^a]")("b")
    assert not compile_glob("[^a]")("a")
    assert compile_glob("a\nb*")("a\nbc")


def test_what_holds_a_wildcard() -> None:
    assert [text for text in ("a", "a*", "?", "[x]", "]") if has_magic(text)] == ["a*", "?", "[x]"]


def test_no_pattern_is_slow() -> None:
    # A matcher that gives back what it found needs 255 over 60 steps for this: for ever.
    match = compile_glob("*a" * 60 + "*b")
    assert not match("a" * 255)
    with pytest.raises(BadArgumentError):
        compile_glob("*" * 256)


def convert(converter: ToNetwork | FromNetwork, parts: list[bytes]) -> bytes:
    return b"".join(converter.feed(part) for part in parts) + converter.finish()


@few
@given(chunks)
def test_any_split_converts_like_the_whole(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    for kind in (ToNetwork, FromNetwork):
        assert convert(kind(), parts) == convert(kind(), [whole])


@few
@given(chunks)
def test_the_conversions_do_what_they_say(parts: list[bytes]) -> None:
    whole = b"".join(parts)
    sent = convert(ToNetwork(), parts)
    assert sent.count(b"\n") == sent.count(b"\r\n") == whole.count(b"\n")
    assert sent.replace(b"\r\n", b"\n") == whole.replace(b"\r\n", b"\n")
    assert convert(FromNetwork(), parts) == whole.replace(b"\r\n", b"\n")
    if b"\r" not in whole:
        assert convert(FromNetwork(), [sent]) == whole


def test_a_lone_cr_at_the_end_is_not_lost() -> None:
    assert convert(FromNetwork(), [b"a\r"]) == b"a\r"
