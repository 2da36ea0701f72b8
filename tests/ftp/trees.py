"""Trees of files with awkward names, and what is in a tree."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def make_tree(root: Path, *more: str) -> dict[str, str]:
    """Write files of awkward sizes and names, and some ``more``; return the hash of each."""
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "empty").mkdir()
    names = [
        "plain", "with space", " leading", "-dash", "grüße", "a;b=c", "100%41", "[x]*?", 'quo"te',
        os.fsdecode(b"latin-\xe9"), "sub/inner", "sub/deep/innermost", ".hidden", *more,
    ]  # fmt: skip
    for number, name in enumerate(names):
        (root / name).write_bytes(os.urandom(number * 5000))
        os.utime(root / name, (1_600_000_000 + number, 1_600_000_000 + number))
    return hashes_of(root)


def hashes_of(root: Path) -> dict[str, str]:
    """Return what is below ``root``: the hash and time of each file, "/" for a directory."""
    return {
        str(path.relative_to(root)): (
            f"{hashlib.sha256(path.read_bytes()).hexdigest()} {int(path.stat().st_mtime)}"
            if path.is_file()
            else "/"
        )
        for path in root.rglob("*")
    }
