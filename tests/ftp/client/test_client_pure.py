"""URLs, listings of all kinds of servers, and what is shown of a server's words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftp_project.client.errors import printable
from ftp_project.client.list_parser import (
    Entry,
    entry_of_facts,
    entry_of_list,
    is_safe,
    read_listing,
)
from ftp_project.client.progress import shown_bytes
from ftp_project.client.urls import Url, parse_url
from ftp_project.errors import UsageError
from ftp_project.protocol.errors import BadArgumentError

few = settings(max_examples=200, deadline=None)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("ftp://h", Url("h", 21)),
        ("FTP://h/", Url("h", 21)),
        ("ftps://h/a/b/", Url("h", 990, "a/b/", implicit=True)),
        ("ftp://h:2121/%2Fetc/x", Url("h", 2121, "/etc/x")),
        ("ftp://u@h/a?b#c;type=i", Url("h", 21, "a?b#c", "u")),
        ("ftp://u:@h/", Url("h", 21, "", "u", "")),
        ("ftp://u%40x:p%3Aq%2F@[::1]:99/%20", Url("::1", 99, " ", "u@x", "p:q/")),
        ("ftp://h/%E9", Url("h", 21, "\udce9")),
    ],
)
def test_urls(text: str, url: Url) -> None:
    assert parse_url(text) == url
    shown = parse_url(str(url))
    assert (shown.host, shown.port, shown.path) == (url.host, url.port, url.path)
    assert "p:q" not in repr(url)


@pytest.mark.parametrize(
    "text",
    ["http://h/", "ftp:///x", "ftp://h:0/", "ftp://h:65536/", "ftp://h:x/", "ftp://[::1/",
     "ftp://::1/", "ftp://[::1]x/", "ftp://h/%0d%0aDELE%20x", "ftp://u%0a:p@h/", "ftp://u:p@/"],
)  # fmt: skip
def test_what_is_no_url(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_url(text)
    assert ":p@" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("-rw-r--r--    1 1000     1000        12345 Nov 24 10:11  two  spaces ",
         Entry(" two  spaces ", "file", 12345)),
        ("drwxr-xr-x+ 2 ftp ftp 4096 Jan  1  2020 dir", Entry("dir", "directory")),
        ("lrwxrwxrwx 1 0 0 4 Jan  1  2020 link -> a -> b", Entry("link", "link")),
        ("-rw-r--r-- 1 owner 77 Feb 29 2024 no group", Entry("no group", "file", 77)),
        ("crw-rw-rw- 1 root root 1, 3 Jan 1 2020 null", Entry("null", "other")),
        ("-rw-r--r-- 1 anna users 5 mars 3 12:00 french", Entry("french", "file", 5)),
        ("11-24-26  10:11AM       <DIR>          Program Files",
         Entry("Program Files", "directory")),
        ("11-24-2026  22:11             1,234 a.txt", Entry("a.txt", "file", 1234)),
        ("total 12", None),
        ("drwxr-xr-x 2 ftp ftp 4096 Jan  1  2020 ..", None),
    ],
)  # fmt: skip
def test_lines_of_list(line: str, entry: Entry | None) -> None:
    assert entry_of_list(line) == entry


def test_lines_of_mlsd() -> None:
    line = "Type=file;Size=5;Modify=20000229235959.5;Unique=8U1; a b"
    assert entry_of_facts(line) == Entry("a b", "file", 5, 951868799.5, "8U1")
    assert entry_of_facts("type=cdir; .") is None
    assert entry_of_facts(" type=cdir; /d", itself=True) == Entry("/d", "directory")
    assert entry_of_facts("type=OS.unix=slink:/x; l") == Entry("l", "link")
    assert entry_of_facts("type=dir;size=4096; d") == Entry("d", "directory")


@few
@given(st.binary(max_size=200), st.sampled_from([entry_of_list, entry_of_facts]))
def test_any_listing_is_read_or_refused(data: bytes, reader: object) -> None:
    try:
        entries = read_listing(data, reader)  # type: ignore[arg-type]
    except BadArgumentError:
        return
    assert all(entry.name not in (".", "..") or reader is entry_of_facts for entry in entries)


@few
@given(st.text(alphabet="a./\\\0\n", max_size=6))
def test_safe_names_stay_in_their_directory(name: str) -> None:
    if is_safe(name):
        assert name.strip("/") == name != ".."
        assert not set("/\\\0") & set(name)


def test_a_terminal_is_not_obeyed() -> None:
    assert printable("grüße \x1b[2J\r\n") == "grüße \\x1b[2J\\r\\n"
    assert printable("\udce9") == "\\udce9"


def test_bytes_for_people() -> None:
    assert [shown_bytes(n) for n in (0, 999, 1000, 999_949, 999_950, 5e21)] == [
        "0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB", "5000000.0 PB",
    ]  # fmt: skip
