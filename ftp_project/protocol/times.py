"""Times on the wire: ``YYYYMMDDHHMMSS[.fraction]``, always UTC (RFC 3659 2.3).

Used by MDTM, MFMT, SITE UTIME and the ``modify`` fact. Seconds and nanoseconds count from
the epoch.
"""

# ``datetime`` is used to check a date and not to compute with it: ``timegm`` is exact for whole
# seconds, has no time zone that somebody could forget, and knows leap seconds (60) as the next
# minute's first.

from __future__ import annotations

import re
from calendar import timegm
from datetime import datetime
from time import gmtime

from ftp_project.protocol.errors import BadArgumentError

_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,18}))?", re.ASCII)
_EARLIEST, _LATEST = -62135596800, 253402300799  # years 1 to 9999


def format_time(seconds: float) -> str:
    """Write a time as ``YYYYMMDDHHMMSS`` in UTC; times outside the years 1 to 9999 are clamped.

    Fractions are cut off: many clients cannot read them.
    """
    year, month, day, hour, minute, second = gmtime(min(max(seconds, _EARLIEST), _LATEST))[:6]
    return f"{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}"


def parse_time(text: str) -> int:
    """Read a time, return nanoseconds since the epoch; raises BadArgumentError (501).

    A leap second (``60``) is accepted, as RFC 3659 2.3 demands, and is the next second.
    """
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadArgumentError("A time is written YYYYMMDDHHMMSS, in UTC.")
    year, month, day, hour, minute, second = (int(match[group]) for group in range(1, 7))
    if second > 60:
        raise BadArgumentError("There is no such time.")
    try:
        datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        raise BadArgumentError("There is no such time.") from None
    seconds = timegm((year, month, day, hour, minute, second))
    return seconds * 1_000_000_000 + int((match[7] or "0").ljust(9, "0")[:9])


def split_mfmt(argument: str) -> tuple[int, str]:
    """Split ``TIME SP PATH`` (MFMT, draft-somers-ftp-mfxx 4; MDTM's old setting form).

    Return the time in nanoseconds and the path; raises BadArgumentError (501).
    """
    text, _, path = argument.partition(" ")
    if not path:
        raise BadArgumentError("Give a time (YYYYMMDDHHMMSS) and a path.")
    return parse_time(text), path


def split_site_utime(argument: str) -> tuple[int, str]:
    """Read SITE UTIME's argument in its two common forms.

    ``YYYYMMDDHHMM[SS] PATH``, and ``PATH ATIME MTIME CTIME UTC`` (lftp, ncftp). Return the
    modification time in nanoseconds and the path; raises BadArgumentError (501).
    """
    words = argument.rsplit(" ", 4)
    if len(words) == 5 and words[4].upper() == "UTC" and words[0]:
        return parse_time(words[2]), words[0]
    text, _, path = argument.partition(" ")
    if len(text) == 12:
        text += "00"
    if not path:
        raise BadArgumentError("UTIME needs a time (YYYYMMDDHHMMSS) and a path.")
    return parse_time(text), path
