"""Read directories: fact lines of MLSD (RFC 3659 7), and what LIST sends where there is no MLSD.

No RFC says what LIST looks like. Two forms are read: that of ``ls -l``, which nearly all servers
send, and that of MS-DOS, which Windows' server sends.
"""

# Why guesses are kept apart from facts. MLSD says what a file is; LIST shows what ``ls`` prints,
# and servers print it in their own way. What is read from LIST is used as little as possible
# (names, kinds, sizes; no times), and a line that fits no known form is an error: a file that is
# silently left out of a backup is worse.

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, TypeAlias

from ftp_project.protocol.client import parse_facts
from ftp_project.protocol.errors import BadArgumentError
from ftp_project.protocol.times import parse_time

Kind: TypeAlias = Literal["file", "directory", "link", "other"]

_UNIX = re.compile(
    r"(?P<kind>[-a-zA-Z])[-a-zA-Z]{9}[.+@]?\s+\d+\s+(?:\S+\s+){1,2}?"
    r"(?P<size>\d+)(?:,\s*\d+)?\s+(?P<month>[^\W\d_]{3,4}\.?)\s+\d{1,2}\s+[\d:]{4,5}\s(?P<name>.+)"
)
_DOS = re.compile(
    r"\d\d-\d\d-\d{2,4}\s+\d\d:\d\d(?:[AP]M)?\s+(?:(?P<dir><DIR>)|(?P<size>[\d,]+))\s+(?P<name>.+)"
)
_UNIX_KINDS: dict[str, Kind] = {"-": "file", "d": "directory", "l": "link"}
_FACT_KINDS: dict[str, Kind] = {"file": "file", "dir": "directory"}


class Entry(NamedTuple):
    """One line of a directory.

    ``size`` is in bytes and ``modified`` in seconds since the epoch, None when the server does
    not say. ``identity`` is the same for two names of one file (the ``unique`` fact), else "".
    """

    name: str
    kind: Kind
    size: int | None = None
    modified: float | None = None
    identity: str = ""


def entry_of_facts(line: str, *, itself: bool = False) -> Entry | None:
    """Read one line of MLSD or MLST; None for the directory ``itself``, if not asked for."""
    facts, name = parse_facts(line)
    kind = facts.get("type", "").lower()
    if kind in ("cdir", "pdir"):
        if not itself:
            return None
        kind = "dir"
    entry_kind = _FACT_KINDS.get(kind, "link" if "link" in kind else "other")
    size = facts.get("size", "")
    modified = None
    if "modify" in facts:
        modified = parse_time(facts["modify"]) / 1e9
    return Entry(
        name,
        entry_kind,
        int(size) if size.isascii() and size.isdigit() and entry_kind == "file" else None,
        modified,
        facts.get("unique", ""),
    )


def entry_of_list(line: str) -> Entry | None:
    """Read one line of LIST; None for a line that is no entry, and for "." and "..".

    Times are left out: LIST tells minutes at best, in a time zone of its own.
    """
    if not line or re.fullmatch(r"total \d+.*", line):
        return None
    match = _UNIX.fullmatch(line)
    if match is not None:
        kind: Kind = _UNIX_KINDS.get(match["kind"], "other")
        name = match["name"]
        if kind == "link":
            name = name.partition(" -> ")[0]
    else:
        match = _DOS.fullmatch(line)
        if match is None:
            raise BadArgumentError(f"The server's listing cannot be read: {line[:80]!r}.")
        kind, name = "directory" if match["dir"] else "file", match["name"]
    if name in (".", ".."):
        return None
    size = match["size"]
    return Entry(name, kind, int(size.replace(",", "")) if kind == "file" and size else None)


def read_listing(data: bytes, reader: Callable[[str], Entry | None]) -> list[Entry]:
    """Read a whole listing with one of the two functions above; raises BadArgumentError."""
    lines: Iterable[str] = data.decode("utf-8", "surrogateescape").split("\n")
    found = (reader(line.removesuffix("\r")) for line in lines if line.strip("\r"))
    return [entry for entry in found if entry is not None]


def is_safe(name: str) -> bool:
    """Tell whether a name from a server may become that of a local file.

    Anything that could lead out of the directory is refused: a server is not to be trusted.
    """
    return name not in ("", ".", "..") and not set("/\0\\") & set(name)
