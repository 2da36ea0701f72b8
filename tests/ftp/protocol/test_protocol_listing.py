"""LIST, NLST, MLST and MLSD: what clients parse back out of them."""

from __future__ import annotations

import calendar
import os
import re
import stat
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftp_project.protocol import facts
from ftp_project.protocol.entries import Entry
from ftp_project.protocol.list_format import SIX_MONTHS, format_list, format_names

few = settings(max_examples=100, deadline=None)
NOW = calendar.timegm((2025, 1, 15, 12, 0, 0))
LINE = re.compile(
    rb"([-dlpcbs][-rwxsStT]{9}) +(\d+) (\S+) +(\S+) +(\d+) "
    rb"([A-Z][a-z]{2} [ \d]\d) ([\d: ]{5}) (.*)\r\n",
    re.DOTALL,
)
names = st.text(min_size=1, max_size=20).filter(
    lambda name: not set(name) & set("/\0\r\n") and name.isprintable()
)


def status(mode: int = 0o100644, size: int = 0, modified: float = 0.0) -> os.stat_result:
    return os.stat_result((mode, 0xABC, 0x12, 1, 1000, 1000, size, 0, modified, 0))


def entry(name: str, **fields: float) -> Entry:
    return (name, status(**fields), None, None)  # type: ignore[arg-type]


@few
@given(names, st.integers(0, 2**43), st.integers(0, 0o777), st.integers(0, 2 * NOW))
def test_a_line_of_ls_can_be_read_back(name: str, size: int, mode: int, modified: int) -> None:
    data = format_list([entry(name, mode=0o100000 | mode, size=size, modified=modified)], NOW)
    match = LINE.fullmatch(data)
    assert match is not None
    assert match[1].decode() == stat.filemode(0o100000 | mode)
    assert int(match[5]) == size
    assert match[8].decode() == name
    when = time.gmtime(modified)
    day = f"{calendar.month_abbr[when.tm_mon]} {when.tm_mday:>2}"
    assert match[6].decode() == day
    if NOW - SIX_MONTHS < modified <= NOW:
        assert match[7].decode() == f"{when.tm_hour:02}:{when.tm_min:02}"
    else:
        assert match[7].decode() == f" {when.tm_year:04}"


@pytest.mark.parametrize(
    ("modified", "shown"),
    [
        (NOW, b"Jan 15 12:00"),
        (NOW + 1, b"Jan 15  2025"),
        (NOW - SIX_MONTHS, b"Jul 16  2024"),
        (NOW - SIX_MONTHS + 1, b"Jul 16 21:05"),
        (calendar.timegm((2024, 12, 31, 23, 59, 59)), b"Dec 31 23:59"),
        (calendar.timegm((2000, 2, 29, 0, 0, 0)), b"Feb 29  2000"),
        (-1, b"Dec 31  1969"),
    ],
)
def test_the_six_month_rule_and_the_turn_of_the_year(modified: int, shown: bytes) -> None:
    data = format_list([entry("x", modified=modified)], NOW)
    # The half year is 182 days and 14:54:36 hours long.
    assert re.sub(rb"21:\d\d", b"21:05", data).endswith(b" " + shown + b" x\r\n")


def test_links_and_names_with_line_ends() -> None:
    link: Entry = ("l", status(mode=0o120777), "to/there", None)
    data = format_list([link, entry("a\r\nb")], NOW)
    lines = data.splitlines()
    assert lines[0].startswith(b"lrwxrwxrwx")
    assert lines[0].endswith(b" l -> to/there")
    assert lines[1].endswith(b" a??b")


def test_names_alone_and_names_that_are_not_utf_8() -> None:
    odd = b"\xe4\xff".decode("utf-8", "surrogateescape")
    assert format_names(["a b", "x\ny", odd]) == b"a b\r\n\xe4\xff\r\n"
    assert format_list([entry(odd)], NOW).endswith(b" \xe4\xff\r\n")


@few
@given(names, st.integers(0, 2**43), st.integers(0, 2**33), st.lists(st.sampled_from(facts.FACTS)))
def test_mlsd_can_be_read_back(name: str, size: int, modified: int, wanted: list[str]) -> None:
    chosen = facts.parse_selection(";".join(wanted))
    formatter = facts.FactFormatter(chosen, "adfrw", "cdeflmp")
    line = formatter.lines([entry(name, size=size, modified=modified)]).decode()
    assert line.endswith("\r\n")
    text, _, found_name = line[:-2].partition(" ")
    assert found_name == name
    found = dict(fact.split("=", 1) for fact in text.split(";") if fact)
    assert list(found) == [fact for fact in facts.FACTS if fact in wanted]
    expected = {
        "type": "file",
        "size": str(size),
        "modify": time.strftime("%Y%m%d%H%M%S", time.gmtime(modified)),
        "perm": "adfrw",
        "unique": "12gabc",
        "UNIX.mode": "0644",
        "UNIX.owner": "1000",
        "UNIX.group": "1000",
    }
    assert found == {fact: expected[fact] for fact in found}


def test_directories_links_and_others_in_mlsd() -> None:
    formatter = facts.FactFormatter(("type", "size", "perm"), "dfr", "el")
    entries: list[Entry] = [
        entry("d", mode=0o040755, size=4096),
        ("to-file", status(0o120777), "f", status(0o100644, 5)),
        ("dangling", status(0o120777), "nowhere", None),
        entry("fifo", mode=0o010644),
        entry("bad\nname"),
    ]
    assert formatter.lines(entries).decode().splitlines() == [
        "type=dir;perm=el; d",
        "type=file;size=5;perm=dfr; to-file",
        "type=OS.unix=symlink;perm=df; dangling",  # its name can go, but nothing can be read
        "type=OS.unix=special;perm=df; fifo",
    ]
    assert formatter.line(entries[0], "/a/d") == "type=dir;perm=el; /a/d"


def test_choosing_facts() -> None:
    assert facts.parse_selection("SIZE;type;nonsense;") == ("type", "size")
    assert facts.parse_selection("") == ()
    assert facts.selection_text(("type", "size")) == "MLST OPTS type;size;"
    assert facts.selection_text(()) == "MLST OPTS"
    text = facts.feature_text(("type",))
    assert text.startswith("MLST type*;size;modify;")
    assert facts.FactFormatter(()).line(entry("x")) == " x"


def test_perm_facts_say_what_the_user_may_do() -> None:
    everything = facts.file_perm(read=True, write=True, append=True, delete=True, rename=True)
    assert everything == "adfrw"
    assert (
        facts.directory_perm(list_=True, write=False, make=False, delete=False, rename=False)
        == "el"
    )
    assert (
        facts.directory_perm(list_=True, write=True, make=True, delete=True, rename=True)
        == "cdeflmp"
    )
