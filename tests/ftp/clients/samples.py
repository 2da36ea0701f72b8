"""Files and trees that the clients of the matrix carry about."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def make_file(path: Path, size: int) -> str:
    """Write a file without a repeating block, return its hash."""
    block = os.urandom(1 << 16)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(0, size, len(block)):
            piece = (number.to_bytes(8) + block[8:])[: size - number]
            file.write(piece)
            digest.update(piece)
    assert path.stat().st_size == size
    return digest.hexdigest()


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_tree(root: Path) -> dict[str, str]:
    """Write a small tree with spaces, umlauts, an empty file and an empty directory."""
    (root / "a dir" / "deep").mkdir(parents=True)
    (root / "empty").mkdir()
    for number, name in enumerate(["zero", "one", "a dir/grüße", "a dir/deep/x.bin", "a dir/b c"]):
        make_file(root / name, number * 20_000)
        os.utime(root / name, (1_700_000_000 + number * 60,) * 2)
    return contents(root)


def contents(root: Path) -> dict[str, str]:
    """Return what is below ``root``: a hash for each file, "/" for each directory."""
    return {
        str(path.relative_to(root)): hash_of(path) if path.is_file() else "/"
        for path in root.rglob("*")
    }


def files(found: dict[str, str]) -> dict[str, str]:
    """Leave the directories out, for clients that do not make empty ones."""
    return {name: text for name, text in found.items() if text != "/"}
