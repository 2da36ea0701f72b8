"""Change one user's password in the text of a users file, and leave the rest as it is."""

# The file belongs to its owner: comments, order and style stay. A program that parses TOML and
# writes it anew loses them, so this one changes lines in the text, and then *proves* the change:
# the new text is parsed and must mean exactly the old data with the one value replaced. If it does
# not, nothing is written.
#
# Written to a temporary file, flushed, then renamed over the old one: rename(2) is atomic, so that
# a reader (or a crash) sees the old file or the new one.

from __future__ import annotations

import json
import os
import secrets
import tomllib
from pathlib import Path
from typing import Any

from ftp_project.accounts.toml_file import key_lines
from ftp_project.accounts.users import UserError


def set_password(text: str, name: str, password_hash: str, home: str | None) -> str:
    """Return ``text`` with the user's new hash; a user that is not there is added.

    Comments and order stay. ``home`` is the new user's, or replaces the old one. Raises UserError
    for a new user without a home, and for a file that is written so that it must be edited by hand.
    """
    data = tomllib.loads(text)
    users = data.get("users", {})
    new = {"password": password_hash} | ({} if home is None else {"home": home})
    if name not in users:
        if home is None:
            raise UserError(f"user {name!r} is new: say where the user is at home, with --home DIR")
        body = "".join(f"{key} = {_string(value)}\n" for key, value in new.items())
        gap = "" if not text else "\n" if text.endswith("\n") else "\n\n"
        changed = f"{text}{gap}[users.{_key(name)}]\n{body}"
    else:
        changed = text
        for key, value in new.items():
            changed = _set(changed, ("users", name), key, value)
    _check(changed, data, name, new)
    return changed


def _set(text: str, table: tuple[str, ...], key: str, value: str) -> str:
    lines = text.splitlines(keepends=True)
    numbers = key_lines(text)
    at = numbers.get((*table, key))
    new = f"{key} = {_string(value)}\n"
    if at is not None:
        lines[at - 1] = new
    elif table in numbers:
        lines.insert(numbers[table], new)
    return "".join(lines)


def _check(changed: str, before: dict[str, Any], name: str, new: dict[str, str]) -> None:
    """Make sure that the new text means what was meant: TOML can be written in many ways."""
    before.setdefault("users", {}).setdefault(name, {})
    try:
        before["users"][name].update(new)
        right = tomllib.loads(changed) == before
    except (tomllib.TOMLDecodeError, AttributeError):
        right = False
    if not right:
        raise UserError(
            f"user {name!r} is written in a form that only you can change: "
            f"make it a table, [users.{_key(name)}], with a line for each key"
        )


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if plain else _string(name)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a string of JSON is one of TOML


def replace_file(path: Path, text: str) -> None:
    """Replace ``path`` so that a reader sees the old or the new text, never a part of one.

    A new file can be read by its owner only. Raises OSError, and leaves nothing behind then.
    """
    path = path.resolve()  # a link stays a link
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(fd, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if path.exists():
                old = path.stat()
                os.fchmod(file.fileno(), old.st_mode & 0o7777)
                if os.geteuid() == 0:
                    os.fchown(file.fileno(), old.st_uid, old.st_gid)
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
