"""``passwd``: write a user and the hash of a password to the users file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from ftp_project.accounts.users import OPTIONS
from ftp_project.errors import UsageError, reason

Scheme = Literal["argon2id", "scrypt"]


def user_options() -> str:
    """Return what stands below the help: the options of a user, as keys of the users file."""
    lines = [f"  {name.replace('_', '-'):<15}{each.help}" for name, each in OPTIONS.items()]
    # Click wraps paragraphs, but not one that begins with a backspace.
    return "\n".join(["\b", "A user may also have, in the users file:", *lines])


def passwd(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The user.", show_default=False)],
    users: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The users file; without it that of the settings."),
    ] = None,
    home: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Where the user is at home; from the file's own directory."
        ),
    ] = None,
    scheme: Annotated[
        str, typer.Option(metavar="argon2id|scrypt", help="How the password is hashed.")
    ] = "argon2id",
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings file in TOML.")
    ] = None,
) -> None:
    """Write a user's password to the users file.

    The password is asked for twice, or read from standard input when that is no terminal. The
    user is added if the file does not have it yet.
    """
    from ftp_project.accounts.passwords import hash_password
    from ftp_project.accounts.toml_file import TomlFileError, read_toml
    from ftp_project.accounts.users import UserError, check_name
    from ftp_project.accounts.users_edit import replace_file, set_password

    if scheme not in ("argon2id", "scrypt"):
        raise UsageError(f"--scheme is argon2id or scrypt, not {scheme!r}")
    path = users or _of_settings(config)
    try:
        check_name(name)
        text = read_toml(path)[1] if path.exists() else ""
        _check_home(home, path)
        set_password(text, name, "", home)  # what can go wrong does so before anybody types
        secret = _ask(name)
        replace_file(path, set_password(text, name, hash_password(secret, _scheme(scheme)), home))
    except (UserError, TomlFileError) as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(f"cannot write {path}: {reason(error)}") from None
    print(f"Password of {name} written to {path}")


def _scheme(word: str) -> Scheme:
    return "scrypt" if word == "scrypt" else "argon2id"


def _of_settings(config: Path | None) -> Path:
    from ftp_project.settings.sources import load

    path = load({}, config).options.users_file
    if path is None:
        raise UsageError("name the users file with --users FILE, or in the settings: users = …")
    return path


def _check_home(home: str | None, path: Path) -> None:
    if home is not None and not (path.parent / Path(home).expanduser()).is_dir():
        raise UsageError(
            f"home {home} is no directory (seen from that of {path}): make it, or name another one"
        )


def _ask(name: str) -> str:
    if sys.stdin.isatty():
        from getpass import getpass

        secret = getpass(f"New password of {name}: ")
        if getpass("Once more: ") != secret:
            raise UsageError("the two passwords differ: nothing was changed")
    else:
        secret = sys.stdin.readline().rstrip("\r\n")
    if not secret:
        raise UsageError("an empty password is refused: nothing was changed")
    if not secret.isprintable():
        raise UsageError("a password is one line of printable characters: nothing was changed")
    return secret
