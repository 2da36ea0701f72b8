"""Times, virtual paths and LIST's options."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftp_project.protocol import paths, times
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.list_arguments import ListArguments, parse_list_arguments

few = settings(max_examples=100, deadline=None)
path_texts = st.lists(
    st.sampled_from(["..", ".", "", "a", "b c", 'q"', "...", "..x", "ü"]), max_size=9
).map("/".join)


@few
@given(st.integers(-62135596800, 253402300799))
def test_times_round_trip(seconds: int) -> None:
    text = times.format_time(seconds)
    assert len(text) == 14
    assert times.parse_time(text) == seconds * 10**9


def test_times_outside_the_calendar_are_clamped() -> None:
    assert times.format_time(10**15) == "99991231235959"
    assert times.format_time(-(10**15)) == "00010101000000"


def test_fractions_and_leap_seconds() -> None:
    assert times.parse_time("19700101000001.25") == 1_250_000_000
    assert times.parse_time("19700101000000.0000000019") == 1
    assert times.parse_time("19700101000060") == 60 * 10**9


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1970",
        "19700101",
        "19701301000000",
        "19700230000000",
        "19700101240000",
        "19700101000061",
        "19700101000000.",
        "00000101000000",
        "1970010100000١",
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(BadArgumentError):
        times.parse_time(text)


def test_mfmt_and_site_utime() -> None:
    assert times.split_mfmt("19700101000001 a b") == (10**9, "a b")
    assert times.split_site_utime("197001010001 a b") == (60 * 10**9, "a b")
    assert times.split_site_utime("19700101000001 a") == (10**9, "a")
    both = "a b 19700101000001 19700101000002 19700101000003 UTC"
    assert times.split_site_utime(both) == (2 * 10**9, "a b")
    for text in ("", "19700101000001", "x y", "19700101000001 "):
        with pytest.raises(BadArgumentError):
            times.split_mfmt(text)
        with pytest.raises(BadArgumentError):
            times.split_site_utime(text)


@few
@given(path_texts, path_texts)
def test_a_joined_path_is_normal_and_never_leaves(first: str, second: str) -> None:
    cwd = paths.join("/", first)
    path = paths.join(cwd, second)
    assert path == posixpath.normpath("/" + posixpath.join(cwd, second).lstrip("/"))
    assert paths.join("/", path) == path
    assert path == "/" or not {"", ".", ".."}.intersection(path.split("/")[1:])
    if path != "/":
        above, name = paths.split(path)
        assert paths.join(above, name) == path
        assert name == paths.name(path)


def test_the_parent_of_the_root_is_the_root() -> None:
    assert paths.parent("/") == "/"
    assert paths.parent("/a") == "/"
    assert paths.parent("/a/b") == "/a"
    assert paths.join("/a", "..") == "/"
    assert paths.join("/a", "../../../b") == "/b"


@few
@given(st.text(alphabet='ab"/ ', max_size=12), st.text(alphabet="ab c", max_size=5))
def test_quoted_paths_round_trip(path: str, after: str) -> None:
    assert paths.unquote(f"{paths.quote(path)} {after}") == path


@pytest.mark.parametrize("text", ["", "no quotes", '"no end', '"doubled""'])
def test_what_is_no_quoted_path(text: str) -> None:
    with pytest.raises(ValueError, match="quoted path"):
        paths.unquote(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ListArguments()),
        ("a b", ListArguments("a b")),
        ("-la", ListArguments(hidden=True)),
        ("-a /x y", ListArguments("/x y", hidden=True)),
        ("-l -t -r sub", ListArguments("sub", order="time", reverse=True)),
        ("-R", ListArguments(recursive=True)),
        ("-dS x", ListArguments("x", directory_itself=True, order="size")),
        ("-- -la", ListArguments("-la")),
        ("-la -- -x", ListArguments("-x", hidden=True)),
        ("-report.txt", ListArguments("-report.txt")),
        ("-l -report.txt", ListArguments("-report.txt")),
        ("-", ListArguments("-")),
    ],
)
def test_options_in_front_of_the_path(text: str, expected: ListArguments) -> None:
    assert parse_list_arguments(text) == expected
