"""What a user may do, for the whole home and by directory.

Rights are bits of a plain int: they are checked with every command, and ``enum.Flag`` costs
ten times as much.
"""

# A right is asked for by path, and the longest directory that a rule names decides, as in the
# configuration of web servers. Renaming is the trap: a directory that is moved from under its rule
# takes what it protects with it. So moving and removing need the right in the whole tree below.

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

#: download files (RETR, SIZE, MDTM, hashes)
READ: Final = 1
#: list directories and see facts (LIST, NLST, MLSD, MLST, STAT, CWD is always allowed)
LIST: Final = 2
#: upload, replace files and change their times (STOR, STOU, MFMT)
WRITE: Final = 4
#: go on with files that exist (APPE, and STOR behind REST)
APPEND: Final = 8
#: remove files and directories (DELE, RMD)
DELETE: Final = 16
#: rename (RNFR, RNTO)
RENAME: Final = 32
#: make directories and links (MKD, SITE SYMLINK)
MAKE: Final = 64
#: change permission bits (SITE CHMOD)
CHMOD: Final = 128

ALL: Final = 255
READ_ONLY: Final = READ | LIST

#: the words that stand for the rights in files and options
NAMES: Final[dict[str, int]] = {
    "read": READ,
    "list": LIST,
    "write": WRITE,
    "append": APPEND,
    "delete": DELETE,
    "rename": RENAME,
    "make": MAKE,
    "chmod": CHMOD,
}

#: words for several rights at once
GROUPS: Final[dict[str, int]] = {"all": ALL, "read-only": READ_ONLY, "none": 0}


def parse(words: str | Iterable[str]) -> int:
    """Return the rights that words name: "read-only", or ["read", "list", "write"].

    Raises ValueError that names the wrong word and the right ones.
    """
    rights = 0
    for word in [words] if isinstance(words, str) else words:
        if word in NAMES:
            rights |= NAMES[word]
        elif word in GROUPS:
            rights |= GROUPS[word]
        else:
            known = ", ".join([*NAMES, *GROUPS])
            raise ValueError(f"unknown permission {word!r}; use {known}")
    return rights


def names(rights: int) -> list[str]:
    """Return the words of some rights, for messages."""
    return [word for word, right in NAMES.items() if rights & right]


class Permissions:
    """Rights in a home: those of the longest directory that a rule names, else the default.

    ``directories`` maps normal virtual paths ("/incoming") to rights. A rule holds for the
    directory itself and for all below it. With rules, the jail must not follow links
    (``has_rules``): a link would be a way around them.
    """

    __slots__ = ("_default", "_rules")

    def __init__(self, default: int = ALL, directories: Mapping[str, int] | None = None) -> None:
        self._default = default
        self._rules = dict(directories or {})
        if "/" in self._rules:
            self._default = self._rules.pop("/")

    @property
    def has_rules(self) -> bool:
        """Whether rights differ by directory."""
        return bool(self._rules)

    def at(self, path: str) -> int:
        """Return the rights at a normal virtual path."""
        rules = self._rules
        if not rules:
            return self._default
        while path:
            if path in rules:
                return rules[path]
            path = path[: path.rfind("/")]
        return self._default

    def whole_tree(self, path: str) -> int:
        """Return the rights that hold at ``path`` and in everything below it.

        For renaming or removing a directory: what a rule protects may not be moved from
        under the rule.
        """
        rights = self.at(path)
        below = path.rstrip("/") + "/"
        for directory, others in self._rules.items():
            if directory.startswith(below):
                rights &= others
        return rights
