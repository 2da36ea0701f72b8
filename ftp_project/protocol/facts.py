"""MLST and MLSD: facts that machines read (RFC 3659 7).

The facts of one session are chosen by OPTS MLST; a ``FactFormatter`` is made from the choice.
"""

# LIST is for people, in whatever form ls has; every client guesses. MLSD is for programs: facts
# with names, in any order, unknown ones to be ignored. The formatter is built once for a listing
# (which facts, which rights), because building it for each of 20,000 entries would be most of the
# work.

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from os import stat_result
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import Final

from ftp_project.protocol.entries import Entry
from ftp_project.protocol.times import format_time

#: every fact that the server knows, in the order in which it sends them
FACTS: Final = (
    "type",
    "size",
    "modify",
    "perm",
    "unique",
    "UNIX.mode",
    "UNIX.owner",
    "UNIX.group",
)

#: facts sent until the client chooses others
DEFAULT_FACTS: Final = FACTS[:6]

_time = lru_cache(maxsize=4096)(format_time)


def parse_selection(argument: str) -> tuple[str, ...]:
    """Read OPTS MLST's ``fact;fact;``: the known ones, in our order (RFC 3659 7.9).

    Unknown facts are ignored, as the RFC demands; an empty argument chooses none.
    """
    wanted = {fact.strip().lower() for fact in argument.split(";")}
    return tuple(fact for fact in FACTS if fact.lower() in wanted)


def selection_text(selected: Iterable[str]) -> str:
    """Write the answer to OPTS MLST: ``MLST OPTS type;size;`` (RFC 3659 7.9)."""
    facts = "".join(f"{fact};" for fact in selected)
    return f"MLST OPTS {facts}" if facts else "MLST OPTS"


def feature_text(selected: Iterable[str]) -> str:
    """Write FEAT's line: every fact, chosen ones with a star (RFC 3659 7.8)."""
    chosen = set(selected)
    return "MLST " + "".join(f"{fact}*;" if fact in chosen else f"{fact};" for fact in FACTS)


def file_perm(*, read: bool, write: bool, append: bool, delete: bool, rename: bool) -> str:
    """Write a file's ``perm`` fact from what the user may do with it (RFC 3659 7.5.5)."""
    return (
        ("a" if append else "")
        + ("d" if delete else "")
        + ("f" if rename else "")
        + ("r" if read else "")
        + ("w" if write else "")
    )


def directory_perm(*, list_: bool, write: bool, make: bool, delete: bool, rename: bool) -> str:
    """Write a directory's ``perm`` fact (RFC 3659 7.5.5); ``e`` (enter) is always there."""
    return (
        ("c" if write else "")
        + ("d" if delete else "")
        + "e"
        + ("f" if rename else "")
        + ("l" if list_ else "")
        + ("m" if make else "")
        + ("p" if delete else "")
    )


class FactFormatter:
    """Write fact lines for one choice of facts and one set of rights.

    ``file_rights`` and ``directory_rights`` are the ``perm`` facts of the files and directories
    of the listing (see ``file_perm`` and ``directory_perm``). What is neither (a link that leads
    nowhere or out of the jail, a FIFO…) cannot be read or written here: of a file's rights only
    those over its name are left, ``d`` and ``f``.
    """

    __slots__ = ("_makers",)

    def __init__(
        self, selected: Iterable[str], file_rights: str = "", directory_rights: str = "e"
    ) -> None:
        of_file, of_directory = f"perm={file_rights};", f"perm={directory_rights};"
        of_other = f"perm={''.join(right for right in file_rights if right in 'df')};"

        def perm(status: stat_result) -> str:
            mode = status.st_mode
            return of_file if S_ISREG(mode) else of_directory if S_ISDIR(mode) else of_other

        makers: dict[str, Callable[[stat_result], str]] = {**_MAKERS, "perm": perm}
        self._makers = tuple(makers[fact] for fact in selected)

    def facts(self, status: stat_result) -> str:
        """Return ``fact=value;…`` for one file."""
        return "".join([make(status) for make in self._makers])

    def line(self, entry: Entry, name: str | None = None) -> str:
        """Return MLST's line ``facts SP name``, without the leading space of the reply.

        ``name`` replaces the entry's own: MLST answers with the path (RFC 3659 7.2).
        """
        own_name, status, _, target = entry
        return f"{self.facts(target or status)} {own_name if name is None else name}"

    def lines(self, entries: Iterable[Entry]) -> bytes:
        """Write MLSD's lines, each ended by CRLF.

        A link shows what it leads to, so that clients can fetch it; one that leads nowhere
        has the type ``OS.unix=symlink``. Names that FTP cannot say (CR, LF) are left out.
        """
        makers = self._makers
        out: list[str] = []
        for name, status, _, target in entries:
            if "\n" in name or "\r" in name:
                continue
            if target is not None:
                status = target
            out.append("".join([make(status) for make in makers]) + f" {name}\r\n")
        return "".join(out).encode("utf-8", "surrogateescape")


def _type(status: stat_result) -> str:
    mode = status.st_mode
    if S_ISREG(mode):
        return "type=file;"
    if S_ISDIR(mode):
        return "type=dir;"
    return "type=OS.unix=symlink;" if S_ISLNK(mode) else "type=OS.unix=special;"


def _size(status: stat_result) -> str:
    # RFC 3659 7.5.7: the size of what a transfer would send; a directory has none.
    return f"size={status.st_size};" if S_ISREG(status.st_mode) else ""


_MAKERS: Final[dict[str, Callable[[stat_result], str]]] = {
    "type": _type,
    "size": _size,
    "modify": lambda status: f"modify={_time(int(status.st_mtime // 1))};",
    "unique": lambda status: f"unique={status.st_dev:x}g{status.st_ino:x};",
    "UNIX.mode": lambda status: f"UNIX.mode={status.st_mode & 0o7777:04o};",
    "UNIX.owner": lambda status: f"UNIX.owner={status.st_uid};",
    "UNIX.group": lambda status: f"UNIX.group={status.st_gid};",
}
