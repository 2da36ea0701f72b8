"""Read URLs: ``ftp://user:password@host:port/path`` (RFC 1738 3.2), and ``ftps://`` likewise."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from ftp_project.errors import UsageError

#: the ports that are meant when none is named (RFC 959; IANA: ftps)
PORTS = {"ftp": 21, "ftps": 990}
_TYPE = re.compile(r";type=[aid]\Z", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\r\n\0]")


@dataclass(frozen=True, slots=True)
class Url:
    """Where something is on a server.

    ``path`` counts from the directory in which the login ends; one that begins with "/" (written
    ``%2F`` in the URL) is absolute. ``implicit`` means TLS from the first byte (``ftps://``).
    """

    host: str
    port: int
    path: str = ""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    implicit: bool = False

    def __str__(self) -> str:
        scheme = "ftps" if self.implicit else "ftp"
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[scheme] else f":{self.port}"
        return f"{scheme}://{host}{port}/{quote(self.path, errors='surrogateescape')}"


def is_url(word: str) -> bool:
    """Tell whether a word of the command line is meant as a URL and not as a local file."""
    return "://" in word


def parse_url(text: str) -> Url:
    """Read a URL; raises ``UsageError``.

    >>> parse_url("ftp://anna:s%40fe@example.org/a%20b")
    Url(host='example.org', port=21, path='a b', user='anna', implicit=False)
    >>> str(parse_url("ftps://anna:s%40fe@[::1]:2121/%2Fetc"))
    'ftps://[::1]:2121//etc'
    """
    scheme, _, rest = text.partition("://")
    scheme = scheme.lower()
    if scheme not in PORTS:
        raise UsageError(f"{_shown(text)} is no FTP URL: write ftp://HOST/PATH or ftps://HOST/PATH")
    # "?" and "#" are ordinary characters of a name: FTP has neither queries nor fragments.
    authority, _, path = rest.partition("/")
    login, at, place = authority.rpartition("@")
    user, colon, password = login.partition(":")
    host, port = _split_place(place, text, PORTS[scheme])
    url = Url(
        host,
        port,
        _decoded(_TYPE.sub("", path)),
        _decoded(user) if at and user else None,
        _decoded(password) if colon else None,
        scheme == "ftps",
    )
    for part in (url.path, url.user or "", url.password or ""):
        if _FORBIDDEN.search(part):
            raise UsageError(f"{_shown(text)} holds a line end or NUL, which FTP cannot send")
    return url


def _split_place(place: str, text: str, default: int) -> tuple[str, int]:
    if place.startswith("["):
        host, bracket, port = place[1:].partition("]")
        good = bool(bracket) and (not port or port.startswith(":"))
        port = port[1:]
    else:
        host, _, port = place.partition(":")
        good = ":" not in port
    if not (good and host):
        raise UsageError(f"{_shown(text)} names no host: write ftp://HOST/PATH")
    if not port:
        return host, default
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise UsageError(f"{_shown(text)} names no port: it must lie between 1 and 65535")
    return host, int(port)


def _decoded(text: str) -> str:
    return unquote(text, errors="surrogateescape")


def _shown(text: str) -> str:
    """Return a URL for a message, without its password."""
    return re.sub(r"(//[^/:@]*):[^/]*@", r"\1:…@", text)
