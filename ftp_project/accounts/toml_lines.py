"""Find the line of a key in a TOML file, for messages (tomllib forgets lines)."""

from __future__ import annotations

import tomllib

Path = tuple[str, ...]


def key_lines(text: str) -> dict[Path, int]:
    """Map each table and key of a TOML text to its first line, counted from 1.

    A plain scan, line by line: what looks like a key inside a multi-line value may be
    listed too, which only matters for a message. Never fails.
    """
    lines: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line.startswith("["):
            header = _path_of(line)
            if header is None:
                continue
            table, found = header, header
        elif "=" in line and not line.startswith("#"):
            key = _key_of(line)
            if key is None:
                continue
            found = table + key
        else:
            continue
        for length in range(1, len(found) + 1):
            lines.setdefault(found[:length], number)
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """Return the line of a key, or of the closest table around it, or 1."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _key_of(line: str) -> Path | None:
    """Read the key before the first "=" that ends one (a quoted key may hold others)."""
    at = line.find("=")
    while at >= 0:
        path = _path_of(f"{line[:at]}= 0")
        if path is not None:
            return path
        at = line.find("=", at + 1)
    return None


def _path_of(line: str) -> Path | None:
    try:
        node: object = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    path: list[str] = []
    while True:
        if isinstance(node, list):
            node = node[0] if node else None
        if not isinstance(node, dict) or not node:
            return tuple(path)
        name, node = next(iter(node.items()))
        path.append(name)
