"""Users, and how they are looked up."""

# Users are never changed: a session keeps the user with whom it logged in, and the next login finds
# the new one. So nothing has to be locked when the file is read again, and no right changes in the
# middle of a transfer.

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from ftp_project.accounts.passwords import PasswordChecker, hash_password, keyed_hash
from ftp_project.accounts.permissions import READ_ONLY, Permissions
from ftp_project.accounts.readers import positive, rate, seconds, size
from ftp_project.option import Option, option

#: the names of the user without a password (RFC 1635 2)
ANONYMOUS_NAMES: Final = frozenset({"anonymous", "ftp"})


@dataclass(frozen=True, slots=True)
class User:
    """One user. None for an option means: no limit of the user's own.

    ``home`` is a directory of the machine. ``password_hash`` is None for anonymous, whose
    password is not checked. Each field made by ``option`` is a key of the users file, with "-" for
    "_". To add one: add a field. With ``overrides`` it goes before the server's option of that
    name, wherever the server reads that from ``Session.config``.
    """

    name: str
    home: Path
    password_hash: str | None = field(default=None, repr=False)
    permissions: Permissions = field(default_factory=Permissions)
    max_sessions: int | None = option(None, "Sessions at the same time.", read=positive)
    upload_rate: int | None = option(
        None, "Bytes a second that all sessions of the user may upload.", read=rate
    )
    download_rate: int | None = option(
        None, "Bytes a second that all sessions of the user may download.", read=rate
    )
    quota: int | None = option(None, "Bytes that may be stored in the home.", read=size)
    stall_timeout: float | None = option(
        None, "The user's own --stall-timeout, in seconds.", read=seconds, overrides=True
    )

    def overrides(self) -> dict[str, Any]:
        """Return the user's own values of options that the server has too, by name."""
        found = {}
        for name in _OVERRIDES:
            value = getattr(self, name)
            if value is not None:
                found[name] = value
        return found


#: the options of a user, by the names of their fields
OPTIONS: Final[dict[str, Option]] = {
    each.name: each.metadata["option"] for each in fields(User) if "option" in each.metadata
}
_OVERRIDES: Final = tuple(name for name, each in OPTIONS.items() if each.overrides)


class UserError(ValueError):
    """A user that is described wrongly on the command line; the text says how to do it."""


class Users:
    """All users of a server. To change them, make a new one and exchange it.

    Raises UserError for two users of one name.
    """

    def __init__(self, users: Iterable[User] = (), anonymous_home: Path | None = None) -> None:
        self._users: dict[str, User] = {}
        for user in users:
            if user.name in self._users:
                raise UserError(f"user {user.name!r} is given twice")
            self._users[user.name] = user
        self._anonymous: User | None = None
        if anonymous_home is not None:
            rights = Permissions(READ_ONLY)
            self._anonymous = User("anonymous", anonymous_home, permissions=rights)
        hashes = [user.password_hash or "" for user in self._users.values()]
        # The dummy must cost what the users' own hashes cost: see PasswordChecker.
        slow = [text for text in hashes if text.startswith("$argon2id$")]
        slow = slow or [text for text in hashes if text.startswith("$scrypt$")]
        if not slow:
            dummy = keyed_hash("")
        else:
            dummy = hash_password("", "argon2id" if slow[0].startswith("$a") else "scrypt")
        self.passwords = PasswordChecker(dummy)

    def __len__(self) -> int:
        return len(self._users) + (self._anonymous is not None)

    def __iter__(self) -> Iterator[User]:
        yield from self._users.values()
        if self._anonymous is not None:
            yield self._anonymous

    def find(self, name: str) -> User | None:
        """Return the user of that name, or None.

        An explicit user wins over anonymous. The caller must not let the client notice
        the difference: ``passwords`` checks None with the same work.
        """
        user = self._users.get(name)
        if user is None and self._anonymous is not None and name.lower() in ANONYMOUS_NAMES:
            return self._anonymous
        return user

    def is_anonymous(self, user: User) -> bool:
        """Tell whether this is the user whose password is not checked."""
        return user is self._anonymous


def parse_user(text: str, home: Path) -> User:
    """Make a user from the command line's ``NAME:PASSWORD``; raises UserError.

    The password is kept as a keyed hash only. It may contain ":", the name may not.
    """
    name, colon, password = text.partition(":")
    if not colon or not name or not password:
        raise UserError("a user is written NAME:PASSWORD, for example --user alice:s3cret")
    check_name(name)
    return User(name, home, keyed_hash(password))


def check_name(name: str) -> None:
    """Raise UserError for a name that cannot be sent with USER or would break a log."""
    if not name or len(name) > 64 or not name.isprintable() or name != name.strip():
        raise UserError(
            f"{name!r} is no user name: use 1 to 64 printable characters, no space at the ends"
        )
