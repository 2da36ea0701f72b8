"""Write LIST and NLST: lines as ``ls -l`` writes them in the C locale, in UTC.

There is no standard for LIST (RFC 959 4.1.3 calls it "information"); clients parse what
ls prints (POSIX ls, *Long format*): dates of the last six months with hour and minute,
all others with the year.
"""

# The six-month rule is ls's: a recent date with its time, another with its year. The dates repeat
# (files come in groups), and gmtime with formatting is most of a line's cost, so they are kept in a
# small cache.

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from stat import filemode
from time import gmtime
from typing import Final

from ftp_project.protocol.entries import Entry

#: half of the mean Gregorian year in seconds: the limit that ls uses
SIX_MONTHS: Final = 31556952 // 2

_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_mode = lru_cache(maxsize=256)(filemode)


def format_list(
    entries: Iterable[Entry], now: float, owner: str = "ftp", group: str = "ftp"
) -> bytes:
    """Write one ``ls -l`` line for each entry, each ended by CRLF.

    ``now`` is the time of the request in seconds since the epoch. Real owners are not shown,
    as the users here are not those of the machine. CR and LF in a name, which the file
    system may hold but FTP cannot say, become "?".
    """
    recent = now - SIX_MONTHS
    who = f"{owner:<8} {group:<8}"
    lines: list[str] = []
    for name, status, link, _ in entries:
        if link is not None:
            name = f"{name} -> {link}"
        if "\n" in name or "\r" in name:
            name = name.replace("\n", "?").replace("\r", "?")
        modified = status.st_mtime
        lines.append(
            f"{_mode(status.st_mode)} {status.st_nlink:>3} {who} {status.st_size:>12} "
            f"{_date(int(modified // 60), recent < modified <= now)} {name}\r\n"
        )
    return _encode("".join(lines))


def format_names(names: Iterable[str]) -> bytes:
    """Write NLST's lines; names that FTP cannot say (CR, LF) are left out."""
    return _encode("".join([f"{name}\r\n" for name in names if _is_sayable(name)]))


@lru_cache(maxsize=4096)
def _date(minutes: int, recent: bool) -> str:
    """Write a date from minutes since the epoch; cached, as files come in groups."""
    year, month, day, hour, minute = gmtime(minutes * 60)[:5]
    if recent:
        return f"{_MONTHS[month - 1]} {day:>2} {hour:02}:{minute:02}"
    return f"{_MONTHS[month - 1]} {day:>2}  {year:04}"


def _is_sayable(name: str) -> bool:
    return "\n" not in name and "\r" not in name


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
