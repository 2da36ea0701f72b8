"""Who logs in: the URL says it, else the user's ``~/.netrc``, else the terminal is asked."""

from __future__ import annotations

import getpass
import netrc
import sys
from pathlib import Path

from ftp_project.client.urls import Url
from ftp_project.errors import UsageError, reason

#: what a server without a user of ours is told (RFC 1635)
ANONYMOUS = ("anonymous", "anonymous@")


def find_credentials(url: Url) -> tuple[str, str]:
    """Return the user and the password for ``url``.

    Without a user in the URL and without an entry in ``~/.netrc`` the login is anonymous. Raises
    ``UsageError`` for a broken ``~/.netrc``, and for a missing password when there is no
    terminal to ask at.
    """
    if url.user is not None and url.password is not None:
        return url.user, url.password
    found = _from_netrc(url.host)
    if found is not None and url.user in (None, found[0]):
        return found
    if url.user is None:
        return ANONYMOUS
    return url.user, _ask(url)


def _from_netrc(host: str) -> tuple[str, str] | None:
    path = Path.home() / ".netrc"
    if not path.exists():
        return None
    try:
        entry = netrc.netrc().authenticators(host)  # without a name: it checks who may read it
    except netrc.NetrcParseError as error:
        raise UsageError(f"{path} cannot be used: {error.msg} (line {error.lineno})") from None
    except (OSError, UnicodeDecodeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no UTF-8 text"
        raise UsageError(f"cannot read {path}: {why}") from None
    if entry is None or not entry[0]:
        return None
    return entry[0], entry[2] or ""


def _ask(url: Url) -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            f"no password for {url.user} at {url.host}: put it into ~/.netrc or into the URL"
        )
    return getpass.getpass(f"Password of {url.user} at {url.host}: ")
