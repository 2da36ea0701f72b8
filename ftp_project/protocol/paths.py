"""Virtual paths: what a client sees, always absolute, always below "/".

Pure text. ``..`` is taken away by text, so it never reaches the file system; "/.." is "/".
Sources: RFC 959 4.1.1 and appendix II (quoting in 257).
"""

# ``..`` is resolved by text, here, and not by the file system: "/a/../b" is "/b" even where "/a" is
# a link to elsewhere. Clients count on that: CDUP must lead back to where CWD came from.

from __future__ import annotations


def join(cwd: str, argument: str) -> str:
    """Return the normal form of ``argument``, seen from the directory ``cwd``.

    >>> join("/pub", "a/../b"), join("/pub", "/x//y/"), join("/", "../../..")
    ('/pub/b', '/x/y', '/')
    """
    if "/" not in argument and argument not in ("", ".", ".."):
        return f"{cwd}/{argument}" if cwd != "/" else f"/{argument}"
    parts: list[str] = []
    for part in (argument if argument[:1] == "/" else f"{cwd}/{argument}").split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part and part != ".":
            parts.append(part)
    return "/" + "/".join(parts)


def parent(path: str) -> str:
    """Return the directory that holds a normal path; the parent of "/" is "/"."""
    return path[: path.rindex("/")] or "/"


def name(path: str) -> str:
    """Return the last component of a normal path; "" for "/"."""
    return path[path.rindex("/") + 1 :]


def split(path: str) -> tuple[str, str]:
    """Return ``(parent, name)`` of a normal path."""
    return parent(path), name(path)


def quote(path: str) -> str:
    """Quote a path for reply 257: double quotes inside it are doubled (RFC 959 appendix II).

    >>> quote('/a"b')
    '"/a""b"'
    """
    return '"' + path.replace('"', '""') + '"'


def unquote(text: str) -> str:
    """Find the quoted path in the text of a 257 reply; raises ValueError without one."""
    start = text.find('"')
    if start < 0:
        raise ValueError("no quoted path in the reply")
    found: list[str] = []
    at = start + 1
    while (end := text.find('"', at)) >= 0:
        found.append(text[at:end])
        if text[end + 1 : end + 2] != '"':
            return '"'.join(found)
        at = end + 2
    raise ValueError("the quoted path has no end")
