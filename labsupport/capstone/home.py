"""The private home that a judged server serves: made for each start, removed after it."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

MIB = 1024 * 1024


def furnish(folder: Path) -> Path:
    """Make a home in `folder`, and a secret beside it; return the home.

    Everybody may read it, because some servers serve as another user than they were started by.
    """
    home = folder / "home"
    for name in ("", "sub/deeper", "empty", "two words", 'say "hi"', "grün"):
        with contextlib.suppress(OSError):  # Windows has no quotation mark in names
            (home / name).mkdir(parents=True)
    source = random.Random(959)
    files = {
        "home/readme.txt": b"Welcome to this server.\r\n",
        "home/empty.bin": b"",
        "home/data.bin": bytes(range(256)) * 16 + source.randbytes(MIB),
        "home/large.bin": source.randbytes(8 * MIB),
        "home/sub/inner.txt": b"inside\n",
        "secret.txt": source.randbytes(32).hex().encode(),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return home


def content(number: int, size: int) -> bytes:
    """Return what user `number` moves: other bytes than everybody else's, every time the same."""
    return random.Random(number).randbytes(size)
