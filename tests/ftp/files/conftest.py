from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ftp_project.files.jail import Jail

DESCRIPTORS = Path("/proc/self/fd")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A directory beside the home, with a secret that must never be reached."""
    directory = tmp_path / "outside"
    directory.mkdir()
    (directory / "secret").write_text("secret")
    return directory


@pytest.fixture
def home(tmp_path: Path) -> Path:
    directory = tmp_path / "home"
    (directory / "sub" / "deep").mkdir(parents=True)
    (directory / "file").write_text("hello")
    (directory / "sub" / "deep" / "leaf").write_text("leaf")
    return directory


@pytest.fixture
def jail(home: Path, outside: Path) -> Iterator[Jail]:
    """A jail; when the test ends, not one descriptor more may be open than before."""
    before = _count()
    jail = Jail(home)
    yield jail
    jail.close()
    jail.close()
    assert _count() == before


def _count() -> int:
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.is_dir() else 0
